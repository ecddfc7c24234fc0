-- id: comma-separated-list
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- parameter: min_rows integer 100000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: One value is looked for in a text that holds several, divided by commas: every row is taken apart for it.
--
-- ## What it does
-- Finds filters that put commas around a column to find one between them, or take the column apart at its commas, where the plan reads the whole table.
--
-- ## Why
-- A list in a text column can't be indexed by its members, joined to what they name, or held to refer to something that is there. Each look-up reads and takes
-- apart every list that is stored.
--
-- ## Example
-- ```sql
-- SELECT id, title FROM articles WHERE ',' || tag_ids || ',' LIKE '%,' || ? || ',%';
-- SELECT id, title FROM articles WHERE $1 = ANY(string_to_array(tag_ids, ','));
-- ```
--
-- ## Remedy
-- A table with a row for each member:
-- ```sql
-- CREATE TABLE article_tags (
--   article_id INTEGER NOT NULL REFERENCES articles(id),
--   tag_id INTEGER NOT NULL REFERENCES tags(id),
--   PRIMARY KEY (tag_id, article_id)
-- );
-- SELECT a.id, a.title FROM article_tags AS t JOIN articles AS a ON a.id = t.article_id WHERE t.tag_id = ?;
-- ```
-- On PostgreSQL also an array column with a GIN index: `WHERE tag_ids @> ARRAY[$1]`.
--
-- ## Stays quiet when
-- - the rows were found by an index first, or another filter of the table compares a bare column: full-scan-growth judges that;
-- - the filter is an arm of an OR; fewer rows than `min_rows` are read; the table is fixed;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- Commas, semicolons and bars are known as dividers. `tag_ids LIKE '%5%'` doesn't say that the column holds a list.
WITH
  lists AS (
    SELECT p.statement_id, p.relation, p.name, p.rows_examined, p.line, p."column",
      replace(replace(lower(p.expression), ' ', ''), char(10), '') AS text
    FROM scanned_predicates AS p
    WHERE p.sargable = 0 AND p.in_or = 0 AND p.rows_examined >= :min_rows
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS o
        WHERE o.statement_id = p.statement_id AND o.clause IN ('where', 'join_on') AND o.table_ref = p.table_ref AND o.sargable = 1)
  ),
  dividers(mark) AS (VALUES (''','''), (''';'''), ('''|''')),
  found AS (
    SELECT l.*, row_number() OVER (PARTITION BY l.statement_id ORDER BY l.rows_examined DESC, l.line, l."column", l.name) AS place
    FROM lists AS l
    JOIN dividers AS d
    WHERE instr(l.text, d.mark || '||') > 0 AND instr(l.text, '||' || d.mark) > 0
      OR instr(l.text, 'concat(' || d.mark || ',') > 0 AND instr(l.text, ',' || d.mark || ')') > 0
      OR (instr(l.text, 'string_to_array(') > 0 OR instr(l.text, 'regexp_split_to_array(') > 0) AND instr(l.text, ',' || d.mark || ')') > 0
      OR instr(l.text, 'find_in_set(') > 0
  )
SELECT
  f.statement_id,
  f.line,
  f."column",
  CASE WHEN f.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = f.statement_id) THEN 'info' END AS level,
  f.relation || '.' || f.name AS subject,
  printf('%s.%s holds several values in one text: no index finds one of them, and each look-up takes apart the lists of all %,d rows (at the largest scale).',
    f.relation, f.name, CAST(f.rows_examined AS INTEGER)) AS message,
  CASE (SELECT engine FROM run) WHEN 'postgres' THEN 'Keep the members in a table, a row each, with an index on the member; or in an array column with a GIN index.'
    ELSE 'Keep the members in a table, a row each, with an index on the member.' END AS fix
FROM found AS f
WHERE f.place = 1
  AND f.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = f.statement_id);

-- id: unnested-filter
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, access-regression, non-sargable-predicate, quadratic-growth, full-scan-growth, comma-separated-list, json-path-filter
-- parameter: min_rows integer 100000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: Rows are chosen by one member of an array or a JSON list, and each row's list is taken apart for it.
--
-- ## What it does
-- Finds filters on what `unnest()`, `json_each()`, `jsonb_array_elements()` and their like make of a column, and `value = ANY (column)` on an array,
-- where the plan reads the whole table and no other filter of it could go by an index.
--
-- ## Why
-- An index finds rows by what it holds. A GIN index holds an array's members, but PostgreSQL asks it for `@>`, `&&` and `<@` alone: not for
-- `= ANY (column)`, nor for the rows of a function. SQLite has no index on a list's members at all. So every list that is stored is read.
--
-- ## Example
-- ```sql
-- SELECT id, title FROM articles WHERE $1 = ANY (tags);
-- SELECT a.id, a.title FROM articles AS a, json_each(a.tags) AS t WHERE t.value = ?;
-- ```
--
-- ## Remedy
-- PostgreSQL: ask by containment, with a GIN index:
-- ```sql
-- CREATE INDEX articles_tags ON articles USING gin (tags);
-- SELECT id, title FROM articles WHERE tags @> ARRAY[$1];
-- ```
-- Both: a table with a row for each member, and an index that begins with the member.
--
-- ## Stays quiet when
-- - the rows were found by an index first, or another filter of the table compares a bare column;
-- - the list comes from the program (`unnest($1)`), or nothing of it is compared with a value;
-- - fewer rows than `min_rows` are read; the table is fixed;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- In `check --all` without a baseline it is an info as long as the sizes of the statement's tables are all assumed.
--
-- ## Sources
-- [PostgreSQL: GIN, built-in operator classes](https://www.postgresql.org/docs/current/gin-builtin-opclasses.html)
WITH
  lists(name) AS (
    VALUES ('unnest'), ('json_each'), ('json_tree'), ('jsonb_each'), ('jsonb_tree'), ('json_each_text'), ('jsonb_each_text'), ('json_array_elements'), ('jsonb_array_elements'),
      ('json_array_elements_text'), ('jsonb_array_elements_text'), ('regexp_split_to_table'), ('string_to_table')
  ),
  scanned AS MATERIALIZED (  -- whole, and by no filter that an index could serve
    SELECT r.statement_id, r.table_ref, r.block, r.relation, r.rows_examined
    FROM growing_reads AS r
    JOIN growth AS g ON g.statement_id = r.statement_id AND g.side = 'head' AND g.growth_class >= 1
    WHERE r.access IN ('scan', 'scan_covering') AND r.rows_examined >= :min_rows
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS o
        WHERE o.statement_id = r.statement_id AND o.clause IN ('where', 'join_on') AND (o.table_ref = r.table_ref AND o.sargable = 1 OR o.other_ref = r.table_ref))
  ),
  found AS (
    SELECT s.statement_id, s.relation, s.rows_examined, p.name AS column_name, '' AS function, p.line, p."column"
    FROM scanned AS s
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.table_ref = s.table_ref AND p.why_not = 'the column is the array' AND p.operator = 'IN' AND p.in_or = 0
    UNION ALL
    SELECT s.statement_id, s.relation, s.rows_examined, f.argument, f.name, p.line, p."column"
    FROM scanned AS s
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.role = 'function'
    JOIN query_blocks AS b ON b.statement_id = q.statement_id AND b.block = q.block AND s.block IN (b.block, b.parent)
    JOIN function_calls AS f ON f.statement_id = q.statement_id AND f.block = q.block AND f.place = 'from'
    JOIN lists AS l ON l.name = f.name
    JOIN predicates AS p ON p.statement_id = q.statement_id AND p.block = q.block AND p.in_or = 0
      AND (p.table_ref = q.table_ref OR p.table_ref IS NULL AND p.name = q.alias COLLATE NOCASE)
      AND p.operator IN ('=', '==', 'IS', 'IN', 'LIKE', 'ILIKE', '<', '<=', '>', '>=', 'BETWEEN') AND p.operand IN ('literal', 'placeholder', 'expression', 'list')
    WHERE f.argument = ''  -- a part of a column
      OR EXISTS (SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = s.relation AND c.name = f.argument COLLATE NOCASE)
  ),
  placed AS (
    SELECT f.*, row_number() OVER (PARTITION BY f.statement_id ORDER BY f.rows_examined DESC, f.line, f."column", f.column_name, f.function) AS place
    FROM found AS f
  )
SELECT
  p.statement_id,
  p.line,
  p."column",
  CASE WHEN p.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = p.statement_id) THEN 'info' END AS level,
  p.relation || CASE p.column_name WHEN '' THEN '' ELSE '.' || p.column_name END AS subject,
  CASE p.function WHEN '' THEN printf('%s.%s stands as the array of = ANY', p.relation, p.column_name)
    ELSE printf('%s() takes %s apart', p.function, CASE p.column_name WHEN '' THEN 'a list in ' || p.relation ELSE p.relation || '.' || p.column_name END) END
  || printf(', and one member is compared: no index is asked for it, and the lists of all %,d rows are read (at the largest scale).', CAST(p.rows_examined AS INTEGER)) AS message,
  CASE WHEN run.engine = 'postgres' AND coalesce(c.type, '') LIKE '%[]' THEN printf('Ask by containment, %s @> ARRAY[…], with a GIN index: CREATE INDEX ON %s USING gin ("%w").',
      p.column_name, replace(printf('"%w"', p.relation), '.', '"."'), p.column_name)
    WHEN run.engine = 'postgres' AND coalesce(c.type, '') = 'jsonb' THEN printf('Ask by containment, %s @> …, with a GIN index: CREATE INDEX ON %s USING gin ("%w" jsonb_path_ops).',
      p.column_name, replace(printf('"%w"', p.relation), '.', '"."'), p.column_name)
    ELSE 'Keep the members in a table, a row each, with an index that begins with the member.' END AS fix
FROM run
JOIN placed AS p ON p.place = 1
LEFT JOIN columns AS c ON c.side = 'head' AND c.table_name = p.relation AND c.name = p.column_name COLLATE NOCASE
WHERE p.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = p.statement_id);

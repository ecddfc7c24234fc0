-- id: text-search-by-like
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: comma-separated-list, cross-join, access-regression, non-sargable-predicate, quadratic-growth, full-scan-growth
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: Several columns are searched for a word with LIKE '%…%'; that is a text search without a text index.
--
-- ## What it does
-- Finds two or more patterns with a wildcard in front, on different columns of one growing table, where the plan reads the whole
-- table: the home-made search box.
--
-- ## Why
-- Every row is read, and every one of its columns is searched from end to end, for each search of each user. The cost grows with
-- the text that is stored. It knows no word forms and no order of relevance, and users pay for it with time.
--
-- ## Example
-- ```sql
-- SELECT id FROM articles WHERE title LIKE '%' || ? || '%' OR body LIKE '%' || ? || '%' ORDER BY id DESC LIMIT 20;
-- ```
--
-- ## Remedy
-- A text index, made for this: PostgreSQL's `tsvector` column with a GIN index (or pg_trgm on each column), SQLite's FTS5.
-- ```sql
-- CREATE INDEX articles_text ON articles USING gin (to_tsvector('english', title || ' ' || body));
-- SELECT id FROM articles WHERE to_tsvector('english', title || ' ' || body) @@ websearch_to_tsquery('english', $1);
-- ```
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: a trigram index on each column serves the patterns, or another filter narrows it down;
-- - one column is searched: that is leading-wildcard's;
-- - the table is fixed or small.
--
-- ## Limits
-- Patterns that are parameters aren't known to begin with a wildcard.
--
-- ## Sources
-- PostgreSQL manual, "Full Text Search", introduction: what LIKE lacks. SQLite, "FTS5 Extension".
WITH
  searched AS (
    SELECT p.statement_id, p.relation, p.row_count, min(p.line) AS line, count(DISTINCT lower(p.name)) AS columns, group_concat(DISTINCT p.name) AS names
    FROM scanned_predicates AS p
    WHERE p.rows_examined >= :min_rows AND p.operator NOT LIKE 'NOT %' AND p.why_not LIKE '%pattern starts with a wildcard'
    GROUP BY p.statement_id, p.table_ref
    HAVING count(DISTINCT lower(p.name)) >= 2
  ),
  ranked AS (
    SELECT w.*, row_number() OVER (PARTITION BY w.statement_id ORDER BY w.row_count DESC, w.relation, w.line) AS place
    FROM searched AS w
  )
SELECT
  w.statement_id,
  w.line,
  w.relation AS subject,
  printf('%d columns of %s (%s) are searched for a text that may stand anywhere in them: every search reads all %,d rows (at the largest scale).',
    w.columns, w.relation, replace(w.names, ',', ', '), CAST(w.row_count AS INTEGER)) AS message,
  CASE (SELECT engine FROM run)
    WHEN 'postgres' THEN 'Give the text an index of its own: a GIN index on to_tsvector() of these columns, or with pg_trgm one on each of them (gin_trgm_ops).'
    ELSE printf('Keep these columns in an FTS5 table (content = ''%s''), and search there with MATCH.', w.relation) END AS fix
FROM ranked AS w
WHERE w.place = 1;

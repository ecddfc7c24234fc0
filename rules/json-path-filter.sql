-- id: json-path-filter
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: Rows are chosen by a value inside a JSON document, no index holds it, and the table is scanned.
--
-- ## What it does
-- Finds filters on a part of a JSON column (`->`, `->>`, `#>>`, json_extract(), and in PostgreSQL containment, `@>`) where the plan reads
-- the whole of a growing table for them.
--
-- ## Why
-- To compare one field, the engine fetches each document, decompresses it where it is large, and parses it. A scan over JSON is ten times
-- as slow as one over columns.
--
-- ## Example
-- ```sql
-- SELECT id FROM events WHERE payload ->> 'order' = ?;
-- ```
--
-- ## Remedy
-- Index the expression as it is compared; or keep the value in a column of its own (also a generated one):
-- ```sql
-- CREATE INDEX events_order ON events((payload ->> 'order'));
-- CREATE INDEX events_payload ON events USING gin (payload jsonb_path_ops);     -- PostgreSQL, for @>
-- ```
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: such an index is there, or another filter narrows the rows down; on PostgreSQL, a GIN index on the column is there
-- - the table is fixed or small;
-- - an index was tried on another filter that ends the scan: full-scan-growth names it.
--
-- ## Limits
-- One finding a statement and table.
--
-- ## Sources
-- PostgreSQL manual, "JSON Types", jsonb indexing. SQLite, "Indexes On Expressions".
WITH
  searched AS (
    SELECT p.*, row_number() OVER (PARTITION BY p.statement_id, p.relation ORDER BY p.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM run
    JOIN scanned_predicates AS p ON p.rows_examined >= :min_rows AND p.in_or = 0
    JOIN statements AS s ON s.statement_id = p.statement_id AND s.dynamic = 0
    WHERE (p.why_not IN ('JSON extraction from the column', 'function json_extract() around the column', 'function jsonb_extract_path_text() around the column')
        AND p.operator IN ('=', '==', 'IS', 'IN', '<', '<=', '>', '>=', 'BETWEEN'))
      OR (run.engine = 'postgres' AND p.operator IN ('@>', '?', '@?', '@@') AND EXISTS (
        SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = p.relation AND c.name = p.name AND c.type = 'jsonb')
        AND NOT EXISTS (  -- the planner knows it, and holds the scan for cheaper as long as it doesn't know the value
          SELECT 1 FROM index_columns AS x WHERE x.side = 'head' AND x.table_name = p.relation AND x.name = p.name AND x.position = 0))
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation || '.' || w.name AS subject,
  printf('The filter looks into the JSON of %s.%s%s, and no index holds that: every document of %s is read and parsed (%,d at the largest scale).',
    w.relation, w.name, CASE w.expression WHEN '' THEN '' ELSE printf(' (%s)', w.expression) END, w.relation, CAST(w.row_count AS INTEGER)) AS message,
  CASE WHEN w.expression = '' THEN printf('CREATE INDEX ON %s USING gin ("%w"); or keep the value in a column of its own.', replace(printf('"%w"', w.relation), '.', '"."'), w.name)
    WHEN w.bare GLOB '*[?$:@%]*' THEN 'Index the expression, with the path written out; or keep the value in a column of its own.'
    ELSE printf('Index the expression: CREATE INDEX ON %s ((%s)); or keep the value in a column of its own.', replace(printf('"%w"', w.relation), '.', '"."'), w.bare) END AS fix
FROM searched AS w
WHERE w.place = 1;

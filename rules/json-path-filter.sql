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
-- - the plan doesn't scan the table: such an index is there, or another filter narrows the rows down;
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
    SELECT s.statement_id, t.name AS relation, p.name, p.operator, p.expression, p.line, p."column", t.row_count,
      replace(replace(p.expression, coalesce(nullif(q.alias, ''), t.name) || '.', ''), t.name || '.', '') AS bare,
      row_number() OVER (PARTITION BY s.statement_id, t.name ORDER BY n.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.clause IN ('where', 'join_on') AND p.in_or = 0
    JOIN tables AS t ON t.side = 'head' AND t.name = p.relation COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.table_ref = p.table_ref
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access IN ('scan', 'scan_covering') AND n.rows_examined >= :min_rows
      AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0
      AND ((p.why_not IN ('JSON extraction from the column', 'function json_extract() around the column', 'function jsonb_extract_path_text() around the column')
          AND p.operator IN ('=', '==', 'IS', 'IN', '<', '<=', '>', '>=', 'BETWEEN'))
        OR (run.engine = 'postgres' AND p.operator IN ('@>', '?', '@?', '@@') AND EXISTS (
          SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name AND c.type = 'jsonb')))
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

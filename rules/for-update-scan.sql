-- id: for-update-scan
-- family: statement
-- severity: warning
-- engines: postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth
-- parameter: min_rows integer 1000: rows locked or read for it, at the largest scale, from which on it counts
-- since: 0.1
-- summary: SELECT … FOR UPDATE reads a growing table from end to end, and locks what it finds until the transaction ends.
--
-- ## What it does
-- Finds row-locking queries (FOR UPDATE, FOR SHARE …) whose plan scans a growing table and which no LIMIT ends early.
--
-- ## Why
-- Each row that is found is written to (that is how PostgreSQL keeps row locks), and stays locked while the scan goes on and until the
-- transaction ends. Everyone else who wants one of them waits. The more rows, the longer, and the likelier a deadlock.
--
-- ## Example
-- ```sql
-- SELECT id FROM jobs WHERE state = 'open' FOR UPDATE;
-- ```
--
-- ## Remedy
-- Lock the rows that are needed, by key; a queue takes a few, and passes over what others hold:
-- ```sql
-- SELECT id FROM jobs WHERE state = 'open' ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED;
-- ```
--
-- ## Stays quiet when
-- - the rows are found by an index or by key;
-- - LIMIT ends the scan after a few rows;
-- - the table is fixed or small;
-- - an index was tried that ends the scan: full-scan-growth names it.
--
-- ## Limits
-- How long the transaction goes on isn't known. SQLite has no row locks.
--
-- ## Sources
-- PostgreSQL manual, "Explicit Locking", row-level locks.
WITH
  locked AS (
    SELECT s.statement_id, b.line, b."column", b.locking, b.has_limit, n.relation, n.rows_examined, n.rows_out,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, n.relation, n.node) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.locking <> ''
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = b.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access IN ('scan', 'scan_covering') AND n.rows_examined >= :min_rows
      AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0
  )
SELECT
  l.statement_id,
  l.line,
  l."column",
  l.relation AS subject,
  CASE WHEN l.has_limit THEN printf('FOR %s reads %s until it has found its rows, up to all %,d (at the largest scale); those that it locks stay so until the transaction ends.',
    l.locking, l.relation, CAST(l.rows_examined AS INTEGER))
  ELSE printf('FOR %s locks about %,d rows of %s (at the largest scale), and reads %,d for it from end to end; all stay locked until the transaction ends.',
    l.locking, CAST(l.rows_out AS INTEGER), l.relation, CAST(l.rows_examined AS INTEGER)) END AS message,
  'Lock a few rows at a time, found by an index: WHERE … ORDER BY key LIMIT n FOR UPDATE SKIP LOCKED.' AS fix
FROM locked AS l
WHERE l.place = 1;

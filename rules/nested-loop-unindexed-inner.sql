-- id: nested-loop-unindexed-inner
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, new-scan-in-loop, implicit-cast, leading-wildcard, case-insensitive-search, correlated-select-subquery, or-across-columns
-- parameter: min_rows integer 10000: rows examined of the inner table, all executions together, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A nested loop reads the whole inner table again for each row of the outer side.
--
-- ## What it does
-- Finds plans that scan a growing table more than once in one execution: the inner side of a nested loop that no index serves.
--
-- ## Why
-- Two rows outside are two scans, a hundred rows outside are a hundred scans. The estimate of the outer rows decides about seconds or
-- hours, and estimates are wrong by a factor of ten without anyone noticing.
--
-- ## Example
-- ```sql
-- SELECT r.id FROM rates AS r JOIN orders AS o ON o.total BETWEEN r.low AND r.high WHERE r.country = ?;
-- ```
--
-- ## Remedy
-- An index on the inner table's column in the join condition; where the condition is no equality, one that lets the engine
-- read a range of it. Or a condition that is an equality.
--
-- ## Stays quiet when
-- - an index was tried that helps: full-scan-growth or quadratic-growth names it;
-- - the inner table is fixed;
-- - the rows are read once, and kept for the outer ones (hash join);
-- - the pairs themselves are the result: it grows as the work does;
-- - another rule names the condition that is in the way.
--
-- ## Limits
-- One finding a statement: for the table of which most is read.
WITH
  looped AS (
    SELECT s.statement_id, n.relation, n.executions, n.rows_examined, t.row_count,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, n.relation, n.node) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1 AND g.waste >= 10
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND n.access IN ('scan', 'scan_covering') AND n.executions >= 2
      AND n.rows_examined >= :min_rows AND n.rows_examined >= 0.5 * n.executions * t.row_count
  )
SELECT
  l.statement_id,
  l.relation AS subject,
  printf('%s (%,d rows at the largest scale) is read from end to end %,d times, once for each row of the outer side: %,d rows examined.',
    l.relation, CAST(l.row_count AS INTEGER), CAST(l.executions AS INTEGER), CAST(l.rows_examined AS INTEGER)) AS message,
  printf('Let an index on %s serve the join condition, or join by an equality, so that it is read once.', l.relation) AS fix
FROM looped AS l
WHERE l.place = 1;

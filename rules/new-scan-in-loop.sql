-- id: new-scan-in-loop
-- family: regression
-- severity: error
-- engines: sqlite, postgres
-- needs: comparisons
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth
-- parameter: min_rows integer 10000: rows examined by the repeated scans, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A table that was read once before the change is read again and again now, on the inner side of a nested loop.
--
-- ## What it does
-- Compares the plans before and after the change: a growing table that the plan scans more than once in one execution now, and which it
-- scanned at most once before.
--
-- ## Why
-- A hash join reads each table once. When the join condition stops being an equality, or the planner holds the outer side for a few
-- rows, it becomes a scan for each outer row: the work of the whole table, times a number that is a guess.
--
-- ## Example
-- ```sql
-- SELECT v.id FROM rates AS r JOIN visits AS v ON v.seconds = r.low;                 -- before
-- SELECT v.id FROM rates AS r JOIN visits AS v ON v.seconds BETWEEN r.low AND r.high;  -- after
-- ```
--
-- ## Remedy
-- Keep an equality in the join condition, beside the range; or bring an index on the inner table's column.
--
-- ## Stays quiet when
-- - the table was scanned in a loop before as well;
-- - it was reached by an index before: that is access-regression's;
-- - the table is fixed, or the scans read few rows together;
-- - the plan flips under tiny changes of the statistics, or the past comes from the baseline.
--
-- ## Limits
-- One finding a statement: for the table of which most is read.
WITH
  looped AS (
    SELECT c.statement_id, n.relation, n.executions, n.rows_examined, t.row_count, k.kind, k.cause_statement_id,
      coalesce((
        SELECT max(b.executions) FROM plan_nodes AS b
        WHERE b.statement_id = c.before_statement_id AND b.side = CASE run.schema_changed WHEN 1 THEN 'base' ELSE 'head' END
          AND b.scale = run.largest_scale AND b.relation = n.relation AND b.access IN ('scan', 'scan_covering')), 0) AS executions_before,
      row_number() OVER (PARTITION BY c.statement_id ORDER BY n.rows_examined DESC, n.relation, n.node) AS place
    FROM run
    JOIN comparisons AS c ON c.before_statement_id IS NOT NULL AND c.unstable = 0
    JOIN statements AS s ON s.statement_id = c.statement_id AND s.side = 'head'
    JOIN plan_nodes AS n ON n.statement_id = c.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
    LEFT JOIN causes AS k ON k.statement_id = c.statement_id
    WHERE n.access IN ('scan', 'scan_covering') AND n.executions >= 2
      AND n.rows_examined >= :min_rows AND n.rows_examined >= 0.5 * n.executions * t.row_count
      AND EXISTS (
        SELECT 1 FROM plan_nodes AS b
        WHERE b.statement_id = c.before_statement_id AND b.side = CASE run.schema_changed WHEN 1 THEN 'base' ELSE 'head' END
          AND b.scale = run.largest_scale AND b.relation = n.relation)
  )
SELECT
  l.statement_id,
  l.relation AS subject,
  printf('%s (%,d rows at the largest scale) is read from end to end %,d times now, once for each row of the outer side of a nested loop; before the change it was read %s.',
    l.relation, CAST(l.row_count AS INTEGER), CAST(l.executions AS INTEGER), CASE WHEN l.executions_before >= 1 THEN 'once' ELSE 'by an index' END)
  || CASE l.kind WHEN 'schema' THEN ' The schema change did it.' ELSE '' END AS message,
  printf('Keep an equality in the join condition with %s; or let an index on it serve the condition.', l.relation) AS fix,
  l.cause_statement_id
FROM looped AS l
WHERE l.place = 1 AND l.executions_before < 2;

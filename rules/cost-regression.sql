-- id: cost-regression
-- family: regression
-- severity: error
-- engines: sqlite, postgres
-- needs: comparisons
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, new-sort, lost-index-only-plan, new-scan-in-loop
-- since: 0.1
-- summary: A query costs clearly more than before the change, though its growth is the same.
--
-- ## What it does
-- Compares each query's rows examined and cost at the largest scale before and after the change. Both a ratio and an absolute floor must
-- be passed: `limits.cost_ratio` (2) and `limits.cost_floor` (1,000 rows).
--
-- ## Why
-- Three times the rows is three times the time that a connection is held. The ratio keeps large queries from being reported for
-- noise, the floor keeps a step from two rows to four from being a finding.
--
-- ## Example
-- ```sql
-- SELECT * FROM items WHERE order_id = ?;                              -- before
-- SELECT * FROM items JOIN orders USING (id) ORDER BY orders.total;    -- after: every row, joined and sorted
-- ```
--
-- ## Remedy
-- Look at the two plans in the report: what is read or sorted now that wasn't before? Filter earlier, or give the new part its index.
--
-- ## Stays quiet when
-- - either the ratio or the floor isn't passed;
-- - the plan flips under tiny changes of the statistics (the comparison is marked unstable);
-- - another rule names the cause: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth,
--   growth-regression, new-sort, lost-index-only-plan.
--
-- ## Limits
-- Rows and cost are the planner's estimates; measured work is work-regression's.
WITH
  compared AS (
    SELECT c.*, w.more_rows, w.more_cost
    FROM comparisons AS c
    JOIN compared_work AS w ON w.statement_id = c.statement_id
    WHERE c.unstable = 0
  )
SELECT
  c.statement_id,
  o.subject,
  CASE WHEN c.more_rows
      THEN printf('The query examines %,d rows at the largest scale, %,d before the change', CAST(c.rows_after AS INTEGER), CAST(c.rows_before AS INTEGER))
    ELSE printf('The query examines about as many rows as before, but its cost with sorting is %,d at the largest scale, %,d before the change', CAST(c.cost_after AS INTEGER), CAST(c.cost_before AS INTEGER)) END
  || o.by_what AS message,
  coalesce(
    (SELECT printf('%s; with it %,d rows are examined.', t.ddl, CAST(t.rows_after AS INTEGER)) FROM index_trials AS t
     WHERE t.statement_id = c.statement_id AND t.rows_after < c.rows_after ORDER BY t.rank LIMIT 1),
    'Compare the plans before and after: filter earlier, or give what is new its index.') AS fix,
  o.cause_statement_id
FROM compared AS c
JOIN compared_subjects AS o ON o.statement_id = c.statement_id
WHERE c.more_rows OR c.more_cost;

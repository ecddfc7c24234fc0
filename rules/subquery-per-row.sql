-- id: subquery-per-row
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, planner-override, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, automatic-index, correlated-select-subquery, count-for-existence
-- parameter: min_runs integer 10000: executions of the subquery, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A subquery in a condition is executed once for each row that is looked at, though it could be joined once.
--
-- ## What it does
-- Finds subqueries outside the select list (a scalar one in WHERE, in HAVING, in ORDER BY or in SET) that the plan executes once a row, where the
-- number of rows grows with the data and reaches `min_runs`.
--
-- ## Why
-- The condition is checked for every row, and each check is a query of its own. Neither engine turns a scalar subquery into a join.
--
-- ## Example
-- ```sql
-- SELECT o.id FROM orders AS o
-- WHERE o.total > (SELECT avg(i.total) FROM orders AS i WHERE i.customer_id = o.customer_id);
-- ```
--
-- ## Remedy
-- Work the values out once, grouped, and join with them:
-- ```sql
-- SELECT o.id FROM orders AS o
-- JOIN (SELECT customer_id, avg(total) AS usual FROM orders GROUP BY customer_id) AS u ON u.customer_id = o.customer_id
-- WHERE o.total > u.usual;
-- ```
--
-- ## Stays quiet when
-- - the rows that are looked at are bounded;
-- - the subquery doesn't depend on the row, or is an EXISTS or IN: those are planned as joins where that is better;
-- - it looks something up in a fixed table;
-- - it stands in the select list: correlated-select-subquery's; or it scans: quadratic-growth's.
--
-- ## Limits
-- One finding a statement: for the subquery that is executed most.
WITH
  repeated AS (
    SELECT q.*, row_number() OVER (PARTITION BY q.statement_id ORDER BY q.executions DESC, q.rows_examined DESC, q.block, q.node) AS rank
    FROM subqueries_per_row AS q
    WHERE q.kind = 'scalar' AND q.place IN ('where', 'join_on', 'having', 'order_by', 'group_by', 'set') AND q.executions >= :min_runs
  )
SELECT
  r.statement_id,
  r.line,
  r."column",
  r.relation AS subject,
  printf('The subquery in %s is executed for each of %,d rows (at the largest scale): as many look-ups in %s, %,d rows examined.',
    CASE r.place WHEN 'where' THEN 'WHERE' WHEN 'join_on' THEN 'ON' WHEN 'set' THEN 'SET' WHEN 'having' THEN 'HAVING' WHEN 'order_by' THEN 'ORDER BY' ELSE 'GROUP BY' END,
    CAST(r.executions AS INTEGER), r.relation, CAST(r.rows_examined AS INTEGER)) AS message,
  printf('Work it out once, grouped by the column that relates %s, and join with that.', r.relation) AS fix
FROM repeated AS r
WHERE r.rank = 1;

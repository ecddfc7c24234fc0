-- id: correlated-select-subquery
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, automatic-index, count-for-existence
-- parameter: min_runs integer 10000: executions of the subquery, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A subquery in the select list runs once for each row of a result that grows.
--
-- ## What it does
-- Finds subqueries in the select list of a query (a scalar one, or EXISTS) that the plan executes once a row, where the number of
-- rows grows with the data and reaches `min_runs`.
--
-- ## Why
-- Each execution is a look-up of its own, cheap by itself, done a million times: it is N+1 inside the database. A join with a grouped
-- subquery reads each table once.
--
-- ## Example
-- ```sql
-- SELECT c.id, (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) FROM customers AS c;
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT c.id, coalesce(n.orders, 0)
-- FROM customers AS c LEFT JOIN (SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id) AS n ON n.customer_id = c.id;
-- ```
-- Or give the outer query its LIMIT: a subquery for each of twenty rows on a page is fine.
--
-- ## Stays quiet when
-- - the rows of the outer query are bounded, by LIMIT or by a filter;
-- - the subquery doesn't depend on the row: it runs once;
-- - it looks something up in a fixed table;
-- - the look-up scans: then quadratic-growth has it.
--
-- ## Limits
-- One finding a statement: for the subquery that is executed most.
WITH
  repeated AS (
    SELECT q.*, row_number() OVER (PARTITION BY q.statement_id ORDER BY q.executions DESC, q.rows_examined DESC, q.block, q.node) AS rank
    FROM subqueries_per_row AS q
    WHERE q.kind IN ('scalar', 'exists') AND q.place = 'select' AND q.executions >= :min_runs
  )
SELECT
  r.statement_id,
  r.line,
  r."column",
  r.relation AS subject,
  printf('The subquery in the select list is executed for each of %,d rows (at the largest scale): as many look-ups in %s, %,d rows examined.',
    CAST(r.executions AS INTEGER), r.relation, CAST(r.rows_examined AS INTEGER)) AS message,
  printf('Join with %s, grouped by the column that relates it, which reads it once; or bound the outer query by LIMIT.', r.relation) AS fix
FROM repeated AS r
WHERE r.rank = 1;

-- id: quadratic-growth
-- family: plan
-- severity: error
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, planner-override, access-regression
-- after: non-sargable-predicate
-- since: 0.1
-- summary: A query's cost grows with the square of the data, and its result doesn't.
--
-- ## What it does
-- Finds new and edited statements whose rows examined grow about a hundredfold when the data grows tenfold (exponent 1.5 or
-- more), while the rows returned grow clearly less (by half a power or more).
--
-- ## Why
-- A loop in a loop: for each row of one table the engine reads another table from end to end, most often in a correlated
-- subquery or in a join whose columns no index serves. With a thousand rows it takes a moment, with a million rows it never
-- comes back.
--
-- ## Example
-- ```sql
-- SELECT c.id, (SELECT max(o.placed_at) FROM orders AS o WHERE o.customer_id = c.id) FROM customers AS c;
-- ```
-- without an index on orders.customer_id.
--
-- ## Remedy
-- Index the column by which the inner table is looked up; the finding names the index when one was tried that helps. Or turn the
-- correlated subquery into a join with a grouped subquery, which reads each table once.
--
-- ## Stays quiet when
-- - the result grows alike: a query that returns every pair is not slow by mistake;
-- - the inner table is fixed or reached by an index;
-- - the engine builds an index by itself: that is automatic-index's;
-- - cross-join names a missing join condition, non-sargable-predicate the wrapped column of the inner table, or
--   access-regression what the change took away.
--
-- ## Limits
-- Where the tables are joined by `CASE WHEN $1 …` (PostgreSQL), the finding is a warning: with the parameter's value the planner drops the other
-- arms, and may find a better plan, as long as the server plans for the value.
--
-- How often a recursive CTE goes on is the planner's guess: the finding is a warning.
--
-- It is a warning where the sizes of today are known, and at these the statement examines fewer than 5,000 rows; and where no user waits for it by path
-- and function (tests, scripts, resets, clean-ups).
--
-- In `check --all` it is a warning as long as the sizes of the statement's tables are all assumed, unless a baseline is there that doesn't know the
-- statement: what runs already has met its data. Sizes (`tables`, `statistics`) make it an error.
--
-- Growth is that of the planner's model over three scales; a LIMIT that ends the loop early is only seen where the model sees it.
WITH
  nested AS (
    SELECT s.statement_id, g.growth, m.rows_examined, m.rows_returned, n.relation, n.executions, n.correlated,
      EXISTS (  -- joined by CASE WHEN $1 = …: PostgreSQL's plan for a known value has only the arm that is left
        WITH RECURSIVE above(node, parent, detail) AS (
          SELECT n.node, n.parent, n.detail
          UNION ALL
          SELECT p.node, p.parent, p.detail
          FROM above AS a
          JOIN plan_nodes AS p ON p.statement_id = s.statement_id AND p.side = 'head' AND p.scale = n.scale AND p.node = a.parent
        )
        SELECT 1 FROM above WHERE detail LIKE '%(join filter: %CASE WHEN ($%') AS undecided,
      EXISTS (SELECT 1 FROM query_blocks AS b WHERE b.statement_id = s.statement_id AND b.recursive = 1) AS recursive,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.executions >= 2 DESC, n.rows_examined DESC, n.executions DESC, n.node DESC) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head'
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.fixed = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND g.growth_class = 2 AND g.growth >= g.result_growth + 0.5
      AND n.access <> 'none'
  )
SELECT
  n.statement_id,
  CASE WHEN n.undecided OR n.recursive OR n.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = n.statement_id) OR n.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = n.statement_id)
    OR n.statement_id IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = n.statement_id) THEN 'warning' END AS level,
  n.relation AS subject,
  printf('The cost grows with the square of the data: %s is read %,d times over, %,d rows examined in all for %,d returned (at the largest scale). Ten times the data is %,d times the work.',
    n.relation, CAST(n.executions AS INTEGER), CAST(n.rows_examined AS INTEGER), CAST(n.rows_returned AS INTEGER),
    CAST(round(pow(10, min(n.growth, 9))) AS INTEGER))
    || CASE WHEN n.undecided THEN ' It is joined by a CASE over a parameter: this is the plan for all values of it, and the one for a given value may be better.' ELSE '' END AS message,
  coalesce(
    (SELECT printf('%s; with it %,d rows are examined.', t.ddl, CAST(t.rows_after AS INTEGER)) FROM index_trials AS t
     WHERE t.statement_id = n.statement_id AND t.class_after < 2 ORDER BY t.rank LIMIT 1),
    printf('Let an index serve the look-up in %s, or read %s once, grouped or joined, in place of once a row.', n.relation, n.relation)) AS fix
FROM nested AS n
WHERE n.place = 1
  AND NOT EXISTS (
    SELECT 1 FROM findings AS f
    WHERE f.statement_id = n.statement_id
      AND f.rule = 'non-sargable-predicate' AND substr(f.subject, 1, length(n.relation) + 1) = n.relation || '.');

-- id: partitions-not-pruned
-- family: plan
-- severity: warning
-- engines: postgres
-- needs: growth
-- yields-to: cross-join, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression
-- parameter: min_partitions integer 3: partitions that are read, from which on it counts
-- parameter: many_partitions integer 50: partitions that are read, from which on the finding is a warning
-- parameter: many_rows integer 10000: rows examined in them, at the largest scale, from which on the finding is a warning
-- since: 0.1
-- summary: A filtered query on a partitioned table reads every partition: the filter doesn't name the partition key as the partitions have it.
--
-- ## What it does
-- Finds plans that read all partitions of a table, none of them pruned, though the query filters that table.
--
-- ## Why
-- Partitions are there so that a query opens one or two of them. A filter that doesn't compare the partition key, or wraps it in a function
-- or a cast, opens them all: a look-up becomes one look-up for each month that was ever kept, and locks each of them. It gets slower
-- with each new partition.
--
-- ## Example
-- ```sql
-- SELECT id FROM events WHERE user_id = $1;                               -- partitioned by placed_at
-- SELECT id FROM events WHERE date(placed_at) = $1 AND user_id = $2;      -- the key is wrapped
-- ```
--
-- ## Remedy
-- Compare the bare partition key as well: `WHERE user_id = $1 AND placed_at >= $2 AND placed_at < $3`. A table that is mostly
-- read by another column wants to be partitioned by that one.
--
-- ## Stays quiet when
-- - some partitions are pruned, when the plan is made or when it starts;
-- - the query has no filter on the table: who wants everything reads everything;
-- - the table has fewer partitions than `min_partitions`;
-- - an index was tried that ends the scan: full-scan-growth names it.
--
-- ## Limits
-- A warning where many partitions or rows are read, otherwise an info. One finding a statement. Which column the partition key is isn't known to the rule: the plan says that nothing was pruned.
--
-- ## Sources
-- PostgreSQL manual, "Table Partitioning", partition pruning.
WITH
  opened AS (
    SELECT s.statement_id, t.name AS relation, count(*) AS partitions, sum(n.rows_examined) AS rows_examined,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY count(*) DESC, t.name) AS place
    FROM run
    JOIN statements AS s
    JOIN plan_nodes AS above ON above.statement_id = s.statement_id AND above.side = 'head' AND above.scale = run.largest_scale
      AND above.operation IN ('Append', 'Parallel Append', 'Merge Append') AND above.detail NOT LIKE '%partitions pruned: %'
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.parent = above.node
      AND n.access <> 'none'
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.partitions >= :min_partitions
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0
      AND EXISTS (
        SELECT 1 FROM predicates AS p
        WHERE p.statement_id = s.statement_id AND p.relation = t.name AND p.clause IN ('where', 'join_on') AND p.in_or = 0
          AND p.operand <> 'column')
    GROUP BY s.statement_id, above.node, t.name
    HAVING count(*) >= max(t.partitions)
  )
SELECT
  o.statement_id,
  CASE WHEN o.rows_examined >= :many_rows OR o.partitions >= :many_partitions THEN 'warning' ELSE 'info' END AS level,
  o.relation AS subject,
  printf('All %d partitions of %s are read for a filtered query (%,d rows examined at the largest scale): no filter names the partition key so that partitions can be left out.',
    o.partitions, o.relation, CAST(o.rows_examined AS INTEGER)) AS message,
  printf('Compare the bare partition key of %s as well.', o.relation) AS fix
FROM opened AS o
WHERE o.place = 1;

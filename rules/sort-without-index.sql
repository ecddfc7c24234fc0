-- id: sort-without-index
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, planner-override, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, automatic-index, new-sort
-- parameter: min_rows_today integer 10000: rows sorted today, where the table's size is known, from which on it counts though they don't grow
-- since: 0.1
-- summary: A query sorts everything it finds to give back the first few rows, and an index was tried that gives them in order.
--
-- ## What it does
-- Finds new and edited statements with ORDER BY and LIMIT whose plan sorts, where the number of sorted rows grows with the data, or is large today
-- where the table's size is known, and where the engine, given a candidate index, reads the rows in order and doesn't sort.
--
-- ## Why
-- With an index in the order wanted, the engine reads twenty rows and stops. Without it, it reads and sorts all that match to
-- throw away all but twenty: the page is slower for exactly the customers with the most data.
--
-- ## Example
-- ```sql
-- SELECT id, placed_at FROM orders WHERE status = ? ORDER BY placed_at DESC LIMIT 20;   -- an index on status alone
-- ```
--
-- ## Remedy
-- An index on the columns compared by equality, then those of the ORDER BY:
-- ```sql
-- CREATE INDEX orders_status_placed_at ON orders(status, placed_at);
-- ```
--
-- ## Stays quiet when
-- - there is no LIMIT in the query block that sorts: who wants all rows in order has to sort them;
-- - the number of sorted rows doesn't grow, and is less than `min_rows_today`: one customer's ten orders may be sorted;
-- - no index that was tried takes the sort away, or it would read more rows than the sort does;
-- - the index gives all but the last columns of the order, so that only small groups are sorted;
-- - another rule stands on the same statement: full-scan-growth for instance, whose index is chosen with the order in mind.
--
-- ## Limits
-- LIMIT with a parameter is taken for a small number.
WITH
  sorted AS (
    SELECT s.statement_id, m.rows_sorted >= 5 * small.rows_sorted AS grows, t.relation, t.ddl, t.rows_before, t.rows_after, m.rows_sorted,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY t.rank) AS place
    FROM run
    JOIN statements AS s
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale
    JOIN metrics AS small ON small.statement_id = s.statement_id AND small.side = 'head' AND small.scale = 0
    JOIN index_trials AS t ON t.statement_id = s.statement_id
    JOIN tables AS r ON r.side = 'head' AND r.name = t.relation AND r.fixed = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND (m.rows_sorted >= 5 * small.rows_sorted AND m.rows_sorted > 1 OR small.rows_sorted >= :min_rows_today AND r.row_source IN ('file', 'configured'))
      AND t.sorted_after <= 0.1 * t.sorted_before AND t.rows_after <= t.rows_before
      AND EXISTS (
        SELECT 1 FROM plan_nodes AS n
        WHERE n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.purpose = 'ORDER BY')
      AND EXISTS (
        SELECT 1 FROM query_blocks AS b
        JOIN orderings AS o ON o.statement_id = b.statement_id AND o.block = b.block AND o.kind = 'order_by'
        WHERE b.statement_id = s.statement_id AND b.has_limit = 1)
  )
SELECT
  s.statement_id,
  s.relation AS subject,
  printf('The query sorts %,d rows of %s (at the largest scale) to give back the first few%s.',
    CAST(s.rows_sorted AS INTEGER), s.relation, CASE WHEN s.grows THEN '; their number grows with the data' ELSE '' END) AS message,
  printf('%s; with it the rows come in order, nothing is sorted, and %,d rows are examined in place of %,d.', s.ddl,
    CAST(s.rows_after AS INTEGER), CAST(s.rows_before AS INTEGER)) AS fix
FROM sorted AS s
WHERE s.place = 1;

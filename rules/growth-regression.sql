-- id: growth-regression
-- family: regression
-- severity: error
-- engines: sqlite, postgres
-- needs: comparisons, growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, new-scan-in-loop
-- since: 0.1
-- summary: The cost of a query grows faster with the data than it did before the change.
--
-- ## What it does
-- Compares the growth class (constant, linear, quadratic) of each query before and after the change, and reports a rise that
-- no other rule explains.
--
-- ## Why
-- A class is not a matter of taste or of the machine: a query that was constant and is linear now will pass every limit there is,
-- with time. The access may even look the same: a search in an index that finds one row, and one that finds a quarter of the table.
--
-- ## Example
-- ```sql
-- SELECT id FROM orders WHERE customer_id = ?;      -- before: some ten rows
-- SELECT id FROM orders WHERE status = ?;           -- after: a search in an index too, of a fifth of the table
-- ```
--
-- ## Remedy
-- Bring back the filter or the LIMIT that bounded the query, or page through the result.
--
-- ## Stays quiet when
-- - the class is the same, however much the numbers moved: that is cost-regression's;
-- - the plan flips under tiny changes of the statistics (the comparison is marked unstable);
-- - cross-join, non-sargable-predicate, access-regression, quadratic-growth or full-scan-growth names the cause.
--
-- ## Limits
-- A query that now asks for more on purpose is reported as well, and the message says that its result grows too: accept it with
-- `explaingate accept`, with the reason.
--
-- A warning where the sizes of today are known, and at these the statement examines fewer than 5,000 rows.
WITH
  risen AS (
    SELECT c.statement_id, c.class_before, c.class_after, c.rows_before, c.rows_after, k.kind, k.cause_statement_id, g.result_growth,
      coalesce(
        (SELECT n.relation FROM plan_nodes AS n JOIN run ON n.scale = run.largest_scale
         JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.fixed = 0
         WHERE n.statement_id = c.statement_id AND n.side = 'head' AND n.access <> 'none'
         ORDER BY n.rows_examined DESC, n.relation LIMIT 1),
        nullif(s.name, ''), nullif(s.function, ''), 'query') AS subject
    FROM comparisons AS c
    JOIN statements AS s ON s.statement_id = c.statement_id
    LEFT JOIN growth AS g ON g.statement_id = c.statement_id AND g.side = 'head'
    LEFT JOIN causes AS k ON k.statement_id = c.statement_id
    WHERE s.side = 'head' AND c.unstable = 0 AND c.class_after > c.class_before
  )
SELECT
  r.statement_id,
  r.subject,
  CASE WHEN r.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = r.statement_id) THEN 'warning' END AS level,
  printf('The cost of this query %s before the change and grows %s now: %,d rows examined before, %,d now (at the largest scale), most of them of %s.',
    CASE r.class_before WHEN 0 THEN 'did not grow with the data' ELSE 'grew linearly with the data' END,
    CASE r.class_after WHEN 1 THEN 'linearly with it' ELSE 'with its square' END,
    CAST(r.rows_before AS INTEGER), CAST(r.rows_after AS INTEGER), r.subject)
  || CASE WHEN r.result_growth >= 0.75 THEN ' Its result grows with the data too: the query asks for more than before, or was never bounded.' ELSE '' END AS message,
  coalesce(
    (SELECT printf('%s; with it %,d rows are examined.', t.ddl, CAST(t.rows_after AS INTEGER)) FROM index_trials AS t
     WHERE t.statement_id = r.statement_id AND t.class_after < r.class_after ORDER BY t.rank LIMIT 1),
    (SELECT k.ddl FROM keys_without_index AS k  -- what a foreign key does for each row that goes
     WHERE k.table_name = r.subject AND EXISTS (
       SELECT 1 FROM query_tables AS q WHERE q.statement_id = r.statement_id AND q.role = 'target' AND q.name = k.parent_table COLLATE NOCASE)
     ORDER BY k.ddl LIMIT 1),
    'Bound the query by a selective filter that an index serves, or by LIMIT over an indexed order.') AS fix,
  r.cause_statement_id
FROM risen AS r;

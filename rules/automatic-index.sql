-- id: automatic-index
-- family: plan
-- severity: warning
-- engines: sqlite
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression
-- since: 0.1
-- summary: The engine builds an index for this one execution, because none is there that the query could use.
--
-- ## What it does
-- Finds new and edited statements whose plan says AUTOMATIC INDEX on a growing table: SQLite reads the whole table, sorts it into
-- an index, uses it and throws it away, every time the statement runs.
--
-- ## Why
-- It is SQLite's way out of a quadratic join, and still work for the whole table per execution. The index that it builds is the
-- one that is missing.
--
-- ## Example
-- ```sql
-- SELECT c.email, o.total FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.email = ?;
-- ```
-- without an index on orders.customer_id.
--
-- ## Remedy
-- ```sql
-- CREATE INDEX orders_customer_id ON orders(customer_id);
-- ```
--
-- ## Stays quiet when
-- - the table is fixed, or what is indexed is a CTE, a view or a subquery, which no index of yours could serve;
-- - an error of another rule stands on the same statement: it comes first, and its remedy may make this one needless.
--
-- ## Limits
-- One finding a statement: for the largest table. PostgreSQL builds no indexes by itself; it hashes, which its plans show.
WITH
  built AS (
    SELECT s.statement_id, n.relation, n.terms, n.executions, t.row_count,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY t.row_count DESC, n.relation, n.node) AS place
    FROM run
    JOIN statements AS s
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND n.access = 'automatic_index'
  )
SELECT
  b.statement_id,
  b.relation AS subject,
  printf('Each execution reads the whole of %s (%,d rows at the largest scale) to build an index for itself (%s), and throws it away afterwards.',
    b.relation, CAST(b.row_count AS INTEGER), b.terms) AS message,
  coalesce(
    (SELECT printf('%s; with it %,d rows are examined in place of %,d.', t.ddl, CAST(t.rows_after AS INTEGER), CAST(t.rows_before AS INTEGER))
     FROM index_trials AS t WHERE t.statement_id = b.statement_id AND t.relation = b.relation ORDER BY t.rank LIMIT 1),
    printf('Create an index on the columns of %s that the query compares: %s.', b.relation, b.terms)) AS fix
FROM built AS b
WHERE b.place = 1;

-- id: index-filters-most-rows
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, sort-without-index, order-by-limit-trap, wrong-column-order, bad-row-estimate
-- parameter: min_rows integer 1000: rows read by way of the index, at the largest scale, from which on it counts
-- parameter: min_rows_each integer 100: rows read in one execution, at the largest scale, from which on it counts
-- parameter: share number 0.3: of the rows examined now; with the index that was tried, at most that many may be
-- since: 0.1
-- summary: An index finds rows most of which another filter then throws away, and an index was tried that finds the right ones.
--
-- ## What it does
-- Finds plans that search a growing table by an index and read at least `min_rows` rows there, because the index knows nothing of
-- another column that is filtered by, where the engine planned the same statement with a candidate index on that column too and
-- read less than `share` of the rows.
--
-- ## Why
-- The plan says "index", so everyone passes over it. But the index knows one of two conditions: every row that fits the first is
-- fetched from the table to look at the second. For the customer with a hundred thousand orders, that is a hundred thousand fetches.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_status ON orders(status);
-- SELECT id FROM orders WHERE status = 'new' AND reference = ?;       -- reads all new orders
-- ```
--
-- ## Remedy
-- One index on both columns, the one compared by equality first; the finding names the index that was tried.
--
-- ## Stays quiet when
-- - few rows are read by way of the index, in all or each time, whatever their share;
-- - no index that was tried reads less: the filter is one that no index serves;
-- - the other filter compares a column with its own DEFAULT (`hidden = 0` for `hidden INTEGER DEFAULT 0`): most rows have that value;
-- - the table is fixed;
-- - another rule names the same trouble more exactly, or the run on seed data shows that the estimate is wrong (bad-row-estimate).
--
-- ## Limits
-- How many rows a filter keeps is the planner's estimate, with the index that was tried.
WITH
  searches AS (  -- PostgreSQL's bitmap scans have their terms in the index scan below them
    SELECT n.statement_id, n.node, n.relation, n.index_name, n.rows_examined,
      CASE n.terms WHEN '' THEN coalesce((
        SELECT group_concat(below.terms, ' AND ') FROM plan_nodes AS below
        WHERE below.statement_id = n.statement_id AND below.side = n.side AND below.scale = n.scale
          AND below.relation = n.relation AND below.alias = n.alias AND below.index_name = n.index_name AND below.terms <> ''), '') ELSE n.terms END AS terms
    FROM run
    JOIN plan_nodes AS n ON n.side = 'head' AND n.scale = run.largest_scale
    WHERE n.access IN ('search', 'search_covering') AND n.index_name <> '' AND n.rows_examined >= :min_rows
      AND n.rows_examined >= :min_rows_each * n.executions
  ),
  found AS (
    SELECT s.statement_id, n.relation, n.index_name, n.terms, n.rows_examined, p.name, p.line, p."column", i.ddl, i.rows_after, i.rows_before,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, n.relation, n.node, i.rank, p.line, p."column", p.name) AS place
    FROM statements AS s
    JOIN searches AS n ON n.statement_id = s.statement_id
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
    JOIN index_trials AS i ON i.statement_id = s.statement_id AND i.relation = n.relation AND i.rows_after <= :share * i.rows_before
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.relation = n.relation COLLATE NOCASE AND p.sargable = 1 AND p.in_or = 0
      AND p.clause IN ('where', 'join_on')
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND n.terms <> '' AND instr(lower(n.terms), lower(p.name)) = 0 AND instr(lower(i.ddl), lower(p.name)) > 0
  )
SELECT
  f.statement_id,
  f.line,
  f."column",
  f.relation AS subject,
  printf('%s (%s) finds %,d rows of %s (at the largest scale), and each is fetched to look at %s.',
    f.index_name, f.terms, CAST(f.rows_examined AS INTEGER), f.relation, f.name) AS message,
  printf('%s; with it %,d rows are examined in place of %,d.', f.ddl, CAST(f.rows_after AS INTEGER), CAST(f.rows_before AS INTEGER)) AS fix
FROM found AS f
WHERE f.place = 1;

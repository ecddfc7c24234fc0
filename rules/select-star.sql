-- id: select-star
-- family: statement
-- severity: info
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, unbounded-select, lost-index-only-plan
-- parameter: min_rows integer 1000: rows fetched, at the largest scale, from which on it counts
-- since: 0.1
-- summary: SELECT * fetches each row from the table, where an index holds all columns that the query itself needs to find them.
--
-- ## What it does
-- Finds `SELECT *` over one table whose plan finds at least `min_rows` rows by an index that holds every column that is filtered
-- and ordered by: what keeps the query from being answered from that index, or from one with a column more, is the star.
--
-- ## Why
-- Each row found costs a fetch from the table, for columns that often nobody reads: large texts, JSON. And the next column that is added
-- to the table travels over the network from that day on.
--
-- ## Example
-- ```sql
-- SELECT * FROM orders WHERE customer_id = ?;         -- to show the date and the total
-- ```
--
-- ## Remedy
-- Name the columns that are read. If they are few, the index can hold them too:
-- ```sql
-- CREATE INDEX orders_customer ON orders(customer_id, placed_at, total);
-- ```
--
-- ## Stays quiet when
-- - few rows are fetched: one row by its key may be fetched whole. Where the edit that put the star there took an answer from the index alone
--   away, two rows count, and the finding is an info;
-- - the table has three columns or less;
-- - a filter needs a column that isn't in the index: then the rows are fetched anyway.
--
-- ## Limits
-- Which columns the program reads isn't known.
WITH
  starred AS (
    SELECT s.statement_id, t.name AS relation, n.index_name, n.rows_examined,
      (SELECT count(*) FROM columns AS c WHERE c.side = 'head' AND c.table_name = t.name) AS columns,
      EXISTS (
        SELECT 1 FROM access_comparisons AS a
        WHERE a.statement_id = s.statement_id AND a.relation = t.name AND a.access_before = 'search_covering' AND a.access_after = 'search') AS lost,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, n.node) AS place
    FROM run
    JOIN statements AS s
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.block = 0 AND b.has_aggregate = 0 AND b.has_group_by = 0
    JOIN projections AS i ON i.statement_id = s.statement_id AND i.block = 0 AND i.name = '*'
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = 0 AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access = 'search' AND n.index_name <> '' AND n.rows_examined >= 2
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.statement_kind = 'select'
      AND (SELECT count(*) FROM query_tables AS other WHERE other.statement_id = s.statement_id) = 1
      AND EXISTS (SELECT 1 FROM index_columns AS x WHERE x.side = 'head' AND x.table_name = t.name AND x.index_name = n.index_name)
      AND NOT EXISTS (
        SELECT 1 FROM (
          SELECT p.name FROM predicates AS p WHERE p.statement_id = s.statement_id
          UNION ALL SELECT o.name FROM orderings AS o WHERE o.statement_id = s.statement_id) AS named
        WHERE NOT EXISTS (
          SELECT 1 FROM index_columns AS x
          WHERE x.side = 'head' AND x.table_name = t.name AND x.index_name = n.index_name AND x.name = named.name COLLATE NOCASE))
  )
SELECT
  w.statement_id,
  CASE WHEN w.rows_examined >= :min_rows THEN NULL ELSE 'info' END AS level,
  w.relation AS subject,
  printf('%s finds %,d rows (at the largest scale) by columns that it holds itself; each is %s fetched from %s for all of its %d columns.',
    w.index_name, CAST(w.rows_examined AS INTEGER), CASE WHEN w.lost THEN 'now' ELSE 'then' END, w.relation, w.columns) AS message,
  printf('Name the columns that are read; with those few in %s as well, the table needn''t be touched.', w.index_name) AS fix
FROM starred AS w
WHERE w.place = 1 AND w.columns > 3 AND (w.lost OR w.rows_examined >= :min_rows);

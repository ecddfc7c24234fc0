-- id: unused-index
-- family: schema
-- severity: info
-- engines: sqlite, postgres
-- needs: plan_nodes
-- yields-to: duplicate-index, redundant-index, low-cardinality-index
-- since: 0.1
-- summary: An index comes with the change, and no known query uses it.
--
-- ## What it does
-- Finds an index that the change creates, and that none of the queries known here uses at any scale, though at least one of them reads the table.
--
-- ## Why
-- An index costs each write, and memory. One that was made for a query should be seen in that query's plan: where it isn't, its columns are
-- in the wrong order, the query wraps the column, or another index is as good.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_placed ON orders(placed_at, customer_id);
-- SELECT id FROM orders WHERE customer_id = ?;     -- begins with the other column
-- ```
--
-- ## Remedy
-- `explaingate explain 'SELECT …'` shows the plan, and the indexes that were tried. Drop the index, or give it the order that the query needs:
-- ```sql
-- CREATE INDEX orders_customer ON orders(customer_id, placed_at);
-- ```
--
-- ## Stays quiet when
-- - it is unique, or serves a foreign key: then it isn't there for reading alone;
-- - no known query reads the table: there is nothing to judge by;
-- - a query on the table could not be planned, or is partly dynamic: it may be the one;
-- - the table is fixed; another rule says what the index is a copy of.
--
-- ## Limits
-- Queries outside of the repository, such as reports, aren't known. It is an info for that reason.
WITH
  came AS (
    SELECT i.table_name, i.name, i.statement_id
    FROM new_indexes AS i
    WHERE i.table_type = 'table' AND i.is_unique = 0
      AND NOT EXISTS (
        SELECT 1 FROM foreign_keys AS f
        JOIN index_columns AS x ON x.side = 'head' AND x.table_name = f.table_name AND x.index_name = i.name AND x.position = 0
          AND x.name = f.name COLLATE NOCASE
        WHERE f.side = 'head' AND f.table_name = i.table_name)
  ),
  used AS (
    SELECT DISTINCT n.relation, n.index_name FROM plan_nodes AS n WHERE n.side = 'head'
  ),
  readers AS (
    SELECT n.relation, count(DISTINCT n.statement_id) AS queries
    FROM plan_nodes AS n JOIN statements AS s ON s.statement_id = n.statement_id AND s.side = 'head' AND s.statement_kind <> 'insert'
    WHERE n.side = 'head' AND n.relation <> '' AND n.access <> 'none'
    GROUP BY n.relation
  ),
  open_questions AS (  -- tables of queries of which too little is known
    SELECT DISTINCT lower(q.name) AS name FROM query_tables AS q JOIN statements AS s ON s.statement_id = q.statement_id
    WHERE s.side = 'head' AND s.kind <> 'schema' AND (s.planned = 0 OR s.dynamic = 1)
  )
SELECT
  c.statement_id,
  c.name AS subject,
  CASE r.queries WHEN 1 THEN printf('The one query known here that reads %s doesn''t use %s.', c.table_name, c.name)
    ELSE printf('None of the %,d queries known here that read %s uses %s.', r.queries, c.table_name, c.name) END AS message,
  'Look at the plan of the query that it is for with `explaingate explain`, or leave the index out.' AS fix
FROM came AS c
JOIN readers AS r ON r.relation = c.table_name
WHERE NOT EXISTS (SELECT 1 FROM used AS u WHERE u.index_name = c.name)
  AND lower(c.table_name) NOT IN (SELECT name FROM open_questions);

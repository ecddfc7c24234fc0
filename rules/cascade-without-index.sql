-- id: cascade-without-index
-- family: schema
-- severity: warning
-- engines: sqlite, postgres
-- needs: tables
-- after: access-regression, growth-regression, cost-regression
-- since: 0.1
-- summary: ON DELETE CASCADE without an index: each deleted parent row reads the whole child table to find what goes with it.
--
-- ## What it does
-- Looks at foreign keys with ON DELETE CASCADE, SET NULL or SET DEFAULT that the change brought, and at those whose index it took away.
-- The key's columns must be the first ones of an index that covers all rows, or of the primary key. Where a known query deletes from the
-- parent, the finding names it, and is an error if the child table's size is known and not assumed.
--
-- ## Why
-- The action is the engine's own DELETE or UPDATE, one for each parent row, and without an index each is a scan of the child table.
-- Deleting a hundred customers reads all orders a hundred times; what hangs on the orders comes on top.
--
-- ## Example
-- ```sql
-- CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE);
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE INDEX items_order_id ON items(order_id);
-- ```
-- On PostgreSQL, where the table is in use: `CREATE INDEX CONCURRENTLY`, in a migration of its own that runs in no transaction.
--
-- ## Stays quiet when
-- - an index, a UNIQUE constraint or the primary key begins with the key's columns, in any order among them;
-- - parent or child is fixed: few rows, or rows that nobody deletes;
-- - the key was there before the change, and as bare as now;
-- - the foreign key only refuses (NO ACTION, RESTRICT): that is foreign-key-without-index's;
-- - the index went and access-regression names a query that needed it; or a regression stands at the query that deletes from the
--   parent, where the plan shows what the action reads.
--
-- ## Limits
-- A partial index counts only where its condition is that the key's one column is not NULL. The suggested index isn't tried.
--
-- An error where a statement of the repository deletes from the parent, and the child is known to hold 5,000 rows today; otherwise a warning.
SELECT
  coalesce(b.statement_id, b.cause_statement_id) AS statement_id,
  b.table_name || '.' || b.column_list AS subject,
  printf('%s(%s) refers to %s ON DELETE %s and %s: each deleted row of %s reads all of %s (%,d rows at the largest scale).',
    b.table_name, b.column_list, b.parent_table, b.on_delete,
    CASE WHEN coalesce(b.lost_index, '') <> '' THEN printf('lost its index %s with this change', b.lost_index) ELSE 'has no index' END,
    b.parent_table, b.table_name, CAST(b.row_count AS INTEGER))
  || CASE WHEN d.path IS NULL THEN '' ELSE printf(' %s:%d deletes from %s.', d.path, d.line, b.parent_table) END AS message,
  CASE WHEN coalesce(b.lost_index, '') <> '' THEN printf('Keep %s, or create another: ', b.lost_index) ELSE '' END
  || b.ddl AS fix,
  CASE WHEN d.path IS NOT NULL AND b.row_source IN ('file', 'configured')
      AND (SELECT t.rows_today FROM tables AS t WHERE t.side = 'head' AND t.name = b.table_name) >= 5000
      AND d.statement_id NOT IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = d.statement_id) THEN 'error' ELSE 'warning' END AS level,
  b.cause_statement_id
FROM keys_without_index AS b
LEFT JOIN (
  SELECT q.name, min(printf('%s:%08d', s.path, s.line)) AS at, s.statement_id, s.path, s.line
  FROM query_tables AS q
  JOIN statements AS s ON s.statement_id = q.statement_id AND s.side = 'head' AND s.kind <> 'schema' AND s.statement_kind = 'delete'
    AND s.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j)
  WHERE q.role = 'target'
  GROUP BY q.name COLLATE NOCASE
) AS d ON d.name = b.parent_table COLLATE NOCASE
WHERE b.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT') AND coalesce(b.statement_id, b.cause_statement_id) IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM findings AS f
    WHERE (f.rule = 'access-regression' AND f.cause_statement_id = b.cause_statement_id)
      OR (f.rule IN ('access-regression', 'growth-regression', 'cost-regression') AND f.subject = b.table_name COLLATE NOCASE
        AND EXISTS (SELECT 1 FROM query_tables AS q WHERE q.statement_id = f.statement_id AND q.role = 'target' AND q.name = b.parent_table COLLATE NOCASE)));

-- id: foreign-key-without-index
-- family: schema
-- severity: warning
-- engines: sqlite, postgres
-- needs: tables
-- after: access-regression
-- since: 0.1
-- summary: A foreign key has no index on its own columns, so each delete or key change of a parent row scans the child table.
--
-- ## What it does
-- Looks at foreign keys that the change brought, by CREATE TABLE or by a column or constraint added later, and at those whose index
-- the change took away. The key's columns must be the first ones of an index that covers all rows, or of the primary key.
--
-- ## Why
-- A primary key brings its index, a foreign key doesn't, neither in SQLite nor in PostgreSQL. Without it the engine checks each
-- deleted parent row by reading the whole child table. Joins from parent to children
-- need the same index.
--
-- ## Example
-- ```sql
-- CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id));
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
-- - the key has an action of its own (ON DELETE CASCADE, SET NULL): that is cascade-without-index's;
-- - the key was there before the change, and as bare as now;
-- - the index went and access-regression names a query that needed it: one finding is enough.
--
-- ## Limits
-- A partial index counts only where its condition is that the key's one column is not NULL. The suggested index isn't tried.
SELECT
  coalesce(b.statement_id, b.cause_statement_id) AS statement_id,
  b.table_name || '.' || b.column_list AS subject,
  printf('%s(%s) refers to %s and %s: deleting one row of %s, or changing its key, reads all of %s (%,d rows at the largest scale).',
    b.table_name, b.column_list, b.parent_table,
    CASE WHEN coalesce(b.lost_index, '') <> '' THEN printf('lost its index %s with this change', b.lost_index) ELSE 'has no index' END,
    b.parent_table, b.table_name, CAST(b.row_count AS INTEGER)) AS message,
  CASE WHEN coalesce(b.lost_index, '') <> '' THEN printf('Keep %s, or create another: ', b.lost_index) ELSE '' END
  || b.ddl AS fix,
  b.cause_statement_id
FROM keys_without_index AS b
WHERE b.on_delete NOT IN ('CASCADE', 'SET NULL', 'SET DEFAULT') AND coalesce(b.statement_id, b.cause_statement_id) IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM findings AS f
    WHERE f.rule = 'access-regression' AND f.cause_statement_id = b.cause_statement_id);

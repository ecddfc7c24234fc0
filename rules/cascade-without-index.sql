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
WITH
  named AS (  -- one row a foreign key, its columns in order
    SELECT DISTINCT f.side, f.table_name, f.foreign_key, first_value(f.parent_table) OVER whole AS parent_table,
      upper(first_value(f.on_delete) OVER whole) AS on_delete,
      count(*) OVER whole AS width,
      group_concat(f.name, ',') OVER whole AS column_list,
      group_concat(printf('"%w"', f.name), ', ') OVER whole AS quoted_list,
      group_concat(f.name, '_') OVER whole AS joined_list
    FROM foreign_keys AS f
    WINDOW whole AS (
      PARTITION BY f.side, f.table_name, f.foreign_key ORDER BY f.position
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  ),
  serving AS (  -- the keys that an index or the primary key serves, and by which
    SELECT n.side, n.table_name, n.foreign_key, i.name AS index_name
    FROM named AS n
    JOIN indexes AS i ON i.side = n.side AND i.table_name = n.table_name
      AND (i.partial = 0 OR (n.width = 1 AND lower(replace(i.condition, '"', '')) = lower(n.column_list) || ' is not null'))
    WHERE n.width = (
      SELECT count(*) FROM index_columns AS x
      JOIN foreign_keys AS f ON f.side = n.side AND f.table_name = n.table_name AND f.foreign_key = n.foreign_key
        AND f.name = x.name COLLATE NOCASE
      WHERE x.side = n.side AND x.table_name = n.table_name AND x.index_name = i.name AND x.position < n.width)
    UNION
    SELECT n.side, n.table_name, n.foreign_key, ''
    FROM named AS n
    WHERE n.width = (
      SELECT count(*) FROM columns AS c
      JOIN foreign_keys AS f ON f.side = n.side AND f.table_name = n.table_name AND f.foreign_key = n.foreign_key
        AND f.name = c.name COLLATE NOCASE
      WHERE c.side = n.side AND c.table_name = n.table_name AND c.primary_key BETWEEN 1 AND n.width)
  ),
  bare AS (
    SELECT n.table_name, n.foreign_key, n.parent_table, n.on_delete, n.column_list, n.quoted_list, n.joined_list, child.row_count, child.row_source,
      child.statement_id AS created_by, past.foreign_key AS past_key,
      (SELECT min(v.index_name) FROM serving AS v
       WHERE v.side = 'base' AND v.table_name = past.table_name AND v.foreign_key = past.foreign_key) AS lost_index
    FROM named AS n
    JOIN tables AS child ON child.side = 'head' AND child.name = n.table_name AND child.fixed = 0 AND child.type = 'table'
    LEFT JOIN tables AS parent ON parent.side = 'head' AND parent.name = n.parent_table COLLATE NOCASE
    LEFT JOIN named AS past ON past.side = 'base' AND past.table_name = n.table_name AND past.column_list = n.column_list
      AND past.parent_table = n.parent_table
    WHERE n.side = 'head' AND coalesce(parent.fixed, 0) = 0 AND n.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
      AND NOT EXISTS (
        SELECT 1 FROM serving AS v WHERE v.side = 'head' AND v.table_name = n.table_name AND v.foreign_key = n.foreign_key)
  ),
  brought AS (  -- where the finding stands: the statement that brought the key, else the one that created the table
    SELECT b.*,
      coalesce(
        (SELECT min(s.statement_id) FROM statements AS s WHERE s.statement_id = b.created_by AND s.changed = 1),
        (SELECT min(a.statement_id) FROM schema_changes AS a
         JOIN statements AS s ON s.statement_id = a.statement_id AND s.changed = 1
         WHERE a.side = 'head' AND a.action = 'alter_table'
           AND (a.on_table = b.table_name COLLATE NOCASE OR a.object = b.table_name COLLATE NOCASE)),
        CASE WHEN b.lost_index IS NOT NULL THEN b.created_by END) AS statement_id,
      (SELECT min(a.statement_id) FROM schema_changes AS a
       WHERE b.lost_index IS NOT NULL AND a.object = b.lost_index COLLATE NOCASE
         AND ((a.side = 'head' AND a.action = 'drop') OR (a.side = 'base' AND a.action = 'create_index'))) AS cause_statement_id
    FROM bare AS b
    JOIN run
    WHERE run.mode = 'all' OR (run.schema_changed = 1 AND (b.past_key IS NULL OR b.lost_index IS NOT NULL))
  )
SELECT
  coalesce(b.statement_id, b.cause_statement_id) AS statement_id,
  b.table_name || '.' || b.column_list AS subject,
  printf('%s(%s) refers to %s ON DELETE %s and %s: each deleted row of %s reads all of %s (%,d rows at the largest scale).',
    b.table_name, b.column_list, b.parent_table, b.on_delete,
    CASE WHEN coalesce(b.lost_index, '') <> '' THEN printf('lost its index %s with this change', b.lost_index) ELSE 'has no index' END,
    b.parent_table, b.table_name, CAST(b.row_count AS INTEGER))
  || CASE WHEN d.path IS NULL THEN '' ELSE printf(' %s:%d deletes from %s.', d.path, d.line, b.parent_table) END AS message,
  CASE WHEN coalesce(b.lost_index, '') <> '' THEN printf('Keep %s, or create another: ', b.lost_index) ELSE '' END
  || printf('CREATE INDEX "%w_%w" ON %s(%s)', replace(b.table_name, '.', '_'), b.joined_list, replace(printf('"%w"', b.table_name), '.', '"."'), b.quoted_list) AS fix,
  CASE WHEN d.path IS NOT NULL AND b.row_source IN ('file', 'configured') THEN 'error' ELSE 'warning' END AS level,
  b.cause_statement_id
FROM brought AS b
LEFT JOIN (
  SELECT q.name, min(printf('%s:%08d', s.path, s.line)) AS at, s.path, s.line
  FROM query_tables AS q
  JOIN statements AS s ON s.statement_id = q.statement_id AND s.side = 'head' AND s.kind <> 'schema' AND s.statement_kind = 'delete'
  WHERE q.role = 'target'
  GROUP BY q.name COLLATE NOCASE
) AS d ON d.name = b.parent_table COLLATE NOCASE
WHERE coalesce(b.statement_id, b.cause_statement_id) IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM findings AS f
    WHERE (f.rule = 'access-regression' AND f.cause_statement_id = b.cause_statement_id)
      OR (f.rule IN ('access-regression', 'growth-regression', 'cost-regression') AND f.subject = b.table_name COLLATE NOCASE
        AND EXISTS (SELECT 1 FROM query_tables AS q WHERE q.statement_id = f.statement_id AND q.role = 'target' AND q.name = b.parent_table COLLATE NOCASE)));

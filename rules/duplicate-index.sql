-- id: duplicate-index
-- family: schema
-- severity: warning
-- engines: sqlite, postgres
-- needs: indexes
-- since: 0.1
-- summary: Two indexes hold the same columns in the same order; one of them is work for nothing.
--
-- ## What it does
-- Finds an index whose columns, order, collations and table are those of another index, of a UNIQUE constraint or of the primary key,
-- where the change brought one of the two.
--
-- ## Why
-- No query can use one of them that couldn't use the other. Each INSERT, DELETE and UPDATE of the columns writes both, and both take memory.
--
-- ## Example
-- ```sql
-- CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);
-- CREATE INDEX customers_email ON customers(email);     -- UNIQUE made one already
-- ```
--
-- ## Remedy
-- ```sql
-- DROP INDEX customers_email;
-- ```
--
-- ## Stays quiet when
-- - one of the two is partial, is on an expression, includes further columns, or is of another kind (GIN, hash, another operator class);
-- - the order or a collation of a column differs;
-- - both were there before the change.
--
-- ## Limits
-- Of two that serve alike the one that isn't unique is named; of two unique ones the one whose name comes later.
WITH
  rowids AS (  -- SQLite's INTEGER PRIMARY KEY is the table's own order
    SELECT c.side, c.table_name, lower(c.name) || '|' AS columns
    FROM columns AS c
    WHERE (SELECT engine FROM run) = 'sqlite' AND c.primary_key = 1 AND upper(c.type) = 'INTEGER'
      AND NOT EXISTS (SELECT 1 FROM indexes AS i WHERE i.side = c.side AND i.table_name = c.table_name AND i.origin = 'primary_key')
      AND NOT EXISTS (SELECT 1 FROM columns AS o WHERE o.side = c.side AND o.table_name = c.table_name AND o.primary_key > 1)
  ),
  pairs AS (
    SELECT a.table_name, a.name AS spare, a.statement_id AS spare_by, b.name AS kept, b.statement_id AS kept_by, b.origin AS kept_origin, a.columns,
      row_number() OVER (PARTITION BY a.table_name, a.name ORDER BY b.is_unique DESC, b.origin = 'create', b.name) AS place
    FROM index_shapes AS a
    JOIN index_shapes AS b ON b.side = a.side AND b.table_name = a.table_name AND b.columns = a.columns AND b.name <> a.name
    WHERE a.side = 'head' AND a.origin = 'create' AND a.is_unique <= b.is_unique
      AND (a.is_unique < b.is_unique OR b.origin <> 'create' OR a.name > b.name)
      AND NOT EXISTS (
        SELECT 1 FROM index_shapes AS old JOIN index_shapes AS other ON other.side = 'base' AND other.table_name = old.table_name AND other.columns = old.columns
          AND other.name = b.name
        WHERE old.side = 'base' AND old.table_name = a.table_name AND old.name = a.name AND (SELECT mode FROM run) = 'change')
    UNION ALL
    SELECT a.table_name, a.name, a.statement_id, '', NULL, 'primary_key', a.columns, 1
    FROM index_shapes AS a
    JOIN rowids AS r ON r.side = a.side AND r.table_name = a.table_name AND r.columns = a.columns
    WHERE a.side = 'head' AND a.origin = 'create'
      AND NOT EXISTS (
        SELECT 1 FROM index_shapes AS old
        WHERE old.side = 'base' AND old.table_name = a.table_name AND old.name = a.name AND (SELECT mode FROM run) = 'change')
  )
SELECT
  coalesce((SELECT s.statement_id FROM statements AS s WHERE s.statement_id = p.spare_by AND s.changed = 1), p.kept_by, p.spare_by) AS statement_id,
  p.spare AS subject,
  printf('%s holds %s(%s), and so does %s: every write to %s pays for both.', p.spare, p.table_name, replace(rtrim(p.columns, '|'), '|', ', '),
    CASE WHEN p.kept_origin = 'primary_key' THEN 'the primary key' WHEN p.kept_origin = 'unique' THEN 'the UNIQUE constraint' || CASE WHEN p.kept LIKE 'sqlite\_%' ESCAPE '\' THEN '' ELSE ' ' || p.kept END
      ELSE p.kept END, p.table_name) AS message,
  printf('DROP INDEX %s', p.spare) AS fix
FROM pairs AS p
WHERE p.place = 1 AND coalesce(p.spare_by, p.kept_by) IS NOT NULL
  AND ((SELECT mode FROM run) = 'all' OR (SELECT schema_changed FROM run) = 1);

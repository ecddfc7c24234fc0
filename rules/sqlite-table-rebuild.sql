-- id: sqlite-table-rebuild
-- family: migration
-- severity: info
-- engines: sqlite
-- needs: migration_steps
-- yields-to: migration-failed
-- parameter: min_rows integer 10000: rows of a table today, from which on copying it matters
-- since: 0.1
-- summary: A migration writes all rows of a SQLite table anew to change it.
--
-- ## What it does
-- Finds the four steps by which SQLite tables are changed (create another table, copy the rows, drop the old one, rename) in migrations
-- of this change. Where the new table has but columns more, or fewer, ALTER TABLE would do: then the finding is a warning. Finds ALTER TABLE
-- DROP COLUMN, too: SQLite takes the column's values out of each row.
--
-- ## Why
-- The copy holds the write lock from its first row to its last: each writer waits, or fails with "database is locked" when its timeout
-- ends. ALTER TABLE ADD COLUMN changes the schema's text alone, and takes a moment for any number of rows.
--
-- ## Example
-- ```sql
-- CREATE TABLE orders_new (id INTEGER PRIMARY KEY, total INTEGER NOT NULL, note TEXT);
-- INSERT INTO orders_new SELECT id, total, NULL FROM orders;
-- DROP TABLE orders;
-- ALTER TABLE orders_new RENAME TO orders;
-- ```
--
-- ## Remedy
-- ```sql
-- ALTER TABLE orders ADD COLUMN note TEXT;
-- ```
-- ADD COLUMN, RENAME COLUMN (3.25) and DROP COLUMN (3.35) need no copy by hand; the first two write no row. For constraints and types the copy
-- is the only way: run it when nobody writes. A column that nobody reads can stay until then.
--
-- ## Stays quiet when
-- - the table has fewer rows than `min_rows`, or comes with the same change; for DROP COLUMN: its size is assumed and not known;
-- - no rows are copied, or the old table stays.
--
-- ## Limits
-- Whether constraints differ too is not looked at: the warning says which columns came and went, and no more.
--
-- ## Sources
-- - [SQLite: ALTER TABLE DROP COLUMN](https://www.sqlite.org/lang_altertable.html#altertabdropcol)
-- - [SQLite: making other kinds of table schema changes](https://www.sqlite.org/lang_altertable.html#otheralter)
WITH
  rebuilt AS (
    SELECT r.statement_id, r.other_table AS table_name, d.row_count, t.row_source, copy.statement_id AS copied_by
    FROM schema_actions AS r
    JOIN migration_steps AS m ON m.statement_id = r.statement_id
    JOIN schema_actions AS made ON made.came = 1 AND made.action IN ('create_table', 'create_table_as')
      AND made.table_name = r.table_name COLLATE NOCASE AND made.statement_id < r.statement_id
    JOIN schema_actions AS d ON d.came = 1 AND d.action = 'drop_table' AND d.table_name = r.other_table COLLATE NOCASE
      AND d.statement_id BETWEEN made.statement_id AND r.statement_id AND d.new_table = 0
    JOIN schema_actions AS copy ON copy.came = 1 AND copy.action IN ('insert', 'create_table_as') AND copy.statement_id < d.statement_id
      AND copy.table_name = made.table_name COLLATE NOCASE
      AND (copy.action = 'create_table_as' OR copy.other_table = r.other_table COLLATE NOCASE)
    JOIN tables AS t ON t.side = 'base' AND t.name = r.other_table COLLATE NOCASE
    WHERE r.came = 1 AND r.action = 'rename_table' AND d.row_count >= :min_rows
  ),
  differences AS (
    SELECT b.*,
      (SELECT group_concat(c.name, ', ') FROM columns AS c
       WHERE c.side = 'head' AND c.table_name = b.table_name COLLATE NOCASE AND NOT EXISTS (
         SELECT 1 FROM columns AS o WHERE o.side = 'base' AND o.table_name = b.table_name COLLATE NOCASE AND o.name = c.name COLLATE NOCASE)) AS came,
      (SELECT group_concat(o.name, ', ') FROM columns AS o
       WHERE o.side = 'base' AND o.table_name = b.table_name COLLATE NOCASE AND NOT EXISTS (
         SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = b.table_name COLLATE NOCASE AND c.name = o.name COLLATE NOCASE)) AS gone,
      EXISTS (
        SELECT 1 FROM columns AS o JOIN columns AS c ON c.side = 'head' AND c.table_name = o.table_name COLLATE NOCASE AND c.name = o.name COLLATE NOCASE
        WHERE o.side = 'base' AND o.table_name = b.table_name COLLATE NOCASE
          AND (o.type, o.not_null, o.primary_key, o.allowed_values, o.default_value, o.generated)
            <> (c.type, c.not_null, c.primary_key, c.allowed_values, c.default_value, c.generated)) AS altered
    FROM rebuilt AS b
  )
SELECT
  d.copied_by AS statement_id,
  d.table_name AS subject,
  printf('All %,d rows%s of %s are copied to another table under the write lock', CAST(d.row_count AS INTEGER),
    CASE WHEN d.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, d.table_name)
  || CASE WHEN d.altered = 0 AND coalesce(d.came, d.gone) IS NOT NULL
    THEN printf('; its columns differ only by%s%s.', coalesce(' ' || d.came || ', which came', ''),
      coalesce(CASE WHEN d.came IS NULL THEN ' ' ELSE '; ' END || d.gone || ', which went', ''))
    ELSE '.' END AS message,
  CASE WHEN d.altered = 0 AND d.gone IS NULL AND d.came IS NOT NULL THEN printf('ALTER TABLE %s ADD COLUMN takes a moment.', d.table_name)
    WHEN d.altered = 0 AND d.came IS NULL AND d.gone IS NOT NULL THEN printf('ALTER TABLE %s DROP COLUMN does it in one statement.', d.table_name)
    ELSE 'Run it when nobody writes, with a busy_timeout that outlasts the copy.' END AS fix,
  CASE WHEN d.altered = 0 AND coalesce(d.came, d.gone) IS NOT NULL THEN 'warning' ELSE 'info' END AS level
FROM differences AS d
UNION ALL
SELECT
  a.statement_id,
  a.table_name || '.' || a.column_name,
  printf('DROP COLUMN writes all %,d rows of %s anew under the write lock.', CAST(a.row_count AS INTEGER), a.table_name),
  'Run it when nobody writes, with a busy_timeout that outlasts it; or leave the column, unread, until the table is changed anyway.',
  'info'
FROM schema_actions AS a
JOIN migration_steps AS m ON m.statement_id = a.statement_id
JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name COLLATE NOCASE AND t.row_source IN ('file', 'configured')
WHERE a.came = 1 AND a.action = 'drop_column' AND a.new_table = 0 AND a.row_count >= :min_rows;

-- id: not-null-without-default
-- family: migration
-- severity: error
-- engines: sqlite, postgres
-- needs: migration_steps
-- yields-to: migration-failed
-- since: 0.1
-- summary: A column that may not be NULL is added without a default to a table that has rows: the migration fails there.
--
-- ## What it does
-- Finds ALTER TABLE … ADD COLUMN … NOT NULL without DEFAULT in migrations of this change, on tables that are there already.
--
-- ## Why
-- The rows that are there get NULL for the new column, which it forbids: both engines refuse the statement as soon as the table has
-- one row (SQLite before version 3.38 even where it has none). The empty database of the tests lets it pass; the deployment stops half way.
--
-- ## Example
-- ```sql
-- ALTER TABLE customers ADD COLUMN country TEXT NOT NULL;
-- ```
--
-- ## Remedy
-- A default that is right for the rows that are there; or without NOT NULL first, filled in batches, and NOT NULL then:
-- ```sql
-- ALTER TABLE customers ADD COLUMN country TEXT NOT NULL DEFAULT 'DE';
-- ```
-- Neither engine writes the rows anew for a constant default (PostgreSQL since version 11).
--
-- ## Stays quiet when
-- - the column has a default, is generated, an identity or a serial;
-- - the table comes with the same change, or is known to be empty; or the same migration empties it before;
-- - a later statement of the change sets NOT NULL: then the column was added without;
-- - the statement is part of the schema's definition and of no migration.
--
-- ## Limits
-- Where the number of rows is assumed, that there is one is assumed as well: the finding is a warning then.
--
-- ## Sources
-- - [SQLite: ALTER TABLE ADD COLUMN](https://www.sqlite.org/lang_altertable.html#alter_table_add_column)
-- - [PostgreSQL: ALTER TABLE](https://www.postgresql.org/docs/current/sql-altertable.html)
SELECT
  a.statement_id,
  CASE WHEN t.row_source IN ('file', 'configured', 'seed') THEN 'error' ELSE 'warning' END AS level,
  a.table_name || '.' || a.column_name AS subject,
  printf('%s is NOT NULL and has no default, and %s has %,d rows%s: they would get NULL, so that the engine refuses the statement.',
    a.column_name, a.table_name, CAST(a.row_count AS INTEGER),
    CASE WHEN t.row_source IN ('file', 'configured', 'seed') THEN '' ELSE ' (assumed)' END) AS message,
  printf('Give %s a DEFAULT that is right for the rows that are there; or add it without NOT NULL, fill it, and forbid NULL then.', a.column_name) AS fix
FROM schema_actions AS a
JOIN migration_steps AS m ON m.statement_id = a.statement_id
JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name
JOIN columns AS c ON c.side = 'head' AND c.table_name = a.table_name AND c.name = a.column_name AND c.not_null = 1 AND c.generated = 0
WHERE a.came = 1 AND a.action = 'add_column' AND a.detail = '' AND a.new_table = 0 AND a.row_count >= 1
  AND NOT EXISTS (
    SELECT 1 FROM columns AS old WHERE old.side = 'base' AND old.table_name = a.table_name AND old.name = a.column_name)
  AND NOT EXISTS (
    SELECT 1 FROM schema_actions AS k
    WHERE k.table_name = a.table_name AND k.came = 1
      AND (k.action = 'set_not_null' AND k.column_name = a.column_name AND k.statement_id > a.statement_id
        OR (k.action = 'truncate' OR k.action = 'delete' AND k.bound = 'none') AND k.statement_id < a.statement_id));

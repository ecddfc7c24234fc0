-- id: set-not-null
-- family: migration
-- severity: warning
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed, table-rewrite
-- parameter: min_rows integer 10000: rows of a table today, from which on reading all of them under a lock matters
-- since: 0.1
-- summary: SET NOT NULL reads the whole table while nobody else can.
--
-- ## What it does
-- Finds ALTER COLUMN … SET NOT NULL in migrations of this change, on tables that are there already, where no validated
-- `CHECK (column IS NOT NULL)` tells PostgreSQL that it needn't look.
--
-- ## Why
-- The table is read from end to end under ACCESS EXCLUSIVE, which not even a SELECT gets past.
--
-- ## Example
-- ```sql
-- ALTER TABLE orders ALTER COLUMN reference SET NOT NULL;
-- ```
--
-- ## Remedy
-- ```sql
-- ALTER TABLE orders ADD CONSTRAINT orders_reference_set CHECK (reference IS NOT NULL) NOT VALID;
-- ALTER TABLE orders VALIDATE CONSTRAINT orders_reference_set;   -- reads and writes go on
-- ALTER TABLE orders ALTER COLUMN reference SET NOT NULL;        -- takes the constraint's word (PostgreSQL 12 and later)
-- ALTER TABLE orders DROP CONSTRAINT orders_reference_set;
-- ```
-- The validation in a transaction of its own, or the first statement's lock is held for as long.
--
-- ## Stays quiet when
-- - such a constraint was added and validated before, in this change or earlier;
-- - the table comes with the same change, or has fewer rows than `min_rows`; the column is new; the statement is of no migration.
--
-- ## Limits
-- A CHECK that implies it by another expression than `column IS NOT NULL` alone is not recognised.
--
-- ## Sources
-- - [ALTER TABLE: SET NOT NULL](https://www.postgresql.org/docs/current/sql-altertable.html)
WITH
  set_now AS (
    SELECT a.statement_id, a.table_name, a.column_name, a.row_count, t.row_source
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name
    JOIN columns AS c ON c.side = 'base' AND c.table_name = a.table_name AND c.name = a.column_name AND c.not_null = 0
    WHERE a.came = 1 AND a.action = 'set_not_null' AND a.new_table = 0 AND a.row_count >= :min_rows
      AND NOT EXISTS (
        SELECT 1 FROM schema_actions AS k
        WHERE k.table_name = a.table_name AND k.column_name = a.column_name AND k.action = 'add_check' AND k.detail = 'not_null'
          AND k.statement_id < a.statement_id
          AND (k.not_valid = 0 OR EXISTS (
            SELECT 1 FROM schema_actions AS v
            WHERE v.table_name = a.table_name AND v.action = 'validate_constraint' AND v.object = k.object
              AND v.statement_id BETWEEN k.statement_id AND a.statement_id)))
  )
SELECT
  n.statement_id,
  n.table_name || '.' || n.column_name AS subject,
  printf('All %,d rows%s of %s are read to see that %s is never NULL, while nobody else can read or write the table.',
    CAST(n.row_count AS INTEGER), CASE WHEN n.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, n.table_name,
    n.column_name) AS message,
  printf('ALTER TABLE %s ADD CONSTRAINT %s_%s_set CHECK (%s IS NOT NULL) NOT VALID; validate it in a transaction of its own; then SET NOT NULL takes its word.',
    n.table_name, n.table_name, n.column_name, n.column_name) AS fix
FROM set_now AS n;

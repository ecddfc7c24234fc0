-- id: constraint-validated-at-once
-- family: migration
-- severity: warning
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed, table-rewrite
-- parameter: min_rows integer 10000: rows of a table today, from which on reading all of them under a lock matters
-- since: 0.1
-- summary: A CHECK or foreign key is added without NOT VALID, and the whole table is checked under its lock.
--
-- ## What it does
-- Finds CHECK and FOREIGN KEY constraints that migrations of this change add to tables that are there already, without NOT VALID; and
-- those that are validated in the same transaction as they were added. One finding for each table and file.
--
-- ## Why
-- A CHECK is verified under ACCESS EXCLUSIVE: nobody reads or writes until each row was seen. A foreign key holds SHARE ROW EXCLUSIVE
-- on both tables: nobody writes to either, and the look-up of each row in the parent takes far longer than a scan.
--
-- ## Example
-- ```sql
-- ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers(id);
-- ```
--
-- ## Remedy
-- ```sql
-- ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers(id) NOT VALID;
-- ```
-- and in the next migration, in a transaction of its own:
-- ```sql
-- ALTER TABLE orders VALIDATE CONSTRAINT orders_customer;   -- SHARE UPDATE EXCLUSIVE: reads and writes go on
-- ```
--
-- ## Stays quiet when
-- - it is NOT VALID, and is validated in another transaction or later;
-- - it is a foreign key of a new column that is NULL in all rows;
-- - the table comes with the same change, or has fewer rows than `min_rows`; the statement is of no migration.
--
-- ## Limits
-- What runs plain `.sql` files is not known; each of their statements counts as a transaction of its own.
--
-- ## Sources
-- - [ALTER TABLE: NOT VALID and VALIDATE CONSTRAINT](https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES)
-- - [Explicit locking](https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES)
WITH
  added AS (
    SELECT a.*, m.transaction_id
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    WHERE a.came = 1 AND a.action IN ('add_check', 'add_foreign_key') AND a.new_table = 0 AND a.row_count >= :min_rows
  ),
  checked AS (
    SELECT a.*, a.statement_id AS at_statement, 0 AS later FROM added AS a WHERE a.scans = 1
    UNION ALL
    SELECT a.*, v.statement_id AS at_statement, 1 AS later
    FROM added AS a
    JOIN migration_steps AS m ON m.transaction_id = a.transaction_id
    JOIN schema_actions AS v ON v.statement_id = m.statement_id AND v.action = 'validate_constraint' AND v.table_name = a.table_name
      AND v.object = a.object
    WHERE a.not_valid = 1 AND a.object <> ''
  ),
  placed AS (
    SELECT c.*, t.row_source, row_number() OVER (PARTITION BY s.path, c.table_name ORDER BY c.at_statement, c.position) AS place,
      count(*) OVER (PARTITION BY s.path, c.table_name) AS together
    FROM checked AS c
    JOIN statements AS s ON s.statement_id = c.at_statement
    JOIN tables AS t ON t.side = 'base' AND t.name = c.table_name
  )
SELECT
  c.at_statement AS statement_id,
  c.table_name || '.' || coalesce(nullif(c.object, ''), nullif(c.column_name, ''), 'check') AS subject,
  CASE c.later WHEN 0 THEN '' ELSE 'NOT VALID is of no use where the same transaction validates: its first lock is held until the end. ' END
  || CASE c.action
    WHEN 'add_check' THEN printf('All %,d rows%s of %s are checked while nobody else can read or write the table.',
      CAST(c.row_count AS INTEGER), CASE WHEN c.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, c.table_name)
    ELSE printf('Each of the %,d rows%s of %s is looked up in %s while nobody can write to either table.',
      CAST(c.row_count AS INTEGER), CASE WHEN c.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, c.table_name, c.other_table) END
  || CASE WHEN c.together > 1 THEN printf(' The migration adds %d more to the table.', c.together - 1) ELSE '' END AS message,
  CASE c.later WHEN 0 THEN printf('Add it NOT VALID, and in a later transaction: ALTER TABLE %s VALIDATE CONSTRAINT %s.', c.table_name,
      coalesce(nullif(c.object, ''), '<its name>'))
    ELSE 'Move VALIDATE CONSTRAINT to a migration of its own.' END AS fix
FROM placed AS c
WHERE c.place = 1;

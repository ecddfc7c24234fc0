-- id: constraint-validated-at-once
-- family: migration
-- severity: warning
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed, table-rewrite
-- parameter: min_rows integer 10000: rows of a table today, from which on reading all of them under a lock matters
-- since: 0.1
-- summary: A CHECK or foreign key is added without NOT VALID, or a table attached as a partition without a CHECK, and all of it is checked under its lock.
--
-- ## What it does
-- Finds CHECK and FOREIGN KEY constraints that migrations of this change add to tables that are there already, without NOT VALID; and
-- those that are validated in the same transaction as they were added. And tables with rows that are attached as a partition without a CHECK
-- constraint that says what its bounds say. One finding for each table and file.
--
-- ## Why
-- A CHECK is verified under ACCESS EXCLUSIVE: nobody reads or writes until each row was seen. A foreign key holds SHARE ROW EXCLUSIVE
-- on both tables: nobody writes to either, and the look-up of each row in the parent takes far longer than a scan. ATTACH PARTITION reads the new
-- partition under ACCESS EXCLUSIVE, unless a valid CHECK proves that all of its rows belong there.
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
-- For a partition, the CHECK first, in the same two steps:
-- ```sql
-- ALTER TABLE visits_2025 ADD CONSTRAINT of_2025 CHECK (day >= '2025-01-01' AND day < '2026-01-01') NOT VALID;
-- ALTER TABLE visits_2025 VALIDATE CONSTRAINT of_2025;
-- ALTER TABLE visits ATTACH PARTITION visits_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- ```
--
-- ## Stays quiet when
-- - it is NOT VALID, and is validated in another transaction or later;
-- - the attached table has a CHECK that ALTER TABLE gave it before, and that is validated;
-- - it is a foreign key of a new column that is NULL in all rows;
-- - the table comes with the same change, or has fewer rows than `min_rows`; the statement is of no migration.
--
-- ## Limits
-- What runs plain `.sql` files is not known; each of their statements counts as a transaction of its own. Whether a CHECK proves a partition's
-- bounds isn't looked into, nor is one that stands in CREATE TABLE.
--
-- ## Sources
-- - [ALTER TABLE: NOT VALID and VALIDATE CONSTRAINT](https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES)
-- - [Table partitioning: maintenance](https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE)
-- - [Explicit locking](https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES)
WITH
  added AS (
    SELECT a.statement_id, a.position, a.action, a.table_name, a.column_name, a.object, a.other_table, a.row_count, a.not_valid, a.scans, m.transaction_id
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    WHERE a.came = 1 AND a.action IN ('add_check', 'add_foreign_key') AND a.new_table = 0 AND a.row_count >= :min_rows
    UNION ALL
    SELECT a.statement_id, a.position, a.action, a.other_table, '', '', a.table_name, a.other_row_count, 0, 1, m.transaction_id
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    WHERE a.came = 1 AND a.action = 'attach_partition' AND a.other_row_count >= :min_rows
      AND NOT EXISTS (
        SELECT 1 FROM schema_actions AS c
        WHERE c.action = 'add_check' AND c.table_name = a.other_table AND c.statement_id < a.statement_id
          AND (c.not_valid = 0 OR EXISTS (
            SELECT 1 FROM schema_actions AS v
            WHERE v.action = 'validate_constraint' AND v.table_name = c.table_name AND v.object = c.object AND v.statement_id < a.statement_id)))
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
  c.table_name || CASE c.action WHEN 'attach_partition' THEN '' ELSE '.' || coalesce(nullif(c.object, ''), nullif(c.column_name, ''), 'check') END AS subject,
  CASE c.later WHEN 0 THEN '' ELSE 'NOT VALID is of no use where the same transaction validates: its first lock is held until the end. ' END
  || CASE c.action
    WHEN 'attach_partition' THEN printf('All %,d rows%s of %s are held against the bounds of the partition of %s while nobody else can read or write the table.',
      CAST(c.row_count AS INTEGER), CASE WHEN c.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, c.table_name, c.other_table)
    WHEN 'add_check' THEN printf('All %,d rows%s of %s are checked while nobody else can read or write the table.',
      CAST(c.row_count AS INTEGER), CASE WHEN c.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, c.table_name)
    ELSE printf('Each of the %,d rows%s of %s is looked up in %s while nobody can write to either table.',
      CAST(c.row_count AS INTEGER), CASE WHEN c.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, c.table_name, c.other_table) END
  || CASE WHEN c.together > 1 THEN printf(' The migration adds %d more to the table.', c.together - 1) ELSE '' END AS message,
  CASE
    WHEN c.action = 'attach_partition' THEN printf('Before it, add a CHECK of the same bounds to %s, NOT VALID, and validate it in a transaction of its own: then nothing is read.', c.table_name)
    WHEN c.later = 0 THEN printf('Add it NOT VALID, and in a later transaction: ALTER TABLE %s VALIDATE CONSTRAINT %s.', c.table_name,
      coalesce(nullif(c.object, ''), '<its name>'))
    ELSE 'Move VALIDATE CONSTRAINT to a migration of its own.' END AS fix
FROM placed AS c
WHERE c.place = 1;

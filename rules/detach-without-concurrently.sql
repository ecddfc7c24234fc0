-- id: detach-without-concurrently
-- family: migration
-- severity: warning
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed
-- parameter: min_rows integer 10000: rows of the partitioned table today, from which on it is taken for one in use
-- since: 0.1
-- summary: A partition is detached under a lock that stops all reads and writes of the whole partitioned table.
--
-- ## What it does
-- Finds ALTER TABLE … DETACH PARTITION without CONCURRENTLY in migrations of this change, on tables that are there already.
--
-- ## Why
-- It takes ACCESS EXCLUSIVE on the partitioned table, not on the partition alone. It has to wait for every query that reads any partition, and
-- meanwhile every new query waits behind it.
--
-- ## Example
-- ```sql
-- ALTER TABLE visits DETACH PARTITION visits_2020;
-- ```
--
-- ## Remedy
-- In a migration of its own that runs in no transaction (PostgreSQL 14 and later):
-- ```sql
-- ALTER TABLE visits DETACH PARTITION visits_2020 CONCURRENTLY;   -- SHARE UPDATE EXCLUSIVE: reads and writes go on
-- ```
--
-- ## Stays quiet when
-- - CONCURRENTLY or FINALIZE is there;
-- - the table comes with the same change, or has fewer rows than `min_rows`; the statement is of no migration.
--
-- ## Limits
-- CONCURRENTLY is refused for a table with a default partition; then a short `lock_timeout` and a retry are what is left.
--
-- ## Sources
-- [ALTER TABLE: DETACH PARTITION](https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION)
SELECT
  a.statement_id,
  coalesce(nullif(a.other_table, ''), a.table_name) AS subject,
  CASE WHEN t.row_source IN ('file', 'configured') THEN 'warning' ELSE 'info' END AS level,
  printf('While %s is detached nobody can read or write %s, all of its partitions included; and it waits for every query that does, with all new ones behind it.',
    coalesce(nullif(a.other_table, ''), 'the partition'), a.table_name) AS message,
  'DETACH PARTITION … CONCURRENTLY' || CASE m.transaction_by WHEN '' THEN '.' ELSE ', in a migration of its own that runs in no transaction.' END AS fix
FROM schema_actions AS a
JOIN migration_steps AS m ON m.statement_id = a.statement_id
JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name
WHERE a.came = 1 AND a.action = 'detach_partition' AND a.concurrently = 0 AND a.new_table = 0 AND a.row_count >= :min_rows;

-- id: drop-index-without-concurrently
-- family: migration
-- severity: warning
-- engines: postgres
-- needs: migration_steps
-- yields-to: dropped-index-in-use
-- after: access-regression, growth-regression, cost-regression, foreign-key-without-index, cascade-without-index
-- parameter: min_rows integer 100000: rows of a table whose size is known, from which on it counts
-- since: 0.1
-- summary: An index is dropped under the lock that keeps everybody from its table, which waits for every query that runs on it.
--
-- ## What it does
-- Finds DROP INDEX without CONCURRENTLY in a migration, of an index on a table that is in use.
--
-- ## Why
-- DROP INDEX takes ACCESS EXCLUSIVE on the table. It is done in a moment, but it waits until the longest query on the table has ended, and every
-- query that comes after waits behind it. DROP INDEX CONCURRENTLY waits, too, and meanwhile all others go on.
--
-- ## Example
-- ```sql
-- DROP INDEX events_kind;
-- ```
--
-- ## Remedy
-- In a migration of its own that runs in no transaction:
-- ```sql
-- DROP INDEX CONCURRENTLY events_kind;
-- ```
--
-- ## Stays quiet when
-- - CONCURRENTLY is there, or `lock_timeout` or `statement_timeout` was set before, in the file;
-- - the table comes with the same change, is partitioned (CONCURRENTLY is refused there), or has fewer rows than `min_rows`;
-- - a query or a foreign key got slower by it: that finding names the migration;
-- - the statement is of no migration.
--
-- ## Limits
-- An info as long as the table's size is assumed. The index of a constraint goes with ALTER TABLE … DROP CONSTRAINT, for which there is no CONCURRENTLY.
--
-- ## Sources
-- [DROP INDEX](https://www.postgresql.org/docs/current/sql-dropindex.html)
SELECT
  a.statement_id,
  a.object AS subject,
  CASE WHEN t.row_source IN ('file', 'configured') THEN 'warning' ELSE 'info' END AS level,
  printf('DROP INDEX waits for ACCESS EXCLUSIVE on %s as long as the longest query on it runs, and every query that comes after waits behind it.', a.table_name) AS message,
  'DROP INDEX CONCURRENTLY' || CASE m.transaction_by WHEN '' THEN '' ELSE ', in a migration of its own that runs in no transaction' END
    || '; or SET lock_timeout before it, and try again when it fails.' AS fix
FROM schema_actions AS a
JOIN migration_steps AS m ON m.statement_id = a.statement_id AND m.lock_timeout = 0
JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name AND t.partitions = 0
WHERE a.came = 1 AND a.action = 'drop_index' AND a.concurrently = 0 AND a.new_table = 0
  AND (a.row_count >= :min_rows OR t.row_source = 'assumed')
  AND NOT EXISTS (
    SELECT 1 FROM findings AS f
    WHERE f.cause_statement_id = a.statement_id
      AND f.rule IN ('access-regression', 'growth-regression', 'cost-regression', 'foreign-key-without-index', 'cascade-without-index'));

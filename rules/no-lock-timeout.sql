-- id: no-lock-timeout
-- family: migration
-- severity: info
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed, table-rewrite, set-not-null, constraint-validated-at-once, index-without-concurrently, drop-index-without-concurrently, detach-without-concurrently
-- parameter: min_rows integer 100000: rows of a table today, from which on it is taken for one in use
-- since: 0.1
-- summary: A migration waits without end for a lock that everybody else then waits behind.
--
-- ## What it does
-- Finds the first statement of each migration of this change that takes ACCESS EXCLUSIVE, SHARE ROW EXCLUSIVE or SHARE on a table that is there
-- already, without lock_timeout or statement_timeout set before it in the file.
--
-- ## Why
-- ALTER TABLE takes a moment, once it has its lock. Until then it queues behind the longest query on the table, and each later
-- query queues behind it, SELECTs too: one report that runs for ten minutes makes that ten minutes of outage.
--
-- ## Example
-- ```sql
-- ALTER TABLE orders ADD COLUMN note text;
-- ```
--
-- ## Remedy
-- ```sql
-- SET lock_timeout = '5s';   -- and try again when it fails
-- ALTER TABLE orders ADD COLUMN note text;
-- ```
--
-- ## Stays quiet when
-- - one of the two limits was set before, in the file;
-- - the tables come with the same change; neither statistics nor the configuration say that they have `min_rows` rows or more; the
--   statement is of no migration;
-- - another rule has a finding on the statement.
--
-- ## Limits
-- A limit set for the role or in the connection (`ALTER ROLE migrator SET lock_timeout`, `options=-c lock_timeout=…`) isn't seen: set
-- the rule to "off" there. It is an info for that reason.
--
-- ## Sources
-- - [lock_timeout](https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT)
-- - [Explicit locking](https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES)
WITH
  locks AS (
    SELECT a.statement_id, a.table_name, a.lock, a.row_count,
      row_number() OVER (PARTITION BY s.path ORDER BY a.statement_id, a.position) AS place
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id AND m.lock_timeout = 0
    JOIN statements AS s ON s.statement_id = a.statement_id
    JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name AND t.row_source IN ('file', 'configured')
    WHERE a.came = 1 AND a.new_table = 0 AND a.row_count >= :min_rows
      AND a.lock IN ('ACCESS EXCLUSIVE', 'SHARE ROW EXCLUSIVE', 'SHARE')
  )
SELECT
  l.statement_id,
  l.table_name AS subject,
  printf('The statement waits for %s on %s (%,d rows) as long as the longest query on it runs, and every query that comes after waits behind it.',
    l.lock, l.table_name, CAST(l.row_count AS INTEGER)) AS message,
  'Begin the migration with SET lock_timeout = ''5s'', and try again when it fails.' AS fix
FROM locks AS l
WHERE l.place = 1;

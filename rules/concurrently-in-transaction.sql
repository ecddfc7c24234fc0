-- id: concurrently-in-transaction
-- family: migration
-- severity: error
-- engines: postgres
-- needs: migration_steps
-- since: 0.1
-- summary: CONCURRENTLY inside a transaction block: PostgreSQL refuses it, and the deployment stops there.
--
-- ## What it does
-- Finds CREATE INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY and DETACH PARTITION … CONCURRENTLY in migrations of this change that run in
-- a transaction: between BEGIN and COMMIT, because the migration tool opens one for each file, or because the file is sent as one
-- message with other statements, which PostgreSQL runs as one transaction.
--
-- ## Why
-- "CREATE INDEX CONCURRENTLY cannot run inside a transaction block". On a test database without CONCURRENTLY nobody sees it; in
-- production the migration fails, and what came before it in the deployment is left half done.
--
-- ## Example
-- ```sql
-- BEGIN;
-- CREATE INDEX CONCURRENTLY orders_reference ON orders(reference);
-- COMMIT;
-- ```
--
-- ## Remedy
-- Give the statement a migration of its own, without a transaction:
-- ```sql
-- -- +goose NO TRANSACTION
-- CREATE INDEX CONCURRENTLY orders_reference ON orders(reference);
-- ```
-- dbmate: `-- migrate:up transaction:false`. sqlx: `-- no-transaction`. sql-migrate: `-- +migrate Up notransaction`. Diesel:
-- `run_in_transaction = false` in metadata.toml. golang-migrate, Prisma and Flyway: one such statement alone in its file.
--
-- ## Stays quiet when
-- - the tool is told not to open a transaction, or the statement is alone in a file of a tool that opens none;
-- - the files are plain `.sql`, for which nobody knows what runs them, and hold no BEGIN.
--
-- ## Limits
-- What a tool does is taken from its documented default; a setting outside the repository (golang-migrate's `x-multi-statement`) isn't seen.
--
-- ## Sources
-- - [CREATE INDEX: building indexes concurrently](https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY)
-- - [Multiple statements in a simple query](https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT)
SELECT
  a.statement_id,
  coalesce(nullif(a.object, ''), nullif(a.other_table, ''), a.table_name) AS subject,
  printf('%s CONCURRENTLY can''t run inside a transaction, and %s: PostgreSQL refuses the statement.',
    CASE a.action WHEN 'create_index' THEN 'CREATE INDEX' WHEN 'drop_index' THEN 'DROP INDEX' ELSE 'DETACH PARTITION' END,
    CASE m.transaction_by WHEN 'file' THEN 'the file opens one with BEGIN'
      WHEN 'tool' THEN 'the migration tool opens one for each file'
      ELSE 'this file is sent as one message of several statements, which is one' END) AS message,
  CASE m.transaction_by WHEN 'tool' THEN 'Move it to a migration of its own, with the tool''s marker for "no transaction".'
    ELSE 'Move it to a migration of its own, where it is the only statement.' END AS fix
FROM schema_actions AS a
JOIN migration_steps AS m ON m.statement_id = a.statement_id
WHERE a.came = 1 AND a.concurrently = 1 AND m.transaction_id IS NOT NULL
  AND a.action IN ('create_index', 'drop_index', 'detach_partition');

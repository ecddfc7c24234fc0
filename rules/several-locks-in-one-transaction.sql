-- id: several-locks-in-one-transaction
-- family: migration
-- severity: warning
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed
-- parameter: min_rows integer 10000: rows of a table today, from which on it is taken for one in use
-- since: 0.1
-- summary: One transaction of a migration locks several tables, and holds the first while it waits for the next.
--
-- ## What it does
-- Finds transactions in migrations of this change that take ACCESS EXCLUSIVE or SHARE ROW EXCLUSIVE on two or more tables that are there
-- already. The finding stands at the statement that locks the second one. Where the tables' sizes are assumed and not known, it is an info.
--
-- ## Why
-- A lock is held to the end of the transaction. While the second one is waited for, nobody gets at the first table either; and a
-- program that takes the two in the other order makes a deadlock of it.
--
-- ## Example
-- ```sql
-- BEGIN;
-- ALTER TABLE orders ADD COLUMN note text;
-- ALTER TABLE customers ADD COLUMN note text;
-- COMMIT;
-- ```
--
-- ## Remedy
-- One migration for each table, so that each lock is held for a moment:
-- ```sql
-- ALTER TABLE orders ADD COLUMN note text;       -- 0007
-- ALTER TABLE customers ADD COLUMN note text;    -- 0008
-- ```
--
-- ## Stays quiet when
-- - the statements run in transactions of their own;
-- - all but one of the tables come with the same change, or have fewer rows than `min_rows`.
--
-- ## Limits
-- The lock that a new foreign key takes on the table that it refers to is not counted: no other order of statements avoids it.
--
-- ## Sources
-- - [Explicit locking: deadlocks](https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS)
WITH
  locks AS (
    SELECT m.transaction_id, m.transaction_by, a.statement_id, a.position, a.table_name, a.lock,
      t.row_source IN ('file', 'configured') AS is_known
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id AND m.transaction_id IS NOT NULL
    JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name
    WHERE a.came = 1 AND a.new_table = 0 AND a.row_count >= :min_rows AND a.lock IN ('ACCESS EXCLUSIVE', 'SHARE ROW EXCLUSIVE')
  ),
  first_locks AS (  -- of each table in each transaction
    SELECT l.*, row_number() OVER (PARTITION BY l.transaction_id, l.table_name ORDER BY l.statement_id, l.position) AS place
    FROM locks AS l
  ),
  in_order AS (
    SELECT f.*, row_number() OVER (PARTITION BY f.transaction_id ORDER BY f.statement_id, f.position, f.table_name) AS number,
      count(*) OVER (PARTITION BY f.transaction_id) AS tables, sum(f.is_known) OVER (PARTITION BY f.transaction_id) AS known_tables,
      first_value(f.table_name) OVER (PARTITION BY f.transaction_id ORDER BY f.statement_id, f.position, f.table_name) AS first_table
    FROM first_locks AS f
    WHERE f.place = 1
  )
SELECT
  o.statement_id,
  o.table_name AS subject,
  printf('%s is locked (%s) while %s is locked already, in one transaction%s: nobody gets at %s until this lock is there too%s.',
    o.table_name, o.lock, o.first_table,
    CASE o.transaction_by WHEN 'tool' THEN ' that the migration tool opens' WHEN 'message' THEN ' that the file is sent in' ELSE '' END,
    o.first_table,
    CASE WHEN o.tables > 2 THEN printf('; %d more tables follow', o.tables - 2) ELSE '' END) AS message,
  printf('Change %s in a migration of its own.', o.table_name) AS fix,
  CASE WHEN o.known_tables >= 2 THEN 'warning' ELSE 'info' END AS level
FROM in_order AS o
WHERE o.number = 2;

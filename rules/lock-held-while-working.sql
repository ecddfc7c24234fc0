-- id: lock-held-while-working
-- family: migration
-- severity: warning
-- engines: postgres
-- needs: migration_steps
-- after: backfill-in-one-statement
-- parameter: min_rows integer 1000000: rows today that the later statement works through, from which on it counts
-- since: 0.1
-- summary: A migration locks a table, and in the same transaction works through many rows before it lets go.
--
-- ## What it does
-- Finds statements that take ACCESS EXCLUSIVE or SHARE ROW EXCLUSIVE on a table that is there already, followed in the same transaction by an INSERT … SELECT that reads
-- `min_rows` rows or more, or by an UPDATE or DELETE of as many.
--
-- ## Why
-- A lock is held until its transaction ends. `ALTER TABLE` and `TRUNCATE` themselves take a moment, but everybody waits for what comes after them in the transaction: the
-- aggregation of a year's readings, the copy of a table.
--
-- ## Example
-- ```sql
-- BEGIN;
-- TRUNCATE daily_totals;
-- INSERT INTO daily_totals SELECT meter_id, day, sum(kwh) FROM readings GROUP BY 1, 2;
-- COMMIT;
-- ```
--
-- ## Remedy
-- First the work, then the lock:
-- ```sql
-- BEGIN;
-- CREATE TEMPORARY TABLE new_totals ON COMMIT DROP AS SELECT meter_id, day, sum(kwh) AS kwh FROM readings GROUP BY 1, 2;
-- TRUNCATE daily_totals;
-- INSERT INTO daily_totals SELECT * FROM new_totals;
-- COMMIT;
-- ```
-- or in two transactions.
--
-- ## Stays quiet when
-- - each statement runs in a transaction of its own;
-- - the table came with the change, or the work is done before the lock;
-- - backfill-in-one-statement speaks of the later statement.
--
-- ## Limits
-- A warning where the size of the table that is worked through is known (`tables`, `statistics`), otherwise an info. Conditions of an INSERT's SELECT aren't looked at.
--
-- ## Sources
-- [PostgreSQL: Explicit Locking](https://www.postgresql.org/docs/current/explicit-locking.html)
WITH
  locks AS (
    SELECT m.transaction_id, a.statement_id, a.table_name, a.lock, row_number() OVER (PARTITION BY m.transaction_id ORDER BY a.statement_id, a.position) AS place
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id AND m.transaction_id IS NOT NULL
    WHERE a.came = 1 AND a.new_table = 0 AND a.row_count >= 1 AND a.lock IN ('ACCESS EXCLUSIVE', 'SHARE ROW EXCLUSIVE')
  ),
  work AS (
    SELECT m.transaction_id, a.statement_id, a.position, upper(a.action) AS action, CASE a.action WHEN 'insert' THEN a.other_table ELSE a.table_name END AS relation,
      CASE a.action WHEN 'insert' THEN a.other_row_count ELSE a.row_count END AS row_count
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id AND m.transaction_id IS NOT NULL
    WHERE a.came = 1 AND (a.action = 'insert' OR a.action IN ('update', 'delete') AND a.bound IN ('none', 'other'))
      AND NOT EXISTS (SELECT 1 FROM findings AS f WHERE f.rule = 'backfill-in-one-statement' AND f.statement_id = a.statement_id)
  ),
  held AS (
    SELECT l.statement_id, l.table_name, l.lock, w.action, w.relation, w.row_count, s.line, t.row_source IN ('file', 'configured') AS is_known,
      row_number() OVER (PARTITION BY l.statement_id ORDER BY w.row_count DESC, w.statement_id, w.position) AS place
    FROM locks AS l
    JOIN work AS w ON w.transaction_id = l.transaction_id AND w.statement_id > l.statement_id AND w.row_count >= :min_rows
    JOIN statements AS s ON s.statement_id = w.statement_id
    LEFT JOIN tables AS t ON t.side = 'base' AND t.name = w.relation COLLATE NOCASE
    WHERE l.place = 1
  )
SELECT
  h.statement_id,
  h.table_name AS subject,
  printf('%s is locked (%s), and stays so while the %s at line %d works through %,d rows of %s: the lock is let go when the transaction ends.',
    h.table_name, h.lock, h.action, h.line, CAST(h.row_count AS INTEGER), h.relation) AS message,
  'Do the work first, in a temporary table or a transaction before, and take the lock for the last step.' AS fix,
  CASE WHEN h.is_known THEN 'warning' ELSE 'info' END AS level
FROM held AS h
WHERE h.place = 1;

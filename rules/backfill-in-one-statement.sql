-- id: backfill-in-one-statement
-- family: migration
-- severity: warning
-- engines: sqlite, postgres
-- needs: migration_steps
-- yields-to: migration-failed
-- parameter: min_rows integer 10000: rows of a table today, from which on one statement for all of them matters
-- since: 0.1
-- summary: A migration updates or deletes all rows of a table in one statement.
--
-- ## What it does
-- Finds UPDATE and DELETE in migrations of this change, on tables that are there already, whose WHERE doesn't limit the rows: none at
-- all, or neither an equality with a constant, a range with two ends, nor a subquery with LIMIT. One finding for each table and file.
--
-- ## Why
-- Each row that was changed is locked until the last one is: writers wait for the whole run. On PostgreSQL the table grows by a copy
-- of each row, and replicas lag behind; on SQLite nobody else writes at all meanwhile. When it fails near its end, all is undone.
--
-- ## Example
-- ```sql
-- UPDATE orders SET status = 'new' WHERE status IS NULL;
-- ```
--
-- ## Remedy
-- Batches, each in a transaction of its own, by a program or a script:
-- ```sql
-- UPDATE orders SET status = 'new' WHERE id IN (SELECT id FROM orders WHERE status IS NULL ORDER BY id LIMIT 5000);
-- ```
--
-- ## Stays quiet when
-- - the WHERE compares a column with a constant or a list, with both ends of a range, or takes its rows from a subquery with LIMIT;
-- - the table comes with the same change, or has fewer rows than `min_rows`; the statement is of no migration.
--
-- ## Limits
-- How many rows an equality finds is not asked: `WHERE status = 'new'` may still be most of the table.
--
-- ## Sources
-- - [PostgreSQL: populating a database, routine vacuuming](https://www.postgresql.org/docs/current/routine-vacuuming.html)
-- - [SQLite: file locking](https://www.sqlite.org/lockingv3.html)
WITH
  writes AS (
    SELECT a.statement_id, a.table_name, a.action, a.bound, a.row_count, t.row_source,
      row_number() OVER (PARTITION BY s.path, a.table_name ORDER BY a.statement_id) AS place,
      count(*) OVER (PARTITION BY s.path, a.table_name) AS together
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    JOIN statements AS s ON s.statement_id = a.statement_id
    JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name COLLATE NOCASE
    WHERE a.came = 1 AND a.action IN ('update', 'delete') AND a.bound IN ('none', 'other') AND a.new_table = 0
      AND a.row_count >= :min_rows
  )
SELECT
  w.statement_id,
  w.table_name AS subject,
  printf('One statement %s %s the %,d rows%s of %s: %s until the last one is done.',
    CASE w.action WHEN 'update' THEN 'updates' ELSE 'deletes' END,
    CASE w.bound WHEN 'none' THEN 'all' ELSE 'an unlimited part of' END,
    CAST(w.row_count AS INTEGER), CASE WHEN w.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, w.table_name,
    CASE run.engine WHEN 'sqlite' THEN 'nobody else can write to the database' ELSE 'each row stays locked' END)
  || CASE WHEN w.together > 1 THEN printf(' The migration has %d more such statements on the table.', w.together - 1) ELSE '' END AS message,
  printf('Take %s in batches of some thousand by its key, each in a transaction of its own, outside the migration.', w.table_name) AS fix
FROM run
JOIN writes AS w
WHERE w.place = 1;

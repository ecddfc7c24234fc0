-- id: index-without-concurrently
-- family: migration
-- severity: error
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed
-- parameter: min_rows integer 10000: rows of a table today, from which on a build is long enough to matter
-- since: 0.1
-- summary: A migration builds an index without CONCURRENTLY, and nothing can be written to the table while it runs.
--
-- ## What it does
-- Finds CREATE INDEX without CONCURRENTLY, and UNIQUE and PRIMARY KEY constraints that build their index, in migrations of this
-- change, on tables that are there already: one finding for each table and file. Where the table's size is assumed and not known,
-- it is a warning.
--
-- ## Why
-- CREATE INDEX holds a SHARE lock for as long as it reads and sorts the table: each INSERT, UPDATE and DELETE waits, and each keeps
-- its connection while it does. A constraint's index is built under ACCESS EXCLUSIVE: not even reads get through.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_reference ON orders(reference);
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE INDEX CONCURRENTLY orders_reference ON orders(reference);
-- ```
-- in a migration of its own that runs outside a transaction. For a constraint build the index first, then
-- `ALTER TABLE orders ADD CONSTRAINT orders_reference_key UNIQUE USING INDEX orders_reference`.
--
-- ## Stays quiet when
-- - the table comes with the same change, or has fewer rows than `min_rows`;
-- - it is made ON ONLY a partitioned table, which reads no row; the partitions' own indexes are then built one by one;
-- - the statement is of a schema's definition (a dump, `schema.sql`) and not of a migration: nobody runs it on a live database.
--
-- ## Limits
-- A partitioned table's index can't be built CONCURRENTLY: it takes one CONCURRENTLY on each partition and then ATTACH PARTITION.
--
-- ## Sources
-- - [CREATE INDEX: building indexes concurrently](https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY)
-- - [ALTER TABLE: ADD table_constraint_using_index](https://www.postgresql.org/docs/current/sql-altertable.html)
WITH
  builds AS (
    SELECT a.statement_id, a.position, a.action, a.table_name, a.column_name, a.object, a.row_count, m.transaction_by, t.row_source, t.partitions, s.text,
      coalesce(nullif(a.object, ''), nullif(rtrim(a.table_name || '.' || a.column_name, '.'), '')) AS subject,
      row_number() OVER (PARTITION BY s.path, a.table_name ORDER BY a.statement_id, a.position) AS place,
      count(*) OVER (PARTITION BY s.path, a.table_name) AS together
    FROM schema_actions AS a
    JOIN statements AS s ON s.statement_id = a.statement_id
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name
    WHERE a.came = 1 AND a.concurrently = 0 AND a.scans = 1 AND a.new_table = 0 AND a.row_count >= :min_rows
      AND a.action IN ('create_index', 'add_unique', 'add_primary_key', 'add_exclude')
  )
SELECT
  b.statement_id,
  b.subject,
  printf('%s for as long as the index takes to build: %s has %,d rows%s, all of them read and sorted under the lock.',
    CASE b.action WHEN 'create_index' THEN 'Nothing can be written to ' || b.table_name ELSE 'Nothing can be read from or written to ' || b.table_name END,
    b.table_name, CAST(b.row_count AS INTEGER), CASE WHEN b.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END)
  || CASE WHEN b.together > 1 THEN printf(' The migration builds %d more on the table.', b.together - 1) ELSE '' END AS message,
  CASE
    WHEN b.partitions > 0 AND b.action = 'create_index' THEN printf('%s is partitioned, which excludes CONCURRENTLY: CREATE INDEX … ON ONLY %s, then CREATE INDEX CONCURRENTLY on each partition and ALTER INDEX … ATTACH PARTITION', b.table_name, b.table_name)
    WHEN b.action = 'create_index' THEN 'CREATE INDEX CONCURRENTLY'
    WHEN b.action = 'add_exclude' THEN 'No exclusion constraint can be built concurrently: add it when little is written, with a lock_timeout, or to a new table that takes over'
    ELSE 'Build the index first with CREATE UNIQUE INDEX CONCURRENTLY, then add the constraint USING INDEX' END
  || CASE b.transaction_by WHEN '' THEN '.' ELSE ', in a migration of its own that runs in no transaction.' END AS fix,
  CASE WHEN b.partitions > 0 OR b.transaction_by <> '' THEN NULL
    WHEN upper(b.text) GLOB 'CREATE INDEX *' THEN substr(b.text, 1, 12) || ' CONCURRENTLY' || substr(b.text, 13)
    WHEN upper(b.text) GLOB 'CREATE UNIQUE INDEX *' THEN substr(b.text, 1, 19) || ' CONCURRENTLY' || substr(b.text, 20) END AS replacement,
  CASE WHEN b.row_source IN ('file', 'configured') THEN 'error' ELSE 'warning' END AS level
FROM builds AS b
WHERE b.place = 1;

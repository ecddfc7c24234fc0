-- id: table-rewrite
-- family: migration
-- severity: error
-- engines: postgres
-- needs: migration_steps
-- yields-to: migration-failed
-- parameter: min_rows integer 10000: rows of a table today, from which on a rewrite is long enough to matter
-- since: 0.1
-- summary: A migration writes every row of a table anew, and nothing can read or write it meanwhile.
--
-- ## What it does
-- Finds what rewrites a table, in migrations of this change. Of ALTER TABLE: a column's type that is stored otherwise, a new column with a
-- volatile default, a serial, identity or stored generated column, SET LOGGED and UNLOGGED, another tablespace or access method. And
-- CLUSTER by an index. Where the table's size is assumed and not known, the finding is a warning.
--
-- ## Why
-- The rewrite holds ACCESS EXCLUSIVE until the last row and the last index are written: each query on the table waits with its
-- connection, and the pool runs dry. It also needs the table's size on disk a second time.
--
-- ## Example
-- ```sql
-- ALTER TABLE orders ALTER COLUMN id TYPE bigint;
-- ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
-- ```
--
-- ## Remedy
-- Add the new column empty, without a default that has to be computed for each row; let the program write both; fill the old rows in
-- batches; then switch over.
-- ```sql
-- ALTER TABLE orders ADD COLUMN token uuid;
-- ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();   -- for new rows only
-- ```
--
-- ## Stays quiet when
-- - the default is a constant or a stable function such as now(): since PostgreSQL 11 it is kept once, beside the rows;
-- - the types are stored alike: a longer varchar(n), varchar to text, a numeric with more digits and the same scale;
-- - the table comes with the same change, or has fewer rows than `min_rows`; the statement is of no migration.
--
-- ## Limits
-- A default that calls a function of the project's own is not counted, though it rewrites the table unless the function is declared
-- STABLE. `timestamp` to `timestamptz` counts as a rewrite; where the server's time zone is UTC it is none.
--
-- ## Sources
-- - [CLUSTER](https://www.postgresql.org/docs/current/sql-cluster.html)
-- - [ALTER TABLE: notes](https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES)
WITH
  rewrites AS (
    SELECT a.*, t.row_source, old.type AS old_type, now.type AS new_type,
      row_number() OVER (PARTITION BY a.statement_id, a.table_name ORDER BY a.position) AS place,
      count(*) OVER (PARTITION BY a.statement_id, a.table_name) AS together
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    JOIN tables AS t ON t.side = 'base' AND t.name = a.table_name
    LEFT JOIN columns AS old ON old.side = 'base' AND old.table_name = a.table_name AND old.name = a.column_name
    LEFT JOIN columns AS now ON now.side = 'head' AND now.table_name = a.table_name AND now.name = a.column_name
    WHERE a.came = 1 AND a.rewrites = 1 AND a.new_table = 0 AND a.row_count >= :min_rows
  )
SELECT
  r.statement_id,
  rtrim(r.table_name || '.' || r.column_name, '.') AS subject,
  printf('%s, so that all %,d rows%s of %s and its indexes are written anew; nobody can read or write the table until that is done.',
    CASE r.action
      WHEN 'set_type' THEN printf('%s becomes %s, which was %s', r.column_name, coalesce(r.new_type, 'another type'), coalesce(r.old_type, 'another type'))
        || CASE r.detail WHEN 'using' THEN ', by an expression' ELSE '' END
      WHEN 'add_column' THEN printf('The new column %s ', r.column_name) || CASE r.detail
        WHEN 'volatile' THEN 'has a default that is another value for each row'
        WHEN 'generated' THEN 'is computed and stored for each row'
        ELSE 'takes its values from a sequence' END
      WHEN 'set_logged' THEN 'SET LOGGED copies the table' WHEN 'set_unlogged' THEN 'SET UNLOGGED copies the table'
      WHEN 'cluster' THEN 'CLUSTER copies the table in the order of an index'
      WHEN 'set_tablespace' THEN 'SET TABLESPACE copies the table' ELSE 'SET ACCESS METHOD copies the table' END,
    CAST(r.row_count AS INTEGER), CASE WHEN r.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, r.table_name)
  || CASE WHEN r.together > 1 THEN printf(' %d more such changes of the table stand in the same statement.', r.together - 1) ELSE '' END AS message,
  CASE r.action
    WHEN 'set_type' THEN printf('Add a column of the new type, fill it in batches while the program writes both, then rename: %s stays readable.', r.table_name)
    WHEN 'add_column' THEN CASE r.detail
      WHEN 'volatile' THEN printf('Add %s without a default, set the default in a second statement (new rows only), and fill the old rows in batches.', r.column_name)
      WHEN 'generated' THEN printf('Add %s as a plain column that a trigger or the program keeps, and fill the old rows in batches; or compute it in a view.', r.column_name)
      ELSE printf('Add %s as a plain column, give it DEFAULT nextval(…) in a second statement, and fill the old rows in batches.', r.column_name) END
    WHEN 'cluster' THEN 'Plan a maintenance window; new rows don''t keep the order, so a covering index often serves the same queries for good.'
    ELSE 'Plan a maintenance window, or copy to a new table in batches and swap the names.' END AS fix,
  CASE WHEN r.row_source IN ('file', 'configured') THEN 'error' ELSE 'warning' END AS level
FROM rewrites AS r
WHERE r.place = 1;

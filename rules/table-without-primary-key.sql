-- id: table-without-primary-key
-- family: schema
-- severity: warning
-- engines: postgres
-- needs: tables
-- yields-to: table-inheritance
-- since: 0.1
-- summary: A table has neither a primary key nor another key that names each of its rows.
--
-- ## What it does
-- Finds tables that the change creates, or whose primary key it drops, without a primary key and without a unique index over columns that
-- are NOT NULL.
--
-- ## Why
-- Without a key a row can't be named: duplicates come in unseen and can't be told apart, logical replication refuses UPDATE and DELETE,
-- batches have nothing to go by, and each look-up of a row is a scan.
--
-- ## Example
-- ```sql
-- CREATE TABLE audit (at timestamptz NOT NULL, what text NOT NULL);
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, what text NOT NULL);
-- ```
--
-- ## Stays quiet when
-- - a unique index over NOT NULL columns does the same;
-- - the table is fixed, a view or a foreign table; it had no key before the change either;
-- - it comes with INHERITS: table-inheritance says what doesn't pass on to it.
--
-- ## Limits
-- PostgreSQL only: SQLite's tables have their rowid. Partitions count as tables of their own.
--
-- ## Sources
-- - [PostgreSQL: replica identity](https://www.postgresql.org/docs/current/logical-replication-publication.html)
WITH
  keyless AS (
    SELECT t.side, t.name, t.statement_id, t.row_count
    FROM tables AS t
    WHERE t.type = 'table' AND t.fixed = 0
      AND NOT EXISTS (SELECT 1 FROM columns AS c WHERE c.side = t.side AND c.table_name = t.name AND c.primary_key > 0)
      AND NOT EXISTS (
        SELECT 1 FROM indexes AS i
        WHERE i.side = t.side AND i.table_name = t.name AND i.is_unique = 1 AND i.partial = 0
          AND NOT EXISTS (
            SELECT 1 FROM index_columns AS x
            LEFT JOIN columns AS c ON c.side = x.side AND c.table_name = x.table_name AND c.name = x.name
            WHERE x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name AND coalesce(c.not_null, 0) = 0))
  )
SELECT
  coalesce(
    (SELECT s.statement_id FROM statements AS s WHERE s.statement_id = k.statement_id AND s.changed = 1),
    (SELECT min(a.statement_id) FROM schema_actions AS a WHERE a.table_name = k.name AND a.came = 1), k.statement_id) AS statement_id,
  k.name AS subject,
  printf('%s has no primary key, nor a unique index over columns that are NOT NULL: no row of it can be named.', k.name) AS message,
  CASE WHEN EXISTS (SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = k.name AND c.name = 'id')
    THEN printf('Where id names a row: ALTER TABLE %s ADD PRIMARY KEY (id), or by USING INDEX of a unique index that was built CONCURRENTLY; else make the columns that do the key.', k.name)
    ELSE printf('ALTER TABLE %s ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, or make the columns that name a row the key.', k.name) END AS fix
FROM keyless AS k
WHERE k.side = 'head' AND k.statement_id IS NOT NULL
  AND ((SELECT mode FROM run) = 'all'
    OR ((SELECT schema_changed FROM run) = 1 AND NOT EXISTS (SELECT 1 FROM keyless AS old WHERE old.side = 'base' AND old.name = k.name)));

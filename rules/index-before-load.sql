-- id: index-before-load
-- family: migration
-- severity: info
-- engines: sqlite, postgres
-- needs: migration_steps
-- yields-to: migration-failed
-- parameter: min_rows integer 10000: rows today of the table that is copied, from which on it counts
-- since: 0.1
-- summary: A migration creates a table and its indexes, and fills it afterwards: each row is put into each index.
--
-- ## What it does
-- Finds CREATE INDEX on a table that the same migration creates before it, and fills after it by INSERT … SELECT from a table of `min_rows` rows or more. One finding
-- for each table.
--
-- ## Why
-- An index on rows that are there already is sorted once and written from its first page to its last. One that is there first takes each row by itself, on
-- another page each time; that takes several times as long, writes more, and leaves an index with pages that are half full. Whatever the migration holds
-- locked stays so for as long.
--
-- ## Example
-- ```sql
-- CREATE TABLE order_totals (order_id bigint NOT NULL, total numeric NOT NULL);
-- CREATE INDEX order_totals_order ON order_totals(order_id);
-- INSERT INTO order_totals SELECT order_id, sum(price) FROM items GROUP BY order_id;
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE TABLE order_totals (order_id bigint NOT NULL, total numeric NOT NULL);
-- INSERT INTO order_totals SELECT order_id, sum(price) FROM items GROUP BY order_id;
-- CREATE INDEX order_totals_order ON order_totals(order_id);
-- ```
--
-- ## Stays quiet when
-- - the index comes after the load, or in another migration;
-- - the table that is copied is fixed, has fewer rows than `min_rows`, or comes with the change itself; rows come from VALUES;
-- - the index is unique and the INSERT relies on it: ON CONFLICT, OR IGNORE, OR REPLACE.
--
-- ## Limits
-- Conditions of the SELECT aren't looked at, nor whether it looks things up in the new table by that index. Primary keys and UNIQUE in CREATE TABLE aren't
-- counted: they say what the rows have to be.
--
-- ## Sources
-- [PostgreSQL: Populating a Database](https://www.postgresql.org/docs/current/populate.html)
WITH
  came AS MATERIALIZED (
    SELECT a.statement_id, a.position, a.action, a.table_name, lower(a.table_name) AS relation, a.object AS index_name, lower(a.object) AS object, a.other_table,
      lower(a.other_table) AS other, a.detail, a.new_table, a.row_count, a.other_row_count, s.path
    FROM schema_actions AS a
    JOIN migration_steps AS m ON m.statement_id = a.statement_id
    JOIN statements AS s ON s.statement_id = a.statement_id
    WHERE a.came = 1 AND a.action IN ('create_table', 'create_table_as', 'drop_table', 'rename_table', 'create_index', 'drop_index', 'insert')
  ),
  loads AS MATERIALIZED (  -- into each table of a file the largest one; a table that was renamed before is known by its old name
    SELECT l.statement_id, l.path, s.line, l.relation, s.text LIKE '%ON CONFLICT%' OR s.text LIKE '%OR IGNORE%' OR s.text LIKE '%OR REPLACE%' OR s.text LIKE 'REPLACE%' AS relies_on_key,
      l.other_table AS source, t.row_source, coalesce(r.row_count, l.other_row_count) AS row_count,
      row_number() OVER (PARTITION BY l.path, l.relation ORDER BY coalesce(r.row_count, l.other_row_count) DESC, l.statement_id) AS place
    FROM came AS l
    JOIN statements AS s ON s.statement_id = l.statement_id
    LEFT JOIN came AS r ON r.other = l.other AND r.action = 'rename_table' AND r.statement_id < l.statement_id
    JOIN tables AS t ON t.side = 'base' AND t.name = coalesce(r.relation, l.other) COLLATE NOCASE AND t.fixed = 0
    WHERE l.action = 'insert' AND coalesce(r.row_count, l.other_row_count) >= :min_rows
  ),
  made AS MATERIALIZED (  -- for sure: IF NOT EXISTS makes nothing where the table is there
    SELECT a.statement_id, a.path, a.relation
    FROM came AS a
    WHERE a.action IN ('create_table', 'create_table_as')
      AND (a.new_table = 1 OR EXISTS (
        SELECT 1 FROM came AS g WHERE g.relation = a.relation AND g.action IN ('rename_table', 'drop_table') AND g.statement_id < a.statement_id))
  ),
  early AS (
    SELECT i.statement_id, i.table_name, i.index_name, l.line, l.source, l.row_source, l.row_count,
      row_number() OVER (PARTITION BY l.statement_id ORDER BY i.statement_id, i.position) AS place, count(*) OVER (PARTITION BY l.statement_id) AS together
    FROM loads AS l
    JOIN made AS c ON c.relation = l.relation AND c.path = l.path
    JOIN came AS i ON i.relation = l.relation AND i.action = 'create_index' AND i.statement_id BETWEEN c.statement_id AND l.statement_id
    WHERE l.place = 1 AND NOT (i.detail = 'unique' AND l.relies_on_key)
      AND NOT EXISTS (
        SELECT 1 FROM came AS d WHERE d.object = i.object AND d.object <> '' AND d.action = 'drop_index' AND d.statement_id BETWEEN i.statement_id AND l.statement_id)
  )
SELECT
  e.statement_id,
  e.table_name AS subject,
  printf('%s of %s there before line %d fills it with the %,d rows%s of %s: each row is put into %s by itself.',
    CASE WHEN e.together > 1 THEN printf('%d indexes', e.together) WHEN e.index_name = '' THEN 'An index' ELSE printf('The index %s', e.index_name) END,
    e.table_name || CASE e.together WHEN 1 THEN ' is' ELSE ' are' END, e.line, CAST(e.row_count AS INTEGER),
    CASE WHEN e.row_source IN ('file', 'configured') THEN '' ELSE ' (assumed)' END, e.source, CASE e.together WHEN 1 THEN 'it' ELSE 'each' END) AS message,
  printf('CREATE INDEX after the INSERT of line %d: it is sorted and written in one go.', e.line) AS fix
FROM early AS e
WHERE e.place = 1;

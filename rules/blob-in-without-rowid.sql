-- id: blob-in-without-rowid
-- family: schema
-- severity: info
-- engines: sqlite
-- needs: tables
-- since: 0.1
-- summary: A growing WITHOUT ROWID table holds BLOBs: they stand in the inner pages of its tree, too.
--
-- ## What it does
-- Finds WITHOUT ROWID tables that come with the change, or get such a column by it, and hold a BLOB beside their key.
--
-- ## Why
-- An ordinary table has its rows in the leaves of its tree alone; the pages above them hold numbers, hundreds on each. A WITHOUT ROWID table has whole rows on
-- the pages above as well. With large rows few fit on a page, the tree gets deep, and every look-up reads more pages. SQLite's documentation advises it for rows
-- that take less than about a twentieth of a page: some 200 bytes of 4,096.
--
-- ## Example
-- ```sql
-- CREATE TABLE cache (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE TABLE cache (key TEXT PRIMARY KEY, body BLOB NOT NULL);
-- ```
-- or the BLOB in a table of its own, which is opened by the same key.
--
-- ## Stays quiet when
-- - the BLOB is part of the primary key or of an index, or its name says that it is small: a hash, a key, a UUID, a token, a salt;
-- - the table is fixed;
-- - the table held it before the change.
--
-- ## Limits
-- How large the values are isn't known: it is an info for that reason. Long texts and JSON aren't counted.
--
-- ## Sources
-- [SQLite: The WITHOUT ROWID Optimization](https://www.sqlite.org/withoutrowid.html)
WITH
  small(word) AS (
    VALUES ('hash'), ('digest'), ('checksum'), ('sum'), ('crc'), ('sha'), ('sha1'), ('sha256'), ('md5'), ('fingerprint'), ('signature'), ('mac'), ('id'), ('uid'), ('uuid'), ('guid'),
      ('key'), ('token'), ('secret'), ('salt'), ('nonce'), ('iv'), ('ip'), ('address')
  ),
  blobs AS MATERIALIZED (
    SELECT t.side, t.name AS table_name, t.row_count, t.statement_id, c.name
    FROM tables AS t
    JOIN columns AS c ON c.side = t.side AND c.table_name = t.name AND c.primary_key = 0 AND c.type LIKE '%BLOB%'
    WHERE t.without_rowid = 1 AND t.fixed = 0
      AND NOT EXISTS (
        SELECT 1 FROM small AS w
        WHERE c.name = w.word COLLATE NOCASE OR c.name LIKE '%\_' || w.word ESCAPE '\'
          OR c.name GLOB '*[a-z0-9]' || upper(substr(w.word, 1, 1)) || substr(w.word, 2))
      AND NOT EXISTS (SELECT 1 FROM index_columns AS x WHERE x.side = t.side AND x.table_name = t.name AND x.name = c.name AND x.index_name <> '')
  ),
  came AS (
    SELECT b.table_name, b.row_count, b.statement_id, group_concat(b.name, ', ') AS names, count(*) AS columns
    FROM run
    JOIN (SELECT * FROM blobs ORDER BY table_name, name) AS b ON b.side = 'head'
    WHERE b.statement_id IS NOT NULL
      AND (run.mode = 'all'
        OR run.schema_changed = 1 AND NOT EXISTS (
          SELECT 1 FROM blobs AS old WHERE old.side = 'base' AND old.table_name = b.table_name AND old.name = b.name))
    GROUP BY b.table_name
  )
SELECT
  coalesce(
    (SELECT s.statement_id FROM statements AS s WHERE s.statement_id = c.statement_id AND s.changed = 1),
    (SELECT min(a.statement_id) FROM schema_actions AS a WHERE a.table_name = c.table_name AND a.came = 1), c.statement_id) AS statement_id,
  c.table_name AS subject,
  printf('%s is WITHOUT ROWID and holds %s (%s): its %,d rows (at the largest scale) stand whole in the upper pages of the tree, too; with large ones each look-up reads more pages.',
    c.table_name, CASE c.columns WHEN 1 THEN 'a BLOB' ELSE 'BLOBs' END, c.names, CAST(c.row_count AS INTEGER)) AS message,
  printf('Leave WITHOUT ROWID out, or keep %s in a table of its own; it pays for rows of up to about a twentieth of a page (200 bytes of 4,096).', c.names) AS fix
FROM came AS c;

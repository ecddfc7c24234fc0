-- id: blob-in-list
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: unbounded-select
-- parameter: min_rows integer 10: rows returned, at the largest scale, from which on it counts
-- since: 0.1
-- summary: SELECT * brings a large binary value along for every row of a list.
--
-- ## What it does
-- Finds `SELECT *` and `SELECT t.*` that return several rows of a table with a BLOB (SQLite) or bytea (PostgreSQL) column whose name speaks for something large: an
-- image, a file, a document, its content.
--
-- ## Why
-- Such values are kept apart from their row, on overflow pages or in the TOAST table: each one that is selected is fetched from there, put together, sent, and
-- held in the program's memory, for a list that shows names.
--
-- ## Example
-- ```sql
-- SELECT * FROM documents WHERE folder_id = ? ORDER BY title LIMIT 50;
-- ```
--
-- ## Remedy
-- Name the columns that the list shows, and fetch the value by its key where it is opened:
-- ```sql
-- SELECT id, title FROM documents WHERE folder_id = ? ORDER BY title LIMIT 50;
-- SELECT content FROM documents WHERE id = ?;
-- ```
--
-- ## Stays quiet when
-- - the column is named: then it is wanted;
-- - one row is returned, or fewer than `min_rows`;
-- - by its name the value is small: a hash, a key, a token, an identifier;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- How large the values are isn't known, nor which of them the program reads. Long texts aren't counted.
--
-- ## Sources
-- [PostgreSQL: TOAST](https://www.postgresql.org/docs/current/storage-toast.html)
WITH
  words(word) AS (
    VALUES ('image'), ('photo'), ('picture'), ('avatar'), ('thumbnail'), ('icon'), ('cover'), ('logo'), ('file'), ('content'), ('contents'), ('body'), ('document'), ('attachment'),
      ('data'), ('blob'), ('payload'), ('binary'), ('pdf'), ('audio'), ('video'), ('raw'), ('snapshot'), ('archive'), ('artwork')
  ),
  large AS MATERIALIZED (
    SELECT c.table_name, c.name
    FROM columns AS c
    JOIN words AS w ON c.name = w.word COLLATE NOCASE OR c.name LIKE '%\_' || w.word ESCAPE '\' OR c.name LIKE w.word || '\_%' ESCAPE '\'
    WHERE c.side = 'head' AND (upper(c.type) LIKE '%BLOB%' OR c.type = 'bytea') AND c.primary_key = 0
      AND c.name NOT LIKE '%hash%' AND c.name NOT LIKE '%\_id' ESCAPE '\' AND c.name NOT LIKE '%key%' AND c.name NOT LIKE '%digest%' AND c.name NOT LIKE '%sum'
      AND NOT EXISTS (SELECT 1 FROM index_columns AS x WHERE x.side = 'head' AND x.table_name = c.table_name AND x.name = c.name)
  ),
  starred AS (
    SELECT s.statement_id, l.table_name, l.name, m.rows_returned, row_number() OVER (PARTITION BY s.statement_id ORDER BY l.table_name, l.name) AS place
    FROM run
    JOIN statements AS s
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale AND m.rows_returned >= :min_rows
    JOIN projections AS i ON i.statement_id = s.statement_id AND i.block = 0 AND i.name = '*'
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = 0 AND q.role = 'from' AND q.table_ref = coalesce(i.table_ref, q.table_ref)
    JOIN large AS l ON l.table_name = q.name COLLATE NOCASE
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.statement_kind = 'select' AND s.kind <> 'schema'
      AND s.statement_id NOT IN (SELECT o.statement_id FROM single_row_statements AS o WHERE o.statement_id = s.statement_id)
  )
SELECT
  b.statement_id,
  b.table_name || '.' || b.name AS subject,
  printf('SELECT * brings %s.%s along for each of the rows (%,d at the largest scale): a large value is fetched, sent and kept in memory for every one.',
    b.table_name, b.name, CAST(b.rows_returned AS INTEGER)) AS message,
  printf('Name the columns that are shown, and fetch %s by the key of the row that is opened.', b.name) AS fix
FROM starred AS b
WHERE b.place = 1
  AND b.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = b.statement_id);

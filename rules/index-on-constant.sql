-- id: index-on-constant
-- family: schema
-- severity: error
-- engines: sqlite
-- needs: schema_actions
-- since: 0.1
-- summary: An index is made on a name in double quotes that is no column, which SQLite takes for a text: it holds one value for all rows.
--
-- ## What it does
-- Finds indexes whose first column the table doesn't have, and that SQLite made all the same.
--
-- ## Why
-- A name in double quotes that is no column is a string to SQLite, for the sake of old programs. `CREATE INDEX … ON orders("costumer_id")` makes an index
-- on the text 'costumer_id': it takes space, is written with every row, and serves no query. Nothing reports the misspelling.
--
-- ## Example
-- ```sql
-- CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL);
-- CREATE INDEX orders_by_customer ON orders("costumer_id");
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE INDEX orders_by_customer ON orders("customer_id");
-- ```
--
-- ## Stays quiet when
-- - the column is there, under that name or another case of it, or is the rowid;
-- - the index is on an expression;
-- - the statement was there before the change.
--
-- ## Limits
-- Only an index's first column is looked at.
--
-- ## Sources
-- [SQLite: Double-quoted string literals are accepted](https://www.sqlite.org/quirks.html#dblquote)
SELECT
  a.statement_id,
  a.object AS subject,
  printf('%s has no column %s: SQLite takes the name in double quotes for a text, and %s holds that one text for all rows.', a.table_name, a.column_name, a.object) AS message,
  'Write the name of a column of ' || a.table_name || '; without quotes, or in [brackets], SQLite reports one that isn''t there.' AS fix
FROM schema_actions AS a
JOIN index_columns AS x ON x.side = 'head' AND x.table_name = a.table_name COLLATE NOCASE AND x.index_name = a.object COLLATE NOCASE AND x.position = 0 AND x.name = ''
WHERE a.came = 1 AND a.action = 'create_index' AND a.column_name <> ''
  AND lower(a.column_name) NOT IN ('rowid', 'oid', '_rowid_')
  AND NOT EXISTS (
    SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = a.table_name COLLATE NOCASE AND c.name = a.column_name COLLATE NOCASE);

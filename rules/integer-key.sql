-- id: integer-key
-- family: schema
-- severity: warning
-- engines: postgres
-- needs: columns
-- since: 0.1
-- summary: A new table numbers its rows with a 32-bit integer, which ends at 2,147,483,647.
--
-- ## What it does
-- Finds tables that come with the change, grow, and whose primary key is one `integer` or `smallint` that the database numbers itself (serial or identity).
--
-- ## Why
-- A number is used up by every INSERT, also by those that fail, are rolled back or end in ON CONFLICT. At the end of the numbers every INSERT fails, and to make
-- the column larger writes the whole table anew, under a lock that lets nobody read. On an empty table `bigint` costs four bytes a row.
--
-- ## Example
-- ```sql
-- CREATE TABLE events (id serial PRIMARY KEY, happened_at timestamptz NOT NULL);
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, happened_at timestamptz NOT NULL);
-- ```
-- and `bigint` in every column that refers to it.
--
-- ## Stays quiet when
-- - the table was there before the change, in `check --all` as well;
-- - the table is fixed (`"tables": {"country": {"rows": 250, "fixed": true}}`);
-- - the key comes from the program or from another table.
--
-- ## Limits
-- An info as long as nothing says how large the table gets, or where a twentieth of the numbers isn't reached at the largest scale: statistics or `tables` make it a warning.
--
-- ## Sources
-- [PostgreSQL: Numeric Types](https://www.postgresql.org/docs/current/datatype-numeric.html)
SELECT
  t.statement_id,
  t.name || '.' || c.name AS subject,
  CASE WHEN t.row_source = 'assumed' OR t.row_count < l.most / 20 THEN 'info' ELSE 'warning' END AS level,
  printf('%s.%s is %s: it ends at %,d, and to make it larger then writes all of %s anew while nobody can read it.', t.name, c.name, c.type, l.most, t.name) AS message,
  printf('%s bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, and bigint in the columns that refer to it.', c.name) AS fix
FROM run
JOIN (SELECT 'integer' AS type, 2147483647 AS most UNION ALL SELECT 'smallint', 32767) AS l
JOIN columns AS c ON c.side = 'head' AND c.type = l.type AND c.primary_key = 1 AND (c.default_value = 'identity' OR c.default_value LIKE 'nextval(%')
JOIN tables AS t ON t.side = 'head' AND t.name = c.table_name AND t.type = 'table' AND t.fixed = 0
JOIN statements AS s ON s.statement_id = t.statement_id AND s.changed = 1
WHERE run.mode = 'change'
  AND NOT EXISTS (SELECT 1 FROM columns AS o WHERE o.side = 'head' AND o.table_name = c.table_name AND o.primary_key > 1)
  AND NOT EXISTS (SELECT 1 FROM tables AS b WHERE b.side = 'base' AND b.name = t.name);

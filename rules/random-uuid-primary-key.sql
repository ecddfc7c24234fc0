-- id: random-uuid-primary-key
-- family: schema
-- severity: info
-- engines: sqlite, postgres
-- needs: tables
-- parameter: min_rows number 1000000: rows at the largest scale, from which on a table counts as growing large
-- since: 0.1
-- summary: A growing table gets random UUIDs as its primary key, so each new row goes to another page of the index.
--
-- ## What it does
-- Finds tables that the change creates, whose primary key is one column with a random default: gen_random_uuid(), uuid_generate_v4(),
-- randomblob().
--
-- ## Why
-- New keys land all over the index. Once it is larger than the memory, each insert reads and writes a page that nobody else needs;
-- on PostgreSQL each first change of a page after a checkpoint also puts the whole page into the log. Foreign keys to it inherit the same.
--
-- ## Example
-- ```sql
-- CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz NOT NULL);
-- ```
--
-- ## Remedy
-- A key that grows with time: an identity column, or a UUID of version 7 (uuidv7() from PostgreSQL 18 on, or made by the program).
-- ```sql
-- CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, public_id uuid NOT NULL DEFAULT gen_random_uuid());
-- ```
--
-- ## Stays quiet when
-- - the table is fixed, or has fewer rows than `min_rows` at the largest scale;
-- - the default isn't random, or there is none: what the program puts in isn't known;
-- - the key has several columns; the table was there before the change.
--
-- ## Limits
-- UUIDs that the program makes aren't seen. A random key has its merits, too (it can be made anywhere, and tells nothing): this is an info.
--
-- ## Sources
-- - [PostgreSQL: UUID functions](https://www.postgresql.org/docs/current/functions-uuid.html)
WITH
  keys AS (
    SELECT c.table_name, c.name, c.default_value, c.type, t.row_count, t.statement_id
    FROM columns AS c
    JOIN tables AS t ON t.side = 'head' AND t.name = c.table_name AND t.fixed = 0 AND t.type = 'table'
    JOIN statements AS s ON s.statement_id = t.statement_id AND s.changed = 1
    WHERE c.side = 'head' AND c.primary_key = 1 AND t.row_count >= :min_rows
      AND NOT EXISTS (SELECT 1 FROM columns AS more WHERE more.side = 'head' AND more.table_name = c.table_name AND more.primary_key > 1)
      AND NOT EXISTS (SELECT 1 FROM tables AS old WHERE old.side = 'base' AND old.name = t.name AND (SELECT mode FROM run) = 'change')
      AND (c.default_value LIKE '%gen_random_uuid(%' OR c.default_value LIKE '%uuid_generate_v4(%' OR c.default_value LIKE '%uuidv4(%'
        OR c.default_value LIKE '%randomblob(%')
  )
SELECT
  k.statement_id,
  k.table_name || '.' || k.name AS subject,
  printf('Each row of %s (%,d at the largest scale) gets a random key (%s): inserts go all over the primary key''s index.', k.table_name,
    CAST(k.row_count AS INTEGER), k.default_value) AS message,
  'Use a key that grows with time: an identity column or a UUID of version 7; a random one can stand beside it for the outside.' AS fix
FROM keys AS k;

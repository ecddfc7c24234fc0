-- id: write-without-where
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- parameter: min_rows integer 1000: rows of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: An UPDATE or DELETE has no WHERE: it changes every row of a growing table.
--
-- ## What it does
-- Finds UPDATE and DELETE on a growing table without a WHERE clause, or with one that names no column and holds no subquery
-- (`WHERE 1 = 1`), where no join narrows it down either.
--
-- ## Why
-- Most often the WHERE was forgotten. Where it wasn't, one statement locks and rewrites the whole table: everyone else who writes
-- there waits until it is done, in PostgreSQL the table is twice as large afterwards, and all of it goes to the replicas.
--
-- ## Example
-- ```sql
-- UPDATE orders SET status = 'gone';
-- ```
--
-- ## Remedy
-- Say which rows are meant, and only those that change: `WHERE status <> 'gone'`. All rows in batches of some thousands by the key;
-- a whole table is emptied by TRUNCATE (PostgreSQL).
--
-- ## Stays quiet when
-- - a predicate, a subquery in WHERE, a join (FROM, USING) or LIMIT narrows the rows down;
-- - the table is fixed or small, or isn't part of the schema (a temporary table);
-- - the statement is partly dynamic: the WHERE may be in the part that isn't known.
--
-- ## Limits
-- Where the table's size is assumed, the finding is an info: state it in `tables`. SQLite empties a table without triggers at once,
-- so that DELETE without WHERE is fast there; it is reported all the same, as an info.
SELECT
  s.statement_id,
  CASE WHEN t.row_source = 'assumed' OR (run.engine = 'sqlite' AND s.statement_kind = 'delete') THEN 'info' ELSE 'warning' END AS level,
  t.name AS subject,
  printf('This %s has no WHERE: it %s all %,d rows of %s (at the largest scale) in one statement.',
    upper(s.statement_kind), CASE s.statement_kind WHEN 'delete' THEN 'deletes' ELSE 'rewrites' END,
    CAST(t.row_count AS INTEGER), t.name) AS message,
  CASE s.statement_kind
    WHEN 'delete' THEN CASE run.engine WHEN 'postgres' THEN 'Say in WHERE which rows are meant; TRUNCATE empties a whole table.' ELSE 'Say in WHERE which rows are meant.' END
    ELSE 'Say in WHERE which rows are meant and not yet as wanted; if that is all of them, change them in batches by the key.' END AS fix
FROM run
JOIN statements AS s
JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.block = 0
JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = 0 AND q.role = 'target'
JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0 AND s.kind <> 'schema'
  AND s.statement_kind IN ('update', 'delete') AND t.row_count >= :min_rows AND b.has_limit = 0
  AND NOT EXISTS (SELECT 1 FROM predicates AS p WHERE p.statement_id = s.statement_id AND p.block = 0)
  AND NOT EXISTS (
    SELECT 1 FROM query_blocks AS c WHERE c.statement_id = s.statement_id AND c.parent = 0 AND c.place IN ('where', 'join_on'))
  AND NOT EXISTS (SELECT 1 FROM query_tables AS other WHERE other.statement_id = s.statement_id AND other.block = 0 AND other.role <> 'target')
  AND (b.has_where = 0 OR NOT EXISTS (SELECT 1 FROM function_calls AS f WHERE f.statement_id = s.statement_id AND f.place = 'where'));

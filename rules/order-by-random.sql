-- id: order-by-random
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, access-regression, non-sargable-predicate, quadratic-growth, full-scan-growth
-- parameter: min_rows integer 1000: rows sorted, at the largest scale, from which on it counts
-- since: 0.1
-- summary: Rows are sorted by a random number, so that every row is read and sorted to give back a few.
--
-- ## What it does
-- Finds ORDER BY random() (and gen_random_uuid(), randomblob() and their like, also by an alias of the select list) where the number of
-- sorted rows grows with the data.
--
-- ## Why
-- To pick three rows by chance, the engine gives each row of the table a random number and sorts them all. No index can help: the
-- order is another one each time.
--
-- ## Example
-- ```sql
-- SELECT id FROM products ORDER BY random() LIMIT 3;
-- ```
--
-- ## Remedy
-- Choose the keys by chance, then read those rows: a random point in the range of the key, from which the next rows are read by the
-- key's index. Or keep a random number in an indexed column. PostgreSQL has TABLESAMPLE as well.
-- ```sql
-- SELECT id FROM products WHERE id >= ? ORDER BY id LIMIT 3;    -- ? = a random number up to max(id)
-- ```
--
-- ## Stays quiet when
-- - few rows are sorted, or their number doesn't grow: the ten answers of one question may be shuffled.
--
-- ## Limits
-- One finding a statement.
WITH
  shuffled AS (
    SELECT s.statement_id, f.name, f.line, f."column", m.rows_sorted,
      (SELECT n.relation FROM plan_nodes AS n
       JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
       WHERE n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.access <> 'none'
       ORDER BY n.rows_examined DESC, n.relation LIMIT 1) AS relation,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY f.line, f."column") AS place
    FROM run
    JOIN statements AS s
    JOIN function_calls AS f ON f.statement_id = s.statement_id
      AND f.name IN ('random', 'rand', 'randomblob', 'gen_random_uuid', 'uuid_generate_v4', 'newid')
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale
    JOIN metrics AS small ON small.statement_id = s.statement_id AND small.side = 'head' AND small.scale = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND m.rows_sorted >= :min_rows AND m.rows_sorted >= 5 * small.rows_sorted
      AND (f.place = 'order_by'
        OR (f.place = 'select' AND EXISTS (
          SELECT 1 FROM projections AS i
          JOIN orderings AS o ON o.statement_id = i.statement_id AND o.block = i.block AND o.kind = 'order_by'
          WHERE i.statement_id = s.statement_id AND i.block = f.block AND i.position = f.position
            AND i.alias <> '' AND i.alias = o.expression COLLATE NOCASE)))
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation AS subject,
  printf('ORDER BY %s() gives each of %,d rows of %s (at the largest scale) a random number and sorts them all, at every run.',
    w.name, CAST(w.rows_sorted AS INTEGER), w.relation) AS message,
  printf('Choose a random point in the key''s range and read on from there (WHERE key >= ? ORDER BY key LIMIT n)%s.',
    CASE (SELECT engine FROM run) WHEN 'postgres' THEN printf('; or let the engine choose: FROM %s TABLESAMPLE SYSTEM (1)', w.relation) ELSE '' END) AS fix
FROM shuffled AS w
WHERE w.place = 1 AND w.relation IS NOT NULL;

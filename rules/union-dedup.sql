-- id: union-dedup
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth
-- parameter: min_rows integer 1000: rows that are compared to find doubles, at the largest scale, from which on it is more than an info
-- since: 0.1
-- summary: UNION looks for doubles between parts that can't have any in common; UNION ALL gives the same rows without that.
--
-- ## What it does
-- Finds UNION between parts each of which gives another constant in the same column (`'order' AS kind` and `'item' AS kind`) and a key of
-- its table, so that no two rows can be alike, where the rows that are compared grow with the data.
--
-- ## Why
-- To leave out doubles, the engine keeps or sorts all rows before it gives back the first, needs memory for them, and goes to disk
-- when that doesn't do. UNION ALL hands them on as they come.
--
-- ## Example
-- ```sql
-- SELECT 'order' AS kind, id FROM orders UNION SELECT 'item', id FROM items;
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT 'order' AS kind, id FROM orders UNION ALL SELECT 'item', id FROM items;
-- ```
--
-- ## Stays quiet when
-- - the parts may have rows in common, or one part may hold doubles itself: then UNION is asked for something;
-- - each part gives one row at most.
--
-- ## Limits
-- Parts that exclude each other by their filters (`WHERE a = 1`, `WHERE a = 2`) aren't told apart.
WITH
  united AS (  -- the blocks whose parts are put together by UNION
    SELECT s.statement_id, b.block, b.line, b."column", count(*) AS parts
    FROM statements AS s
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.set_operation = 'UNION'
    JOIN query_blocks AS part ON part.statement_id = s.statement_id AND part.parent = b.block AND part.kind = 'set_operand'
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
    GROUP BY s.statement_id, b.block
  ),
  told_apart AS (  -- by a constant that is another one in each part
    SELECT u.statement_id, u.block, i.position
    FROM united AS u
    JOIN query_blocks AS part ON part.statement_id = u.statement_id AND part.parent = u.block AND part.kind = 'set_operand'
    JOIN projections AS i ON i.statement_id = u.statement_id AND i.block = part.block AND i.literal IS NOT NULL
    GROUP BY u.statement_id, u.block, i.position
    HAVING count(DISTINCT i.literal) = u.parts AND count(*) = u.parts
  ),
  keyed AS (  -- parts that read one table and give its one-column key
    SELECT u.statement_id, u.block, part.block AS part, t.name AS relation, t.row_count
    FROM united AS u
    JOIN query_blocks AS part ON part.statement_id = u.statement_id AND part.parent = u.block AND part.kind = 'set_operand'
      AND part.has_group_by = 0
    JOIN query_tables AS q ON q.statement_id = u.statement_id AND q.block = part.block
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table'
    JOIN columns AS c ON c.side = 'head' AND c.table_name = t.name AND c.primary_key = 1
    JOIN projections AS i ON i.statement_id = u.statement_id AND i.block = part.block AND i.name = c.name COLLATE NOCASE
    WHERE NOT EXISTS (SELECT 1 FROM columns AS more WHERE more.side = 'head' AND more.table_name = t.name AND more.primary_key = 2)
      AND (SELECT count(*) FROM query_tables AS other WHERE other.statement_id = u.statement_id AND other.block = part.block) = 1
    GROUP BY u.statement_id, u.block, part.block
  ),
  found AS (
    SELECT u.statement_id, u.line, u."column", u.parts, sum(n.rows_out) AS rows, min(k.relation) AS relation,
      row_number() OVER (PARTITION BY u.statement_id ORDER BY u.block) AS place
    FROM run
    JOIN united AS u
    JOIN keyed AS k ON k.statement_id = u.statement_id AND k.block = u.block
    JOIN query_tables AS q ON q.statement_id = u.statement_id AND q.block = k.part
    JOIN plan_nodes AS n ON n.statement_id = u.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.relation = k.relation
      AND n.access <> 'none' AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    WHERE EXISTS (SELECT 1 FROM told_apart AS d WHERE d.statement_id = u.statement_id AND d.block = u.block)
    GROUP BY u.statement_id, u.block
    HAVING count(DISTINCT k.part) = u.parts AND max(n.rows_out) >= 2
  )
SELECT
  f.statement_id,
  f.line,
  f."column",
  CASE WHEN f.rows >= :min_rows THEN NULL ELSE 'info' END AS level,
  f.relation AS subject,
  printf('UNION looks for doubles among %,d rows (at the largest scale), and there can be none: each of the %d parts gives a constant of its own, and a key.',
    CAST(f.rows AS INTEGER), f.parts) AS message,
  'Write UNION ALL.' AS fix
FROM found AS f
WHERE f.place = 1;

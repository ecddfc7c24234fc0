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
-- Finds UNION between parts of which no two rows can be alike, because each part gives a key of its table, and
-- - another constant in the same column (`'order' AS kind` and `'item' AS kind`), or
-- - rows of one table that differ in a column by their filters (`state = 'overdue'` and `state = 'disputed'`): a row has one state.
--
-- ## Why
-- To leave out doubles, the engine keeps or sorts all rows before it gives back the first, needs memory for them, and goes to disk
-- when that doesn't do. UNION ALL hands them on as they come.
--
-- ## Example
-- ```sql
-- SELECT 'order' AS kind, id FROM orders UNION SELECT 'item', id FROM items;
-- SELECT id FROM orders WHERE status = 'new' UNION SELECT id FROM orders WHERE status = 'paid';
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT 'order' AS kind, id FROM orders UNION ALL SELECT 'item', id FROM items;
-- SELECT id FROM orders WHERE status IN ('new', 'paid');
-- ```
--
-- ## Stays quiet when
-- - the parts may have rows in common, or one part may hold doubles itself: then UNION is asked for something;
-- - each part gives one row at most.
--
-- ## Limits
-- Filters that exclude each other by ranges, by IN lists or by IS NULL aren't told apart; nor are those of different columns.
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
    SELECT u.statement_id, u.block, part.block AS part, t.name AS relation, min(i.position) AS position, q.table_ref
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
  kept_apart AS (  -- rows of one table with their key in the same place, and in each part another value of one column
    SELECT u.statement_id, u.block
    FROM united AS u
    JOIN keyed AS k ON k.statement_id = u.statement_id AND k.block = u.block
    JOIN predicates AS p ON p.statement_id = u.statement_id AND p.block = k.part AND p.table_ref = k.table_ref
    WHERE p.operator = '=' AND p.operand = 'literal' AND p.clause = 'where' AND p.in_or = 0 AND p.sargable = 1 AND p.collation = ''
    GROUP BY u.statement_id, u.block, lower(p.name)
    HAVING count(DISTINCT lower(p.literal)) = u.parts AND count(DISTINCT k.part) = u.parts AND count(*) = u.parts
      AND count(DISTINCT p.other_type) = 1 AND count(DISTINCT k.relation) = 1 AND count(DISTINCT k.position) = 1
  ),
  found AS (
    SELECT u.statement_id, s.text, s.dynamic, u.line, u."column", u.parts, sum(n.rows_out) * count(DISTINCT n.node) / count(*) AS rows, min(k.relation) AS relation,
      (u.statement_id, u.block) IN (SELECT d.statement_id, d.block FROM told_apart AS d) AS constants,
      row_number() OVER (PARTITION BY u.statement_id ORDER BY u.block) AS place
    FROM run
    JOIN united AS u
    JOIN statements AS s ON s.statement_id = u.statement_id
    JOIN keyed AS k ON k.statement_id = u.statement_id AND k.block = u.block
    JOIN query_tables AS q ON q.statement_id = u.statement_id AND q.block = k.part
    JOIN plan_nodes AS n ON n.statement_id = u.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.relation = k.relation
      AND n.access <> 'none' AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    GROUP BY u.statement_id, u.block
    HAVING (constants = 1
        OR (u.statement_id, u.block) IN (SELECT d.statement_id, d.block FROM kept_apart AS d))
      AND count(DISTINCT k.part) = u.parts AND max(n.access <> 'constant') = 1
  )
SELECT
  f.statement_id,
  f.line,
  f."column",
  CASE WHEN f.rows >= :min_rows THEN NULL ELSE 'info' END AS level,
  f.relation AS subject,
  printf('UNION looks for doubles among %,d rows (at the largest scale), and there can be none: each of the %d parts gives %s.',
    CAST(f.rows AS INTEGER), f.parts,
    CASE f.constants WHEN 1 THEN 'a constant of its own, and a key' ELSE 'the key of other rows of ' || f.relation END) AS message,
  'Write UNION ALL.' AS fix,
  CASE WHEN f.dynamic = 0 AND f.parts = 2  -- and the word is there once, so that it is this one
      AND length(replace(upper(f.text), 'UNION', '')) = length(f.text) - length('UNION') AND instr(upper(f.text), 'DISTINCT') = 0
    THEN substr(f.text, 1, instr(upper(f.text), 'UNION') + 4) || ' ALL' || substr(f.text, instr(upper(f.text), 'UNION') + 5) END AS replacement
FROM found AS f
WHERE f.place = 1;

-- id: offset-pagination
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, order-by-random
-- parameter: min_rows integer 1000: rows that the query could return without its LIMIT, at the largest scale, from which on pages are deep
-- parameter: min_offset integer 1000: an OFFSET written as a number counts from here on
-- parameter: min_rows_today integer 10000: rows that match today, where the table's size is known, from which on pages are deep though they don't grow
-- since: 0.1
-- summary: Pages are cut out with OFFSET, so that each page reads again all pages before it.
--
-- ## What it does
-- Finds LIMIT with OFFSET over a table that grows, where the rows that match (without the LIMIT) grow with the table too, or are many today: then
-- there are deep pages, and the last one reads everything.
--
-- ## Why
-- OFFSET doesn't skip: the engine finds the rows in order, and throws the first n away. Page 1 reads 20 rows, page 1,000 reads
-- 20,000, and whoever walks through all pages reads the table n/20/2 times. Rows that are added meanwhile shift the pages, so
-- that some rows are seen twice and some never.
--
-- ## Example
-- ```sql
-- SELECT id, total FROM orders ORDER BY placed_at DESC, id DESC LIMIT 20 OFFSET ?;
-- ```
--
-- ## Remedy
-- Continue behind the last row of the page before, by the columns of the order; with an index on them each page costs the same:
-- ```sql
-- SELECT id, total FROM orders WHERE (placed_at, id) < (?, ?) ORDER BY placed_at DESC, id DESC LIMIT 20;
-- ```
--
-- ## Stays quiet when
-- - the rows that match don't grow, and are fewer than `min_rows_today`: one customer's orders have a few pages, no thousands;
-- - the offset is a small number written out;
-- - the table is fixed, or has few rows;
-- - the program puts filters into the statement that aren't known here.
--
-- ## Limits
-- How deep users page isn't known. Where the table's size is assumed, the finding is an info: state it in `tables`.
--
-- ## Sources
-- PostgreSQL manual, "LIMIT and OFFSET": the rows skipped by OFFSET still have to be computed inside the server.
WITH
  paged AS (
    SELECT s.statement_id, b.block, b.line, b."column", n.relation, n.rows_possible, t.row_count, t.row_source,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.executions, n.rows_possible DESC, n.relation, n.node) AS place
    FROM run
    JOIN statements AS s
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.has_limit = 1 AND b.has_offset = 1
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = b.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access NOT IN ('none', 'constant')
      AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND NOT EXISTS (SELECT 1 FROM holes AS h WHERE h.statement_id = s.statement_id AND h.kind = 'predicate')
      AND coalesce(b.offset_value, :min_offset) >= :min_offset
      AND n.rows_possible >= :min_rows
      AND EXISTS (  -- it grows, or is much today
        SELECT 1 FROM (
          SELECT coalesce(max(small.rows_possible), 0) AS today FROM plan_nodes AS small
          WHERE small.statement_id = s.statement_id AND small.side = 'head' AND small.scale = 0 AND small.relation = n.relation AND small.alias = n.alias)
        WHERE n.rows_possible >= 5 * today OR today >= :min_rows_today AND t.row_source IN ('file', 'configured'))
  )
SELECT
  p.statement_id,
  CASE p.row_source WHEN 'assumed' THEN 'info' ELSE 'warning' END AS level,
  p.relation AS subject,
  printf('LIMIT with OFFSET: each page reads all pages before it again. About %,d rows of %s match (at the largest scale), and the last page reads them all to throw them away.',
    CAST(p.rows_possible AS INTEGER), p.relation) AS message,
  coalesce(
    (SELECT f.fix FROM rewrite_fixes AS f WHERE f.statement_id = p.statement_id AND f.kind = 'keyset'),
    (SELECT printf('Continue behind the last row seen: compare (%s) with its values in WHERE, keep the ORDER BY and the LIMIT, drop the OFFSET.', group_concat(o.name, ', '))
     FROM (SELECT name FROM orderings AS o
           WHERE o.statement_id = p.statement_id AND o.block = p.block AND o.kind = 'order_by' ORDER BY o.position) AS o
     HAVING count(*) > 0 AND min(o.name) <> '' AND (SELECT dynamic FROM statements AS d WHERE d.statement_id = p.statement_id) = 0),
    'Order by a key, and continue behind the last row seen (WHERE key > ? ORDER BY key LIMIT n) in place of the OFFSET.') AS fix
FROM paged AS p
WHERE p.place = 1;

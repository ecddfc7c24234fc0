-- id: count-over-page
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: function_calls
-- yields-to: full-scan-growth, quadratic-growth, non-sargable-predicate, access-regression, implicit-cast
-- parameter: min_rows integer 100000: rows examined, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A page asks for the number of all rows beside its own, so that every page reads them all.
--
-- ## What it does
-- Finds queries with LIMIT that have `count(*) OVER ()` in their select list, whose work grows with the data.
--
-- ## Why
-- A window function is worked out before LIMIT takes its rows: for a page of 20 the database finds, holds and counts every row that passes the
-- filter. Without it, a page stops after 20 rows of the index that gives the order.
--
-- ## Example
-- ```sql
-- SELECT id, total, count(*) OVER () AS found FROM orders WHERE customer_id = ? ORDER BY placed_at DESC LIMIT 20;
-- ```
--
-- ## Remedy
-- - Ask for 21 rows to show 20: whether there is another page is what most pages need.
-- - Count in a query of its own, on the first page only; with a bound (`SELECT count(*) FROM (SELECT 1 FROM … LIMIT 1001)`: "more than 1,000").
-- - Show an estimate (PostgreSQL: the planner's, or `pg_class.reltuples`).
--
-- ## Stays quiet when
-- - there is no LIMIT: then all rows are wanted;
-- - the rows that are counted don't grow with the data, or are fewer than `min_rows` at the largest scale;
-- - another rule names what makes it read so much: full-scan-growth, non-sargable-predicate.
--
-- ## Limits
-- Where the user must see the exact number on each page, this is what it costs: accept the finding with that reason.
WITH
  counted AS (
    SELECT f.statement_id, f.line, f."column", m.rows_examined, b.limit_value,
      row_number() OVER (PARTITION BY f.statement_id ORDER BY f.line, f."column", f.block, f.position) AS place
    FROM run
    JOIN function_calls AS f ON f.name = 'count' AND f.is_window = 1 AND f.place = 'select'
    JOIN statements AS s ON s.statement_id = f.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1
    JOIN query_blocks AS b ON b.statement_id = f.statement_id AND b.block = f.block AND b.has_limit = 1
    JOIN growth AS g ON g.statement_id = f.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN metrics AS m ON m.statement_id = f.statement_id AND m.side = 'head' AND m.scale = run.largest_scale AND m.rows_examined >= :min_rows
    WHERE coalesce(b.limit_value, 2) > 1
  )
SELECT
  c.statement_id,
  c.line,
  c."column",
  'count' AS subject,
  printf('count(*) OVER () is worked out before LIMIT: every page reads all the rows that pass the filter, %,d at the largest scale.',
    CAST(c.rows_examined AS INTEGER)) AS message,
  'Ask for one row more than the page shows, to know whether there is another; or count in a query of its own, with a bound, on the first page.' AS fix
FROM counted AS c
WHERE c.place = 1;

-- id: lossy-bitmap
-- family: plan
-- severity: info
-- engines: postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, new-sort, sort-without-index, index-filters-most-rows, wrong-column-order, select-star, offset-pagination, unbounded-select, spill
-- parameter: work_mem_kb integer 4096: memory of one bitmap, in kibibytes, as work_mem of the server
-- since: 0.1
-- summary: A bitmap of the rows that an index found outgrows work_mem, and remembers whole pages only: each of their rows is checked again.
--
-- ## What it does
-- Finds bitmap heap scans that touch twice the pages, at the largest scale, that a bitmap within work_mem can hold row by row (64 bytes a page:
-- 65,536 pages in 4 MB).
--
-- ## Why
-- When the bitmap gets too large, PostgreSQL keeps for some pages only that something on them fits. All rows of those pages are then read
-- and compared again, and the index has done half its work for nothing.
--
-- ## Example
-- ```sql
-- SELECT sum(total) FROM orders WHERE status = 'paid';      -- a quarter of a large table, by an index on status
-- ```
--
-- ## Remedy
-- Find fewer rows by the index (a second column), let the index hold the columns that are read (an index-only scan), or raise `work_mem` for
-- this query.
--
-- ## Stays quiet when
-- - the rows found lie on fewer pages than the bitmap can hold;
-- - the table's size is assumed: the number of pages hangs on it;
-- - the rows lie between two parameters: how much that is isn't known;
-- - another rule says why so many rows are found.
--
-- ## Limits
-- The pages are reckoned from the table's rows and the width of the columns that are read, which is a lower bound.
--
-- ## Sources
-- PostgreSQL's source, tidbitmap.c, tbm_calculate_entries().
WITH
  fetched AS (
    SELECT s.statement_id, n.relation, n.index_name, n.rows_examined,
      min(n.rows_examined / max(1, n.executions), t.row_count * (n.width + 28) / 8192) AS pages, t.row_count,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, n.relation, n.node) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.operation IN ('Bitmap Heap Scan', 'Parallel Bitmap Heap Scan')
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0 AND t.row_source <> 'assumed'
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND NOT EXISTS (  -- from one parameter to another: how much lies between isn't known
        SELECT 1 FROM predicates AS low
        JOIN predicates AS high ON high.statement_id = low.statement_id AND high.relation = low.relation AND high.name = low.name
          AND high.operator IN ('<', '<=') AND high.operand IN ('placeholder', 'expression') AND high.in_or = 0
        WHERE low.statement_id = s.statement_id AND low.relation = n.relation AND low.in_or = 0
          AND low.operator IN ('>', '>=') AND low.operand IN ('placeholder', 'expression'))
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS p
        WHERE p.statement_id = s.statement_id AND p.relation = n.relation AND p.operator = 'BETWEEN' AND p.operand IN ('placeholder', 'expression') AND p.in_or = 0)
  )
SELECT
  f.statement_id,
  f.relation AS subject,
  printf('%s finds %,d rows of %s (at the largest scale) on %,d pages or more; a bitmap of %,d kB holds %,d, so that whole pages are remembered and their rows compared again.',
    CASE f.index_name WHEN '' THEN 'The bitmap' ELSE f.index_name END, CAST(f.rows_examined AS INTEGER), f.relation, CAST(f.pages AS INTEGER), :work_mem_kb,
    :work_mem_kb * 16) AS message,
  printf('Narrow the rows of %s down by a second column of the index, or let the index hold what is read.', f.relation) AS fix
FROM fetched AS f
WHERE f.place = 1 AND f.pages > 2 * 16 * :work_mem_kb;

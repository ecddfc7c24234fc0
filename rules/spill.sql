-- id: spill
-- family: plan
-- severity: warning
-- engines: postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, new-sort, sort-without-index, order-by-random, unbounded-select, distinct-hides-fanout, union-dedup, offset-pagination, materialised-cte, or-across-columns, leading-wildcard, text-search-by-like, case-insensitive-search, json-path-filter, implicit-cast, nested-loop-unindexed-inner, correlated-select-subquery, subquery-per-row
-- parameter: work_mem_kb integer 4096: memory of one sort, in kibibytes, as work_mem of the server; a hash may take twice that
-- parameter: times number 32: how often the memory must be passed
-- since: 0.1
-- summary: A sort or a hash needs several times work_mem at the largest scale, and goes to disk.
--
-- ## What it does
-- Finds sorts, hashes and hashed aggregates whose rows times their width pass `times` × work_mem at the largest scale, where the number
-- of rows grows with the data.
--
-- ## Why
-- What doesn't fit is written to temporary files and read again, several times over for a large sort. It is the step at which a report
-- goes from a second to a minute from one day to the next; a few of them at once fill the disk.
--
-- ## Example
-- ```sql
-- SELECT reference FROM orders GROUP BY reference HAVING count(*) > 1;
-- ```
--
-- ## Remedy
-- Read less: filter before grouping, leave wide columns out of what is sorted and fetch them afterwards; give the order an index; or keep
-- sums in a table of their own. Raising `work_mem` for that one query (SET LOCAL) helps as long as few run at once.
--
-- ## Stays quiet when
-- - it fits, or the rows don't grow;
-- - the table's size is assumed: whether it fits hangs on the size;
-- - LIMIT stands directly above the sort: then only the first rows are kept;
-- - another rule names why there is so much to sort.
--
-- ## Limits
-- An info where it fits at the sizes that are known today.
--
-- Sizes are the planner's estimate of rows and widths, with the header that each row has in memory.
--
-- ## Sources
-- PostgreSQL manual, "Resource Consumption", work_mem and hash_mem_multiplier.
WITH
  kept AS (
    SELECT n.statement_id, n.node, n.operation, n.rows_possible, n.width,
      n.rows_possible * (n.width + 24) / 1024 AS needed_kb,
      coalesce(max(small.rows_possible), 0) * (n.width + 24) / 1024 AS needed_today_kb,
      CASE WHEN n.operation LIKE '%Sort' THEN :work_mem_kb ELSE 2 * :work_mem_kb END AS memory_kb
    FROM run
    JOIN plan_nodes AS n ON n.side = 'head' AND n.scale = run.largest_scale AND n.width > 0
      AND n.operation IN ('Sort', 'Hash', 'Parallel Hash', 'HashAggregate')
    LEFT JOIN plan_nodes AS above ON above.statement_id = n.statement_id AND above.side = 'head' AND above.scale = n.scale AND above.node = n.parent
    LEFT JOIN plan_nodes AS small ON small.statement_id = n.statement_id AND small.side = 'head' AND small.scale = 0 AND small.operation = n.operation
    LEFT JOIN plan_nodes AS top ON top.statement_id = n.statement_id AND top.side = 'head' AND top.scale = n.scale AND top.node = above.parent
    WHERE NOT (n.operation = 'Sort'
      AND (coalesce(above.operation, '') = 'Limit' OR (above.operation = 'Gather Merge' AND coalesce(top.operation, '') = 'Limit')))
    GROUP BY n.statement_id, n.node
    HAVING n.rows_possible >= 5 * coalesce(min(small.rows_possible), 0)
  ),
  spilled AS (
    SELECT k.*,
      (SELECT n.relation FROM plan_nodes AS n JOIN run
       JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
       WHERE n.statement_id = k.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.access <> 'none'
       ORDER BY n.rows_examined DESC, n.relation LIMIT 1) AS relation,
      row_number() OVER (PARTITION BY k.statement_id ORDER BY k.needed_kb / k.memory_kb DESC, k.node) AS place
    FROM kept AS k
    JOIN statements AS s ON s.statement_id = k.statement_id
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND k.needed_kb >= :times * k.memory_kb
  )
SELECT
  s.statement_id,
  s.relation AS subject,
  CASE WHEN s.needed_today_kb <= s.memory_kb THEN 'info' END AS level,
  printf('%s keeps %,d rows of %d bytes (at the largest scale): about %,d MB, where %,d MB are allowed; the rest goes to temporary files.',
    s.operation, CAST(s.rows_possible AS INTEGER), s.width, CAST(s.needed_kb / 1024 AS INTEGER), CAST(s.memory_kb / 1024 AS INTEGER)) AS message,
  'Filter before it, leave wide columns out of it, or let an index give the order; SET LOCAL work_mem where few such queries run at once.' AS fix
FROM spilled AS s
JOIN tables AS t ON t.side = 'head' AND t.name = s.relation AND t.row_source <> 'assumed'
WHERE s.place = 1;

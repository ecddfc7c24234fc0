-- id: growing-read
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, planner-override, access-regression, growth-regression, cost-regression, work-regression, new-scan-in-loop, new-sort, lost-index-only-plan, full-scan-growth, quadratic-growth, sort-without-index, automatic-index, nested-loop-unindexed-inner, index-filters-most-rows, order-by-limit-trap, keyset-by-or, wrong-column-order, materialised-cte, subquery-per-row, correlated-select-subquery, partitions-not-pruned, lossy-bitmap, spill, non-sargable-predicate, implicit-cast, leading-wildcard, computed-pattern, text-search-by-like, case-insensitive-search, json-path-filter, or-across-columns, optional-filter, not-in-nullable, offset-pagination, unbounded-select, exact-count, count-for-existence, distinct-hides-fanout, order-by-random, write-without-where, union-dedup, for-update-scan, min-max-together, count-over-page, volatile-filter, range-around-value, computed-filter, comma-separated-list, unnested-filter, other-collation
-- parameter: min_rows integer 1000000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A query reads more rows with every row that is stored, to give back as few as ever, and no index that was tried mends it.
--
-- ## What it does
-- Finds new and edited statements whose work grows with a table and whose result doesn't, where no index lessens that: none of those that were
-- tried, or its filters and its order gave none to try. The finding says what was tried, and which index is there already.
--
-- ## Why
-- It is no missing index that makes it slow, but what it asks for: a sum over everything, a filter that fits a share of all rows, a
-- comparison that no index knows. It is as slow as the table is long, and gets slower with every day.
--
-- ## Example
-- ```sql
-- SELECT status, count(*) FROM orders GROUP BY status;
-- ```
--
-- ## Remedy
-- - Bound what is read: by a range that an index serves (the last day), by LIMIT over an indexed order, by the key from which the page goes on.
-- - Work it out beforehand: a counter, a sum a day, a summary table that is brought up to date with each write or now and then.
-- - Store what is asked for as a column of its own, and index that.
-- - Write in batches by key.
--
-- ## Stays quiet when
-- - the result grows as well: that is unbounded-select's, where it is a mistake; or it may, grouped without LIMIT by a column that nothing says
--   of how many values it holds;
-- - an index was tried that helps, or another rule names the reason;
-- - a parameter is the pattern of a LIKE: how it begins isn't known;
-- - the program puts in filters that aren't known here; on PostgreSQL also where the filter hangs on a parameter's value (`CASE WHEN $1 …`,
--   `$1 IS NULL OR …`), for which the server plans anew;
-- - an UPDATE or DELETE finds its rows by those of a subquery: an index serves it as soon as these are few;
-- - most rows are read of a table that the text doesn't name: foreign-key-without-index has that;
-- - an index is walked in the order that is wanted, LIMIT ends that, and NOT EXISTS alone leaves rows out;
-- - the rows are read for EXISTS, which stops at the first; or for NOT IN (SELECT …), which not-in-nullable knows more of;
-- - the plan reads a partial index: how many rows are in it isn't known;
-- - the table is fixed, small, or a view's;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- Where the table's size is assumed, the finding is an info: state it in `tables`. How often the query runs isn't known: accept the finding
-- for a report that runs at night.
WITH
  grown AS (
    SELECT s.statement_id, s.statement_kind, r.table_ref, r.node, r.relation, r.rows_examined, r.row_source, m.rows_returned,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY r.rows_examined DESC, r.access NOT IN ('scan', 'scan_covering'), r.relation, r.node) AS place
    FROM run
    JOIN growing_reads AS r ON r.rows_examined >= :min_rows
    JOIN statements AS s ON s.statement_id = r.statement_id AND s.statement_kind IN ('select', 'update', 'delete')
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1 AND g.result_growth < 0.75
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale
    WHERE r.rows_examined >= 0.5 * m.rows_examined
      AND NOT EXISTS (  -- an index is walked for the order, and what has a partner is left out: LIMIT ends it
        SELECT 1 FROM query_blocks AS b
        JOIN query_blocks AS x ON x.statement_id = b.statement_id AND x.parent = b.block AND x.kind = 'exists'
        JOIN plan_nodes AS n ON n.statement_id = b.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.node = r.node AND n.index_name <> ''
        WHERE b.statement_id = s.statement_id AND b.block = r.block AND b.has_limit = 1)
      AND NOT EXISTS (  -- a partial index holds what is asked for, and how much that is isn't known
        SELECT 1 FROM plan_nodes AS n
        JOIN indexes AS i ON i.side = 'head' AND i.table_name = r.relation AND i.name = n.index_name AND i.partial = 1
        WHERE n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.node = r.node)
      AND NOT EXISTS (SELECT 1 FROM query_blocks AS b WHERE b.statement_id = s.statement_id AND b.block = r.block AND b.kind = 'exists')
      AND NOT EXISTS (
        SELECT 1 FROM index_trials AS t
        WHERE t.statement_id = s.statement_id AND (t.class_after < t.class_before OR t.rows_after <= 0.3 * t.rows_before))
      AND NOT EXISTS (  -- found by the rows of another table: an index on that column serves as soon as those are few
        SELECT 1 FROM predicates AS p
        WHERE s.statement_kind <> 'select' AND p.statement_id = s.statement_id AND p.operator IN ('=', 'IN') AND p.operand IN ('subquery', 'column')
          AND p.sargable = 1 AND p.clause = 'where' AND p.block = 0 AND p.in_or = 0)
      AND NOT EXISTS (  -- as many groups as there are values, and no LIMIT: the result may grow as well
        SELECT 1 FROM orderings AS o
        JOIN query_blocks AS b ON b.statement_id = o.statement_id AND b.block = o.block AND b.has_limit = 0
        LEFT JOIN columns AS c ON c.side = 'head' AND c.table_name = r.relation AND c.name = o.name COLLATE NOCASE
        WHERE o.statement_id = s.statement_id AND o.block = 0 AND o.kind IN ('group_by', 'distinct') AND coalesce(c.allowed_values, 0) = 0
          AND NOT EXISTS (SELECT 1 FROM category_columns AS k WHERE k.table_name = c.table_name AND k.name = c.name))
      AND NOT EXISTS (  -- what has no partner: each row has to be asked
        SELECT 1 FROM predicates AS p WHERE p.statement_id = s.statement_id AND p.operator = 'NOT IN' AND p.operand = 'subquery')
      AND NOT EXISTS (  -- the pattern decides whether an index serves
        SELECT 1 FROM predicates AS p
        WHERE p.statement_id = s.statement_id AND p.operator IN ('LIKE', 'ILIKE', 'GLOB') AND p.operand = 'placeholder' AND p.in_or = 0)
      AND NOT EXISTS (SELECT 1 FROM holes AS h WHERE h.statement_id = s.statement_id AND h.kind IN ('predicate', 'identifier'))
      AND NOT EXISTS (  -- PostgreSQL: the plan for a known value has only the arm that is left
        SELECT 1 FROM plan_nodes AS n
        WHERE run.engine = 'postgres' AND n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
          AND (n.detail GLOB '*CASE WHEN *$[0-9]*'
            OR n.detail LIKE '% OR %' AND (n.detail GLOB '*($[0-9] *' OR n.detail GLOB '*($[0-9][0-9] *' OR n.detail GLOB '*(($[0-9]*' OR n.detail GLOB '*OR $[0-9]*')))
  ),
  there AS (  -- an index that the plan goes by, or could for a filter of the statement
    SELECT g.statement_id, n.index_name AS name, 1 AS used
    FROM grown AS g
    JOIN run
    JOIN plan_nodes AS n ON n.statement_id = g.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.node = g.node
    JOIN indexes AS i ON i.side = 'head' AND i.table_name = g.relation AND i.name = n.index_name
    WHERE g.place = 1 AND n.access IN ('search', 'search_covering')
    UNION
    SELECT g.statement_id, i.name, 0
    FROM grown AS g
    JOIN predicates AS p ON p.statement_id = g.statement_id AND p.table_ref = g.table_ref AND p.sargable = 1 AND p.clause IN ('where', 'join_on')
    JOIN index_columns AS x ON x.side = 'head' AND x.table_name = g.relation AND x.position = 0 AND x.name = p.name COLLATE NOCASE
    JOIN indexes AS i ON i.side = 'head' AND i.table_name = x.table_name AND i.name = x.index_name AND i.partial = 0
    WHERE g.place = 1 AND p.in_or = 0
  ),
  tried AS (
    SELECT v.statement_id, substr(v.ddl, instr(v.ddl, ' ON ') + 4) AS columns,
      row_number() OVER (PARTITION BY v.statement_id ORDER BY v.relation, v.ddl) AS place
    FROM refused_index_trials AS v
    WHERE v.reason NOT LIKE 'not tried%'
  )
SELECT
  g.statement_id,
  CASE g.row_source WHEN 'assumed' THEN 'info' ELSE 'warning' END AS level,
  g.relation AS subject,
  printf('The query examines %,d rows of %s (at the largest scale)%s; ten times the data is ten times the work. %s',
    CAST(g.rows_examined AS INTEGER), g.relation,
    CASE g.statement_kind WHEN 'select' THEN printf(' to return %,d', CAST(g.rows_returned AS INTEGER)) ELSE '' END,
    coalesce(
      (SELECT 'No index mends it; tried: ' || group_concat(t.columns, ', ') || '.'
       FROM tried AS t WHERE t.statement_id = g.statement_id AND t.place <= 3 HAVING count(*) > 0),
      (SELECT CASE WHEN h.used THEN printf('It goes by %s, and what that leaves grows with the table.', h.name)
         ELSE printf('%s is there for its filter; the plan reads the table all the same.', h.name) END
       FROM there AS h WHERE h.statement_id = g.statement_id ORDER BY h.used DESC, h.name LIMIT 1),
      'No index was found to try for its filters and its order.')) AS message,
  CASE
    WHEN g.statement_kind <> 'select' THEN 'Bound it by a filter that an index serves, a key or a range of time; or write in batches by key.'
    WHEN EXISTS (SELECT 1 FROM query_blocks AS b WHERE b.statement_id = g.statement_id AND (b.has_aggregate = 1 OR b.has_group_by = 1))
      THEN 'Work it out beforehand (a counter, a sum a day, a summary table that is brought up to date); or bound it by a range that an index serves.'
    ELSE 'Bound it by a range that an index serves, or by LIMIT over an indexed order; or store what is asked for as a column of its own, and index that.' END AS fix
FROM grown AS g
WHERE g.place = 1
  AND g.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = g.statement_id);

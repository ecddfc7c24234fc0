-- id: unbounded-select
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, access-regression, quadratic-growth, full-scan-growth, automatic-index, growth-regression, cost-regression, new-sort, order-by-random, correlated-select-subquery, subquery-per-row, nested-loop-unindexed-inner, distinct-hides-fanout
-- parameter: min_rows integer 10000: rows returned, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A SELECT without LIMIT returns every row of a growing table, or a share of it that grows alike.
--
-- ## What it does
-- Finds queries without LIMIT whose result grows with the data and is at least `min_rows` rows at the largest scale, and which have
-- no filter at all, or only filters on columns with a few values (boolean, CHECK (x IN (…))).
--
-- ## Why
-- It isn't slow by a missing index, but by what it asks for: the rows travel over the network and are kept in the program's memory,
-- usually to show the first twenty. On the day on which the table is large enough, the process runs out of memory.
--
-- ## Example
-- ```sql
-- SELECT id, email, name FROM customers ORDER BY name;
-- ```
--
-- ## Remedy
-- Page by a key (`WHERE id > ? ORDER BY id LIMIT 100`), filter by what the user sees, or count in the database in place of the
-- program. An export reads in batches, or by a cursor that hands out a few rows at a time.
--
-- ## Stays quiet when
-- - there is a LIMIT, an aggregate or GROUP BY;
-- - a filter on a column with many values may bound the result: one customer's orders, a range of time, what isn't done yet
--   (IS NULL), an expression;
-- - the result doesn't grow, or the table is fixed;
-- - the statement is partly dynamic: a filter may be in the part that isn't known.
--
-- ## Limits
-- That a program reads by a cursor isn't seen: accept the finding there, with that as the reason. Where the table's size is assumed,
-- the finding is an info: state it in `tables`.
WITH
  all_rows AS (
    SELECT s.statement_id, m.rows_returned, t.name AS relation, t.row_source,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY t.row_count DESC, t.name) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.result_growth >= 0.75
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale AND m.rows_returned >= :min_rows
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.block = 0
    JOIN query_blocks AS own ON own.statement_id = s.statement_id AND own.kind NOT IN ('scalar', 'exists', 'in')
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = own.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0 AND s.statement_kind = 'select' AND s.kind <> 'schema'
      AND b.has_limit = 0 AND b.has_group_by = 0 AND b.has_aggregate = 0
      AND NOT EXISTS (  -- a filter that may bound the result
        SELECT 1 FROM predicates AS p
        LEFT JOIN tables AS u ON u.side = 'head' AND u.name = p.relation COLLATE NOCASE
        LEFT JOIN columns AS c ON c.side = 'head' AND c.table_name = u.name AND c.name = p.name COLLATE NOCASE
        WHERE p.statement_id = s.statement_id
          AND NOT (p.operand = 'column' AND p.operator = '=' AND p.why_not = '')
          AND NOT (p.operator IN ('<>', 'IS NOT NULL', 'IS NOT', 'NOT LIKE') AND p.why_not IN ('', 'negation'))
          AND NOT (coalesce(c.allowed_values, 0) > 0 AND p.why_not IN ('', 'truth test of the column')))
      AND NOT EXISTS (
        SELECT 1 FROM query_blocks AS o
        WHERE o.statement_id = s.statement_id AND (o.kind IN ('exists', 'in') OR o.has_limit = 1 OR (o.block > 0 AND (o.has_group_by = 1 OR o.has_aggregate = 1) AND o.kind <> 'scalar')))
  )
SELECT
  a.statement_id,
  CASE a.row_source WHEN 'assumed' THEN 'info' ELSE 'warning' END AS level,
  a.relation AS subject,
  printf('The result has no bound: %,d rows of %s are returned at the largest scale, and their number grows with the table.',
    CAST(a.rows_returned AS INTEGER), a.relation) AS message,
  'Page by a key (WHERE key > ? ORDER BY key LIMIT n), filter by what is needed, or let the database count.' AS fix
FROM all_rows AS a
WHERE a.place = 1;

-- id: materialised-cte
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression
-- parameter: min_rows integer 1000: rows of the CTE, at the largest scale, from which on it counts
-- parameter: ratio number 10: rows of the CTE for one that is used, from which on it counts
-- since: 0.1
-- summary: A CTE is worked out whole and kept, and then nearly all of it is thrown away by a filter outside.
--
-- ## What it does
-- Finds common table expressions that the plan materialises, that read a growing table, and of whose rows (at least `min_rows` at the largest
-- scale) a filter outside keeps less than one in `ratio`.
--
-- ## Why
-- What is materialised is a wall: the filter outside can't reach the tables inside, and no index of theirs serves it. PostgreSQL
-- materialises a CTE that is named twice, or says MATERIALIZED; SQLite alike.
--
-- ## Example
-- ```sql
-- WITH recent AS MATERIALIZED (SELECT id, customer_id, total FROM orders)
-- SELECT total FROM recent WHERE customer_id = $1;
-- ```
--
-- ## Remedy
-- Put the filter into the CTE; or let the planner look inside: `AS NOT MATERIALIZED`, or a subquery.
--
-- ## Stays quiet when
-- - the CTE is inlined, or most of its rows are used;
-- - it is recursive or an aggregate, which has to be worked out whole; but for groups that the filter outside throws away (GROUP BY its column);
-- - it reads fixed tables alone, or few rows.
--
-- ## Limits
-- How many rows the filter outside keeps is PostgreSQL's estimate; in SQLite any comparison by equality with a value counts.
WITH
  ctes AS (  -- that a filter could be put into, of statements whose work grows, and the growing tables that they read
    SELECT s.statement_id, b.block, b.name, b.line, b."column", t.name AS relation, t.row_count, run.engine, run.largest_scale
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.kind = 'cte' AND b.recursive = 0
      AND b.has_window = 0 AND b.is_distinct = 0 AND b.has_limit = 0
      AND (b.has_aggregate = 0 AND b.has_group_by = 0 OR EXISTS (  -- whole groups are thrown away
        SELECT 1 FROM query_tables AS o
        JOIN predicates AS p ON p.statement_id = o.statement_id AND p.table_ref = o.table_ref AND p.operator IN ('=', '==') AND p.operand IN ('literal', 'placeholder')
          AND p.clause = 'where' AND p.in_or = 0
        JOIN orderings AS g ON g.statement_id = o.statement_id AND g.block = b.block AND g.kind = 'group_by' AND g.name = p.name COLLATE NOCASE
        WHERE o.statement_id = b.statement_id AND o.role = 'cte' AND o.subquery_block = b.block))
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = b.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
  ),
  made AS (  -- and what the plan keeps of them
    SELECT c.*, n.rows_possible AS rows_made, n.node
    FROM ctes AS c
    JOIN plan_nodes AS n ON n.statement_id = c.statement_id AND n.side = 'head' AND n.scale = c.largest_scale
      AND substr(n.detail, 1, length(c.name) + 6) = printf('CTE %s: ', c.name)
    JOIN query_tables AS o ON o.statement_id = c.statement_id AND o.role = 'cte' AND o.subquery_block = c.block
    JOIN plan_nodes AS taken ON taken.statement_id = c.statement_id AND taken.side = 'head' AND taken.scale = c.largest_scale
      AND taken.alias = CASE o.alias WHEN '' THEN o.name ELSE o.alias END COLLATE NOCASE AND taken.operation = 'CTE Scan'
    WHERE c.engine = 'postgres' AND n.rows_possible >= :ratio * taken.rows_possible
    UNION ALL
    SELECT c.*, n.rows_out, n.node
    FROM ctes AS c
    JOIN plan_nodes AS n ON n.statement_id = c.statement_id AND n.side = 'head' AND n.scale = c.largest_scale
      AND n.operation = 'MATERIALIZE' AND n.alias = c.name COLLATE NOCASE
    JOIN query_tables AS o ON o.statement_id = c.statement_id AND o.role = 'cte' AND o.subquery_block = c.block
    JOIN predicates AS p ON p.statement_id = c.statement_id AND p.table_ref = o.table_ref AND p.operator IN ('=', '==')
      AND p.operand IN ('literal', 'placeholder') AND p.clause = 'where' AND p.in_or = 0 AND p.sargable = 1
    WHERE c.engine = 'sqlite'
  ),
  kept AS (
    SELECT m.*, row_number() OVER (PARTITION BY m.statement_id ORDER BY m.rows_made DESC, m.node, m.row_count DESC, m.relation) AS place
    FROM made AS m
    WHERE m.rows_made >= :min_rows
  )
SELECT
  k.statement_id,
  k.line,
  k."column",
  k.name AS subject,
  printf('The CTE %s is worked out whole: %,d rows (at the largest scale), read from %s, are kept to filter them outside, where no index serves.',
    k.name, CAST(k.rows_made AS INTEGER), k.relation) AS message,
  printf('Put the filter into %s; or let the planner look inside it%s.', k.name,
    CASE (SELECT engine FROM run) WHEN 'postgres' THEN ': AS NOT MATERIALIZED' ELSE ', as a subquery' END) AS fix
FROM kept AS k
WHERE k.place = 1;

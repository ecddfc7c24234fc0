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
-- - it is an aggregate or recursive: it has to be worked out whole;
-- - it reads fixed tables alone, or few rows.
--
-- ## Limits
-- How many rows the filter outside keeps is PostgreSQL's estimate; in SQLite any comparison by equality with a value counts.
WITH
  kept AS (
    SELECT s.statement_id, b.name, b.line, b."column", made.rows_possible AS rows_made, t.name AS relation,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY made.rows_possible DESC, n.node, t.row_count DESC, t.name) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.kind = 'cte' AND b.recursive = 0 AND b.has_aggregate = 0
      AND b.has_group_by = 0 AND b.has_window = 0 AND b.is_distinct = 0 AND b.has_limit = 0
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = b.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN query_tables AS outer_ref ON outer_ref.statement_id = s.statement_id AND outer_ref.role = 'cte' AND outer_ref.subquery_block = b.block
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.alias = CASE outer_ref.alias WHEN '' THEN outer_ref.name ELSE outer_ref.alias END COLLATE NOCASE
      AND n.operation = 'CTE Scan'
    JOIN plan_nodes AS made ON made.statement_id = s.statement_id AND made.side = 'head' AND made.scale = run.largest_scale
      AND substr(made.detail, 1, length(b.name) + 6) = printf('CTE %s: ', b.name)
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND run.engine = 'postgres'
      AND made.rows_possible >= :min_rows AND made.rows_possible >= :ratio * n.rows_possible
    UNION ALL
    SELECT s.statement_id, b.name, b.line, b."column", made.rows_out, t.name,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY made.rows_out DESC, made.node, t.row_count DESC, t.name)
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.kind = 'cte' AND b.recursive = 0 AND b.has_aggregate = 0
      AND b.has_group_by = 0 AND b.has_window = 0 AND b.is_distinct = 0 AND b.has_limit = 0
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = b.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS made ON made.statement_id = s.statement_id AND made.side = 'head' AND made.scale = run.largest_scale
      AND made.operation = 'MATERIALIZE' AND made.alias = b.name COLLATE NOCASE
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.operator IN ('=', '==') AND p.operand IN ('literal', 'placeholder')
      AND p.clause = 'where' AND p.in_or = 0 AND p.sargable = 1
    JOIN query_tables AS r ON r.statement_id = s.statement_id AND r.table_ref = p.table_ref AND r.role = 'cte' AND r.subquery_block = b.block
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND run.engine = 'sqlite' AND made.rows_out >= :min_rows
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

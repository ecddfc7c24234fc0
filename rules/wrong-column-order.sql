-- id: wrong-column-order
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, order-by-limit-trap
-- parameter: min_rows integer 1000: rows read by way of the index, at the largest scale, from which on it counts
-- parameter: share number 0.3: of the rows examined now; with the index that was tried, at most that many may be
-- since: 0.1
-- summary: The index that is used holds the right columns in the wrong order: a range comes before the column compared by equality.
--
-- ## What it does
-- Finds searches in an index of several columns whose first column is compared by a range, while a later one is compared by equality,
-- where the engine planned the same statement with the columns the other way round, and read less than `share` of the rows.
--
-- ## Why
-- An index is sorted by its first column, and only among equals by its second. Behind a range, the rows that fit the second are spread
-- over all that was found: the engine walks the whole range. With the equality in front, they stand side by side.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_placed_customer ON orders(placed_at, customer_id);
-- SELECT id FROM orders WHERE customer_id = ? AND placed_at > ?;
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE INDEX orders_customer_placed ON orders(customer_id, placed_at);
-- ```
-- Equality first, then one range, or the order.
--
-- ## Stays quiet when
-- - the range finds few rows;
-- - no index that was tried reads less;
-- - the table is fixed, or another rule names the same trouble more exactly.
--
-- ## Limits
-- How many rows the range finds is the planner's estimate; for a parameter, a guess.
WITH
  searches AS (  -- PostgreSQL's bitmap scans have their terms in the index scan below them
    SELECT n.statement_id, n.node, n.relation, n.index_name, n.rows_examined
    FROM run
    JOIN plan_nodes AS n ON n.side = 'head' AND n.scale = run.largest_scale
    WHERE n.access IN ('search', 'search_covering') AND n.index_name <> '' AND n.rows_examined >= :min_rows
  ),
  found AS (
    SELECT s.statement_id, n.relation, n.index_name, n.rows_examined, x.name AS ranged, e.name AS equal, p.line, p."column", i.ddl, i.rows_after,
      i.rows_before,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, n.relation, n.node, i.rank, e.position) AS place
    FROM statements AS s
    JOIN searches AS n ON n.statement_id = s.statement_id
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
    JOIN index_columns AS x ON x.side = 'head' AND x.table_name = n.relation AND x.index_name = n.index_name AND x.position = 0
    JOIN index_columns AS e ON e.side = 'head' AND e.table_name = n.relation AND e.index_name = n.index_name AND e.position > 0
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.relation = n.relation COLLATE NOCASE AND p.name = e.name COLLATE NOCASE
      AND p.operator IN ('=', '==') AND p.sargable = 1 AND p.in_or = 0 AND p.clause IN ('where', 'join_on')
    JOIN index_trials AS i ON i.statement_id = s.statement_id AND i.relation = n.relation AND i.rows_after <= :share * i.rows_before
      AND instr(lower(i.ddl), '(' || lower(e.name)) > 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND EXISTS (
        SELECT 1 FROM predicates AS r
        WHERE r.statement_id = s.statement_id AND r.relation = n.relation COLLATE NOCASE AND r.name = x.name COLLATE NOCASE
          AND r.operator IN ('<', '<=', '>', '>=', 'BETWEEN', 'LIKE', 'GLOB') AND r.sargable = 1 AND r.in_or = 0)
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS r
        WHERE r.statement_id = s.statement_id AND r.relation = n.relation COLLATE NOCASE AND r.name = x.name COLLATE NOCASE
          AND r.operator IN ('=', '==', 'IN', 'IS', 'IS NULL') AND r.sargable = 1 AND r.in_or = 0)
  )
SELECT
  f.statement_id,
  f.line,
  f."column",
  f.relation AS subject,
  printf('%s begins with %s, of which a range is wanted; %s, compared by equality, comes behind it and can''t narrow the range down: about %,d rows of %s are passed (at the largest scale).',
    f.index_name, f.ranged, f.equal, CAST(f.rows_examined AS INTEGER), f.relation) AS message,
  printf('%s; with it %,d rows are examined in place of %,d.', f.ddl, CAST(f.rows_after AS INTEGER), CAST(f.rows_before AS INTEGER)) AS fix
FROM found AS f
WHERE f.place = 1;

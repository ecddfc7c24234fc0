-- id: distinct-hides-fanout
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, new-sort
-- parameter: min_rows integer 1000: rows that are joined, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A join multiplies the rows, nothing of the joined table is selected, and DISTINCT takes the doubles away again.
--
-- ## What it does
-- Finds SELECT DISTINCT over a join with a table that gives nothing to the select list, and is joined by columns that aren't unique, so
-- that each row comes as often as there are partners; where the joined rows grow with the data.
--
-- ## Why
-- The join is only meant to ask whether there is a partner. In place of stopping at the first, the engine makes all pairs, then sorts or
-- hashes them to find the doubles that the join itself made.
--
-- ## Example
-- ```sql
-- SELECT DISTINCT c.id, c.name FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.status = 'paid';
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT c.id, c.name FROM customers AS c
-- WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND o.status = 'paid');
-- ```
--
-- ## Stays quiet when
-- - the joined table is selected from, or joined by its key: then it multiplies nothing;
-- - few rows are joined, or their number doesn't grow;
-- - the select list holds expressions, which may name any table.
--
-- ## Limits
-- One finding a statement.
WITH
  spread AS (
    SELECT s.statement_id, b.block, b.line, b."column", t.name AS relation, q.table_ref, n.rows_examined,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, t.name, n.node) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.is_distinct = 1 AND b.has_group_by = 0 AND b.has_aggregate = 0
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = b.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access NOT IN ('none', 'constant') AND n.rows_examined >= :min_rows
      AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND EXISTS (  -- joined by a column with another table of the block
        SELECT 1 FROM predicates AS p
        WHERE p.statement_id = s.statement_id AND p.block = b.block AND p.table_ref = q.table_ref AND p.operator = '='
          AND p.operand = 'column' AND p.other_ref IS NOT NULL AND p.other_ref <> q.table_ref)
      AND NOT EXISTS (  -- everything selected is a column of another table
        SELECT 1 FROM projections AS i
        WHERE i.statement_id = s.statement_id AND i.block = b.block AND (i.table_ref IS NULL OR i.table_ref = q.table_ref OR i.name = ''))
      AND NOT EXISTS (  -- nor ordered by
        SELECT 1 FROM orderings AS o
        WHERE o.statement_id = s.statement_id AND o.block = b.block AND o.kind = 'order_by' AND (o.table_ref IS NULL OR o.table_ref = q.table_ref))
      AND NOT (  -- the primary key, or another key, all of whose columns are compared by equality: one partner at most
        EXISTS (SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = t.name AND c.primary_key > 0)
        AND NOT EXISTS (
          SELECT 1 FROM columns AS c
          WHERE c.side = 'head' AND c.table_name = t.name AND c.primary_key > 0
            AND NOT EXISTS (
              SELECT 1 FROM predicates AS p
              WHERE p.statement_id = s.statement_id AND p.block = b.block AND p.table_ref = q.table_ref AND p.name = c.name COLLATE NOCASE
                AND p.operator IN ('=', '==') AND p.in_or = 0)))
      AND NOT EXISTS (
        SELECT 1 FROM indexes AS i
        WHERE i.side = 'head' AND i.table_name = t.name AND i.is_unique = 1 AND i.partial = 0
          AND NOT EXISTS (
            SELECT 1 FROM index_columns AS x
            WHERE x.side = 'head' AND x.table_name = t.name AND x.index_name = i.name
              AND NOT EXISTS (
                SELECT 1 FROM predicates AS p
                WHERE p.statement_id = s.statement_id AND p.block = b.block AND p.table_ref = q.table_ref AND p.name = x.name COLLATE NOCASE
                  AND p.operator IN ('=', '==') AND p.in_or = 0)))
  )
SELECT
  f.statement_id,
  f.line,
  f."column",
  f.relation AS subject,
  printf('%s is joined only to ask whether a partner is there: %,d of its rows are joined (at the largest scale), and DISTINCT then takes away the doubles that the join made.',
    f.relation, CAST(f.rows_examined AS INTEGER)) AS message,
  printf('Ask with EXISTS (SELECT 1 FROM %s WHERE …) in place of the join, and drop the DISTINCT.', f.relation) AS fix
FROM spread AS f
WHERE f.place = 1;

-- id: attribute-join
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: predicates
-- parameter: min_joins integer 3: joins of the same table from which on it counts
-- since: 0.1
-- summary: A table of names and values is joined once for each name that is asked for.
--
-- ## What it does
-- Finds statements that join one table several times, each time with another constant for the same column.
--
-- ## Why
-- Where attributes are rows in place of columns (entity, attribute, value), each that is asked for is a look-up more for every row of the result, and
-- the planner guesses anew how many are left after each. The number of ways to order the joins grows much faster than their number.
--
-- ## Example
-- ```sql
-- SELECT p.id FROM products AS p
-- JOIN attributes AS c ON c.product_id = p.id AND c.name = 'colour' AND c.value = ?
-- JOIN attributes AS s ON s.product_id = p.id AND s.name = 'size' AND s.value = ?
-- JOIN attributes AS b ON b.product_id = p.id AND b.name = 'brand' AND b.value = ?;
-- ```
--
-- ## Remedy
-- - Columns for what is asked for often; one JSON column for the rest.
-- - All at once, put together by the program: `SELECT name, value FROM attributes WHERE product_id = ? AND name IN ('colour', 'size', 'brand')`.
-- - To find what has them all: `WHERE (name, value) IN (…) GROUP BY product_id HAVING count(*) = 3`.
--
-- ## Stays quiet when
-- - fewer than `min_joins` of one block join the table so;
-- - the constants are the same, or stand for different columns.
--
-- ## Limits
-- Only constants that stand in the statement are seen. That each look-up goes by an index isn't asked: it is needed once for each name and row all the same.
--
-- ## Sources
-- Bill Karwin, "SQL Antipatterns", Entity-Attribute-Value.
WITH
  keyed AS (
    SELECT p.statement_id, p.block, t.name AS relation, p.name AS key_column, p.table_ref, p.literal, min(printf('%08d:%08d', p.line, p."column")) AS at
    FROM predicates AS p
    JOIN statements AS s ON s.statement_id = p.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1
    JOIN tables AS t ON t.side = 'head' AND t.name = p.relation COLLATE NOCASE
    WHERE p.operator IN ('=', '==', 'IS') AND p.operand = 'literal' AND p.sargable = 1 AND p.in_or = 0 AND p.clause IN ('where', 'join_on')
    GROUP BY p.statement_id, p.block, t.name, p.name, p.table_ref, p.literal
  ),
  joined AS (
    SELECT k.statement_id, k.relation, k.key_column, count(DISTINCT k.table_ref) AS joins, min(k.at) AS at, group_concat(DISTINCT k.literal) AS keys
    FROM keyed AS k
    WHERE EXISTS (  -- with another table of the block, or with its own first reference
      SELECT 1 FROM predicates AS j
      WHERE j.statement_id = k.statement_id AND j.block = k.block AND j.table_ref = k.table_ref AND j.operator = '=' AND j.operand = 'column'
        AND j.other_ref IS NOT NULL AND j.other_ref <> k.table_ref)
    GROUP BY k.statement_id, k.block, k.relation, k.key_column
    HAVING count(DISTINCT k.table_ref) >= :min_joins AND count(DISTINCT k.literal) >= :min_joins
  ),
  placed AS (
    SELECT j.*, row_number() OVER (PARTITION BY j.statement_id ORDER BY j.joins DESC, j.at, j.relation, j.key_column) AS place
    FROM joined AS j
  )
SELECT
  p.statement_id,
  CAST(substr(p.at, 1, 8) AS INTEGER) AS line,
  CAST(substr(p.at, 10) AS INTEGER) AS "column",
  p.relation AS subject,
  printf('%s is joined %d times, once for each %s (%s): each is a look-up more for every row of the result.', p.relation, p.joins, p.key_column,
    replace(p.keys, ',', ', ')) AS message,
  printf('Fetch them at once (%s IN (…)) and put them together in the program; or make columns of those that are asked for.', p.key_column) AS fix
FROM placed AS p
WHERE p.place = 1;

-- id: cross-join
-- severity: error
-- engines: sqlite, postgres
-- needs: growth
-- since: 0.1
-- summary: Two tables that grow are joined without a condition, so every row of one meets every row of the other.
--
-- ## What it does
-- Finds two tables in one FROM clause between which no predicate stands: not in ON or USING, not in WHERE, and not by way
-- of a third table. Both must be tables that grow, and the plan must read more than one row of each.
--
-- ## Why
-- The number of row pairs is the product of the two tables. Ten times the data is a hundred times the work. Nearly always a
-- join condition was forgotten, or went when a query was edited; DISTINCT or an aggregate on top then hides the wrong result.
--
-- ## Example
-- ```sql
-- SELECT o.id, c.email FROM orders AS o, customers AS c WHERE o.placed_at > ?;
-- ```
--
-- ## Remedy
-- Name the columns that relate the tables. Where a foreign key relates them, the finding suggests it:
-- ```sql
-- SELECT o.id, c.email FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE o.placed_at > ?;
-- ```
-- A product that is meant is written as CROSS JOIN, which makes the finding a warning.
--
-- ## Stays quiet when
-- - one side is fixed (`"fixed": true`), has fewer than two rows, or is a CTE, a subquery, a view or a function such as json_each();
-- - the plan reads at most one row of one side, by a key: `FROM account, settings WHERE account.id = ? AND settings.id = ?`;
-- - the tables meet through a third one: `FROM a, b, c WHERE a.x = c.x AND b.y = c.y`;
-- - a subquery relates them: `FROM a, b WHERE EXISTS (SELECT 1 FROM c WHERE c.a_id = a.id AND c.b_id = b.id)`;
-- - a column of the clause can't be told to a table (`WHERE x = y` without qualifiers): it may be the condition.
--
-- ## Limits
-- One finding a statement: the first such pair. NATURAL joins count as having a condition. A condition that is always true
-- for another reason than being constant (`ON a.x = a.x`) is taken for a condition.
WITH
  candidates AS (  -- the joins without a condition in statements that the change brought
    SELECT s.statement_id, j.block, j.left_ref, j.right_ref, j.join_type, j.line, j."column"
    FROM statements AS s
    JOIN joins AS j ON j.statement_id = s.statement_id
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND j.has_condition = 0 AND j.join_type IN (',', 'CROSS', 'INNER', 'LEFT') AND j.right_ref IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS p
        WHERE p.statement_id = s.statement_id AND p.block = j.block AND p.operand = 'column' AND p.table_ref IS NULL)
  ),
  growing AS (  -- the tables of their FROM clauses that grow and of which more than one row is read
    SELECT DISTINCT q.statement_id, q.block, q.table_ref, t.name AS relation, t.row_count
    FROM candidates AS c
    JOIN query_tables AS q ON q.statement_id = c.statement_id AND q.role IN ('from', 'target')
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE
    WHERE t.type = 'table' AND t.fixed = 0 AND t.row_count >= 2
      AND EXISTS (
        SELECT 1 FROM run JOIN plan_nodes AS n
          ON n.statement_id = q.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
        WHERE n.relation = t.name AND n.alias IN (q.alias, q.name, '')
          AND n.access IN ('search_covering', 'search', 'automatic_index', 'scan_covering', 'scan'))
  ),
  links(statement_id, one, other) AS (  -- what meets what, both ways round
    SELECT l.statement_id, l.left_ref, l.right_ref FROM table_links AS l
    UNION
    SELECT l.statement_id, l.right_ref, l.left_ref FROM table_links AS l
    UNION
    SELECT j.statement_id, j.left_ref, j.right_ref FROM joins AS j WHERE j.has_condition = 1
    UNION
    SELECT j.statement_id, j.right_ref, j.left_ref FROM joins AS j WHERE j.has_condition = 1
    UNION  -- the left side is itself a join: its tables are not told apart
    SELECT j.statement_id, j.right_ref, q.table_ref
    FROM joins AS j JOIN query_tables AS q ON q.statement_id = j.statement_id AND q.block = j.block
    WHERE j.has_condition = 1 AND j.left_ref IS NULL AND q.table_ref < j.right_ref
    UNION
    SELECT j.statement_id, q.table_ref, j.right_ref
    FROM joins AS j JOIN query_tables AS q ON q.statement_id = j.statement_id AND q.block = j.block
    WHERE j.has_condition = 1 AND j.left_ref IS NULL AND q.table_ref < j.right_ref
  ),
  reached(statement_id, start, ref) AS (  -- everything that a candidate's right side meets, however far round
    SELECT c.statement_id, c.right_ref, c.right_ref FROM candidates AS c
    UNION
    SELECT r.statement_id, r.start, l.other
    FROM reached AS r JOIN links AS l ON l.statement_id = r.statement_id AND l.one = r.ref
  ),
  products AS (
    SELECT c.statement_id, c.join_type, c.line, c."column",
      a.relation AS one, b.relation AS other, a.row_count AS one_rows, b.row_count AS other_rows,
      row_number() OVER (PARTITION BY c.statement_id ORDER BY c.line, c."column", c.right_ref, a.table_ref) AS place
    FROM candidates AS c
    JOIN growing AS b ON b.statement_id = c.statement_id AND b.table_ref = c.right_ref
    JOIN growing AS a ON a.statement_id = c.statement_id AND a.block = b.block
      AND CASE WHEN c.left_ref IS NULL THEN a.table_ref < c.right_ref ELSE a.table_ref = c.left_ref END
    WHERE NOT EXISTS (
      SELECT 1 FROM reached AS r
      WHERE r.statement_id = c.statement_id AND r.start = c.right_ref AND r.ref = a.table_ref)
  )
SELECT
  p.statement_id,
  p.line,
  p."column",
  CASE p.join_type WHEN 'CROSS' THEN 'warning' ELSE 'error' END AS level,
  p.one || ',' || p.other AS subject,
  printf('%s and %s are joined without a condition: each of the %,d rows of one meets each of the %,d rows of the other (at the largest scale), so the cost grows with the product of the two tables.',
    p.one, p.other, CAST(p.one_rows AS INTEGER), CAST(p.other_rows AS INTEGER)) AS message,
  coalesce(
    (SELECT printf('Join them where they belong together: %s.%s = %s.%s.', f.table_name, f.name, f.parent_table, f.parent_column)
     FROM foreign_keys AS f
     WHERE f.side = 'head' AND f.parent_column <> '' AND ((f.table_name = p.one AND f.parent_table = p.other)
       OR (f.table_name = p.other AND f.parent_table = p.one))
     ORDER BY f.table_name, f.foreign_key, f.position LIMIT 1),
    'Name the columns that relate them, in ON.')
  || CASE p.join_type WHEN 'CROSS' THEN '' ELSE ' If every pair is meant, write CROSS JOIN.' END AS fix
FROM products AS p
WHERE p.place = 1;

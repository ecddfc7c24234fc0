-- id: cross-join
-- family: statement
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
-- - a column of the condition can't be told to a table (`WHERE x = y` without qualifiers): it may be what relates them.
--
-- ## Limits
-- One finding a statement: the first such pair. NATURAL joins count as having a condition. A condition that is always true
-- for another reason than being constant (`ON a.x = a.x`) is taken for a condition. It is a warning where parts of the statement are put in at run time, and where
-- path or function say that no user waits for it (migrations, clean-ups).
WITH
  candidates AS (  -- the joins without a condition in statements that the change brought
    SELECT s.statement_id, s.dynamic, j.block, j.left_ref, j.right_ref, j.join_type, j.line, j."column"
    FROM statements AS s
    JOIN joins AS j ON j.statement_id = s.statement_id
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND j.has_condition = 0 AND j.join_type IN (',', 'CROSS', 'INNER', 'LEFT') AND j.right_ref IS NOT NULL
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
        WHERE n.relation = t.name AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
          AND n.access IN ('search_covering', 'search', 'automatic_index', 'scan_covering', 'scan'))
  ),
  products AS (  -- one a statement: the first join, and of the tables before it the one next to it
    SELECT c.statement_id, c.dynamic, c.join_type, c.line, c."column",
      a.relation AS one, b.relation AS other, a.row_count AS one_rows, b.row_count AS other_rows,
      row_number() OVER (
        PARTITION BY c.statement_id
        ORDER BY c.line, c."column", c.right_ref, coalesce(a.table_ref = c.left_ref, 0) DESC, a.table_ref) AS place
    FROM candidates AS c
    JOIN growing AS b ON b.statement_id = c.statement_id AND b.table_ref = c.right_ref
    JOIN growing AS a ON a.statement_id = c.statement_id AND a.block = b.block AND a.table_ref < b.table_ref
  )
SELECT
  p.statement_id,
  p.line,
  p."column",
  CASE WHEN p.join_type = 'CROSS' OR p.dynamic = 1 OR p.statement_id IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = p.statement_id) THEN 'warning' ELSE 'error' END AS level,
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

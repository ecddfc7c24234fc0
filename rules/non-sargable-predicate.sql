-- id: non-sargable-predicate
-- family: statement
-- severity: error
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: planner-override, comma-separated-list
-- since: 0.1
-- summary: A filter wraps an indexed column in a function, a cast, arithmetic or a concatenation, so the index can't be used and the table is scanned.
--
-- ## What it does
-- Finds a comparison in WHERE or ON whose column is indexed, and yet no index can serve it, because the column stands inside
-- a function, a cast, an arithmetic expression or a concatenation, or is compared by IS NOT DISTINCT FROM (PostgreSQL); and the plan reads the whole growing table for it.
--
-- ## Why
-- An index is ordered by the column's value. It knows nothing of `lower(email)` or `date(placed_at)`: the engine has to
-- compute the expression for every row. The index is there, the query looks as if it used it, and on a small test database
-- nobody sees the difference.
--
-- ## Example
-- ```sql
-- SELECT id FROM orders WHERE date(placed_at) = ?;      -- an index on placed_at exists
-- SELECT id FROM customers WHERE lower(email) = ?;      -- an index on email exists
-- ```
--
-- ## Remedy
-- Leave the column bare and move the computation to the other side, or index the expression itself:
-- ```sql
-- SELECT id FROM orders WHERE placed_at >= ? AND placed_at < ?;
-- CREATE INDEX customers_lower_email ON customers(lower(email));
-- ```
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: an index on the expression serves it, or another filter's index does;
-- - the table is fixed, or the query's cost doesn't grow;
-- - no index (and no primary key) begins with the column: nothing is lost by the function, full-scan-growth has the say;
-- - the column has a few values only (boolean, CHECK (x IN (…))): its index would not help much either;
-- - the predicate is a negation (`<>`, NOT IN), or LIKE with a wildcard in front or with a pattern that isn't known here: a
--   search box reads everything by design;
-- - the predicate is one arm of an OR: the other arms may need the scan anyway;
-- - it stands in HAVING, where no index can serve;
-- - the statement is partly dynamic: the part that isn't known may hold the filter that the index of another column serves.
--
-- ## Limits
-- One finding a statement and table. The fix is a range of the bare column that was planned, where the computation has one (dates,
-- sums, prefixes) and it is far better; otherwise that the filter is selective is taken from the index being there.
--
-- It is an info where the sizes of today are known, and at these the statement examines fewer than 5,000 rows.
--
-- In `check --all` it is a warning as long as the sizes of the statement's tables are all assumed, unless a baseline is there that doesn't know the
-- statement: what runs already has met its data. Sizes (`tables`, `statistics`) make it an error.
WITH
  wrapped AS (
    SELECT s.statement_id, t.name AS relation, p.name, p.expression, p.why_not, p.operator, p.line, p."column",
      t.row_count, n.rows_examined,
      replace(replace(p.expression, coalesce(nullif(q.alias, ''), t.name) || '.', ''), t.name || '.', '') AS bare,
      p.expression LIKE '%now%' OR p.expression LIKE '%current\_%' ESCAPE '\' OR p.expression LIKE '%random%' OR p.expression LIKE '%localtime%'
        OR run.engine = 'postgres' AND (p.expression LIKE '%to\_char%' ESCAPE '\' OR EXISTS (
          SELECT 1 FROM columns AS c
          WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name AND c.type = 'timestamp with time zone')) AS fleeting,  -- no index may hold it
      row_number() OVER (
        PARTITION BY s.statement_id, t.name ORDER BY n.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN predicates AS p ON p.statement_id = s.statement_id
    JOIN tables AS t ON t.side = 'head' AND t.name = p.relation COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access IN ('scan', 'scan_covering')
    LEFT JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.table_ref = p.table_ref
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0
      AND (q.table_ref IS NULL OR CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1)))
      AND p.sargable = 0 AND p.in_or = 0 AND p.clause IN ('where', 'join_on')
      AND (p.why_not LIKE 'function%' OR p.why_not LIKE 'IS NOT DISTINCT FROM%' OR p.why_not LIKE 'arithmetic%' OR p.why_not LIKE 'cast%' OR p.why_not LIKE 'concatenation%')
      AND (p.operator IN ('=', '==', 'IS', '<', '<=', '>', '>=', 'BETWEEN', 'IN')
        OR (p.operator = 'LIKE' AND p.operand = 'literal' AND p.why_not NOT LIKE '%starts with a wildcard'))
      AND NOT EXISTS (
        SELECT 1 FROM columns AS c
        WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name COLLATE NOCASE AND c.allowed_values > 0)
      AND (
        EXISTS (
          SELECT 1 FROM indexes AS i
          JOIN index_columns AS x ON x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name
          WHERE i.side = 'head' AND i.table_name = t.name AND i.partial = 0
            AND x.position = 0 AND x.name = p.name COLLATE NOCASE)
        OR EXISTS (
          SELECT 1 FROM columns AS c
          WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name COLLATE NOCASE AND c.primary_key = 1))
  ),
  -- lower(a.email) = lower(b.email) is one predicate seen from two tables: the one that costs more speaks.
  sides AS (
    SELECT w.*, row_number() OVER (
      PARTITION BY w.statement_id, w.line, w."column" ORDER BY w.rows_examined DESC, w.relation) AS side_place
    FROM wrapped AS w
    WHERE w.place = 1
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation || '.' || w.name AS subject,
  CASE WHEN w.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = w.statement_id) THEN 'info'
    WHEN w.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = w.statement_id) THEN 'warning' END AS level,
  printf('%s.%s is indexed, but the filter compares %s: no index on the column can serve it (%s), and the query reads every row of %s (%,d at the largest scale).',
    w.relation, w.name, CASE w.expression WHEN '' THEN 'an expression over it' ELSE w.expression END, w.why_not,
    w.relation, CAST(w.row_count AS INTEGER)) AS message,
  coalesce((SELECT f.fix FROM rewrite_fixes AS f WHERE f.statement_id = w.statement_id AND f.kind = 'range'),
    CASE WHEN w.why_not LIKE 'IS NOT DISTINCT FROM%' THEN printf('Compare %s with =, and by another statement with IS NULL where NULL is asked for.', w.name) END,
    printf('Compare the bare column %s, with the computation moved to the other side%s.', w.name,
    CASE WHEN w.bare = '' OR w.bare GLOB '*[?$:@%.]*' OR w.fleeting THEN '' ELSE printf('; or index the expression: CREATE INDEX "%w_%w_expression" ON %s(%s)',
      replace(w.relation, '.', '_'), w.name, replace(printf('"%w"', w.relation), '.', '"."'), w.bare) END)) AS fix,
  (SELECT f.replacement FROM rewrite_fixes AS f WHERE f.statement_id = w.statement_id AND f.kind = 'range') AS replacement
FROM sides AS w
WHERE w.side_place = 1;

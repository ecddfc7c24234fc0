-- id: not-in-nullable
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, quadratic-growth
-- parameter: min_rows integer 1000: rows of the subquery's table, at the largest scale, from which on the finding is a warning
-- since: 0.1
-- summary: NOT IN with a subquery whose column may be NULL: one NULL empties the result, and the planner can't join.
--
-- ## What it does
-- Finds `x NOT IN (SELECT column …)` where the column may be NULL, and the subquery doesn't leave the NULLs out.
--
-- ## Why
-- `x NOT IN (1, NULL)` is never true: nobody knows whether x equals the unknown value. As soon as one row holds NULL, the query
-- gives no rows at all, without an error. And because of that rule the planner can't use an anti-join: PostgreSQL keeps the whole
-- list in memory, and reads it from end to end for each row once it has outgrown `work_mem`.
--
-- ## Example
-- ```sql
-- SELECT id FROM customers WHERE id NOT IN (SELECT referred_by FROM customers);      -- most were referred by nobody
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT c.id FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM customers AS r WHERE r.referred_by = c.id);
-- ```
-- It means what was meant, and is planned as an anti-join.
--
-- ## Stays quiet when
-- - the column is NOT NULL or part of the primary key;
-- - the subquery says `column IS NOT NULL`, or compares the column in another way that NULL doesn't pass;
-- - the subquery gives an expression, or its column can't be told to a table.
--
-- ## Limits
-- A warning where the subquery's table grows, otherwise an info: the result is wrong there as well.
--
-- ## Sources
-- PostgreSQL manual, "Subquery Expressions", NOT IN; PostgreSQL wiki, "Don't Do This", NOT IN.
WITH
  negated AS (
    SELECT s.statement_id, p.name, p.line, p."column", t.name AS relation, t.row_count, t.fixed, c.name AS nullable,
      row_number() OVER (PARTITION BY s.statement_id, p.other_block ORDER BY p.line, p."column", p.name) AS place
    FROM predicates AS p
    CROSS JOIN statements AS s ON s.statement_id = p.statement_id  -- NOT IN is rare: they come first
    JOIN projections AS i ON i.statement_id = s.statement_id AND i.block = p.other_block AND i.position = 0
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.table_ref = i.table_ref
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table'
    JOIN columns AS c ON c.side = 'head' AND c.table_name = t.name AND c.name = i.name COLLATE NOCASE
    WHERE p.operator = 'NOT IN' AND p.operand = 'subquery' AND s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND c.not_null = 0 AND c.primary_key = 0
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS own
        WHERE own.statement_id = s.statement_id AND own.block = p.other_block AND own.name = i.name COLLATE NOCASE
          AND own.in_or = 0 AND own.clause IN ('where', 'join_on') AND own.in_outer_join = 0
          AND own.operator NOT IN ('IS NULL', 'IS', 'IS NOT', 'IS NOT TRUE', 'IS NOT FALSE', 'IS UNKNOWN'))
  )
SELECT
  n.statement_id,
  n.line,
  n."column",
  CASE WHEN n.fixed = 0 AND n.row_count >= :min_rows THEN 'warning' ELSE 'info' END AS level,
  n.relation || '.' || n.nullable AS subject,
  printf('%s.%s may be NULL: a single NULL among its values makes NOT IN true for no row, and the result empty; and no anti-join is possible, so that the list of up to %,d values is kept for the comparison.',
    n.relation, n.nullable, CAST(n.row_count AS INTEGER)) AS message,
  coalesce((SELECT f.fix FROM rewrite_fixes AS f WHERE f.statement_id = n.statement_id AND f.kind = 'not_exists'),
    printf('Write NOT EXISTS (SELECT 1 FROM %s WHERE %s = …), or leave the NULLs out: WHERE %s IS NOT NULL.', n.relation, n.nullable, n.nullable)) AS fix
FROM negated AS n
WHERE n.place = 1;

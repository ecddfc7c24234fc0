-- id: or-across-columns
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, text-search-by-like, leading-wildcard
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: OR joins conditions on different columns, one of which no index serves, so that the table is scanned for all of them.
--
-- ## What it does
-- Finds an OR between conditions on different columns (of one table or of two) each of which an index could serve on its own, where
-- the plan reads the whole of a growing table.
--
-- ## Why
-- A row may fit by either arm: without an index for each of them, every row has to be looked at, also for the arm that has its
-- index. Across two tables no index helps at all: the rows are joined first, and looked at afterwards.
--
-- ## Example
-- ```sql
-- SELECT id FROM orders WHERE customer_id = ? OR reference = ?;             -- reference has no index
-- SELECT o.id FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE o.reference = ? OR c.email = ?;
-- ```
--
-- ## Remedy
-- An index for each arm; or two queries, put together:
-- ```sql
-- SELECT id FROM orders WHERE customer_id = ? UNION SELECT id FROM orders WHERE reference = ?;
-- ```
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: it combines the indexes of the arms, or another filter narrows the rows down;
-- - each arm has an index, of which the plan makes no use: its rows would be too many;
-- - all arms compare one column: `a = 1 OR a = 2` is an IN list, `a = 1 OR (a = 2 AND b < 3)` nearly one;
-- - an arm compares only a column of few values (boolean, CHECK (x IN (…))): its index would not help;
-- - one arm is a test of a parameter (`? IS NULL OR a = ?`), or can't be served by an index at all: then that is the reason;
-- - an index was tried that ends the scan: full-scan-growth names it.
--
-- ## Limits
-- One finding a statement. OR below AND below OR counts for the outermost.
WITH
  arms AS (
    SELECT s.statement_id, p.or_group, p.or_arm, p.block, p.line, p."column", p.name, t.name AS relation, p.table_ref, p.sargable, t.fixed,
      coalesce((SELECT c.allowed_values FROM columns AS c
                WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name COLLATE NOCASE), 0) AS allowed_values,
      EXISTS (
        SELECT 1 FROM indexes AS i
        JOIN index_columns AS x ON x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name
        WHERE i.side = 'head' AND i.table_name = t.name AND i.partial = 0 AND x.position = 0 AND x.name = p.name COLLATE NOCASE)
      OR EXISTS (
        SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name COLLATE NOCASE AND c.primary_key = 1) AS indexed
    FROM statements AS s
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.or_group IS NOT NULL AND p.clause IN ('where', 'join_on')
      AND NOT (p.operator = 'IS NULL' AND EXISTS (  -- what found no partner: no index knows that
        SELECT 1 FROM joins AS j WHERE j.statement_id = p.statement_id AND j.right_ref = p.table_ref AND j.join_type = 'LEFT'))
    LEFT JOIN tables AS t ON t.side = 'head' AND t.name = p.relation COLLATE NOCASE AND t.type = 'table'
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0
  ),
  served AS (  -- in how many arms the most frequent column is: in all of them, an index on it serves the whole
    SELECT statement_id, or_group, max(arms) AS arms
    FROM (SELECT statement_id, or_group, count(DISTINCT or_arm) AS arms FROM arms WHERE sargable = 1 GROUP BY statement_id, or_group, table_ref, lower(name))
    GROUP BY statement_id, or_group
  ),
  groups AS (
    SELECT a.statement_id, a.or_group, min(a.line) AS line, min(a."column") AS "column",
      count(DISTINCT a.or_arm) AS arms, count(DISTINCT a.table_ref) AS sources, count(DISTINCT a.table_ref || '.' || lower(a.name)) AS columns,
      group_concat(DISTINCT a.relation || '.' || a.name) AS names
    FROM arms AS a
    JOIN served AS v ON v.statement_id = a.statement_id AND v.or_group = a.or_group
    GROUP BY a.statement_id, a.or_group
    HAVING count(*) = count(a.relation)
      AND sum(a.indexed) >= 1
      AND (count(DISTINCT a.table_ref) > 1 OR count(DISTINCT CASE WHEN a.indexed THEN a.or_arm END) < count(DISTINCT a.or_arm))
      AND count(DISTINCT a.or_arm) >= 2 AND count(DISTINCT a.table_ref || '.' || lower(a.name)) >= 2
      AND count(DISTINCT CASE WHEN a.sargable = 1 AND a.allowed_values = 0 THEN a.or_arm END) = count(DISTINCT a.or_arm)
      AND count(DISTINCT a.or_arm) = max(a.or_arm) + 1  -- an arm without a column isn't known
      AND count(DISTINCT a.or_arm) > max(v.arms)
  ),
  scanned AS (
    SELECT o.*, n.relation, n.rows_examined,
      row_number() OVER (PARTITION BY o.statement_id ORDER BY n.rows_examined DESC, o.or_group, n.relation) AS place
    FROM run
    JOIN groups AS o
    JOIN growth AS g ON g.statement_id = o.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN arms AS a ON a.statement_id = o.statement_id AND a.or_group = o.or_group AND a.fixed = 0
    JOIN query_tables AS q ON q.statement_id = o.statement_id AND q.table_ref = a.table_ref
    JOIN plan_nodes AS n ON n.statement_id = o.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = a.relation AND n.access IN ('scan', 'scan_covering') AND n.rows_examined >= :min_rows
      AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation AS subject,
  printf('OR over %s: a row may fit by either, so that every row of %s is read (%,d examined at the largest scale)%s.',
    replace(w.names, ',', ' and '), w.relation, CAST(w.rows_examined AS INTEGER),
    CASE WHEN w.sources > 1 THEN ', joined, and only then compared' ELSE '' END) AS message,
  CASE WHEN w.sources > 1 THEN 'Write one query for each arm, and put them together by UNION: each can then use its own index.'
    ELSE 'Give each arm an index; or write one query for each arm, and put them together by UNION.' END AS fix
FROM scanned AS w
WHERE w.place = 1;

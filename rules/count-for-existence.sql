-- id: count-for-existence
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth
-- parameter: min_rows integer 1000: rows that are counted, at the largest scale, from which on it counts
-- parameter: min_runs integer 10000: counts of a subquery that is executed row by row, at the largest scale, from which on few rows each count, too
-- since: 0.1
-- summary: All rows are counted to learn whether there is one.
--
-- ## What it does
-- Finds a count that is compared with 0 or 1 (`count(*) > 0`, `= 0`, `>= 1`), of a query or of a subquery, where the number of rows
-- that are read for it grows with the data.
--
-- ## Why
-- EXISTS stops at the first row. A count reads them all: the answer "yes" takes the longest where it is the most obvious.
--
-- ## Example
-- ```sql
-- SELECT count(*) > 0 FROM orders WHERE status = 'new';
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT EXISTS (SELECT 1 FROM orders WHERE status = 'new');
-- ```
--
-- ## Stays quiet when
-- - the rows that are counted are few, or don't grow: one order's items, counted once (counted for each order, they are an info);
-- - HAVING only keeps an empty table from giving a row: `SELECT min(at) FROM t HAVING count(*) > 0`;
-- - the number itself is wanted, or compared with more than 1;
-- - GROUP BY makes one count for each group: HAVING count(*) > 1 looks for doubles;
-- - the table is fixed.
--
-- ## Limits
-- A count that the program compares with 0 isn't seen.
WITH
  questions(words) AS (VALUES ('> 0'), ('= 0'), ('<> 0'), ('!= 0'), ('>= 1'), ('< 1'), ('<= 0')),
  counted AS (
    SELECT f.statement_id, f.block, f.compared, f.line, f."column"
    FROM function_calls AS f
    WHERE f.name = 'count' AND f.is_aggregate = 1 AND f.is_distinct = 0 AND f.compared IN (SELECT words FROM questions)
      AND NOT (f.place = 'having' AND EXISTS (
        SELECT 1 FROM function_calls AS other
        WHERE other.statement_id = f.statement_id AND other.block = f.block AND other.place = 'select' AND other.is_aggregate = 1))
    UNION
    SELECT b.statement_id, b.block, b.compared, f.line, f."column"
    FROM query_blocks AS b
    JOIN function_calls AS f ON f.statement_id = b.statement_id AND f.block = b.block AND f.place = 'select' AND f.name = 'count'
      AND f.is_aggregate = 1 AND f.is_distinct = 0
    WHERE b.compared IN (SELECT words FROM questions)
  ),
  found AS (
    SELECT s.statement_id, c.compared, c.line, c."column", n.relation, n.rows_examined,
      n.rows_examined >= :min_rows
        AND (n.rows_examined >= :min_rows * n.executions OR (n.executions >= :min_runs AND n.rows_examined >= 2 * n.executions)) AS many,
      b.correlated = 1 AND n.rows_examined >= 2 * n.executions AS row_by_row,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, c.line, c."column", n.relation, n.node) AS place
    FROM run
    JOIN counted AS c
    JOIN statements AS s ON s.statement_id = c.statement_id
    JOIN query_blocks AS b ON b.statement_id = c.statement_id AND b.block = c.block AND b.has_group_by = 0
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = c.block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access NOT IN ('none', 'constant')
      AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
  )
SELECT
  f.statement_id,
  f.line,
  f."column",
  CASE WHEN f.many THEN NULL ELSE 'info' END AS level,
  f.relation AS subject,
  printf('count %s only asks whether there is a row, and reads %,d of %s for it (at the largest scale).',
    f.compared, CAST(f.rows_examined AS INTEGER), f.relation) AS message,
  coalesce((SELECT r.fix FROM rewrite_fixes AS r WHERE r.statement_id = f.statement_id AND r.kind = 'exists'),
    printf('%s (SELECT 1 FROM %s …) stops at the first row.',
      CASE WHEN f.compared IN ('= 0', '< 1', '<= 0') THEN 'NOT EXISTS' ELSE 'EXISTS' END, f.relation)) AS fix,
  (SELECT r.replacement FROM rewrite_fixes AS r WHERE r.statement_id = f.statement_id AND r.kind = 'exists') AS replacement
FROM found AS f
WHERE f.place = 1 AND (f.many OR f.row_by_row);

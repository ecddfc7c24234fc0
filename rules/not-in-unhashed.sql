-- id: not-in-unhashed
-- family: plan
-- severity: warning
-- engines: postgres
-- needs: growth
-- yields-to: cross-join, not-in-nullable, quadratic-growth
-- parameter: min_rows integer 10000: rows of the list, at the largest scale, from which on it counts
-- since: 0.1
-- summary: NOT IN with a subquery whose rows don't fit into a hash table: the list is read again for each row.
--
-- ## What it does
-- Finds `NOT IN (SELECT …)` that PostgreSQL runs as a plain subplan at the largest scale, because a hash table of its rows would outgrow `work_mem`.
--
-- ## Why
-- NOT IN can't be planned as a join. As long as its list fits into `work_mem` each row is looked up in a hash table; from the row on with which it doesn't, the whole list is
-- read for each row of the query. That comes overnight, without a change to the program.
--
-- ## Example
-- ```sql
-- SELECT s.id FROM subscribers AS s WHERE s.id NOT IN (SELECT o.subscriber_id FROM opt_outs AS o);
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT s.id FROM subscribers AS s WHERE NOT EXISTS (SELECT 1 FROM opt_outs AS o WHERE o.subscriber_id = s.id);
-- ```
-- is planned as an anti join. It gives the same rows where no value of the list is NULL.
--
-- ## Stays quiet when
-- - the list fits into a hash table at every scale, or has fewer than `min_rows` rows; it is held against fewer than a hundred rows;
-- - its column may be NULL: not-in-nullable has that;
-- - the list is written out.
--
-- ## Limits
-- By the size that the planner expects of the list, and the `work_mem` of the statistics file, else PostgreSQL's 4 MB.
WITH
  listed AS (
    SELECT p.statement_id, p.name, p.line, p."column", t.name AS relation, n.rows_possible, row_number() OVER (PARTITION BY p.statement_id ORDER BY n.rows_possible DESC, p.line, p."column", t.name) AS place
    FROM run
    JOIN predicates AS p ON p.operator = 'NOT IN' AND p.operand = 'subquery'
    JOIN statements AS s ON s.statement_id = p.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1
    JOIN query_tables AS q ON q.statement_id = p.statement_id AND q.block = p.other_block AND q.role = 'from'
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = p.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.relation = t.name AND n.rows_possible >= :min_rows
    WHERE EXISTS (
      SELECT 1 FROM plan_nodes AS a
      WHERE a.statement_id = p.statement_id AND a.side = 'head' AND a.scale = run.largest_scale AND max(a.rows_examined, a.rows_possible) >= 100 AND a.detail LIKE '%NOT (%SubPlan %' AND a.detail NOT LIKE '%hashed SubPlan %')
  )
SELECT
  l.statement_id,
  l.line,
  l."column",
  l.relation AS subject,
  CASE WHEN l.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = l.statement_id) THEN 'info' END AS level,
  printf('The list of NOT IN has %,d rows of %s (at the largest scale), more than a hash table in work_mem holds: it is read again for each row.', CAST(l.rows_possible AS INTEGER), l.relation) AS message,
  coalesce((SELECT f.fix FROM rewrite_fixes AS f WHERE f.statement_id = l.statement_id ORDER BY f.kind LIMIT 1),
    printf('NOT EXISTS (SELECT 1 FROM %s WHERE …) is planned as an anti join.', l.relation)) AS fix
FROM listed AS l
WHERE l.place = 1;

-- id: dropped-index-in-use
-- family: migration
-- severity: warning
-- engines: sqlite, postgres
-- needs: metrics
-- after: access-regression, growth-regression, cost-regression, unstable-plan
-- parameter: min_ratio number 2: rows examined without the index over those with it, from which on it counts
-- since: 0.1
-- summary: The change drops an index that a query used until now, and the program that still runs has that query.
--
-- ## What it does
-- Finds indexes that go with this change, and queries of the base side whose plan used them and that examine clearly more rows on the
-- new schema: also such as the same change edits or replaces.
--
-- ## Why
-- A migration runs before, or while, the new program comes up. Until the last old process is gone, the old queries run on the new
-- schema. That the new query doesn't need the index any more is of no help to them.
--
-- ## Example
-- ```sql
-- DROP INDEX orders_reference;     -- and in the same change: WHERE reference = ?  becomes  WHERE id = ?
-- ```
--
-- ## Remedy
-- Two deployments: first the program that does without the index, then the migration that drops it.
-- ```sql
-- DROP INDEX CONCURRENTLY orders_reference;
-- ```
--
-- ## Stays quiet when
-- - the old query is as good on the new schema: another index serves it;
-- - no known query used the index; the table is fixed;
-- - a regression is reported for the same drop: then the new program suffers as well, and that finding says so.
--
-- ## Limits
-- Queries outside of the repository aren't known. One finding for each index: the query that loses most.
WITH
  gone AS (
    SELECT i.table_name, i.name,
      (SELECT min(c.statement_id) FROM schema_changes AS c
       WHERE (c.side = 'head' AND c.action = 'drop' OR c.side = 'base' AND c.action = 'create_index') AND c.object = i.name COLLATE NOCASE) AS dropped_by
    FROM indexes AS i
    JOIN tables AS t ON t.side = 'head' AND t.name = i.table_name AND t.fixed = 0
    WHERE i.side = 'base' AND i.origin = 'create'
      AND NOT EXISTS (SELECT 1 FROM indexes AS kept WHERE kept.side = 'head' AND kept.table_name = i.table_name AND kept.name = i.name)
  ),
  losers AS (
    SELECT g.name, g.table_name, g.dropped_by, s.statement_id, s.path, s.line, s.side, before.rows_examined AS rows_before, after.rows_examined AS rows_after,
      row_number() OVER (PARTITION BY g.name ORDER BY after.rows_examined - before.rows_examined DESC, s.path, s.line, s.statement_id) AS place
    FROM run
    JOIN gone AS g ON g.dropped_by IS NOT NULL
    JOIN plan_nodes AS n ON n.side = 'base' AND n.scale = run.largest_scale AND n.index_name = g.name
    JOIN statements AS s ON s.statement_id = n.statement_id
    JOIN metrics AS before ON before.statement_id = s.statement_id AND before.side = 'base' AND before.scale = run.largest_scale
    JOIN metrics AS after ON after.statement_id = s.statement_id AND after.side = 'head' AND after.scale = run.largest_scale
    WHERE after.rows_examined >= :min_ratio * before.rows_examined
      AND after.rows_examined - before.rows_examined >= coalesce((SELECT value FROM limits WHERE name = 'cost_floor'), 1000)
      AND (s.side = 'base' OR EXISTS (SELECT 1 FROM comparisons AS c WHERE c.statement_id = s.statement_id AND c.paired_by = 'unchanged'))
  )
SELECT
  l.dropped_by AS statement_id,
  l.name AS subject,
  printf('%s is dropped while the program that runs until the deployment is over still needs it: the query at %s:%d%s examines %,d rows without it, %,d with it (at the largest scale).',
    l.name, l.path, l.line, CASE l.side WHEN 'base' THEN ', as it was before this change,' ELSE '' END,
    CAST(l.rows_after AS INTEGER), CAST(l.rows_before AS INTEGER)) AS message,
  printf('Deploy the program first, and drop %s with the next change.', l.name) AS fix
FROM losers AS l
WHERE l.place = 1
  AND NOT EXISTS (
    SELECT 1 FROM findings AS f
    WHERE f.rule IN ('access-regression', 'growth-regression', 'cost-regression', 'unstable-plan') AND f.cause_statement_id = l.dropped_by);

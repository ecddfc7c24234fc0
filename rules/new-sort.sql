-- id: new-sort
-- family: regression
-- severity: error
-- engines: sqlite, postgres
-- needs: comparisons, growth
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression
-- parameter: min_rows integer 1000: rows sorted, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A query sorts rows now that came in order, or weren't ordered, before the change, and their number grows.
--
-- ## What it does
-- Compares the rows that a query sorts before and after the change: at most a tenth of them before, at least `min_rows` at the largest
-- scale after, and growing with the data.
--
-- ## Why
-- A sort reads all that matches before it gives back the first row, needs memory for it, and goes to disk when that doesn't do. With an
-- index in the right order there was nothing to sort.
--
-- ## Example
-- ```sql
-- SELECT id FROM orders WHERE customer_id = ? ORDER BY id;               -- before: as the index has them
-- SELECT id FROM orders WHERE customer_id = ? ORDER BY total;            -- after
-- ```
--
-- ## Remedy
-- An index on the columns compared by equality, then those of the order; or the order that was there before.
--
-- ## Stays quiet when
-- - few rows are sorted, or their number doesn't grow;
-- - as many rows were sorted before;
-- - many more rows are read as well: then cost-regression has it;
-- - the plan flips under tiny changes of the statistics, or the past comes from the baseline, which doesn't know of sorts;
-- - another rule names the cause, access-regression for instance.
--
-- ## Limits
-- One finding a statement.
WITH
  sorted AS (
    SELECT c.statement_id, past.rows_sorted AS sorted_before, m.rows_sorted AS sorted_after, k.kind, k.cause_statement_id,
      coalesce(
        (SELECT n.relation FROM plan_nodes AS n
         JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.fixed = 0
         WHERE n.statement_id = c.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.access <> 'none'
         ORDER BY n.rows_examined DESC, n.relation LIMIT 1),
        nullif(s.name, ''), nullif(s.function, ''), 'query') AS subject,
      (SELECT n.purpose FROM plan_nodes AS n
       WHERE n.statement_id = c.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.purpose <> ''
       ORDER BY n.rows_out DESC, n.node LIMIT 1) AS purpose
    FROM run
    JOIN comparisons AS c
    JOIN compared_work AS w ON w.statement_id = c.statement_id
    JOIN statements AS s ON s.statement_id = c.statement_id
    JOIN metrics AS m ON m.statement_id = c.statement_id AND m.side = 'head' AND m.scale = run.largest_scale
    JOIN metrics AS small ON small.statement_id = c.statement_id AND small.side = 'head' AND small.scale = 0
    JOIN metrics AS past ON past.statement_id = c.before_statement_id AND past.scale = run.largest_scale
      AND past.side = CASE run.schema_changed WHEN 1 THEN 'base' ELSE 'head' END
    LEFT JOIN causes AS k ON k.statement_id = c.statement_id
    WHERE s.side = 'head' AND c.unstable = 0
      AND NOT w.more_rows
      AND m.rows_sorted >= :min_rows AND m.rows_sorted >= 5 * small.rows_sorted AND past.rows_sorted <= 0.1 * m.rows_sorted
  )
SELECT
  s.statement_id,
  s.subject,
  printf('The query sorts %,d rows of %s (at the largest scale)%s; before the change it sorted %,d.',
    CAST(s.sorted_after AS INTEGER), s.subject, CASE coalesce(s.purpose, '') WHEN '' THEN '' ELSE printf(', for %s', s.purpose) END, CAST(s.sorted_before AS INTEGER))
  || CASE s.kind WHEN 'schema' THEN ' The schema change did it.' WHEN 'both' THEN ' The schema change and the query''s own edit did it.' ELSE '' END AS message,
  coalesce(
    (SELECT printf('%s; with it %,d rows are sorted.', t.ddl, CAST(t.sorted_after AS INTEGER)) FROM index_trials AS t
     WHERE t.statement_id = s.statement_id AND t.sorted_after <= 0.1 * s.sorted_after ORDER BY t.rank LIMIT 1),
    'Let an index give the rows in that order, or ask for them in the order in which they came before.') AS fix,
  s.cause_statement_id
FROM sorted AS s;

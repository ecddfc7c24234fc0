-- id: work-regression
-- family: regression
-- severity: error
-- engines: sqlite, postgres
-- needs: comparisons, measured
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression, new-scan-in-loop, new-sort, lost-index-only-plan, cost-regression
-- since: 0.1
-- summary: Run on the seed data, a query does clearly more work than before the change, though its plan looks no dearer.
--
-- ## What it does
-- Compares the exact work of each query on the seed data before and after the change: virtual-machine steps in SQLite, pages touched
-- in PostgreSQL. Both a ratio and an absolute floor must be passed: `limits.work_ratio` (1.5) and `limits.work_floor` (1,000 steps or
-- pages).
--
-- ## Why
-- Estimates don't see everything: an expression that is worked out for each row, a subquery that runs more often than was thought, rows
-- that are found and thrown away. Steps and pages are the same on every machine and in every run, so that a rise isn't noise.
--
-- ## Example
-- ```sql
-- SELECT count(*) FROM orders WHERE total > 100;                                              -- before
-- SELECT count(*) FROM orders WHERE total > 100 AND replace(lower(reference), '-', '') <> '';  -- after
-- ```
--
-- ## Remedy
-- Look at what is done for each row: compare stored values in place of computed ones, filter by the cheap condition first.
--
-- ## Stays quiet when
-- - the work wasn't measured (`--measure`, with `seed` in the configuration), on one side or on both;
-- - the ratio or the floor isn't passed;
-- - the estimated rows or cost rose as well: then cost-regression or the rule that names the cause has it.
--
-- ## Limits
-- The seed data is small: what grows shows in the estimates at larger scales.
WITH
  bounds AS (
    SELECT
      coalesce((SELECT value FROM limits WHERE name = 'work_ratio'), 1.5) AS work_ratio,
      coalesce((SELECT value FROM limits WHERE name = 'work_floor'), 1000) AS work_floor
  )
SELECT
  c.statement_id,
  o.subject,
  printf('Run on the seed data, the query takes %,d %s, %,d before the change', c.work_after,
    CASE (SELECT engine FROM run) WHEN 'postgres' THEN 'pages' ELSE 'steps' END, c.work_before)
  || o.by_what AS message,
  'Look at what is done for each row now: compare stored values in place of computed ones, filter by the cheap condition first.' AS fix,
  o.cause_statement_id
FROM bounds AS b
JOIN comparisons AS c ON c.work_after >= b.work_ratio * c.work_before AND c.work_after - c.work_before >= b.work_floor
JOIN compared_subjects AS o ON o.statement_id = c.statement_id
WHERE c.unstable = 0;

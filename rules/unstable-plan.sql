-- id: unstable-plan
-- family: regression
-- severity: warning
-- engines: sqlite, postgres
-- needs: comparisons
-- yields-to: non-sargable-predicate, full-scan-growth, quadratic-growth, cross-join, nested-loop-unindexed-inner
-- since: 0.1
-- summary: A query got worse with the change, but its plan turns into another one when tables grow or shrink by a fifth.
--
-- ## What it does
-- Plans queries that got worse once more, with some tables a fifth larger and then a fifth smaller. Where the plan turns into another one, this rule speaks
-- in place of those that fail the build.
--
-- ## Why
-- Two plans that cost about the same are a toss-up for the planner. Which one production takes, and when it changes its mind, is chance: that is no proof of a
-- regression, but a query that is fast on Monday and slow on Thursday is worth a look.
--
-- ## Example
-- ```sql
-- SELECT a.title, b.title FROM a JOIN b ON b.code = a.code WHERE a.kind = ? AND b.kind = ?;     -- both of about one size: the plan begins with the smaller one
-- ```
--
-- ## Remedy
-- Make one way clearly the better: an index on the other side of the join, a filter that is applied earlier. `explaingate explain` shows the plan at each size.
--
-- ## Stays quiet when
-- - the plan stays what it is: then access-regression, growth-regression or cost-regression tell of the same, as an error;
-- - the query is no worse than before.
--
-- ## Limits
-- One pattern of sizes is tried: every second table by its name.
SELECT
  c.statement_id,
  o.subject,
  printf('The query got worse: %,d rows examined before the change, %,d now (at the largest scale); but its plan turns into another one when tables grow or shrink by a fifth%s',
    CAST(c.rows_before AS INTEGER), CAST(c.rows_after AS INTEGER), o.by_what) AS message,
  coalesce(
    (SELECT printf('%s; with it %,d rows are examined.', t.ddl, CAST(t.rows_after AS INTEGER)) FROM index_trials AS t
     WHERE t.statement_id = c.statement_id AND t.rows_after < c.rows_after ORDER BY t.rank LIMIT 1),
    'Make one plan clearly the better: filter earlier, or give the join an index.') AS fix,
  o.cause_statement_id
FROM comparisons AS c
JOIN compared_work AS w ON w.statement_id = c.statement_id
JOIN compared_subjects AS o ON o.statement_id = c.statement_id
WHERE c.unstable = 1 AND (c.class_after > c.class_before OR w.more_rows OR w.more_cost);

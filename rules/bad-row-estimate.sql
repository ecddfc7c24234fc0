-- id: bad-row-estimate
-- family: plan
-- severity: info
-- engines: sqlite, postgres
-- needs: measured
-- parameter: ratio number 10: rows that were found for one that was expected, from which on it counts
-- parameter: min_rows integer 1000: rows found on the seed data, from which on it counts
-- since: 0.1
-- summary: On the seed data a query finds many times the rows that the planner expects: its plan stands on a wrong number.
--
-- ## What it does
-- Compares the rows that a query returned when it was run on the seed data with those that the planner expects there.
--
-- ## Why
-- The planner multiplies the shares of the conditions as if they had nothing to do with each other. Where they have (a town and its
-- postcode, a state and its date), it expects ten rows and gets ten thousand. For ten rows, a nested loop and a look-up each are right; for
-- ten thousand they aren't. Nothing in the query shows it.
--
-- ## Example
-- ```sql
-- SELECT id FROM addresses WHERE town = ? AND postcode = ? AND country = ?;
-- ```
--
-- ## Remedy
-- PostgreSQL: `CREATE STATISTICS addresses_place (dependencies, mcv) ON town, postcode, country FROM addresses; ANALYZE addresses;`.
-- SQLite: an index on the columns together, whose statistics know how many rows they share. Or filter by the column that tells most.
--
-- ## Stays quiet when
-- - the query wasn't measured (`--measure`, with `seed` in the configuration);
-- - few rows were found, or fewer than expected;
-- - LIMIT bounds the result.
--
-- ## Limits
-- The result alone is compared, not the steps on the way to it. Parameters are bound to a value that the seed data holds.
SELECT
  s.statement_id,
  coalesce(
    (SELECT n.relation FROM plan_nodes AS n JOIN run ON n.scale = run.largest_scale
     WHERE n.statement_id = s.statement_id AND n.side = 'head' AND n.relation <> '' AND n.access <> 'none'
     ORDER BY n.rows_examined DESC, n.relation LIMIT 1),
    nullif(s.name, ''), nullif(s.function, ''), 'query') AS subject,
  printf('Run on the seed data, the query found %,d rows, and the planner expects %,d.', m.result_rows, CAST(round(e.rows_returned) AS INTEGER)) AS message,
  CASE (SELECT engine FROM run)
    WHEN 'postgres' THEN 'Tell the planner which columns go together (CREATE STATISTICS), or filter by the one that tells most.'
    ELSE 'Give the columns that are filtered by an index together, and ANALYZE; or filter by the one that tells most.' END AS fix
FROM statements AS s
JOIN measured AS m ON m.statement_id = s.statement_id AND m.side = 'head'
JOIN metrics AS e ON e.statement_id = s.statement_id AND e.side = 'head' AND e.scale = 0
JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.block = 0 AND b.has_limit = 0
WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.statement_kind = 'select'
  AND m.result_rows >= :min_rows AND m.result_rows >= :ratio * max(1, e.rows_returned);

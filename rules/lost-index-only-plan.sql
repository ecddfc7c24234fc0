-- id: lost-index-only-plan
-- family: regression
-- severity: warning
-- engines: sqlite, postgres
-- needs: comparisons
-- yields-to: cross-join, non-sargable-predicate, access-regression, quadratic-growth, full-scan-growth, growth-regression
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A query was answered from an index alone before the change, and fetches each row from the table now.
--
-- ## What it does
-- Compares, table by table, how a query reaches its rows: from an index alone before the change, by way of the index from the table
-- itself after it, for at least `min_rows` rows at the largest scale.
--
-- ## Why
-- An index holds its columns side by side, a hundred rows a page. A row of the table lies anywhere: each is one more page to read, often
-- from disk. The rows examined are the same, so nothing else shows it; the time may be tenfold.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_customer ON orders(customer_id, total);
-- SELECT sum(total) FROM orders WHERE customer_id = ?;                              -- before
-- SELECT sum(total) FROM orders WHERE customer_id = ? AND status <> 'gone';         -- after: status isn't in the index
-- ```
--
-- ## Remedy
-- Add the column to the index (PostgreSQL: `INCLUDE (status)`), or leave it out of the query where it isn't needed.
--
-- ## Stays quiet when
-- - many more rows are read as well: then cost-regression has it;
-- - few rows are read: ten fetches don't matter;
-- - the plan flips under tiny changes of the statistics (the comparison is marked unstable);
-- - the table is fixed, or another rule reports the same query with a worse trouble.
--
-- ## Limits
-- An error where the cost passes the limits of cost-regression, otherwise a warning (SQLite's costs don't tell a row of the index from one
-- of the table). PostgreSQL answers from an index alone only where VACUUM has been; the statistics say how much of the table that is.
WITH
  lost AS (
    SELECT c.statement_id, a.relation, a.index_before, a.index_after, n.rows_examined, k.kind,
      w.more_cost AS costs_more, k.cause_statement_id,
      row_number() OVER (PARTITION BY c.statement_id ORDER BY n.rows_examined DESC, a.relation, n.node) AS place
    FROM run
    JOIN comparisons AS c
    JOIN compared_work AS w ON w.statement_id = c.statement_id
    JOIN statements AS s ON s.statement_id = c.statement_id
    JOIN access_comparisons AS a ON a.statement_id = c.statement_id
    JOIN tables AS t ON t.side = 'head' AND t.name = a.relation AND t.type = 'table' AND t.fixed = 0
    JOIN plan_nodes AS n ON n.statement_id = c.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = a.relation AND n.access = a.access_after
    LEFT JOIN causes AS k ON k.statement_id = c.statement_id
    WHERE s.side = 'head' AND c.unstable = 0
      AND NOT w.more_rows
      AND n.rows_examined >= :min_rows
      AND ((a.access_before = 'search_covering' AND a.access_after = 'search')
        OR (a.access_before = 'scan_covering' AND a.access_after = 'scan'))
  )
SELECT
  l.statement_id,
  CASE l.costs_more WHEN 1 THEN 'error' ELSE 'warning' END AS level,
  l.relation AS subject,
  printf('%s was answered from an index alone%s; now each of %,d rows (at the largest scale) is fetched from the table%s.',
    l.relation, CASE l.index_before WHEN '' THEN '' ELSE printf(' (%s)', l.index_before) END, CAST(l.rows_examined AS INTEGER),
    CASE l.index_after WHEN '' THEN '' ELSE printf(', by way of %s', l.index_after) END)
  || CASE l.kind WHEN 'schema' THEN ' The schema change did it.' ELSE '' END AS message,
  printf('Let the index hold every column of %s that the query names%s, or leave out the one that came.', l.relation,
    CASE (SELECT engine FROM run) WHEN 'postgres' THEN ' (INCLUDE)' ELSE '' END) AS fix,
  l.cause_statement_id
FROM lost AS l
WHERE l.place = 1;

-- id: exact-count
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, access-regression, quadratic-growth, full-scan-growth, growth-regression, cost-regression, count-for-existence
-- parameter: min_rows integer 100000: rows that are counted, at the largest scale, from which on it counts
-- since: 0.1
-- summary: All rows of a growing table are counted, one by one.
--
-- ## What it does
-- Finds count(*) of a whole growing table: without a filter, a join or a LIMIT in a subquery.
--
-- ## Why
-- Neither engine keeps the number of a table's rows: each count reads the table, or a whole index, from end to end. As the total over a
-- list's pages it is worked out again for each page, to print a number that nobody reads to the last digit.
--
-- ## Example
-- ```sql
-- SELECT count(*) FROM articles;
-- ```
--
-- ## Remedy
-- - Page without a total: ask for one row more than a page shows, to know whether there is a next one.
-- - An upper bound: `SELECT count(*) FROM (SELECT 1 FROM articles LIMIT 1001)`, shown as "more than 1000".
-- - An estimate (PostgreSQL): `SELECT reltuples::bigint FROM pg_class WHERE oid = 'articles'::regclass`.
-- - A number of its own that each write brings up to date, by a trigger for instance.
--
-- ## Stays quiet when
-- - there is a filter, a join, GROUP BY, or a sum beside it: growing-read has those;
-- - the rows that are counted are bounded by LIMIT, or the table is fixed or small;
-- - the number is compared with 0 or 1: count-for-existence has that;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- Where the table's size is assumed, the finding is an info: state it in `tables`. How often the count runs isn't known: accept the finding
-- for one a day.
--
-- ## Sources
-- - [PostgreSQL wiki: Slow Counting](https://wiki.postgresql.org/wiki/Slow_Counting)
WITH
  counted AS (
    SELECT r.statement_id, r.relation, r.rows_examined, r.row_source, f.line, f."column",
      row_number() OVER (PARTITION BY r.statement_id ORDER BY r.rows_examined DESC, f.line, f."column", r.node) AS place
    FROM growing_reads AS r
    JOIN query_blocks AS b ON b.statement_id = r.statement_id AND b.block = r.block AND b.has_where = 0 AND b.has_group_by = 0 AND b.has_window = 0
    JOIN function_calls AS f ON f.statement_id = r.statement_id AND f.block = r.block AND f.name = 'count' AND f.place = 'select'
      AND f.is_aggregate = 1 AND f.is_window = 0 AND f.is_distinct = 0 AND f.compared = ''
    WHERE r.access IN ('scan', 'scan_covering') AND r.rows_examined >= :min_rows
      AND b.compared = ''
      AND NOT EXISTS (  -- a sum beside it has to read the rows anyway
        SELECT 1 FROM function_calls AS o
        WHERE o.statement_id = r.statement_id AND o.block = r.block AND o.is_aggregate = 1 AND o.name <> 'count')
      AND (SELECT count(*) FROM query_tables AS q WHERE q.statement_id = r.statement_id AND q.block = r.block) = 1
  )
SELECT
  c.statement_id,
  c.line,
  c."column",
  CASE c.row_source WHEN 'assumed' THEN 'info' ELSE 'warning' END AS level,
  c.relation AS subject,
  printf('All %,d rows of %s (at the largest scale) are counted one by one, at every run: the count takes longer with each row that is stored.',
    CAST(c.rows_examined AS INTEGER), c.relation) AS message,
  CASE (SELECT engine FROM run)
    WHEN 'postgres' THEN printf('Take the estimate, SELECT reltuples::bigint FROM pg_class WHERE oid = ''%s''::regclass; or count up to a bound (a subquery with LIMIT); or keep the number.',
      replace(c.relation, '''', ''''''))
    ELSE 'Count up to a bound (a subquery with LIMIT), or keep the number in a table of its own that each write brings up to date.' END AS fix
FROM counted AS c
WHERE c.place = 1
  AND c.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = c.statement_id);

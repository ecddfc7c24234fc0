-- id: query-in-loop
-- family: n-plus-one
-- severity: warning
-- engines: sqlite, postgres
-- needs: none
-- parameter: min_queries integer 10: queries, at the largest scale, from which on it is an error
-- since: 0.1
-- summary: A query runs once for each element of a loop, where one query could fetch the rows for all of them.
--
-- ## What it does
-- Finds calls that execute a SELECT inside a loop, with arguments that depend on the loop (N+1 queries), where the change brought
-- the statement or the loop's header. Loops are `for` and `while` statements, comprehensions, and callbacks such as forEach.
-- Where the loop runs over the rows of another query that was found, `min_queries` of them or more, the finding is an error on PostgreSQL: the
-- number of queries grows with the data. It is none where that query reads fixed tables alone, gives as many rows however large they are (LIMIT, the rows of one parent), or
-- picks those of one status, of which nobody knows how many; where no user waits for it by path and function (clean-ups, cron); or where in `check --all` it ran
-- before on tables whose sizes are all assumed.
-- In SQLite, where a query is a call in the same process and no round trip, it is a warning; a project that tests on SQLite and runs on a server sets
-- `"level": "error"`.
--
-- ## Why
-- Each query is fast, and their number is not in the code: it is the number of rows. A thousand round trips hold one connection
-- for a thousand times the latency. That is how a pool runs dry while each query's own time looks fine.
--
-- ## Example
-- ```python
-- for order in connection.execute("SELECT id, customer_id FROM orders WHERE placed_at > ?", (since,)):
--     connection.execute("SELECT email FROM customers WHERE id = ?", (order["customer_id"],))
-- ```
--
-- ## Remedy
-- Fetch everything before the loop, with a join, or with one query for all keys:
-- ```python
-- connection.execute("SELECT o.id, c.email FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE o.placed_at > ?", (since,))
-- ```
--
-- ## Stays quiet when
-- - the rows looped over are one at most: found by a whole unique key, or cut off by LIMIT 1;
-- - a migration in code does it, once;
-- - the loop runs over a literal list or a range of literals: their number is in the code;
-- - it runs over batches, and the query fetches a batch: IN (list), = ANY (…), json_each(…), unnest(…);
-- - it is a retry, sleeps between its turns, or is left after the first call on every path;
-- - it is an endless loop, or a `while` whose condition tells nothing of what it runs over: paging by key, polling, walking a queue;
-- - the arguments don't depend on the loop;
-- - the statement locks rows (FOR UPDATE), reads no table, or is no SELECT;
-- - the name of a table or column is another in each turn: each turn asks another table, which no join replaces;
-- - neither the statement nor the loop's header is part of the change, or the statement that it replaced ran in such a loop too.
--
-- ## Limits
-- The loop and the call stand in the same function. How often it runs is known where it runs over a query's rows that was planned.
--
-- ## Sources
-- SQLite documentation, "Many Small Queries Are Efficient In SQLite": N+1 queries cost little where no message crosses a network.
WITH
  varying AS (  -- the innermost loop that the call depends on
    SELECT c.statement_id, c.line AS call_line, c.callee, l.source, l.line AS loop_line, l.iterable, l.rows_statement_id, l.loop_kind,
      s.line, s."column", s.changed OR l.changed AS changed,
      row_number() OVER (PARTITION BY c.statement_id, c.line ORDER BY l.depth DESC) AS place
    FROM call_sites AS c
    JOIN statements AS s ON s.statement_id = c.statement_id
    JOIN loops AS l ON l.statement_id = c.statement_id
    WHERE s.side = 'head' AND s.kind <> 'migration' AND s.statement_kind = 'select' AND c.call_kind IN ('execute', 'prepare', 'run')
      AND l.argument_varies = 1 AND l.always_leaves = 0 AND l.source NOT IN ('literal', 'batch', 'retry')
      AND NOT (l.loop_kind = 'while' AND l.source = 'unknown')
      AND s.text NOT LIKE '%FOR UPDATE%'
      AND NOT EXISTS (SELECT 1 FROM edited_in_loop AS e WHERE e.statement_id = s.statement_id)
      AND NOT EXISTS (  -- each turn asks another table; a name in capitals is a constant
        SELECT 1 FROM holes AS h
        WHERE h.statement_id = s.statement_id AND h.kind = 'identifier' AND h.varies = 1 AND h.expression <> upper(h.expression))
      -- a dialect's own syntax, that the parser refuses, is known by its text alone
      AND (EXISTS (SELECT 1 FROM query_tables AS q WHERE q.statement_id = s.statement_id)
        OR (s.fingerprint LIKE 'x%' AND s.text LIKE '%FROM%' AND s.text NOT LIKE '% IN (%'))
      AND NOT EXISTS (SELECT 1 FROM batch_statements AS m WHERE m.statement_id = s.statement_id)
  ),
  priced AS (
    SELECT v.*, run.engine, each.rows_examined AS rows_each, rows.rows_returned AS calls, source.line AS rows_line, source.path AS rows_path,
      (SELECT q.name FROM query_tables AS q WHERE q.statement_id = v.statement_id AND q.role = 'from' AND q.name <> '' AND q.name NOT LIKE 'eg_hole_%'
       ORDER BY q.table_ref LIMIT 1) AS relation
    FROM varying AS v
    JOIN run
    LEFT JOIN metrics AS each ON each.statement_id = v.statement_id AND each.side = 'head' AND each.scale = run.largest_scale
    LEFT JOIN metrics AS rows ON rows.statement_id = v.rows_statement_id AND rows.side = 'head' AND rows.scale = run.largest_scale
    LEFT JOIN statements AS source ON source.statement_id = v.rows_statement_id
    WHERE v.place = 1 AND v.changed = 1
  )
SELECT
  p.statement_id,
  p.call_line AS line,
  CASE WHEN p.call_line = p.line THEN p."column" ELSE 1 END AS "column",
  CASE WHEN p.rows_statement_id IN (SELECT m.statement_id FROM many_rows AS m) AND coalesce(p.calls, :min_queries) >= :min_queries AND p.engine <> 'sqlite' THEN 'error' ELSE 'warning' END AS level,
  p.callee || coalesce(' ' || p.relation, '') AS subject,
  printf('This query%s runs once for each %s',
    coalesce(' of ' || p.relation, ''),
    CASE WHEN p.rows_line IS NOT NULL THEN printf('row of the query at line %d', p.rows_line)
      WHEN p.iterable = '' THEN 'turn of the loop'
      ELSE printf('element of `%s`', p.iterable) END)
  || printf(' (loop at line %d)', p.loop_line)
  || CASE
      WHEN p.calls >= 2 AND p.rows_each IS NOT NULL
        THEN printf(': %,d queries at the largest scale, which examine %,d rows in all.', CAST(p.calls AS INTEGER),
          CAST(p.calls * p.rows_each AS INTEGER))
      WHEN p.rows_each >= 2 THEN printf('; each time it examines %,d rows (at the largest scale).', CAST(p.rows_each AS INTEGER))
      ELSE '.' END AS message,
  'Fetch the rows for all of them with one query before the loop: join the tables, or pass all keys (IN, = ANY, json_each).' AS fix
FROM priced AS p
WHERE p.calls IS NULL OR p.calls >= 2
  -- few rows in the statistics are no promise: one at most is what a whole unique key or LIMIT 1 gives
  OR NOT EXISTS (SELECT 1 FROM single_row_statements AS r WHERE r.statement_id = p.rows_statement_id);

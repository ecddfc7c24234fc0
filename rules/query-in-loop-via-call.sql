-- id: query-in-loop-via-call
-- family: n-plus-one
-- severity: warning
-- engines: sqlite, postgres
-- needs: none
-- parameter: min_queries integer 10: queries, at the largest scale, from which on it is an error
-- since: 0.1
-- summary: A loop calls a function that runs a query, once for each element.
--
-- ## What it does
-- Follows the calls inside loops, one or two functions deep, over the whole repository, to functions that execute a SELECT (N+1
-- queries across functions). Reported where the change brought a part of the chain: the loop, a call, or the query. The finding
-- stands at the call in the loop and names every step down to the query. Where the loop runs over the rows of another query
-- that was found, `min_queries` of them or more, the finding is an error on PostgreSQL: the number of queries grows with
-- the data. It is none where that query reads fixed tables alone, gives as many rows however large they are (LIMIT, the rows of one parent), or
-- picks those of one status, of which nobody knows how many; where no user waits for it by path and function (clean-ups, cron); or where in `check --all` it ran
-- before on tables whose sizes are all assumed.
-- In SQLite, where a query is a call in the same process and no round trip, it is a warning; a project that tests on SQLite and runs on a server sets
-- `"level": "error"`. Where a decorator such as `@cache` keeps a function's results it
-- is an info: only the keys that aren't kept yet are fetched, one by one.
--
-- ## Why
-- Most N+1 queries cross a function: the loop reads well, the function reads well, and only together do they run a query for each
-- row. In review the two are seldom on one screen.
--
-- ## Example
-- ```python
-- def customer(connection, id):
--     return connection.execute("SELECT name FROM customers WHERE id = ?", (id,)).fetchone()
--
-- for order in orders:
--     print(customer(connection, order["customer_id"]))
-- ```
--
-- ## Remedy
-- Give the function a sister that takes all keys, and call it once before the loop:
-- ```python
-- def customers(connection, ids):
--     rows = connection.execute("SELECT id, name FROM customers WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))
--     return {row["id"]: row for row in rows}
-- ```
-- Or join the table where the orders are read.
--
-- ## Stays quiet when
-- - the rows looped over are one at most: found by a whole unique key, or cut off by LIMIT 1;
-- - a migration in code does it, once;
-- - the loop runs over a literal list, a range of literals, or batches, is a retry, sleeps between its turns, or is left after the first call;
-- - it is a `while` whose condition tells nothing of what it runs over: paging, polling, walking a queue;
-- - the call's arguments don't depend on the loop, or a function that runs the query is given nothing; the call stands in an error handler;
-- - the query fetches a batch (IN (list), = ANY (…), json_each(…)) and the call gives it more than a list of one element; it
--   locks rows, or reads no table;
-- - the call could mean many functions: names that everything has (`get`, `run`, `load`) are followed only where the receiver,
--   the class or the import says which one is meant, others where at least half of the functions of that name run a query;
-- - no part of the chain is new: an edited line whose call stood in that function, in a loop, before is none.
--
-- ## Limits
-- Calls are followed by name, two deep: dynamic dispatch, reflection and callbacks are not. A function that keeps results in a
-- dictionary of its own looks like one that queries each time; say so with `explaingate-ignore query-in-loop-via-call: cached`.
--
-- ## Sources
-- SQLite documentation, "Many Small Queries Are Efficient In SQLite": N+1 queries cost little where no message crosses a network.
WITH
  chains AS (  -- from a call in a loop to the function that executes; `inner_call` is 0 where that's the callee itself
    SELECT c.call_id, c.path, c.line, c."column", c.name, c.changed, c.callee_id AS first_id, c.callee_id AS target_id,
      0 AS inner_line, 0 AS inner_changed, c.single
    FROM calls AS c
    WHERE c.in_handler = 0
    UNION
    SELECT c.call_id, c.path, c.line, c."column", c.name, c.changed, c.callee_id, n.callee_id, n.line, n.changed, c.single OR n.single
    FROM calls AS c
    JOIN calls AS n ON n.caller_id = c.callee_id
    WHERE c.in_handler = 0 AND n.in_handler = 0
  ),
  looped AS (  -- with the innermost loop that the call depends on
    SELECT c.*, l.source, l.text_varies, l.line AS loop_line, l.iterable, l.rows_statement_id, l.changed AS loop_changed,
      row_number() OVER (PARTITION BY c.call_id, c.first_id, c.target_id, c.inner_line ORDER BY l.depth DESC) AS place
    FROM chains AS c
    JOIN call_loops AS l ON l.call_id = c.call_id
    WHERE l.argument_varies = 1 AND l.always_leaves = 0 AND l.source NOT IN ('literal', 'batch', 'retry')
      AND NOT (l.loop_kind = 'while' AND l.source = 'unknown')
  ),
  reached AS (
    SELECT k.*, s.statement_id, s.path AS query_path, s.line AS query_line, s.text,
      (SELECT q.name FROM query_tables AS q WHERE q.statement_id = s.statement_id AND q.role = 'from' AND q.name <> '' AND q.name NOT LIKE 'eg_hole_%'
       ORDER BY q.table_ref LIMIT 1) AS relation,
      count(*) OVER (PARTITION BY k.path, k.line, k."column", k.loop_line) AS queries,
      row_number() OVER (PARTITION BY k.path, k.line, k."column" ORDER BY k.inner_line <> 0, s.path, s.line, s.statement_id) AS rank
    FROM looped AS k
    JOIN statements AS s ON s.function_id = k.target_id AND s.side = 'head' AND s.kind <> 'migration'
    LEFT JOIN call_sites AS site ON site.statement_id = s.statement_id  -- none: prepared elsewhere, by its constant
    WHERE k.place = 1 AND s.statement_kind = 'select'
      AND coalesce(site.call_kind, 'prepare') IN ('execute', 'prepare', 'run', 'text')
      AND (k.changed = 1 OR k.loop_changed = 1 OR k.inner_changed = 1
        OR (s.changed = 1 AND NOT EXISTS (SELECT 1 FROM replacements AS r WHERE r.statement_id = s.statement_id)))
      AND s.text NOT LIKE '%FOR UPDATE%'
      AND NOT EXISTS (  -- each turn asks another table; a name in capitals is a constant
        SELECT 1 FROM holes AS h
        WHERE h.statement_id = s.statement_id AND h.kind = 'identifier' AND h.expression <> upper(h.expression)
          AND ((h.fixed = 0 AND h.is_column = 0) OR k.text_varies = 1))
      -- a dialect's own syntax, that the parser refuses, is known by its text alone
      AND (EXISTS (SELECT 1 FROM query_tables AS q WHERE q.statement_id = s.statement_id)
        OR (s.fingerprint LIKE 'x%' AND s.text LIKE '%FROM%' AND (k.single = 1 OR s.text NOT LIKE '% IN (%')))
      AND (s.dynamic = 1 OR (s.fingerprint LIKE 'x%' AND s.text LIKE '%?%')
        OR EXISTS (SELECT 1 FROM predicates AS p WHERE p.statement_id = s.statement_id AND p.operand = 'placeholder'))
      AND (k.single = 1  -- a list of one; or one that is the same each time, beside what the query is given
        OR (EXISTS (SELECT 1 FROM holes AS h WHERE h.statement_id = s.statement_id AND h.kind = 'list')
          AND NOT EXISTS (SELECT 1 FROM holes AS h WHERE h.statement_id = s.statement_id AND h.kind = 'list' AND h.fixed = 0)
          AND EXISTS (SELECT 1 FROM predicates AS p WHERE p.statement_id = s.statement_id AND p.operator = '=' AND p.operand = 'placeholder'))
        OR NOT EXISTS (SELECT 1 FROM batch_statements AS m WHERE m.statement_id = s.statement_id))
      -- the loop is inside the function's own query loop: that one is query-in-loop's
      AND NOT EXISTS (SELECT 1 FROM loops AS own WHERE own.statement_id = s.statement_id AND own.source IN ('batch', 'retry'))
  ),
  priced AS (
    SELECT r.*, run.engine, first.name AS first_name, first.path AS first_path, first.line AS first_line, target.name AS target_name, first.memoised OR target.memoised AS memoised,
      each.rows_examined AS rows_each, rows.rows_returned AS calls_made, source.line AS rows_line
    FROM reached AS r
    JOIN run
    JOIN functions AS first ON first.function_id = r.first_id
    JOIN functions AS target ON target.function_id = r.target_id
    LEFT JOIN metrics AS each ON each.statement_id = r.statement_id AND each.side = 'head' AND each.scale = run.largest_scale
    LEFT JOIN metrics AS rows ON rows.statement_id = r.rows_statement_id AND rows.side = 'head' AND rows.scale = run.largest_scale
    LEFT JOIN statements AS source ON source.statement_id = r.rows_statement_id
    WHERE r.rank = 1
  )
SELECT
  p.statement_id,
  p.path AS path,
  p.line AS line,
  p."column" AS "column",
  CASE WHEN p.memoised THEN 'info' WHEN p.rows_statement_id IN (SELECT m.statement_id FROM many_rows AS m) AND coalesce(p.calls_made, :min_queries) >= :min_queries AND p.engine <> 'sqlite' THEN 'error' ELSE 'warning' END AS level,
  p.name || coalesce(' ' || p.relation, '') AS subject,
  printf('%s runs a query%s once for each %s (loop at line %d): ',
    '`' || p.name || '`',
    coalesce(' of ' || p.relation, ''),
    CASE WHEN p.rows_line IS NOT NULL THEN printf('row of the query at line %d', p.rows_line)
      WHEN p.iterable = '' THEN 'turn of the loop'
      ELSE printf('element of `%s`', p.iterable) END,
    p.loop_line)
  || CASE WHEN p.first_id <> p.target_id
      THEN printf('%s (%s:%d) calls %s, whose query is at %s:%d', p.first_name, p.first_path, p.inner_line, p.target_name, p.query_path, p.query_line)
      ELSE printf('its query is at %s:%d', p.query_path, p.query_line) END
  || CASE WHEN p.queries > 1 THEN printf(', one of %d', p.queries) ELSE '' END
  || CASE
      WHEN p.calls_made >= 2 AND p.rows_each IS NOT NULL
        THEN printf('. That is %,d queries at the largest scale, which examine %,d rows in all.', CAST(p.calls_made AS INTEGER),
          CAST(p.calls_made * p.rows_each AS INTEGER))
      WHEN p.rows_each >= 2 THEN printf('. Each time it examines %,d rows (at the largest scale).', CAST(p.rows_each AS INTEGER))
      ELSE '.' END AS message,
  'Fetch the rows for all of them before the loop: a function that takes all keys (IN, = ANY, json_each), or a join where the loop''s rows are read.' AS fix
FROM priced AS p
WHERE p.calls_made IS NULL OR p.calls_made >= 2
  -- few rows in the statistics are no promise: one at most is what a whole unique key or LIMIT 1 gives
  OR NOT EXISTS (SELECT 1 FROM single_row_statements AS r WHERE r.statement_id = p.rows_statement_id);

-- id: invariant-query-in-loop
-- family: n-plus-one
-- severity: warning
-- engines: sqlite, postgres
-- needs: none
-- since: 0.1
-- summary: A loop runs the same query with the same arguments in every turn; it could run once, before the loop.
--
-- ## What it does
-- Finds SELECT statements inside a loop over rows or a collection, where neither the SQL nor an argument depends on the loop, and
-- the change brought the statement or the loop's header.
--
-- ## Why
-- The answer is the same every time, and is fetched as often as the loop goes round.
--
-- ## Example
-- ```python
-- for item in items:
--     rate = connection.execute("SELECT rate FROM taxes WHERE country = ?", (country,)).fetchone()[0]
--     total += item.price * rate
-- ```
--
-- ## Remedy
-- Run the query before the loop and keep its result in a variable.
--
-- ## Stays quiet when
-- - a migration in code does it, once;
-- - an argument depends on the loop: that is `query-in-loop`;
-- - the same loop also writes, directly or through a call: the answer may change from turn to turn;
-- - the loop is a `while`: its body may be what it waits for;
-- - it runs over a literal list or batches, is a retry, or is left after the first call;
-- - the statement locks rows, reads no table, asks for random rows, or has parts that are put together at run time;
-- - neither the statement nor the loop's header is part of the change, or the statement that it replaced ran in such a loop too.
--
-- ## Limits
-- The loop and the call stand in the same function. A result that something outside the program changes while the loop runs looks like one
-- that stays.
WITH
  looped AS (  -- the innermost loop: the one that repeats it first
    SELECT c.statement_id, c.line AS call_line, c.callee, l.source, l.line AS loop_line, l.iterable, l.rows_statement_id, s.path, s.line,
      s."column", s.function, s.changed OR l.changed AS changed, s.text,
      row_number() OVER (PARTITION BY c.statement_id, c.line ORDER BY l.depth DESC) AS place,
      max(l.argument_varies) OVER (PARTITION BY c.statement_id, c.line) AS varies,
      max(l.always_leaves OR l.loop_kind = 'while' OR l.source IN ('literal', 'batch', 'retry', 'unknown'))
        OVER (PARTITION BY c.statement_id, c.line) AS excused
    FROM call_sites AS c
    JOIN statements AS s ON s.statement_id = c.statement_id
    JOIN loops AS l ON l.statement_id = c.statement_id
    WHERE s.side = 'head' AND s.kind <> 'migration' AND s.statement_kind = 'select' AND s.dynamic = 0 AND c.call_kind IN ('execute', 'run')
      AND NOT EXISTS (  -- an edited query that ran in a loop before is no new one
        SELECT 1 FROM replacements AS r JOIN loops AS b ON b.statement_id = r.before_statement_id
        WHERE r.statement_id = s.statement_id AND b.always_leaves = 0 AND b.source NOT IN ('literal', 'batch', 'retry'))
  ),
  same AS (
    SELECT l.*,
      (SELECT q.name FROM query_tables AS q WHERE q.statement_id = l.statement_id AND q.role = 'from' AND q.name <> '' AND q.name NOT LIKE 'eg_hole_%'
       ORDER BY q.table_ref LIMIT 1) AS relation
    FROM looped AS l
    WHERE l.place = 1 AND l.varies = 0 AND l.excused = 0 AND l.changed = 1
      AND l.text NOT LIKE '%FOR UPDATE%' AND l.text NOT LIKE '%random()%' AND l.text NOT LIKE '%nextval%'
      AND EXISTS (SELECT 1 FROM query_tables AS q WHERE q.statement_id = l.statement_id AND q.role = 'from')
      AND NOT EXISTS (
        SELECT 1 FROM statements AS w JOIN loops AS wl ON wl.statement_id = w.statement_id
        WHERE w.path = l.path AND w.function = l.function AND w.statement_kind <> 'select' AND wl.line = l.loop_line)
      AND NOT EXISTS (
        SELECT 1 FROM calls AS c JOIN call_loops AS cl ON cl.call_id = c.call_id AND cl.line = l.loop_line
        JOIN statements AS w ON w.function_id = c.callee_id AND w.statement_kind <> 'select'
        WHERE c.path = l.path)
  )
SELECT
  p.statement_id,
  p.call_line AS line,
  CASE WHEN p.call_line = p.line THEN p."column" ELSE 1 END AS "column",
  p.callee || coalesce(' ' || p.relation, '') AS subject,
  printf('This query%s does not depend on the loop at line %d, and runs once for each %s',
    coalesce(' of ' || p.relation, ''), p.loop_line,
    CASE WHEN p.source = 'rows' THEN 'row' WHEN p.iterable = '' THEN 'turn' ELSE printf('element of `%s`', p.iterable) END)
  || CASE WHEN rows.rows_returned >= 2 THEN printf(': %,d times at the largest scale.', CAST(rows.rows_returned AS INTEGER)) ELSE '.' END AS message,
  'Run it once, before the loop.' AS fix
FROM same AS p
JOIN run
LEFT JOIN metrics AS rows ON rows.statement_id = p.rows_statement_id AND rows.side = 'head' AND rows.scale = run.largest_scale;

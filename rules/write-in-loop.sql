-- id: write-in-loop
-- family: n-plus-one
-- severity: warning
-- engines: sqlite, postgres
-- needs: none
-- since: 0.1
-- summary: Rows are written one statement at a time in a loop over data, where one statement or a batch could write them all.
--
-- ## What it does
-- Finds INSERT, UPDATE and DELETE statements that run once for each row of a query, or once for each element of a collection,
-- directly or through one or two calls, where the change brought a part of it. Over the rows of a query the finding is a warning:
-- the number of writes grows with the data. Over any other collection it is an info, since its length is not in the code.
--
-- In SQLite, where a statement is no round trip, it is the commits that cost: a prepared INSERT for each row inside one transaction is a good
-- way to write many, and nothing is said of it. Where each turn commits by itself, the finding is a warning. It does where `commit` is
-- called in the loop itself, and where nothing in the program begins a transaction: no call, no `BEGIN`, no name or text that has one of the words
-- that transactions go by. Where the caller may have begun one, it is told as above.
--
-- ## Why
-- Each statement is a round trip, and in autocommit mode a commit as well: a thousand waits for the disk where one would do. The
-- transaction that holds them all keeps its locks for as long as the loop runs.
--
-- ## Example
-- ```python
-- for order in connection.execute("SELECT id, total FROM orders WHERE status = 'new'"):
--     connection.execute("UPDATE orders SET status = 'billed' WHERE id = ?", (order["id"],))
-- ```
--
-- ## Remedy
-- Let one statement do it:
-- ```python
-- connection.execute("UPDATE orders SET status = 'billed' WHERE status = 'new'")
-- ```
-- Or hand all rows to the library at once: `executemany`, `execute_values`, `Batch.Queue` and `CopyFrom` of pgx, `addBatch` and
-- `executeBatch` of JDBC, `INSERT … SELECT … FROM unnest($1)` or `json_each(?)`. In SQLite, begin one transaction before the loop and
-- commit it behind it.
--
-- ## Stays quiet when
-- - a migration in code does it, once;
-- - the loop runs over a literal list, a range of literals, or batches, is a retry, or is left after the first statement;
-- - it is a `while` whose condition tells nothing of what it runs over;
-- - the arguments don't depend on the loop;
-- - the call is a bulk one (`executemany`), or the statement takes a list of keys;
-- - the name of a table is put together at run time, or the call stands in an error handler;
-- - in SQLite the loop runs in a transaction, as far as its function tells: one is begun before the loop or around it, ended behind it, or after
--   many turns (`if`); the statement runs on `tx`, or the function is given one; a decorator says so;
-- - no part of it is new: a statement, or a call, that was edited where it ran in such a loop before is none.
--
-- ## Limits
-- Writes that have to be separate (each in a transaction of its own, each with its own failure) look like those that need not. A transaction that
-- the caller begins is not seen. Python's libraries begin transactions by themselves: only `commit` in the loop tells there.
--
-- ## Sources
-- [SQLite: FAQ 19, INSERT is really slow](https://www.sqlite.org/faq.html#q19)
WITH
  sites AS (  -- the call in the loop, and the function that it calls, where it is not the executing call itself
    SELECT c.statement_id, s.path, c.line, CASE WHEN c.line = s.line THEN s."column" ELSE 1 END AS "column", c.callee AS name, l.source,
      l.loop_kind, l.line AS loop_line, l.iterable, l.rows_statement_id, l.argument_varies, l.text_varies, l.always_leaves, l.commits, l.depth,
      s.changed OR l.changed AS changed, 0 AS call_id, '' AS through
    FROM call_sites AS c
    JOIN statements AS s ON s.statement_id = c.statement_id
    JOIN loops AS l ON l.statement_id = c.statement_id
    WHERE c.call_kind <> 'bulk'
      AND NOT EXISTS (SELECT 1 FROM edited_in_loop AS e WHERE e.statement_id = s.statement_id)
    UNION ALL
    SELECT s.statement_id, c.path, c.line, c."column", c.name, l.source, l.loop_kind, l.line, l.iterable, l.rows_statement_id,
      l.argument_varies, l.text_varies, l.always_leaves, l.commits, l.depth, c.changed OR l.changed OR (s.changed AND r.statement_id IS NULL), c.call_id,
      f.name || ' (' || s.path || ':' || s.line || ')'
    FROM calls AS c
    JOIN call_loops AS l ON l.call_id = c.call_id
    JOIN statements AS s ON s.function_id = c.callee_id
    LEFT JOIN call_sites AS site ON site.statement_id = s.statement_id
    JOIN functions AS f ON f.function_id = c.callee_id
    LEFT JOIN replacements AS r ON r.statement_id = s.statement_id
    WHERE c.in_handler = 0 AND coalesce(site.call_kind, 'prepare') <> 'bulk'
    UNION ALL
    SELECT s.statement_id, c.path, c.line, c."column", c.name, l.source, l.loop_kind, l.line, l.iterable, l.rows_statement_id,
      l.argument_varies, l.text_varies, l.always_leaves, l.commits, l.depth, c.changed OR l.changed OR n.changed OR (s.changed AND r.statement_id IS NULL), c.call_id,
      g.name || ', ' || f.name || ' (' || s.path || ':' || s.line || ')'
    FROM calls AS c
    JOIN call_loops AS l ON l.call_id = c.call_id
    JOIN calls AS n ON n.caller_id = c.callee_id AND n.in_handler = 0
    JOIN statements AS s ON s.function_id = n.callee_id
    LEFT JOIN call_sites AS site ON site.statement_id = s.statement_id
    JOIN functions AS g ON g.function_id = c.callee_id
    JOIN functions AS f ON f.function_id = n.callee_id
    LEFT JOIN replacements AS r ON r.statement_id = s.statement_id
    WHERE c.in_handler = 0 AND coalesce(site.call_kind, 'prepare') <> 'bulk'
  ),
  writes AS (
    SELECT v.*, s.statement_kind, s.language,
      (SELECT q.name FROM query_tables AS q WHERE q.statement_id = v.statement_id AND q.role = 'target' AND q.name NOT LIKE 'eg_hole_%'
       ORDER BY q.table_ref LIMIT 1)
        AS relation,
      row_number() OVER (
        PARTITION BY v.path, v.line, CASE v.call_id WHEN 0 THEN v.statement_id ELSE 0 END ORDER BY v.depth DESC, v.through, v.statement_id)
        AS place
    FROM sites AS v
    JOIN statements AS s ON s.statement_id = v.statement_id
    WHERE s.side = 'head' AND s.kind <> 'migration' AND s.statement_kind IN ('insert', 'update', 'delete') AND v.changed = 1
      AND v.argument_varies = 1 AND v.always_leaves = 0 AND v.source NOT IN ('literal', 'batch', 'retry')
      AND NOT (v.loop_kind = 'while' AND v.source = 'unknown')
      AND NOT EXISTS (  -- each turn asks another table; a name in capitals is a constant
        SELECT 1 FROM holes AS h
        WHERE h.statement_id = s.statement_id AND h.kind = 'identifier' AND h.expression <> upper(h.expression)
          AND CASE v.call_id WHEN 0 THEN h.varies = 1 ELSE v.text_varies = 1 OR (h.fixed = 0 AND h.is_column = 0) END)
      AND NOT EXISTS (SELECT 1 FROM batch_statements AS m WHERE m.statement_id = s.statement_id)
      AND NOT EXISTS (SELECT 1 FROM loops AS own WHERE own.statement_id = s.statement_id AND own.source IN ('batch', 'retry'))
  ),
  priced AS (
    SELECT w.*, run.engine, rows.rows_returned AS times, source.line AS rows_line
    FROM writes AS w
    JOIN run
    LEFT JOIN metrics AS rows ON rows.statement_id = w.rows_statement_id AND rows.side = 'head' AND rows.scale = run.largest_scale
    LEFT JOIN statements AS source ON source.statement_id = w.rows_statement_id
    WHERE w.place = 1 AND NOT (run.engine = 'sqlite' AND w.commits = 'together')
  )
SELECT
  p.statement_id,
  p.path AS path,
  p.line AS line,
  p."column" AS "column",
  CASE WHEN p.source = 'rows' OR (p.engine = 'sqlite' AND p.commits = 'each') THEN 'warning' ELSE 'info' END AS level,
  p.name || coalesce(' ' || p.relation, '') AS subject,
  printf('This %s%s runs once for each %s (loop at line %d)',
    upper(p.statement_kind), coalesce(' of ' || p.relation, ''),
    CASE WHEN p.rows_line IS NOT NULL THEN printf('row of the query at line %d', p.rows_line)
      WHEN p.iterable = '' THEN 'turn of the loop'
      ELSE printf('element of `%s`', p.iterable) END,
    p.loop_line)
  || CASE p.through WHEN '' THEN '' ELSE ', by way of ' || p.through END
  || CASE WHEN p.times >= 2 THEN printf(': %,d statements at the largest scale.', CAST(p.times AS INTEGER)) ELSE '.' END
  || CASE WHEN p.engine = 'sqlite' AND p.commits = 'each' THEN ' Each turn commits by itself, and a commit waits for the disk.' ELSE '' END AS message,
  CASE
    WHEN p.engine = 'sqlite' AND (p.commits = 'each' OR p.source <> 'rows') THEN
      'Begin one transaction before the loop and commit it behind it'
      || CASE p.language
        WHEN 'csharp' THEN ' (BeginTransaction, Commit)'
        WHEN 'java' THEN ' (setAutoCommit(false), commit)'
        WHEN 'kotlin' THEN ' (beginTransaction, setTransactionSuccessful and endTransaction; or withTransaction { … })'
        WHEN 'go' THEN ' (db.Begin, tx.Exec, tx.Commit)'
        WHEN 'rust' THEN ' (transaction() or begin(), commit())'
        WHEN 'php' THEN ' (beginTransaction, commit)'
        WHEN 'ruby' THEN ' (transaction do … end)'
        WHEN 'python' THEN ' (with connection: around the loop; commit() once)'
        WHEN 'javascript' THEN ' (db.transaction(() => { … })())'
        WHEN 'typescript' THEN ' (db.transaction(() => { … })())'
        WHEN 'tsx' THEN ' (db.transaction(() => { … })())'
        ELSE ' (BEGIN, COMMIT)' END
      || ', or hand all rows to a bulk call of the library.'
    WHEN p.source = 'rows' THEN 'Write them with one statement that selects the same rows (INSERT … SELECT, UPDATE … WHERE), or hand all rows to a bulk call of the library.'
    ELSE 'Hand all rows to a bulk call of the library (executemany, a batch, COPY), inside one transaction.' END AS fix
FROM priced AS p;

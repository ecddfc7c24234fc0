-- id: volatile-filter
-- family: statement
-- severity: error
-- engines: postgres
-- needs: predicates
-- yields-to: non-sargable-predicate, access-regression
-- since: 0.1
-- summary: An indexed column is compared with a function that PostgreSQL calls anew for each row, so that no index serves.
--
-- ## What it does
-- Finds filters that compare an indexed column of a growing table with the result of a VOLATILE function, where the plan reads the whole table
-- and calls the function in its filter.
--
-- ## Why
-- A VOLATILE function may give another result each time, so PostgreSQL calls it once for every row and can't look the value up in an index.
-- `clock_timestamp()` and `random()` are VOLATILE; so is every function of your own whose definition says neither STABLE nor IMMUTABLE.
--
-- ## Example
-- ```sql
-- CREATE FUNCTION current_tenant() RETURNS bigint LANGUAGE plpgsql AS …;   -- VOLATILE, as nothing else is said
-- SELECT id, total FROM invoices WHERE tenant_id = current_tenant();
-- ```
--
-- ## Remedy
-- ```sql
-- ALTER FUNCTION current_tenant() STABLE;                                   -- it changes nothing, and one statement sees one value
-- SELECT id FROM events WHERE created_at > now() - interval '1 hour';       -- in place of clock_timestamp()
-- SELECT id, total FROM invoices WHERE tenant_id = (SELECT current_tenant());  -- called once
-- ```
--
-- ## Stays quiet when
-- - the function is STABLE or IMMUTABLE (`now()`, `current_setting()`), or PostgreSQL put its body in place of the call;
-- - it is called in a subquery of its own, which runs once;
-- - no index begins with the column, or another filter leads to few rows by an index;
-- - the table is fixed or small.
--
-- ## Limits
-- In `check --all` without a baseline it is a warning as long as the sizes of the statement's tables are all assumed. It is an info where the sizes of
-- today are known, and at these the statement examines fewer than 5,000 rows.
--
-- ## Sources
-- [PostgreSQL: Function Volatility Categories](https://www.postgresql.org/docs/current/xfunc-volatility.html)
WITH
  compared AS (
    SELECT p.statement_id, p.relation, p.name, p.line, p."column", r.row_count, f.name AS function,
      row_number() OVER (PARTITION BY p.statement_id ORDER BY p.line, p."column", p.name, f.name, r.node) AS place
    FROM predicates AS p
    JOIN growing_reads AS r ON r.statement_id = p.statement_id AND r.table_ref = p.table_ref AND r.access IN ('scan', 'scan_covering')
    JOIN growth AS g ON g.statement_id = p.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN function_calls AS f ON f.statement_id = p.statement_id AND f.block = p.block AND f.place = CASE p.clause WHEN 'where' THEN 'where' ELSE 'join_on' END
    JOIN volatile_functions AS v ON v.side = 'head' AND v.name = f.name
    JOIN run
    JOIN plan_nodes AS n ON n.statement_id = p.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.node = r.node
      AND instr(n.detail, f.name || '(') > 0
    WHERE p.operand = 'expression' AND p.sargable = 1 AND p.in_or = 0 AND p.clause IN ('where', 'join_on')
      AND p.operator IN ('=', '<', '<=', '>', '>=', 'BETWEEN', 'IN')
      AND EXISTS (
        SELECT 1 FROM index_columns AS x
        JOIN indexes AS i ON i.side = x.side AND i.table_name = x.table_name AND i.name = x.index_name AND i.partial = 0
        WHERE x.side = 'head' AND x.table_name = r.relation AND x.position = 0 AND x.name = p.name)
  )
SELECT
  c.statement_id,
  c.line,
  c."column",
  c.relation || '.' || c.name AS subject,
  CASE WHEN c.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = c.statement_id) THEN 'info'
    WHEN c.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = c.statement_id) THEN 'warning' END AS level,
  printf('%s.%s is indexed, but %s() is VOLATILE: PostgreSQL calls it anew for each row, and reads all of %s (%,d rows at the largest scale).',
    c.relation, c.name, c.function, c.relation, CAST(c.row_count AS INTEGER)) AS message,
  CASE c.function
    WHEN 'clock_timestamp' THEN 'now() is the time at which the transaction began, and STABLE; or (SELECT clock_timestamp()), which is asked once.'
    ELSE printf('(SELECT %s(…)) is called once; or, where it only reads, ALTER FUNCTION %s(…) STABLE.', c.function, c.function) END AS fix
FROM compared AS c
WHERE c.place = 1;

-- id: function-rows-assumed
-- family: plan
-- severity: info
-- engines: postgres
-- needs: plan_nodes
-- since: 0.1
-- summary: A join is planned for the 1,000 rows that PostgreSQL assumes of a function which doesn't say how many it gives.
--
-- ## What it does
-- Finds functions of the schema's own in FROM, joined with a growing table, of which the planner expects 1,000 rows because their CREATE FUNCTION has no ROWS.
--
-- ## Why
-- PostgreSQL doesn't look into a function that isn't plain SQL. Whether it gives three rows or a million, all that is joined to it is planned for a thousand: a
-- hash join and a scan where a few look-ups would do, or look-ups where a hash join would.
--
-- ## Example
-- ```sql
-- CREATE FUNCTION visible_documents(bigint) RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$ … $$;
-- SELECT d.id, d.title FROM visible_documents($1) AS v(id) JOIN documents AS d ON d.id = v.id;
-- ```
--
-- ## Remedy
-- Say how many it gives, about; or write it as one statement in `LANGUAGE sql`, STABLE or IMMUTABLE, which the planner puts in its place:
-- ```sql
-- ALTER FUNCTION visible_documents(bigint) ROWS 20;
-- ```
--
-- ## Stays quiet when
-- - the function says how many (ROWS), or the planner knows by itself: `unnest()`, a function in SQL that it can put into the query;
-- - nothing that grows is joined to it;
-- - it is PostgreSQL's own.
--
-- ## Limits
-- Whether another number of rows would change the plan isn't tried. It is an info for that reason.
--
-- ## Sources
-- [PostgreSQL: CREATE FUNCTION](https://www.postgresql.org/docs/current/sql-createfunction.html), `result_rows`.
WITH
  own AS MATERIALIZED (
    SELECT f.statement_id, f.name, f.line, f."column", row_number() OVER (PARTITION BY f.statement_id ORDER BY f.line, f."column", f.name) AS place
    FROM run
    JOIN function_calls AS f ON f.place = 'from'
    JOIN statements AS s ON s.statement_id = f.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1
    JOIN plan_nodes AS n ON n.statement_id = f.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.detail || ' ' LIKE 'Function Scan on ' || f.name || ' %' AND n.rows_out = 1000 * n.executions
    WHERE EXISTS (
        SELECT 1 FROM statements AS d
        WHERE d.side = 'head' AND d.kind = 'schema' AND d.statement_kind = 'other_ddl' AND lower(d.text) LIKE 'create%function%'
          AND instr(replace(lower(d.text), '"', ''), f.name || '(') > 0 AND instr(lower(d.text), ' rows ') = 0)
  )
SELECT
  o.statement_id,
  o.line,
  o."column",
  o.name AS subject,
  printf('%s() is assumed to give 1,000 rows, since it doesn''t say how many; %s is joined to it on that.', o.name, (
    SELECT r.relation FROM growing_reads AS r WHERE r.statement_id = o.statement_id ORDER BY r.rows_examined DESC, r.relation LIMIT 1)) AS message,
  printf('Say how many it gives, about: ALTER FUNCTION %s(…) ROWS n; or write it as one statement in LANGUAGE sql, STABLE, which the planner can look into.', o.name) AS fix
FROM own AS o
WHERE o.place = 1 AND EXISTS (SELECT 1 FROM growing_reads AS r WHERE r.statement_id = o.statement_id);

-- id: query-function-per-row
-- family: statement
-- severity: warning
-- engines: postgres
-- needs: growth
-- yields-to: cross-join, quadratic-growth
-- parameter: min_rows integer 1000: rows returned, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A function of the schema that runs a query is called for each row of a result that grows.
--
-- ## What it does
-- Finds calls, in the select list, of functions that the schema makes and whose body reads a growing table, where the query returns `min_rows` rows or more and their number
-- grows.
--
-- ## Why
-- It is an N+1 query inside the database: the planner doesn't see into the function, so that no join can be made of it, and EXPLAIN shows nothing of what it does.
--
-- ## Example
-- ```sql
-- SELECT id, subject, customer_label(customer_id) FROM tickets WHERE opened_at >= $1;     -- customer_label() looks into customers
-- ```
--
-- ## Remedy
-- Join what it looks up:
-- ```sql
-- SELECT t.id, t.subject, c.name FROM tickets AS t JOIN customers AS c ON c.id = t.customer_id WHERE t.opened_at >= $1;
-- ```
-- or a view with that join, where the function was to keep it in one place.
--
-- ## Stays quiet when
-- - the query gives one row, or fewer than `min_rows`, or their number doesn't grow;
-- - the function reads no table that grows, is an aggregate, or PostgreSQL's own.
--
-- ## Limits
-- A body is searched for `FROM table` and `JOIN table` alone: what it calls in turn isn't followed.
WITH
  bodies AS MATERIALIZED (
    SELECT s.statement_id, ' ' || replace(replace(replace(replace(replace(replace(lower(s.text), char(10), ' '), char(13), ' '), char(9), ' '), ';', ' '), ')', ' '), '"', '') || ' ' AS text
    FROM statements AS s
    WHERE s.side = 'head' AND s.kind = 'schema' AND s.statement_kind = 'other_ddl' AND lower(s.text) LIKE 'create%function%'
  ),
  called AS (
    SELECT f.statement_id, f.name, f.line, f."column", t.name AS relation, m.rows_returned,
      row_number() OVER (PARTITION BY f.statement_id ORDER BY t.row_count DESC, f.line, f."column", f.name, t.name) AS place
    FROM run
    JOIN function_calls AS f ON f.block = 0 AND f.place = 'select' AND f.is_aggregate = 0 AND f.is_window = 0 AND f.arguments > 0
    JOIN statements AS s ON s.statement_id = f.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.statement_kind = 'select' AND s.kind <> 'schema'
    JOIN query_blocks AS q ON q.statement_id = s.statement_id AND q.block = 0 AND q.has_aggregate = 0
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.result_growth >= 0.75
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale AND m.rows_returned >= :min_rows
    JOIN bodies AS b ON instr(b.text, ' ' || f.name || '(') > 0 OR instr(b.text, ' ' || f.name || ' (') > 0 OR instr(b.text, '.' || f.name || '(') > 0
    JOIN tables AS t ON t.side = 'head' AND t.type = 'table' AND t.fixed = 0
      AND (instr(b.text, ' from ' || lower(t.name) || ' ') > 0 OR instr(b.text, ' join ' || lower(t.name) || ' ') > 0)
    WHERE s.statement_id NOT IN (SELECT o.statement_id FROM single_row_statements AS o WHERE o.statement_id = s.statement_id)
  )
SELECT
  c.statement_id,
  c.line,
  c."column",
  c.name AS subject,
  CASE WHEN c.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = c.statement_id) THEN 'info' END AS level,
  printf('%s() looks into %s, and is called for each of %,d rows (at the largest scale): a query for every one, which the planner doesn''t see.', c.name, c.relation,
    CAST(c.rows_returned AS INTEGER)) AS message,
  printf('Join %s in the query, or in a view.', c.relation) AS fix
FROM called AS c
WHERE c.place = 1;

-- id: planner-override
-- family: statement
-- severity: warning
-- engines: sqlite
-- needs: rewrite_trials
-- since: 0.1
-- summary: CROSS JOIN or a unary plus forbids SQLite a plan that is far better.
--
-- ## What it does
-- Plans new and edited statements that tell SQLite's planner what to do once more without that, and reports those that then examine less than a third of
-- the rows, or whose cost grows in a lower class.
--
-- ## Why
-- In SQLite `CROSS JOIN` keeps the tables in the order in which they are written, and `+column` keeps every index on the column from being used. What helped once, with other data, other indexes or another version, is never weighed again.
--
-- ## Example
-- ```sql
-- SELECT sum(i.quantity)
-- FROM items AS i CROSS JOIN orders AS o ON o.id = i.order_id   -- every item is read, for one customer's orders
-- WHERE o.customer_id = ?;
-- ```
--
-- ## Remedy
-- Leave it out; `ANALYZE` in the program tells the planner what it needs to know.
-- ```sql
-- SELECT sum(i.quantity) FROM items AS i JOIN orders AS o ON o.id = i.order_id WHERE o.customer_id = ?;
-- ```
--
-- ## Stays quiet when
-- - the plan without it is no better, or better only with an index that isn't there;
-- - the plus is arithmetic (`a + b`, `+1`), or stands before an expression;
-- - the index is named (`INDEXED BY`, `NOT INDEXED`): somebody chose it by measuring.
--
-- ## Limits
-- An info for the plus, as which it is seldom an accident. Where nothing is known of the data, the planner's defaults speak for the plan without it: `+status` may be right because nearly all rows have that status.
-- A column without `+` is compared by its type again, which the finding says.
--
-- ## Sources
-- - [SQLite: manual control of query plans](https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join)
WITH
  better AS (
    SELECT t.*, row_number() OVER (PARTITION BY t.statement_id ORDER BY t.rank) AS place
    FROM rewrite_trials AS t
    JOIN statements AS s ON s.statement_id = t.statement_id AND s.side = 'head' AND s.changed = 1
    WHERE t.kind = 'without_hints' AND t.ddl = ''
  )
SELECT
  b.statement_id,
  CASE WHEN EXISTS (SELECT 1 FROM joins AS j WHERE j.statement_id = b.statement_id AND j.join_type = 'CROSS') THEN 'warning' ELSE 'info' END AS level,
  (SELECT q.name FROM query_tables AS q WHERE q.statement_id = b.statement_id AND q.name <> '' ORDER BY q.table_ref LIMIT 1) AS subject,
  printf('What the statement tells the planner (CROSS JOIN, + before a column) has it examine %,d rows; left to itself it examines %,d (at the largest scale).',
    CAST(b.rows_before AS INTEGER), CAST(b.rows_after AS INTEGER)) AS message,
  coalesce((SELECT f.fix FROM rewrite_fixes AS f WHERE f.statement_id = b.statement_id AND f.kind = b.kind), 'Leave it out.') AS fix,
  (SELECT f.replacement FROM rewrite_fixes AS f WHERE f.statement_id = b.statement_id AND f.kind = b.kind) AS replacement
FROM better AS b
WHERE b.place = 1 AND b.rows_after < b.rows_before;

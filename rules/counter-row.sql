-- id: counter-row
-- family: statement
-- severity: info
-- engines: postgres
-- needs: query_blocks
-- yields-to: for-update-scan, queue-without-skip-locked
-- since: 0.1
-- summary: A number is drawn from one row of a table of counters: every session waits for it until the one before has committed.
--
-- ## What it does
-- Finds `SELECT … FOR UPDATE` of one integer column, and UPDATE that adds to an integer column and gives it back (RETURNING), where the row is named by constants: all columns of a
-- unique key are compared with literals.
--
-- ## Why
-- The row stays locked until the transaction ends, not until the number is drawn. Whoever needs the next number waits for all that the other's transaction still does, and holds a
-- connection meanwhile: what draws numbers runs one after the other, however many servers there are. Each draw leaves a dead version of the row besides.
--
-- ## Example
-- ```sql
-- UPDATE counters SET value = value + 1 WHERE name = 'invoice' RETURNING value;
-- ```
--
-- ## Remedy
-- A sequence, which locks nothing beyond the call, or an identity column:
-- ```sql
-- CREATE SEQUENCE invoice_numbers;
-- SELECT nextval('invoice_numbers');
-- ```
-- A sequence leaves gaps where transactions roll back. Where there must be none, draw the number in the transaction's last statement, or give the numbers out afterwards, in one job.
--
-- ## Stays quiet when
-- - a column of the key is compared with a parameter: many rows share the load;
-- - UPDATE has no RETURNING: it counts something, and draws nothing;
-- - SKIP LOCKED or NOWAIT is there, or the SELECT locks nothing;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, clean-ups.
--
-- ## Limits
-- How often the statement runs, and how long its transactions last, isn't known: it is an info for that reason. `SELECT *`, several columns, and ON CONFLICT DO UPDATE aren't looked at.
--
-- ## Sources
-- - [PostgreSQL: Row-Level Locks](https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS)
-- - [PostgreSQL: Sequence Manipulation Functions](https://www.postgresql.org/docs/current/functions-sequence.html)
WITH
  drawn AS (
    SELECT q.statement_id, q.block, q.table_ref, q.name AS relation, i.name, b.line, b."column"
    FROM query_blocks AS b
    JOIN query_tables AS q ON q.statement_id = b.statement_id AND q.block = b.block AND q.role = 'from'
    JOIN projections AS i ON i.statement_id = b.statement_id AND i.block = b.block AND i.table_ref = q.table_ref
    WHERE b.locking IN ('UPDATE', 'NO KEY UPDATE') AND b.skips_locked = 0
      AND NOT EXISTS (SELECT 1 FROM projections AS more WHERE more.statement_id = b.statement_id AND more.block = b.block AND more.position > 0)
    UNION ALL
    SELECT q.statement_id, q.block, q.table_ref, q.name, a.name, b.line, b."column"
    FROM statements AS s
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.block = 0
    JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.block = 0 AND q.role = 'target'
    JOIN assigned_columns AS a ON a.statement_id = s.statement_id
    WHERE s.statement_kind = 'update' AND instr(s.text, '+') > 0
      AND EXISTS (SELECT 1 FROM projections AS i WHERE i.statement_id = s.statement_id AND i.block = 0 AND i.name IN (a.name, '*', ''))
  ),
  counters AS (
    SELECT d.statement_id, d.block, d.table_ref, d.line, d."column", c.table_name, c.name, row_number() OVER (PARTITION BY d.statement_id ORDER BY d.block, c.name) AS place
    FROM drawn AS d
    JOIN statements AS s ON s.statement_id = d.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0 AND instr(upper(s.text), 'NOWAIT') = 0
    JOIN tables AS t ON t.side = 'head' AND t.name = d.relation COLLATE NOCASE AND t.type = 'table'
    JOIN columns AS c ON c.side = 'head' AND c.table_name = t.name AND c.name = d.name COLLATE NOCASE AND (c.type IN ('smallint', 'integer', 'bigint') OR c.type LIKE 'numeric%')
    WHERE NOT EXISTS (SELECT 1 FROM index_columns AS x WHERE x.side = 'head' AND x.table_name = c.table_name AND x.name = c.name)
      AND EXISTS (  -- one row, by constants
        SELECT 1 FROM indexes AS u
        WHERE u.side = 'head' AND u.table_name = t.name AND u.is_unique = 1 AND u.partial = 0
          AND NOT EXISTS (
            SELECT 1 FROM index_columns AS x
            WHERE x.side = 'head' AND x.table_name = t.name AND x.index_name = u.name
              AND NOT EXISTS (
                SELECT 1 FROM predicates AS p
                WHERE p.statement_id = d.statement_id AND p.block = d.block AND p.table_ref = d.table_ref AND p.name = x.name COLLATE NOCASE AND p.clause = 'where'
                  AND p.operator = '=' AND p.operand = 'literal' AND p.sargable = 1 AND p.in_or = 0)))
      AND d.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = d.statement_id)
  )
SELECT
  c.statement_id,
  c.line,
  c."column",
  c.table_name || '.' || c.name AS subject,
  printf('A number is drawn from one row of %s (%s): it stays locked until the transaction ends, and every session that needs the next one waits for that.', c.table_name,
    (SELECT group_concat(term, ' and ') FROM (
       SELECT DISTINCT p.name || ' = ' || p.literal AS term
       FROM predicates AS p
       WHERE p.statement_id = c.statement_id AND p.block = c.block AND p.table_ref = c.table_ref AND p.operator = '=' AND p.operand = 'literal'
       ORDER BY p.name))) AS message,
  'Draw it from a sequence (nextval()) or an identity column; where no number may be missing, draw it in the transaction''s last statement.' AS fix
FROM counters AS c
WHERE c.place = 1;

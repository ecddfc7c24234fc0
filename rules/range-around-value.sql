-- id: range-around-value
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: predicates
-- yields-to: full-scan-growth, quadratic-growth, non-sargable-predicate, access-regression, nested-loop-unindexed-inner
-- parameter: min_rows integer 100000: rows of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: The rows whose range holds a value are looked for by both ends of the range, of which an index serves one.
--
-- ## What it does
-- Finds filters of a growing table that ask for the beginning of a range to be at most a value and for its end to be at least one
-- (`start_ip <= ? AND end_ip >= ?`), with nothing beside that leads to few rows. Two columns are a range where their names say so (from and to, start and end, min and
-- max, lower and upper …), or where both are compared with the same column.
--
-- ## Why
-- An index on (start_ip, end_ip) leads to all ranges that begin before the value, half of them for a value in the middle, and each of those is
-- read to look at its end. The plan says "search", and the work grows with the table.
--
-- ## Example
-- ```sql
-- SELECT country FROM ip_ranges WHERE start_ip <= ? AND end_ip >= ?;
-- ```
--
-- ## Remedy
-- Where ranges don't overlap, the last that begins before the value is the only one that can hold it:
-- ```sql
-- SELECT country FROM (SELECT * FROM ip_ranges WHERE start_ip <= ? ORDER BY start_ip DESC LIMIT 1) WHERE end_ip >= ?;
-- ```
-- Where they do: on SQLite an R-tree; on PostgreSQL a range with a GiST index:
-- ```sql
-- CREATE INDEX ON bookings USING gist (tstzrange(starts_at, ends_at));
-- SELECT id FROM bookings WHERE tstzrange(starts_at, ends_at) @> $1;
-- ```
--
-- ## Stays quiet when
-- - another filter of the table leads to its rows: `room_id = ? AND starts_at <= ? AND ends_at > ?`;
-- - the first of an order by one of the two columns are taken (LIMIT);
-- - the table is fixed, or smaller than `min_rows`;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- In `check --all` without a baseline it is an info as long as the sizes of the statement's tables are all assumed.
--
-- Where most ranges have ended already and the index begins with the end, few rows are read: accept the finding with that reason.
WITH
  ends(low, high) AS (
    VALUES ('start', 'end'), ('starts', 'ends'), ('started', 'ended'), ('begin', 'end'), ('begins', 'ends'), ('from', 'to'), ('from', 'until'), ('from', 'till'),
      ('low', 'high'), ('lower', 'upper'), ('min', 'max'), ('first', 'last'), ('since', 'until'), ('after', 'before'), ('start', 'stop')
  ),
  pairs AS (
    SELECT r.statement_id, r.relation, a.name AS low, b.name AS high, a.line, a."column", r.row_count, r.row_source,
      row_number() OVER (PARTITION BY r.statement_id ORDER BY a.line, a."column", b.line, b."column", r.node) AS place
    FROM growing_reads AS r
    JOIN growth AS g ON g.statement_id = r.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN predicates AS a ON a.statement_id = r.statement_id AND a.block = r.block AND a.table_ref = r.table_ref
      AND a.operator IN ('<', '<=') AND a.sargable = 1 AND a.in_or = 0 AND a.operand IN ('placeholder', 'literal', 'column', 'expression')
    JOIN predicates AS b ON b.statement_id = r.statement_id AND b.block = r.block AND b.table_ref = r.table_ref
      AND b.operator IN ('>', '>=') AND b.sargable = 1 AND b.in_or = 0 AND b.name <> a.name AND b.operand = a.operand
    WHERE r.row_count >= :min_rows
      AND ((a.operand = 'column' AND a.other_ref = b.other_ref AND a.other_ref <> r.table_ref AND a.other_name = b.other_name)
        OR EXISTS (
          SELECT 1 FROM ends AS e
          WHERE instr('_' || lower(a.name) || '_', '_' || e.low || '_') > 0 AND instr('_' || lower(b.name) || '_', '_' || e.high || '_') > 0
            AND replace('_' || lower(a.name) || '_', '_' || e.low || '_', '_') = replace('_' || lower(b.name) || '_', '_' || e.high || '_', '_')))
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS o
        WHERE o.statement_id = r.statement_id AND o.block = r.block AND o.table_ref = r.table_ref AND o.in_or = 0 AND o.sargable = 1
          AND o.operator IN ('=', '==', 'IS', 'IN', 'LIKE', 'MATCH', 'IS NULL', '@>', '&&', '@@', '<@') AND o.clause IN ('where', 'join_on'))
      AND NOT EXISTS (
        SELECT 1 FROM orderings AS o
        JOIN query_blocks AS q ON q.statement_id = o.statement_id AND q.block = o.block AND q.has_limit = 1
        WHERE o.statement_id = r.statement_id AND o.block = r.block AND o.kind = 'order_by' AND o.position = 0 AND o.name IN (a.name, b.name) COLLATE NOCASE)
  )
SELECT
  p.statement_id,
  p.line,
  p."column",
  p.relation AS subject,
  CASE WHEN p.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = p.statement_id) THEN 'info' END AS level,
  printf('An index on %s serves one of the two ends, %s or %s: all ranges before the value, or all after it, are read, up to %,d rows (at the largest scale).',
    p.relation, p.low, p.high, CAST(p.row_count AS INTEGER)) AS message,
  printf('Where ranges don''t overlap: the last that begins before the value (ORDER BY %s DESC LIMIT 1), then look at its end. Else %s.', p.low,
    CASE run.engine WHEN 'postgres' THEN 'a range type with a GiST index' ELSE 'an R-tree' END) AS fix
FROM run
JOIN pairs AS p ON p.place = 1
WHERE p.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = p.statement_id);

-- id: queue-without-skip-locked
-- family: statement
-- severity: warning
-- engines: postgres
-- needs: query_blocks
-- yields-to: for-update-scan, full-scan-growth
-- since: 0.1
-- summary: Workers take the next row of a queue with FOR UPDATE, and each waits for the one before it.
--
-- ## What it does
-- Finds row-locking queries that take the first rows in an order among those of a state (`status = 'new'`, `taken_at IS NULL`), with a LIMIT and
-- neither SKIP LOCKED nor NOWAIT.
--
-- ## Why
-- All workers want the same first row. The second waits until the first one's transaction ends, then sees that the row isn't in the
-- state any more, and gets nothing, or less than it asked for. However many workers there are, one works; each of the others holds a connection.
--
-- ## Example
-- ```sql
-- SELECT id FROM jobs WHERE state = 'open' ORDER BY id LIMIT 1 FOR UPDATE;
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT id FROM jobs WHERE state = 'open' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
-- ```
--
-- ## Stays quiet when
-- - SKIP LOCKED or NOWAIT is there;
-- - rows are taken by key, or of one owner (`account_id = $1`): waiting is what is wanted there;
-- - there is no LIMIT or no order.
--
-- ## Limits
-- Whether several workers run isn't known. Where the order of work matters more than its speed, ignore it with that reason.
--
-- ## Sources
-- PostgreSQL manual, SELECT, "The Locking Clause".
WITH
  taken AS (
    SELECT s.statement_id, b.block, b.line, b."column", b.locking, p.relation,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY b.block, p.line, p."column", p.name) AS place
    FROM statements AS s
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.locking IN ('UPDATE', 'NO KEY UPDATE') AND b.skips_locked = 0 AND b.has_limit = 1
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.block = b.block AND p.clause = 'where' AND p.in_or = 0
      AND (p.operator = 'IS NULL' OR (p.operator = '=' AND p.operand = 'literal') OR (p.operator = 'IN' AND p.operand = 'list'))
    JOIN tables AS t ON t.side = 'head' AND t.name = p.relation AND t.type = 'table'
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.dynamic = 0 AND instr(upper(s.text), 'NOWAIT') = 0
      AND EXISTS (SELECT 1 FROM orderings AS o WHERE o.statement_id = s.statement_id AND o.block = b.block AND o.kind = 'order_by')
      AND NOT EXISTS (  -- one owner's, or one row
        SELECT 1 FROM predicates AS own
        WHERE own.statement_id = s.statement_id AND own.block = b.block AND own.operator IN ('=', 'IN') AND own.operand IN ('placeholder', 'column', 'subquery')
          AND own.name NOT IN ('queue', 'queue_name', 'topic', 'kind', 'type', 'job_type', 'channel', 'state', 'status'))
  )
SELECT
  k.statement_id,
  k.line,
  k."column",
  k.relation AS subject,
  printf('FOR %s takes the first rows of %s in an order: workers that run beside each other all want the same ones, and each waits until the one before it commits.',
    k.locking, k.relation) AS message,
  printf('FOR %s SKIP LOCKED: each worker takes the first rows that nobody holds.', k.locking) AS fix
FROM taken AS k
WHERE k.place = 1;

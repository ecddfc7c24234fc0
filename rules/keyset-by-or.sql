-- id: keyset-by-or
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: tables
-- yields-to: cross-join, access-regression, quadratic-growth, full-scan-growth, or-across-columns
-- parameter: min_rows integer 10000: rows of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: Keyset pagination is written with OR, and no range of an index comes of it.
--
-- ## What it does
-- Finds pages that go on from the last row's key where the key's columns are compared one by one: `a < ? OR (a = ? AND b < ?)` under
-- `ORDER BY a, b LIMIT n`.
--
-- ## Why
-- The database sees an OR, and not that it is one place in the order. PostgreSQL walks the index from its beginning and throws away the rows of
-- all pages before; SQLite reads the arms one by one and sorts what they gave, all pages to come. Either is what keyset pagination is to spare.
--
-- ## Example
-- ```sql
-- SELECT id, total FROM orders
-- WHERE placed_at < ?1 OR (placed_at = ?1 AND id < ?2)
-- ORDER BY placed_at DESC, id DESC LIMIT 20;
-- ```
--
-- ## Remedy
-- Compare the whole key at once, which both databases know as a range of an index on `(placed_at, id)`:
-- ```sql
-- SELECT id, total FROM orders
-- WHERE (placed_at, id) < (?1, ?2)
-- ORDER BY placed_at DESC, id DESC LIMIT 20;
-- ```
-- Where the columns are ordered in different directions, put the bound of the first beside the OR: `placed_at <= ?1 AND (placed_at < ?1 OR …)`.
--
-- ## Stays quiet when
-- - a bound of the first column stands beside the OR, or the key is compared as a row;
-- - there is no LIMIT, or the order begins with another column;
-- - the table is fixed or small, or a key finds one row;
-- - another rule names the same trouble: no index, for instance (full-scan-growth).
--
-- ## Limits
-- Where an equality stands beside it (`tenant_id = ? AND (…)`), only that part of the table is walked, whose size isn't known: an info.
--
-- ## Sources
-- - [PostgreSQL: row constructor comparison](https://www.postgresql.org/docs/current/functions-comparisons.html#ROW-WISE-COMPARISON)
-- - [SQLite: row value comparisons, scrolling window queries](https://www.sqlite.org/rowvalue.html#scrolling_window_queries)
WITH
  ranges(operator) AS (VALUES ('<'), ('<='), ('>'), ('>=')),
  keys AS (
    SELECT s.statement_id, b.block, t.name AS relation, t.row_count, one.name AS first_name, two.name AS second_name, two.operator, one.line, one."column",
      one.descending = two.descending AND one.operator IN ('<', '>') AND substr(one.operator, 1, 1) = substr(two.operator, 1, 1)
        AND NOT EXISTS (  -- of the key's columns alone, all in one direction
          SELECT 1 FROM predicates AS p
          LEFT JOIN orderings AS o ON o.statement_id = p.statement_id AND o.block = p.block AND o.kind = 'order_by' AND o.name = p.name COLLATE NOCASE
          WHERE p.statement_id = s.statement_id AND p.or_group = one.or_group
            AND (o.name IS NULL OR o.descending <> one.descending OR p.operand <> one.operand)) AS one_direction,
      (SELECT group_concat(o.name, ', ') FROM (
         SELECT o.name FROM orderings AS o
         WHERE o.statement_id = s.statement_id AND o.block = b.block AND o.kind = 'order_by' AND EXISTS (
           SELECT 1 FROM predicates AS p
           WHERE p.statement_id = s.statement_id AND p.or_group = one.or_group AND p.name = o.name COLLATE NOCASE)
         ORDER BY o.position) AS o) AS key_names,
      EXISTS (
        SELECT 1 FROM predicates AS p
        WHERE p.statement_id = s.statement_id AND p.block = b.block AND p.table_ref = one.table_ref AND p.clause = 'where' AND p.operator = '='
          AND p.in_or = 0 AND p.operand <> 'column') AS in_part,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY one.line, one."column", two.position) AS place
    FROM statements AS s
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.has_limit = 1
    JOIN (
      SELECT p.*, o.position, o.descending
      FROM orderings AS o
      JOIN predicates AS p ON p.statement_id = o.statement_id AND p.block = o.block AND p.table_ref = o.table_ref AND p.name = o.name COLLATE NOCASE
      WHERE o.kind = 'order_by' AND p.clause = 'where' AND p.sargable = 1 AND p.or_group IS NOT NULL
        AND p.operand IN ('placeholder', 'literal', 'expression')) AS one
      ON one.statement_id = s.statement_id AND one.block = b.block AND one.position = 0 AND one.operator IN ranges
    JOIN predicates AS same ON same.statement_id = s.statement_id AND same.table_ref = one.table_ref AND same.name = one.name COLLATE NOCASE
      AND same.operator = '=' AND same.or_group = one.or_group AND same.or_arm <> one.or_arm
    JOIN (
      SELECT p.*, o.position, o.descending
      FROM orderings AS o
      JOIN predicates AS p ON p.statement_id = o.statement_id AND p.block = o.block AND p.table_ref = o.table_ref AND p.name = o.name COLLATE NOCASE
      WHERE o.kind = 'order_by' AND p.clause = 'where') AS two
      ON two.statement_id = s.statement_id AND two.table_ref = one.table_ref AND two.position > 0 AND two.operator IN ranges
      AND two.or_group = same.or_group AND two.or_arm = same.or_arm
    JOIN tables AS t ON t.side = 'head' AND t.name = one.relation COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0 AND t.row_count >= :min_rows
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND s.statement_id NOT IN (SELECT u.statement_id FROM single_row_statements AS u WHERE u.statement_id = s.statement_id)
      AND NOT EXISTS (  -- the range is there
        SELECT 1 FROM predicates AS p
        WHERE p.statement_id = s.statement_id AND p.table_ref = one.table_ref AND p.name = one.name COLLATE NOCASE AND p.clause = 'where' AND p.in_or = 0
          AND p.sargable = 1 AND p.operator IN ('<', '<=', '>', '>=', '=', 'BETWEEN', 'IN'))
  )
SELECT
  k.statement_id,
  k.line,
  k."column",
  CASE WHEN k.in_part THEN 'info' ELSE 'warning' END AS level,
  k.relation AS subject,
  printf('The page goes on from a key whose columns are compared one by one, %s and then %s, with OR between: no range of an index comes of it, and %s again (%s has %,d at the largest scale).',
    k.first_name, k.second_name,
    CASE (SELECT engine FROM run) WHEN 'postgres' THEN 'each page reads the rows of all pages before it' ELSE 'each page reads the rows of all pages to come' END,
    k.relation, CAST(k.row_count AS INTEGER)) AS message,
  CASE WHEN k.one_direction THEN printf('Compare the key as a row: (%s) %s (…), which an index on these columns serves.', k.key_names, k.operator)
    ELSE printf('Put the bound of %s beside the OR, with AND: that is a range which an index serves.', k.first_name) END AS fix
FROM keys AS k
WHERE k.place = 1;

-- id: optional-filter
-- family: statement
-- severity: warning
-- engines: sqlite
-- needs: growth
-- yields-to: cross-join, access-regression, non-sargable-predicate, quadratic-growth, full-scan-growth, text-search-by-like, leading-wildcard, or-across-columns
-- parameter: min_rows integer 10000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A parameter can switch a filter off, so that the column's index is never used, not even where the filter is on.
--
-- ## What it does
-- Finds filters like `? IS NULL OR customer_id = ?` or `… IN (?, ?)` on an indexed column, where the plan reads the whole of a growing table. In SQLite.
--
-- ## Why
-- SQLite plans a statement once, for all values of its parameters. The plan has to be right also where the filter is off and every row is asked
-- for, so it reads every row, always. (PostgreSQL plans for the values as long as that is cheaper, and takes the test of the parameter out.)
--
-- ## Example
-- ```sql
-- SELECT id, total FROM orders
-- WHERE (?1 IS NULL OR customer_id = ?1) AND (?2 IS NULL OR status = ?2);
-- ```
--
-- ## Remedy
-- Let the program put only those filters into the statement that are on; each combination is then planned for itself:
-- ```sql
-- SELECT id, total FROM orders WHERE customer_id = ?1;
-- ```
-- Or write one query for each case, and put them together by UNION ALL, each with its own test of the parameter.
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: a filter beside it, which is always on, narrows the rows down;
-- - no index begins with the column: then it is read whole with or without the parameter's test;
-- - the other arm tests a column or holds a subquery: or-across-columns knows more of that; a comparison with a subquery beside the OR counts for nothing;
-- - the table is fixed or small.
--
-- ## Limits
-- One finding a statement.
--
-- ## Sources
-- - [Use The Index, Luke: smart logic](https://use-the-index-luke.com/sql/where-clause/obfuscation/smart-logic)
-- - [SQLite: the query planner looks at parameters' values for LIKE, GLOB and sqlite_stat4 alone](https://www.sqlite.org/c3ref/prepare.html)
WITH
  switched AS (
    SELECT p.statement_id, p.relation, p.name, p.line, p."column", p.rows_examined, p.row_count,
      row_number() OVER (PARTITION BY p.statement_id ORDER BY p.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM scanned_predicates AS p
    JOIN predicates AS own ON own.statement_id = p.statement_id AND own.line = p.line AND own."column" = p."column" AND own.name = p.name
      AND own.table_ref = p.table_ref
    WHERE p.rows_examined >= :min_rows AND p.in_or = 1 AND p.sargable = 1 AND p.operand IN ('placeholder', 'list')
      AND p.operator IN ('=', '==', 'IS', '<', '<=', '>', '>=', 'IN') AND own.clause = 'where'
      AND 1 = (SELECT count(DISTINCT o.or_arm) FROM predicates AS o WHERE o.statement_id = p.statement_id AND o.or_group = own.or_group)
      AND NOT EXISTS (
        SELECT 1 FROM query_blocks AS b
        WHERE b.statement_id = p.statement_id AND b.parent = own.block AND b.place = 'where'
          AND NOT EXISTS (  -- a comparison of its own beside the OR
            SELECT 1 FROM predicates AS o
            WHERE o.statement_id = p.statement_id AND o.other_block = b.block AND o.or_group IS NOT own.or_group))
      AND (EXISTS (
          SELECT 1 FROM indexes AS i
          JOIN index_columns AS x ON x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name
          WHERE i.side = 'head' AND i.table_name = p.relation AND i.partial = 0 AND x.position = 0 AND x.name = p.name COLLATE NOCASE)
        OR EXISTS (
          SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = p.relation AND c.name = p.name COLLATE NOCASE AND c.primary_key = 1))
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation || '.' || w.name AS subject,
  printf('A parameter can switch the filter on %s.%s off, and one plan has to do for both: the index on it is never used, and the query reads every row of %s (%,d at the largest scale).',
    w.relation, w.name, w.relation, CAST(w.row_count AS INTEGER)) AS message,
  'Let the program put the filter into the statement only where it is on: each form is then planned for itself.' AS fix
FROM switched AS w
WHERE w.place = 1;

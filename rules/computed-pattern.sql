-- id: computed-pattern
-- family: statement
-- severity: warning
-- engines: sqlite
-- needs: growth
-- yields-to: comma-separated-list, cross-join, access-regression, non-sargable-predicate, quadratic-growth, full-scan-growth, text-search-by-like, leading-wildcard
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A LIKE pattern is put together in the statement, so that SQLite uses no index even where it begins with text.
--
-- ## What it does
-- Finds LIKE and GLOB whose pattern is an expression that doesn't begin with a wildcard (`? || '%'`), where the plan reads the whole of a
-- growing table for it. In SQLite.
--
-- ## Why
-- A search from the beginning of a text is a range of an index, and SQLite makes one of it: but only where the pattern is a literal or a parameter by
-- itself, of which it looks at the value. An expression is worked out row by row, and every row is read. PostgreSQL works it out
-- before it plans, where it plans for the values.
--
-- ## Example
-- ```sql
-- SELECT title FROM parts WHERE sku LIKE ? || '%';
-- ```
--
-- ## Remedy
-- Put the pattern together in the program, bind it whole, and have an index that ignores case as LIKE does; or use GLOB, which
-- takes an ordinary index; or write the range:
-- ```sql
-- SELECT title FROM parts WHERE sku GLOB ?;                        -- the program binds prefix || '*'
-- SELECT title FROM parts WHERE sku LIKE ?;                        -- with CREATE INDEX parts_sku ON parts(sku COLLATE NOCASE)
-- SELECT title FROM parts WHERE sku >= ?1 AND sku < ?2;            -- the prefix, and the prefix with its last letter's successor
-- ```
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: another filter's index narrows the rows down;
-- - the pattern is a literal or a parameter by itself, or begins with a wildcard: leading-wildcard's;
-- - the pattern is made of a column of another table: that is a join, and no range;
-- - it is one arm of an OR, a negation, or the table is fixed or small.
--
-- ## Limits
-- That the expression begins with text and no wildcard is known of literals only: what the parameter holds isn't.
--
-- ## Sources
-- - [SQLite: the LIKE optimization](https://www.sqlite.org/optoverview.html#the_like_optimization)
WITH
  searched AS (
    SELECT p.*, row_number() OVER (PARTITION BY p.statement_id, p.relation ORDER BY p.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM scanned_predicates AS p
    WHERE p.rows_examined >= :min_rows AND p.in_or = 0 AND p.operator IN ('LIKE', 'GLOB')
      AND p.why_not = p.operator || ' pattern is an expression'
      AND NOT EXISTS (  -- the same comparison, seen from the pattern's side
        SELECT 1 FROM predicates AS other
        WHERE other.statement_id = p.statement_id AND other.line = p.line AND other."column" = p."column"
          AND (other.name <> p.name OR other.table_ref IS NOT p.table_ref))
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation || '.' || w.name AS subject,
  printf('The pattern for %s.%s is put together in the statement: SQLite makes no range of an index of it, and reads every row of %s (%,d at the largest scale).',
    w.relation, w.name, w.relation, CAST(w.row_count AS INTEGER)) AS message,
  printf('Put the pattern together in the program and bind it whole: %s GLOB ? takes an ordinary index, LIKE ? one on ("%w" COLLATE NOCASE).', w.name, w.name) AS fix
FROM searched AS w
WHERE w.place = 1;

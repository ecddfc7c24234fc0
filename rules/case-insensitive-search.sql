-- id: case-insensitive-search
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: comma-separated-list, cross-join, access-regression, non-sargable-predicate, quadratic-growth, full-scan-growth, text-search-by-like, leading-wildcard
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A text is compared without regard to case, and no index does the same, so the table is scanned.
--
-- ## What it does
-- Finds comparisons that ignore case (`lower(x) = ?`, `upper(x) = ?`, ILIKE; in SQLite `COLLATE NOCASE`, and LIKE, which ignores
-- case there) on a column of a growing table that the plan reads whole.
--
-- ## Why
-- An index keeps 'Ada' and 'ada' in different places. To find both, the engine looks at every row. Look-ups of users by e-mail
-- address are the usual case: they run at every login.
--
-- ## Example
-- ```sql
-- SELECT id FROM users WHERE lower(email) = lower(?);
-- SELECT id FROM users WHERE email ILIKE ?;
-- ```
--
-- ## Remedy
-- An index that ignores case as the comparison does:
-- ```sql
-- CREATE INDEX users_email ON users(lower(email));              -- for lower(email) = …
-- CREATE INDEX users_email ON users(email COLLATE NOCASE);      -- SQLite: for NOCASE and for LIKE 'abc%'
-- ```
-- Or store the text in one case, and compare it plainly.
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: such an index is there, or another filter's index serves;
-- - the column has an index of its own and a function stands around it: non-sargable-predicate names that, as an error;
-- - SQLite's LIKE has a parameter as its pattern, and an index of the column ignores case, or it has no index: SQLite decides for each value;
-- - the column may hold a few values only, the table is fixed or small, or the comparison is negated.
--
-- ## Limits
-- Where the pattern is a parameter, how it begins isn't known: an info, since no value of it could go by the column's index.
--
-- One finding a statement and table. That no index would be worth it, as for a table that is written all the time and searched
-- once a month, is for people to know.
--
-- ## Sources
-- PostgreSQL manual, "Indexes on Expressions". SQLite, "The SQLite Query Optimizer Overview", the LIKE optimization.
WITH
  compared AS (
    SELECT p.*, row_number() OVER (PARTITION BY p.statement_id, p.relation ORDER BY p.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM run
    JOIN scanned_predicates AS p ON p.rows_examined >= :min_rows AND p.in_or = 0 AND p.operator NOT LIKE 'NOT %'
    JOIN statements AS s ON s.statement_id = p.statement_id AND s.dynamic = 0
    WHERE (
        (p.why_not IN ('function lower() around the column', 'function upper() around the column')
          AND p.operator IN ('=', '==', 'IS', 'IN', 'LIKE') AND p.operand <> 'subquery')
        OR p.why_not = 'ILIKE ignores case'
        OR (run.engine = 'sqlite' AND p.sargable = 1 AND p.operator IN ('=', '==', 'IS', 'IN') AND p.collation = 'nocase' COLLATE NOCASE)
        OR (run.engine = 'sqlite' AND p.sargable = 1 AND p.operator = 'LIKE' AND p.operand = 'placeholder' AND p.in_or = 0
          AND EXISTS (
            SELECT 1 FROM index_columns AS x WHERE x.side = 'head' AND x.table_name = p.relation AND x.position = 0 AND x.name = p.name COLLATE NOCASE)
          AND NOT EXISTS (
            SELECT 1 FROM index_columns AS x
            WHERE x.side = 'head' AND x.table_name = p.relation AND x.position = 0 AND x.name = p.name COLLATE NOCASE AND x.collation = 'NOCASE' COLLATE NOCASE))
        OR (run.engine = 'sqlite' AND p.sargable = 1 AND p.operator = 'LIKE' AND p.operand = 'literal' AND p.literal GLOB '[A-Za-z]*[%_]*'))
      AND NOT EXISTS (
        SELECT 1 FROM columns AS c
        WHERE c.side = 'head' AND c.table_name = p.relation AND c.name = p.name COLLATE NOCASE AND c.allowed_values > 0)
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation || '.' || w.name AS subject,
  CASE WHEN w.operator = 'LIKE' AND w.operand = 'placeholder' AND w.why_not = '' THEN 'info' END AS level,
  printf('%s.%s is compared without regard to case (%s), and no index does that: the query reads every row of %s (%,d at the largest scale).',
    w.relation, w.name,
    CASE WHEN w.why_not LIKE 'function %' THEN substr(w.why_not, 10, 7) WHEN w.why_not <> '' THEN w.operator
      WHEN w.collation <> '' THEN 'COLLATE ' || w.collation ELSE 'LIKE, which ignores case in SQLite' END,
    w.relation, CAST(w.row_count AS INTEGER)) AS message,
  CASE
    WHEN w.why_not LIKE 'function %' THEN printf('Index what is compared: CREATE INDEX ON %s (%s("%w")); or store the text in one case.', replace(printf('"%w"', w.relation), '.', '"."'), substr(w.why_not, 10, 5), w.name)
    WHEN w.why_not <> '' THEN printf('Compare lower("%w") with the lower-case text, and index that: CREATE INDEX ON %s (lower("%w") text_pattern_ops).', w.name, replace(printf('"%w"', w.relation), '.', '"."'), w.name)
    WHEN w.operator = 'LIKE' AND w.operand = 'placeholder' THEN printf('GLOB ? or a range goes by the index that is there; LIKE by CREATE INDEX "%w_%w_nocase" ON "%w"("%w" COLLATE NOCASE).', w.relation, w.name, w.relation, w.name)
    ELSE printf('CREATE INDEX "%w_%w_nocase" ON "%w"("%w" COLLATE NOCASE).', w.relation, w.name, w.relation, w.name) END AS fix
FROM compared AS w
WHERE w.place = 1;

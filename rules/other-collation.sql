-- id: other-collation
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, access-regression, quadratic-growth, full-scan-growth, case-insensitive-search
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A column is compared or sorted under another collation than its index has, so that the index can't serve it.
--
-- ## What it does
-- Finds `COLLATE` in a comparison, or in ORDER BY with LIMIT, on a column that an index begins with under another collation, where the plan reads the whole
-- table.
--
-- ## Why
-- A collation is an order, and an index holds its entries in one order. Asked for another, its entries stand in the wrong places: every row is read, and for
-- ORDER BY sorted.
--
-- ## Example
-- ```sql
-- CREATE INDEX reservations_passenger ON reservations(passenger);
-- SELECT id FROM reservations WHERE passenger = $1 COLLATE "C";
-- ```
--
-- ## Remedy
-- Leave COLLATE out where it changes nothing: whether two texts are equal is the same under each deterministic collation. Otherwise give the column that collation,
-- or an index with it:
-- ```sql
-- CREATE INDEX reservations_passenger_c ON reservations(passenger COLLATE "C");
-- ```
--
-- ## Stays quiet when
-- - an index with that collation begins with the column;
-- - the plan doesn't scan the table: another filter's index finds the rows;
-- - no index begins with the column at all;
-- - case alone is ignored (SQLite's NOCASE): case-insensitive-search has that;
-- - the table is fixed or small.
--
-- ## Limits
-- A collation that the column's type or the database brings is not looked at, only COLLATE as it is written.
--
-- ## Sources
-- [PostgreSQL: Indexes and Collations](https://www.postgresql.org/docs/current/indexes-collations.html)
WITH
  read_whole AS MATERIALIZED (
    SELECT r.statement_id, r.table_ref, r.block, r.relation, max(r.rows_examined) AS rows_examined
    FROM growing_reads AS r
    JOIN growth AS g ON g.statement_id = r.statement_id AND g.side = 'head' AND g.growth_class >= 1
    WHERE r.access IN ('scan', 'scan_covering') AND r.rows_examined >= :min_rows
    GROUP BY r.statement_id, r.table_ref, r.block, r.relation
  ),
  asked AS (
    SELECT w.statement_id, w.relation, w.rows_examined, p.name, p.collation, p.operator, p.line, p."column"
    FROM read_whole AS w
    JOIN predicates AS p ON p.statement_id = w.statement_id AND p.table_ref = w.table_ref AND p.collation <> '' AND p.sargable = 1 AND p.in_or = 0
      AND p.clause IN ('where', 'join_on')
    UNION ALL
    SELECT w.statement_id, w.relation, w.rows_examined, o.name, trim(substr(o.expression, instr(lower(o.expression), 'collate') + 7), ' "'), 'ORDER BY', b.line, b."column"
    FROM read_whole AS w
    JOIN query_blocks AS b ON b.statement_id = w.statement_id AND b.block = w.block AND b.has_limit = 1
    JOIN orderings AS o ON o.statement_id = b.statement_id AND o.block = b.block AND o.kind = 'order_by' AND o.position = 0
      AND (o.table_ref = w.table_ref OR o.table_ref IS NULL) AND lower(o.expression) LIKE '% collate %'
  ),
  missed AS (
    SELECT a.*, x.index_name, x.collation AS held, row_number() OVER (PARTITION BY a.statement_id ORDER BY a.rows_examined DESC, a.name, a.operator, x.index_name) AS place
    FROM asked AS a
    JOIN index_columns AS x ON x.side = 'head' AND x.table_name = a.relation AND x.position = 0 AND x.name = a.name COLLATE NOCASE
    JOIN indexes AS i ON i.side = 'head' AND i.table_name = x.table_name AND i.name = x.index_name AND i.partial = 0
    WHERE x.collation <> a.collation COLLATE NOCASE
      AND NOT EXISTS (
        SELECT 1 FROM index_columns AS fit
        WHERE fit.side = 'head' AND fit.table_name = a.relation AND fit.position = 0 AND fit.name = a.name COLLATE NOCASE AND fit.collation = a.collation COLLATE NOCASE)
  )
SELECT
  m.statement_id,
  m.line,
  m."column",
  m.relation || '.' || m.name AS subject,
  CASE WHEN m.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = m.statement_id) THEN 'info' END AS level,
  printf('%s.%s is %s under COLLATE "%s", and %s holds it under %s: the index can''t serve it, and all %,d rows of %s are read (at the largest scale).',
    m.relation, m.name, CASE m.operator WHEN 'ORDER BY' THEN 'sorted' ELSE 'compared' END, m.collation, m.index_name,
    CASE m.held WHEN 'default' THEN 'the database''s own collation' WHEN '' THEN 'another' ELSE '"' || m.held || '"' END, CAST(m.rows_examined AS INTEGER), m.relation) AS message,
  CASE WHEN m.operator IN ('=', '==', 'IN') THEN 'Leave COLLATE out: texts are equal under either; or ' ELSE 'Leave COLLATE out where the order may be the index''s; or ' END
  || printf('index it so: CREATE INDEX ON %s ("%w" COLLATE "%w").', replace(printf('"%w"', m.relation), '.', '"."'), m.name, m.collation) AS fix
FROM missed AS m
WHERE m.place = 1;

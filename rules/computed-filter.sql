-- id: computed-filter
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: planner-override, non-sargable-predicate, comma-separated-list, case-insensitive-search, text-search-by-like, leading-wildcard, computed-pattern, json-path-filter, full-scan-growth, quadratic-growth, access-regression, implicit-cast, volatile-filter, optional-filter, cross-join, min-max-together, count-over-page
-- parameter: min_rows integer 100000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: The only filter of a growing table computes something of a column and compares that, and no index holds what is computed.
--
-- ## What it does
-- Finds filters that compare the result of a function, a cast, CASE or arithmetic over a column with a value of the program, where the plan reads the whole
-- table and no index begins with the column. Where one does, non-sargable-predicate has it.
--
-- So is text search, `to_tsvector(…) @@ …`, that no index serves: where one holds the same with another configuration, the finding names it.
--
-- ## Why
-- The computation is done for every row that is stored, to keep a few. An index on the column alone wouldn't help: it isn't the column that is
-- compared.
--
-- ## Example
-- ```sql
-- SELECT id, title FROM articles WHERE substr(published_at, 1, 4) = ?;
-- SELECT id FROM visits WHERE extract(year FROM started_at) = $1;
-- ```
--
-- ## Remedy
-- Compare the bare column with a range, and index it:
-- ```sql
-- CREATE INDEX articles_published ON articles(published_at);
-- SELECT id, title FROM articles WHERE published_at >= ? AND published_at < ?;
-- ```
-- or index what is compared: `CREATE INDEX ON visits (extract(year FROM started_at))`, as far as the function is immutable.
--
-- ## Stays quiet when
-- - another filter of the table compares a bare column, which an index could serve: full-scan-growth judges that;
-- - the value is a constant of the statement, or the column holds few values by its type, a CHECK or its name: an index would spare little;
-- - NULL is replaced (`coalesce(x, 0) = ?`), or the filter is an arm of an OR;
-- - the program puts filters in that aren't known here;
-- - on PostgreSQL, CASE hangs on a parameter: for its value the server plans anew, with the arm that is left;
-- - fewer rows than `min_rows` are read; the table is fixed;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- In `check --all` without a baseline it is an info as long as the sizes of the statement's tables are all assumed.
WITH
  computed AS (
    SELECT p.statement_id, p.relation, p.name, p.expression, p.bare, p.why_not, p.operator, p.rows_examined, p.line, p."column",
      row_number() OVER (PARTITION BY p.statement_id ORDER BY p.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM scanned_predicates AS p
    JOIN run
    WHERE p.sargable = 0 AND p.in_or = 0 AND p.rows_examined >= :min_rows
      AND (p.operand IN ('placeholder', 'expression') AND p.operator IN ('=', '==', 'IS', '<', '<=', '>', '>=', 'BETWEEN')
          AND (p.why_not LIKE 'function%' OR p.why_not LIKE 'arithmetic%' OR p.why_not LIKE 'cast%' OR p.why_not LIKE 'concatenation%' OR p.why_not LIKE 'CASE%')
        OR p.why_not LIKE 'CASE%' AND p.operator = 'IS TRUE'
        OR p.why_not = 'function to_tsvector() around the column' AND p.operator = '@@' AND p.operand <> 'column')
      AND NOT (run.engine = 'postgres' AND p.why_not LIKE 'CASE%' AND EXISTS (
        SELECT 1 FROM plan_nodes AS n
        WHERE n.statement_id = p.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.detail GLOB '*CASE WHEN *$[0-9]*'))
      AND p.why_not NOT LIKE 'function coalesce%' AND p.why_not NOT LIKE 'function ifnull%' AND p.why_not NOT LIKE 'function nullif%'
      AND NOT EXISTS (
        SELECT 1 FROM columns AS c
        WHERE c.side = 'head' AND c.table_name = p.relation AND c.name = p.name COLLATE NOCASE AND c.allowed_values > 0)
      AND NOT EXISTS (SELECT 1 FROM category_columns AS k WHERE k.table_name = p.relation AND k.name = p.name COLLATE NOCASE)
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS o
        WHERE o.statement_id = p.statement_id AND o.clause IN ('where', 'join_on') AND (o.table_ref = p.table_ref OR o.other_ref = p.table_ref)
          AND (o.sargable = 1 OR o.operand = 'column' OR o.in_or = 1))
      AND NOT EXISTS (SELECT 1 FROM holes AS h WHERE h.statement_id = p.statement_id AND h.kind IN ('predicate', 'identifier'))
  )
SELECT
  c.statement_id,
  c.line,
  c."column",
  CASE WHEN c.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = c.statement_id) THEN 'info' END AS level,
  c.relation || '.' || c.name AS subject,
  printf('%s is computed for every row of %s (%,d at the largest scale), and no index '
      || CASE WHEN c.why_not LIKE 'CASE%' THEN 'serves it.' ELSE 'holds it.' END,
    CASE c.expression WHEN '' THEN 'What is compared' ELSE c.expression END, c.relation, CAST(c.rows_examined AS INTEGER)) AS message,
  coalesce(CASE WHEN c.operator = '@@' THEN coalesce(
      (SELECT printf('%s is there: write the expression as it does, with the same configuration.', i.name)
       FROM index_columns AS x
       JOIN indexes AS i ON i.side = 'head' AND i.table_name = x.table_name AND i.name = x.index_name
       JOIN statements AS s ON s.statement_id = i.statement_id AND s.text LIKE '%to_tsvector(%'
       WHERE x.side = 'head' AND x.table_name = c.relation AND x.name = ''
       ORDER BY i.name LIMIT 1),
      printf('Name the configuration, without which no index can hold it, and index that: CREATE INDEX ON %s USING gin (to_tsvector(''english'', "%w"))', replace(printf('"%w"', c.relation), '.', '"."'), c.name)) END,
    CASE WHEN c.why_not LIKE 'CASE%' THEN 'Ask each case by a statement of its own, with the bare column and the filter that it needs.' END,
    (SELECT f.fix FROM rewrite_fixes AS f WHERE f.statement_id = c.statement_id AND f.kind = 'range'),
    printf('Compare the bare column %s with a value or a range, and index it; or index what is compared, where it depends on the row alone.', c.name)) AS fix
FROM computed AS c
WHERE c.place = 1
  AND c.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = c.statement_id);

-- id: access-regression
-- family: regression
-- severity: error
-- engines: sqlite, postgres
-- needs: comparisons
-- yields-to: cross-join
-- after: non-sargable-predicate
-- since: 0.1
-- summary: A query reached a table by an index before the change and scans it now.
--
-- ## What it does
-- Compares, table by table, how a query reaches its rows before and after the change: by key, by index, by an index built for
-- this one execution, by a whole scan. A worse access is reported when it costs something: the growth class rose, or the rows
-- examined at the largest scale did by `cost_ratio` and `cost_floor`; where the growth isn't known, by `cost_ratio` alone.
-- Every known query is compared when the schema changed, not only those in the diff.
--
-- ## Why
-- A migration that drops an index breaks queries that nobody touched, so nobody reviews them. On the test database they stay
-- fast.
--
-- ## Example
-- ```sql
-- DROP INDEX orders_by_customer;                             -- migrations/0012.sql
-- SELECT id, total FROM orders WHERE customer_id = ?;        -- unchanged, in another file: now a scan
-- ```
--
-- ## Remedy
-- Keep the index that the query uses, or bring one that serves it in the same change. Where the query's own edit did it, filter
-- by a column that an index begins with.
--
-- ## Stays quiet when
-- - the table is fixed, or the query scanned it before as well;
-- - the access is worse in name only: neither the growth class nor the rows examined rose;
-- - the plan flips under tiny changes of the statistics (the comparison is marked unstable);
-- - non-sargable-predicate names the predicate that did it, or cross-join the missing condition.
--
-- ## Limits
-- A table is judged by the worst of its accesses in the statement. One finding a statement: the table that lost most.
--
-- A warning where the sizes of today are known, and at these the statement examines fewer than 5,000 rows.
WITH
  worse AS (
    SELECT c.statement_id, a.relation, a.access_before, a.access_after, a.index_before, a.index_after, c.class_before,
      c.class_after, c.rows_before, c.rows_after, k.kind, k.cause_statement_id,
      row_number() OVER (
        PARTITION BY c.statement_id
        ORDER BY a.relation = coalesce(i.on_table, '') DESC, a.rank_after - a.rank_before DESC, t.row_count DESC, a.relation) AS place
    FROM comparisons AS c
    JOIN statements AS s ON s.statement_id = c.statement_id
    JOIN access_comparisons AS a ON a.statement_id = c.statement_id
    JOIN tables AS t ON t.side = 'head' AND t.name = a.relation AND t.type = 'table' AND t.fixed = 0
    LEFT JOIN causes AS k ON k.statement_id = c.statement_id
    LEFT JOIN schema_changes AS i ON i.statement_id = k.cause_statement_id
    WHERE s.side = 'head' AND c.unstable = 0
      AND a.rank_after > a.rank_before
      AND a.access_after IN ('automatic_index', 'scan_covering', 'scan')
      AND a.access_before IN ('constant', 'search_covering', 'search', 'automatic_index')
      AND (c.class_after > c.class_before
        OR (c.rows_after >= c.rows_before * coalesce((SELECT value FROM limits WHERE name = 'cost_ratio'), 2)
          AND (c.class_after IS NULL
            OR c.rows_after - c.rows_before >= coalesce((SELECT value FROM limits WHERE name = 'cost_floor'), 1000))))
      AND NOT EXISTS (
        SELECT 1 FROM findings AS f
        WHERE f.statement_id = c.statement_id
          AND f.rule = 'non-sargable-predicate' AND substr(f.subject, 1, length(a.relation) + 1) = a.relation || '.')
  ),
  words(access, phrase) AS (
    VALUES ('constant', 'by a unique key'), ('search_covering', 'by a search in an index alone'),
      ('search', 'by a search in an index'), ('automatic_index', 'by an index built anew for each execution'),
      ('scan_covering', 'by a scan of a whole index'), ('scan', 'by a scan of the whole table')
  )
SELECT
  w.statement_id,
  w.relation AS subject,
  CASE WHEN w.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = w.statement_id) THEN 'warning' END AS level,
  printf('%s was read %s%s; now it is read %s%s. Rows examined at the largest scale: %,d before, %,d now%s.',
    w.relation,
    before.phrase, CASE w.index_before WHEN '' THEN '' ELSE printf(' (%s)', w.index_before) END,
    after.phrase, CASE w.index_after WHEN '' THEN '' ELSE printf(' (%s)', w.index_after) END,
    CAST(w.rows_before AS INTEGER), CAST(w.rows_after AS INTEGER),
    coalesce('; the growth with the table was '
      || CASE w.class_before WHEN 0 THEN 'constant' WHEN 1 THEN 'linear' WHEN 2 THEN 'quadratic' END || ' and is '
      || CASE w.class_after WHEN 0 THEN 'constant' WHEN 1 THEN 'linear' WHEN 2 THEN 'quadratic' END, ''))
  || CASE w.kind WHEN 'schema' THEN ' The query is unchanged in this respect: the schema change did it.'
      WHEN 'both' THEN ' The schema change and the query''s own edit each do it.' ELSE '' END AS message,
  coalesce(
    (SELECT printf('%s; with it %,d rows are examined.', t.ddl, CAST(t.rows_after AS INTEGER)) FROM index_trials AS t
     WHERE t.statement_id = w.statement_id AND t.relation = w.relation ORDER BY t.rank LIMIT 1),
    CASE WHEN w.kind IN ('schema', 'both') AND w.index_before <> ''
        THEN printf('Keep %s, or create in the same change an index on %s that serves this query.', w.index_before, w.relation)
      ELSE printf('Filter %s by a column that an index begins with, or create an index that serves this query.', w.relation) END) AS fix,
  w.cause_statement_id
FROM worse AS w
JOIN words AS before ON before.access = w.access_before
JOIN words AS after ON after.access = w.access_after
WHERE w.place = 1;

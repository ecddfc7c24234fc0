-- id: min-max-together
-- family: statement
-- severity: warning
-- engines: sqlite
-- needs: function_calls
-- yields-to: non-sargable-predicate
-- parameter: min_rows integer 100000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: min() and max() stand in one SELECT, so that SQLite reads every row for two that stand at the ends of an index.
--
-- ## What it does
-- Finds queries of a growing table without a filter and without GROUP BY that ask for min() and max(), or for several of them, where each alone would be the
-- first entry of an index or of the rowid.
--
-- ## Why
-- SQLite takes min(x) or max(x) from the end of an index where it is all that the query asks for. With two of them it reads the whole index,
-- or the whole table.
--
-- ## Example
-- ```sql
-- SELECT min(placed_at), max(placed_at) FROM orders;
-- ```
--
-- ## Remedy
-- ```sql
-- SELECT (SELECT min(placed_at) FROM orders), (SELECT max(placed_at) FROM orders);
-- ```
--
-- ## Stays quiet when
-- - there is one of them, or something beside them that needs every row: a count, a sum;
-- - there is a filter or GROUP BY: then the rows that pass it are read, which growing-read judges;
-- - a column has no index that begins with it: full-scan-growth and growing-read have that;
-- - fewer rows than `min_rows` are read; the table is fixed;
-- - the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups.
--
-- ## Limits
-- Which of the two the program looks at isn't known.
--
-- ## Sources
-- [SQLite: MIN/MAX optimization](https://www.sqlite.org/optoverview.html#minmax)
WITH
  asked AS (
    SELECT r.statement_id, r.block, r.relation, r.rows_examined,
      row_number() OVER (PARTITION BY r.statement_id ORDER BY r.rows_examined DESC, r.block, r.node) AS place
    FROM growing_reads AS r
    JOIN query_blocks AS b ON b.statement_id = r.statement_id AND b.block = r.block AND b.has_where = 0 AND b.has_group_by = 0 AND b.has_window = 0
    WHERE r.access IN ('scan', 'scan_covering') AND r.rows_examined >= :min_rows
      AND (SELECT count(*) FROM query_tables AS q WHERE q.statement_id = r.statement_id AND q.block = r.block) = 1
      AND (SELECT count(DISTINCT f.name || ' ' || f.argument) FROM function_calls AS f
           WHERE f.statement_id = r.statement_id AND f.block = r.block AND f.is_aggregate = 1) > 1
      AND NOT EXISTS (
        SELECT 1 FROM function_calls AS f
        WHERE f.statement_id = r.statement_id AND f.block = r.block AND f.is_aggregate = 1
          AND (f.name NOT IN ('min', 'max') OR f.place <> 'select' OR f.argument = '' OR (
            NOT EXISTS (
              SELECT 1 FROM index_columns AS x
              JOIN indexes AS i ON i.side = x.side AND i.table_name = x.table_name AND i.name = x.index_name AND i.partial = 0
              WHERE x.side = 'head' AND x.table_name = r.relation AND x.position = 0 AND x.name = f.argument COLLATE NOCASE)
            AND NOT EXISTS (
              SELECT 1 FROM columns AS c
              WHERE c.side = 'head' AND c.table_name = r.relation AND c.name = f.argument COLLATE NOCASE AND c.primary_key = 1)
            AND lower(f.argument) NOT IN ('rowid', 'oid', '_rowid_'))))
  )
SELECT
  a.statement_id,
  a.relation AS subject,
  printf('SQLite takes min() or max() from the end of an index only where it stands alone: here all %,d rows of %s are read (at the largest scale).',
    CAST(a.rows_examined AS INTEGER), a.relation) AS message,
  'Each in a subquery of its own: SELECT ' || (
    SELECT group_concat(printf('(SELECT %s(%s) FROM %s)', f.name, f.argument, a.relation), ', ')
    FROM (SELECT f.name, f.argument FROM function_calls AS f WHERE f.statement_id = a.statement_id AND f.block = a.block AND f.is_aggregate = 1
          ORDER BY f.position, f.line, f."column") AS f) AS fix
FROM asked AS a
WHERE a.place = 1
  AND a.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = a.statement_id);

-- id: wide-index
-- family: schema
-- severity: info
-- engines: sqlite, postgres
-- needs: indexes
-- yields-to: duplicate-index
-- parameter: max_columns integer 5: columns that an index may have
-- since: 0.1
-- summary: An index has so many columns that it becomes a second copy of the table.
--
-- ## What it does
-- Finds indexes with more than `max_columns` columns that the change creates. Names the columns behind the first one that known queries
-- compare neither by equality nor by order, where there are any.
--
-- ## Why
-- Every column makes the index larger and gives each UPDATE one more reason to write it; on PostgreSQL it also keeps updates from being
-- HOT. What lies behind a column that a query compares by a range can't narrow the search any more.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_all ON orders(customer_id, status, placed_at, reference, total, id);
-- ```
--
-- ## Remedy
-- Keep the columns that queries search by, and their order; the few that are only read belong behind INCLUDE on PostgreSQL.
-- ```sql
-- CREATE INDEX orders_customer_placed ON orders(customer_id, status, placed_at);
-- ```
--
-- ## Stays quiet when
-- - the index has no more columns than `max_columns`; columns behind INCLUDE don't count;
-- - it is a UNIQUE constraint's or the primary key's: the columns are the rule; it is unique;
-- - the table is fixed; the index was there before the change.
--
-- ## Limits
-- How wide each column is isn't looked at.
WITH
  wide AS (
    SELECT i.table_name, i.name, i.statement_id, count(*) AS width, group_concat(x.name, ', ') AS columns
    FROM new_indexes AS i
    JOIN index_columns AS x ON x.side = 'head' AND x.table_name = i.table_name AND x.index_name = i.name
    WHERE i.is_unique = 0
    GROUP BY i.table_name, i.name, i.statement_id
    HAVING count(*) > :max_columns
  ),
  idle AS (
    SELECT w.name, group_concat(x.name, ', ') AS columns
    FROM wide AS w
    JOIN index_columns AS x ON x.side = 'head' AND x.table_name = w.table_name AND x.index_name = w.name AND x.name <> ''
    WHERE NOT EXISTS (
        SELECT 1 FROM predicates AS p JOIN statements AS s ON s.statement_id = p.statement_id AND s.side = 'head'
        WHERE p.name = x.name COLLATE NOCASE AND (p.relation IS NULL OR p.relation = w.table_name COLLATE NOCASE))
      AND NOT EXISTS (
        SELECT 1 FROM orderings AS o JOIN statements AS s ON s.statement_id = o.statement_id AND s.side = 'head'
        WHERE o.name = x.name COLLATE NOCASE)
    GROUP BY w.name
  )
SELECT
  w.statement_id,
  w.name AS subject,
  printf('%s has %d columns (%s), each of them written with every row of %s.', w.name, w.width, w.columns, w.table_name)
  || CASE WHEN i.columns IS NULL THEN '' ELSE printf(' No known query searches or sorts by %s.', i.columns) END AS message,
  CASE WHEN i.columns IS NULL THEN 'Keep the columns by which queries search, those compared by equality first.'
    ELSE printf('Leave out %s.', i.columns) END AS fix
FROM wide AS w
LEFT JOIN idle AS i ON i.name = w.name;

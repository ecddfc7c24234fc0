-- id: low-cardinality-index
-- family: schema
-- severity: info
-- engines: sqlite, postgres
-- needs: indexes
-- yields-to: duplicate-index, redundant-index
-- parameter: max_values integer 4: values of the column up to which it counts
-- since: 0.1
-- summary: An index on one column that holds a few values comes with the change.
--
-- ## What it does
-- Finds new indexes, of all rows, on a single column whose type or CHECK allows a few values: a boolean, `CHECK (status IN ('new', 'sent'))`.
--
-- ## Why
-- Each value leads to a large part of the table, which is read faster without the index; and the index is written with every row. It is worth its price
-- only for a value that few rows have, and for that one a partial index does the same with a fraction of the size.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_sent ON orders(is_sent);
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE INDEX orders_to_send ON orders(placed_at) WHERE NOT is_sent;     -- what is looked for, in the order that is wanted
-- ```
-- or the column before one that tells rows apart: `CREATE INDEX ON orders(is_sent, placed_at)`.
--
-- ## Stays quiet when
-- - the index is partial, unique, or has another column or an expression;
-- - the column may hold more than `max_values` values, as far as its type and CHECK say;
-- - the table is fixed.
--
-- ## Limits
-- How the values are spread isn't known. It is an info for that reason.
SELECT
  i.statement_id,
  i.name AS subject,
  printf('%s.%s holds %d values: by the index a value leads to a large part of the %,d rows (at the largest scale), unless few have it.', i.table_name, c.name,
    c.allowed_values, CAST(t.row_count AS INTEGER)) AS message,
  printf('Make it partial, for the value that is looked for (WHERE %s = …), on a column that tells those rows apart; or add such a column to it.', c.name) AS fix
FROM new_indexes AS i
JOIN tables AS t ON t.side = 'head' AND t.name = i.table_name
JOIN index_columns AS x ON x.side = 'head' AND x.table_name = i.table_name AND x.index_name = i.name AND x.position = 0
JOIN columns AS c ON c.side = 'head' AND c.table_name = i.table_name AND c.name = x.name AND c.allowed_values BETWEEN 1 AND :max_values
WHERE i.table_type = 'table' AND i.is_unique = 0 AND i.partial = 0
  AND NOT EXISTS (SELECT 1 FROM index_columns AS more WHERE more.side = 'head' AND more.table_name = i.table_name AND more.index_name = i.name AND more.position > 0);

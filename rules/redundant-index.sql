-- id: redundant-index
-- family: schema
-- severity: warning
-- engines: sqlite, postgres
-- needs: indexes
-- parameter: max_more_columns integer 2: columns that the longer index may have more
-- since: 0.1
-- summary: An index holds the first columns of another one, which serves its queries as well.
--
-- ## What it does
-- Finds an index whose columns are the first ones of another index, of a UNIQUE constraint or of the primary key of the same table, in
-- the same order, where the change brought one of the two.
--
-- ## Why
-- A look-up by `customer_id` is as good in an index on (customer_id, placed_at). The shorter one is written with each row all the same.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_customer ON orders(customer_id);
-- CREATE INDEX orders_customer_placed ON orders(customer_id, placed_at);
-- ```
--
-- ## Remedy
-- ```sql
-- DROP INDEX orders_customer;
-- ```
-- after a look at the finding's queries: when the longer one has many more or much wider columns, the short one may stay for its size.
--
-- ## Stays quiet when
-- - the shorter one is unique: it is a rule that the data obeys, and no copy;
-- - one of the two is partial, is on an expression, includes further columns, or is of another kind;
-- - the longer one has more than `max_more_columns` columns more: then the short one is much smaller;
-- - the columns are the same, which is duplicate-index; both were there before the change.
--
-- ## Limits
-- How wide the columns are isn't looked at.
WITH
  pairs AS (
    SELECT a.table_name, a.name AS spare, a.statement_id AS spare_by, b.name AS kept, b.statement_id AS kept_by, b.origin AS kept_origin,
      a.columns, b.columns AS kept_columns,
      row_number() OVER (PARTITION BY a.table_name, a.name ORDER BY b.width, b.name) AS place
    FROM index_shapes AS a
    JOIN index_shapes AS b ON b.side = a.side AND b.table_name = a.table_name AND b.width > a.width AND b.width <= a.width + :max_more_columns
      AND substr(b.columns, 1, length(a.columns)) = a.columns
    WHERE a.side = 'head' AND a.origin = 'create' AND a.is_unique = 0
      AND NOT EXISTS (
        SELECT 1 FROM index_shapes AS same WHERE same.side = 'head' AND same.table_name = a.table_name AND same.columns = a.columns AND same.name <> a.name)
      AND NOT ((SELECT mode FROM run) = 'change' AND EXISTS (
        SELECT 1 FROM index_shapes AS old JOIN index_shapes AS other ON other.side = 'base' AND other.table_name = old.table_name AND other.name = b.name
          AND other.columns = b.columns
        WHERE old.side = 'base' AND old.table_name = a.table_name AND old.name = a.name AND old.columns = a.columns))
  )
SELECT
  coalesce((SELECT s.statement_id FROM statements AS s WHERE s.statement_id = p.kept_by AND s.changed = 1), p.spare_by, p.kept_by) AS statement_id,
  p.spare AS subject,
  printf('%s on %s(%s) is the beginning of %s, on (%s), which serves the same look-ups: every write to %s pays for both.', p.spare, p.table_name,
    replace(rtrim(p.columns, '|'), '|', ', '), CASE p.kept_origin WHEN 'primary_key' THEN 'the primary key' WHEN 'unique' THEN 'a UNIQUE constraint' ELSE p.kept END,
    replace(rtrim(p.kept_columns, '|'), '|', ', '), p.table_name) AS message,
  printf('DROP INDEX %s', p.spare) AS fix
FROM pairs AS p
WHERE p.place = 1 AND coalesce(p.spare_by, p.kept_by) IS NOT NULL
  AND ((SELECT mode FROM run) = 'all' OR (SELECT schema_changed FROM run) = 1);

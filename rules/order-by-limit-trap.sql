-- id: order-by-limit-trap
-- family: plan
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, planner-override, non-sargable-predicate, access-regression, quadratic-growth
-- parameter: min_rows integer 1000: rows read in the order of the index, at the largest scale, from which on it counts
-- parameter: ratio number 10: rows read for one that is kept, from which on it counts
-- since: 0.1
-- summary: For ORDER BY … LIMIT an index is walked in order, and nearly every row on the way is thrown away by the filter.
--
-- ## What it does
-- Finds plans for ORDER BY with LIMIT that don't sort, because they walk an index in the wanted order, while a filter that this
-- index can't check drops nearly all rows; and where the engine, given an index for filter and order, reads less than a third.
--
-- ## Why
-- The planner hopes to meet a row that fits early. When the rows that fit are old, rare, or none at all, it walks to the end of the
-- index, and fetches every row of the table on the way, in the worst order for the disk. The same query is fast for one customer and
-- takes minutes for the next.
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_placed_at ON orders(placed_at);
-- SELECT id FROM orders WHERE reference = ? ORDER BY placed_at DESC LIMIT 1;
-- ```
--
-- ## Remedy
-- An index on the columns of the filter, then those of the order:
-- ```sql
-- CREATE INDEX orders_reference_placed_at ON orders(reference, placed_at);
-- ```
--
-- ## Stays quiet when
-- - rows that fit come soon: the filter keeps a good part of them;
-- - the plan sorts: then sort-without-index or full-scan-growth has the say;
-- - no index that was tried reads less;
-- - the table is fixed.
--
-- ## Limits
-- In a change an error where the growth class falls with the index that was tried and the table's size is known, unless the column holds few values by its
-- name, or a partial index's condition names it. Otherwise, and in `check --all`, a warning: how soon a row fits is
-- a matter of the data. An info where the sizes of today are known, and at these the statement examines fewer than 5,000 rows.
WITH
  walked AS (
    SELECT s.statement_id, n.relation, n.index_name, n.rows_examined, n.rows_out, p.name, o.name AS wanted, i.ddl, i.rows_after, t.row_source,
      i.class_before, i.class_after, p.line, p."column",
      row_number() OVER (PARTITION BY s.statement_id ORDER BY n.rows_examined DESC, n.relation, n.node, i.rank, p.line, p."column", p.name) AS place
    FROM run
    JOIN statements AS s
    JOIN metrics AS m ON m.statement_id = s.statement_id AND m.side = 'head' AND m.scale = run.largest_scale AND m.rows_sorted < 1
    JOIN query_blocks AS b ON b.statement_id = s.statement_id AND b.has_limit = 1
    JOIN orderings AS o ON o.statement_id = s.statement_id AND o.block = b.block AND o.kind = 'order_by' AND o.position = 0
    JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.index_name <> '' AND n.access IN ('scan', 'scan_covering', 'search', 'search_covering')
    JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.type = 'table' AND t.fixed = 0
    JOIN index_columns AS x ON x.side = 'head' AND x.table_name = n.relation AND x.index_name = n.index_name
      AND x.name = o.name COLLATE NOCASE
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.block = b.block AND p.relation = n.relation COLLATE NOCASE
      AND p.clause = 'where' AND p.sargable = 1 AND p.in_or = 0 AND p.name <> o.name COLLATE NOCASE
      AND p.operand IN ('literal', 'placeholder', 'list', 'expression')
    JOIN index_trials AS i ON i.statement_id = s.statement_id AND i.relation = n.relation AND i.rows_after <= 0.3 * i.rows_before
    LEFT JOIN columns AS c ON c.side = 'head' AND c.table_name = n.relation AND c.name = p.name COLLATE NOCASE
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND coalesce(c.allowed_values, 0) = 0
      AND instr(lower(n.terms), lower(p.name) || '=') = 0
      AND NOT EXISTS (  -- walked for its order: nothing of the order's column and of those before it is compared, but by equality
        SELECT 1 FROM index_columns AS before
        WHERE before.side = 'head' AND before.table_name = n.relation AND before.index_name = n.index_name
          AND before.position < x.position AND instr(lower(n.terms), lower(before.name) || '=') = 0)
      AND n.rows_examined >= :min_rows AND n.rows_examined >= :ratio * n.rows_out
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  CASE WHEN w.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = w.statement_id) THEN 'info'
    WHEN w.class_after < w.class_before AND w.row_source <> 'assumed' AND (SELECT mode FROM run) = 'change'
      AND NOT EXISTS (SELECT 1 FROM partial_index_uses AS u WHERE u.statement_id = w.statement_id AND u.relation = w.relation)
      AND NOT EXISTS (SELECT 1 FROM category_columns AS k WHERE k.table_name = w.relation AND k.name = w.name COLLATE NOCASE) THEN 'error' ELSE 'warning' END AS level,
  w.relation AS subject,
  printf('%s is walked for the order of %s, and the filter on %s throws away what doesn''t fit: if rows that fit are rare, %,d rows of %s are read (at the largest scale) to find a few.',
    w.index_name, w.wanted, w.name, CAST(w.rows_examined AS INTEGER), w.relation) AS message,
  printf('%s; with it %,d rows are examined.', w.ddl, CAST(w.rows_after AS INTEGER)) AS fix
FROM walked AS w
WHERE w.place = 1;

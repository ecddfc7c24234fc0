-- id: full-scan-growth
-- family: plan
-- severity: error
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, planner-override, non-sargable-predicate, access-regression, quadratic-growth, order-by-limit-trap
-- since: 0.1
-- summary: A query reads every row of a growing table, and an index was tried with which it needn't.
--
-- ## What it does
-- Finds new and edited statements whose cost grows with a table because the plan scans it, where the engine planned the same
-- statement with a candidate index and it got better: the growth class falls, or it stays linear and the rows examined fall to
-- less than a third.
--
-- PostgreSQL reads `ORDER BY score DESC NULLS LAST` from no ordinary index on score: read backwards, that gives its nulls first. An index
-- with the nulls where the query wants them is tried, too.
--
-- Where one index is of no use without another, they are tried together, and the finding names them all: one for each arm of an `OR`; one for
-- each table that refers to the rows that a DELETE takes away.
--
-- ## Why
-- A scan of ten test rows and a look-up by index look the same in every test. The scan gets slower with each row that is ever
-- stored; under load such queries hold their connections until the pool is empty.
--
-- ## Example
-- ```sql
-- SELECT id, total FROM orders WHERE customer_id = ?;     -- no index begins with customer_id
-- ```
--
-- ## Remedy
-- The finding names the index that was tried, and what it gains:
-- ```sql
-- CREATE INDEX orders_customer_id ON orders(customer_id);
-- ```
--
-- ## Stays quiet when
-- - the result needs all rows: no filter, or an aggregate over everything;
-- - no index that was tried helps: then the scan isn't a missing index; a partial index is read whole, which holds what is asked for;
-- - the query pairs rows with rows and returns the pairs: an index may halve that work, and the square remains;
-- - tables are joined whole: an index may lead from one to the other, and all of one is still read;
-- - the table doesn't grow (`"tables": {"country": {"rows": 250, "fixed": true}}`);
-- - the only filter is on a column with a few values (boolean, CHECK (x IN (…))): an index would still read a large part;
-- - it is compared with its own DEFAULT (`hidden = 0` for `hidden INTEGER DEFAULT 0`): most rows have that value;
-- - a migration in code runs it, once (a warning where only its folder says so: `db/old_migrations/`);
-- - another rule names the same trouble more exactly: cross-join, non-sargable-predicate, access-regression, quadratic-growth.
--
-- ## Limits
-- Where a partial index has a condition on columns that the statement compares with parameters (`WHERE status = 'queued'`), the finding is a warning: PostgreSQL uses it as long as it plans for their values, and no more once it keeps one plan for all.
--
-- How often a recursive CTE goes on is the planner's guess: where the growth is told quadratic by it, the finding is a warning.
--
-- It is a warning, too, where rows of a fixed table are deleted; where a foreign key alone has the table read, and the program doesn't turn SQLite's foreign
-- keys on (`PRAGMA foreign_keys`), or turns them off somewhere; where the program puts filters into the statement that aren't known here: with them it may read less; and where
-- the filters that no index begins with yet are on columns that hold few values by their names (`status`, `message_type`, `is_read`) while no
-- statistics say how many, are compared with a constant of the statement's (`odid = 0`), or ask for NULL (`deleted_at IS NULL`): an index on them
-- may still read a large part. In `check --all`, where the statement ran before, it takes more: something has to tell that they pick few rows, be it statistics, a foreign
-- key, or the type or name of a key, a person or a time (`uuid`, `email`, `order_no`, `created_at`); `workspace` may hold three values. Statistics make it certain.
--
-- It is an info where the sizes of today are known, and at these the statement examines fewer than 5,000 rows; a warning where no user waits for it,
-- as far as path and function tell: tests, migrations, scripts, clean-ups; and, as long as the table's size is assumed, where a statement of the
-- repository deletes the table's rows by their age (`DELETE … WHERE created_at < ?`).
--
-- In `check --all` it is a warning as long as the sizes of the statement's tables are all assumed, unless a baseline is there that doesn't know the
-- statement: what runs already has met its data. Sizes (`tables`, `statistics`) make it an error.
--
-- Several statements that want the same index are one fault: all but the one that examines most rows name that one.
--
-- One finding a statement: for the best index. An index costs writes and space, which is for people to weigh.
WITH
  deletions AS MATERIALIZED (
    SELECT relation, path || ':' || line AS place, row_number() OVER (PARTITION BY relation ORDER BY path, line) AS nth
    FROM deletions_by_age
  ),
  few_values AS MATERIALIZED (SELECT table_name, name FROM category_columns),
  many_values AS MATERIALIZED (SELECT lower(table_name || '.' || name) AS "column" FROM selective_columns),
  partials AS MATERIALIZED (SELECT statement_id, relation, min(index_name) AS index_name FROM partial_index_uses GROUP BY statement_id, relation),
  pragmas AS MATERIALIZED (  -- SQLite looks foreign keys up only where it is told to
    SELECT s.value NOT IN ('0', 'off', 'no', 'false') AS enforces
    FROM (SELECT trim(substr(replace(lower(s.text), ';', ''), instr(s.text, '=') + 1), ' ''"') AS value
      FROM statements AS s WHERE s.side = 'head' AND s.statement_kind = 'utility' AND s.kind <> 'migration' AND replace(lower(s.text), ' ', '') LIKE 'pragmaforeign\_keys=%' ESCAPE '\') AS s
  ),
  category_first AS MATERIALIZED (  -- trials whose index begins with such a column
    SELECT DISTINCT t.statement_id, t.rank
    FROM few_values AS k
    JOIN index_trials AS t ON t.relation = k.table_name AND instr(replace(replace(t.ddl, '"', ''), ')', ','), '(' || k.name || ',') > 0
  ),
  helped AS (
    SELECT s.statement_id, s.statement_kind, s.language, t.relation, t.relations, t.ddl, t.class_before, t.class_after, t.rows_before, t.rows_after, t.sorted_before,
      t.sorted_after, r.row_source,
      (SELECT sum(o.row_count) FROM tables AS o WHERE o.side = 'head' AND instr(' and ' || t.relations || ' and ', ' and ' || o.name || ' and ') > 0) AS row_count,
      ' ' || replace(replace(replace(replace(substr(t.ddl, instr(t.ddl, ' ON ')), '"', ''), '(', ' '), ')', ' '), ',', ' ') || ' ' AS indexed,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY c.rank IS NOT NULL, t.rank) AS place
    FROM run
    JOIN statements AS s
    JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1
    JOIN index_trials AS t ON t.statement_id = s.statement_id
    LEFT JOIN category_first AS c ON c.statement_id = t.statement_id AND c.rank = t.rank
    JOIN tables AS r ON r.side = 'head' AND r.name = t.relation AND r.type = 'table' AND r.fixed = 0
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND EXISTS (
        SELECT 1 FROM plan_nodes AS n
        WHERE n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
          AND instr(' and ' || t.relations || ' and ', ' and ' || n.relation || ' and ') > 0 AND n.access IN ('scan', 'scan_covering')
          AND NOT EXISTS (SELECT 1 FROM indexes AS i WHERE i.side = 'head' AND i.table_name = n.relation AND i.name = n.index_name AND i.partial = 1))
      AND (t.class_after < t.class_before
        OR (t.class_before = 1 AND t.rows_after <= 0.3 * t.rows_before
          AND EXISTS (  -- a filter, and no join, on a column that may hold more than a few values
            SELECT 1 FROM predicates AS p
            LEFT JOIN columns AS c ON c.side = 'head' AND c.table_name = t.relation AND c.name = p.name COLLATE NOCASE
            WHERE p.statement_id = s.statement_id AND p.sargable = 1 AND p.operand <> 'column' AND coalesce(c.allowed_values, 0) = 0
              AND (p.relation IS NULL OR p.relation = t.relation COLLATE NOCASE))))
  ),
  best AS MATERIALIZED (
    SELECT h.*,
      (SELECT u.index_name FROM partials AS u WHERE u.statement_id = h.statement_id AND u.relation = h.relation) AS partial_index,
      run.engine = 'sqlite' AND h.statement_kind IN ('update', 'delete') AND NOT EXISTS (  -- a foreign key's look-up
        SELECT 1 FROM query_tables AS q WHERE q.statement_id = h.statement_id AND q.name = h.relation COLLATE NOCASE)
      AND (EXISTS (
          SELECT 1 FROM pragmas AS g WHERE g.enforces = 0)
        OR h.language IN ('python', 'php', 'c', 'cpp') AND NOT EXISTS (SELECT 1 FROM pragmas AS g WHERE g.enforces = 1)) AS unenforced,
      EXISTS (  -- deletes what hardly ever goes
        SELECT 1 FROM query_tables AS q JOIN tables AS o ON o.side = 'head' AND o.name = q.name COLLATE NOCASE AND o.fixed = 1
        WHERE q.statement_id = h.statement_id AND q.role = 'target') AS of_fixed,
      h.class_before = 2 AND EXISTS (SELECT 1 FROM query_blocks AS b WHERE b.statement_id = h.statement_id AND b.recursive = 1) AS recursive,
      h.statement_id IN (SELECT u.statement_id FROM unproven_statements AS u WHERE u.statement_id = h.statement_id) AS unproven,
      h.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = h.statement_id) AS cheap,
      EXISTS (SELECT 1 FROM holes AS o WHERE o.statement_id = h.statement_id AND o.kind = 'predicate') AS more_filters,
      h.statement_id IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = h.statement_id) AS side_job,
      (SELECT d.place FROM deletions AS d WHERE d.relation = h.relation AND h.row_source = 'assumed' AND d.nth = 1) AS deleted_at,
      (h.sorted_before <= h.sorted_after OR h.sorted_after > 1 OR NOT EXISTS (
        SELECT 1 FROM query_blocks AS b WHERE b.statement_id = h.statement_id AND b.has_limit = 1)) AND (  -- the filters' columns: all are of few values, or an index begins with them already
        SELECT max(f.of_few) AND min(f.of_few OR EXISTS (
          SELECT 1 FROM index_columns AS x
          JOIN indexes AS i ON i.side = 'head' AND i.table_name = x.table_name AND i.name = x.index_name
          WHERE x.side = 'head' AND x.table_name = h.relation AND x.position = 0 AND x.name = f.name COLLATE NOCASE
            AND (i.partial = 0 OR EXISTS (
              SELECT 1 FROM predicates AS n
              WHERE n.statement_id = h.statement_id AND n.operator = 'IS NULL' AND instr(i.condition, n.name) > 0
                AND (n.relation IS NULL OR n.relation = h.relation COLLATE NOCASE)))))
        FROM (
          SELECT p.name, CASE run.mode WHEN 'all' THEN lower(h.relation || '.' || p.name) NOT IN (SELECT k."column" FROM many_values AS k)
            ELSE lower(h.relation || '.' || p.name) IN (SELECT lower(k.table_name || '.' || k.name) FROM few_values AS k) END OR p.operator IN ('IS NULL', 'IS NOT NULL', '<>') OR (p.operator IN ('=', '==', 'IS') AND p.operand = 'literal') AS of_few
          FROM predicates AS p
          WHERE p.statement_id = h.statement_id AND p.sargable = 1 AND (p.relation IS NULL OR p.relation = h.relation COLLATE NOCASE)
            AND (p.operand <> 'column' OR instr(h.indexed, ' ' || p.name || ' ') > 0)) AS f) = 1 AS categories
    FROM run
    JOIN helped AS h ON h.place = 1
  ),
  weighed AS MATERIALIZED (
    SELECT b.*, b.partial_index IS NOT NULL OR b.more_filters OR b.categories OR b.side_job OR b.recursive OR b.of_fixed OR b.unenforced OR b.deleted_at IS NOT NULL OR b.unproven AS doubtful
    FROM best AS b
  ),
  ranked AS (  -- one index for several statements is one fault
    SELECT w.*, first_value(w.statement_id) OVER (PARTITION BY w.ddl ORDER BY w.cheap, w.doubtful, w.rows_before DESC, w.statement_id) AS first_id
    FROM weighed AS w
  )
SELECT
  h.statement_id,
  CASE WHEN h.cheap THEN 'info' WHEN h.doubtful THEN 'warning' END AS level,
  h.relation AS subject,
  printf('The query reads every row of %s (%,d at the largest scale)%s; its cost grows %s.',
    h.relations, CAST(h.row_count AS INTEGER),
    CASE WHEN h.sorted_before > h.sorted_after AND h.sorted_before > 1 THEN ' and sorts what it found' ELSE '' END,
    CASE h.class_before WHEN 2 THEN 'with the square of the data' ELSE 'linearly with the table' END)
    || coalesce(' ' || h.partial_index || ' serves it only where the server plans for the parameter''s value, which the index''s condition has to allow.', '')
    || CASE WHEN h.more_filters THEN ' The program puts filters into it that aren''t known here.' ELSE '' END
    || CASE WHEN h.deleted_at IS NOT NULL THEN printf(' Old rows are deleted (%s), so that it may stay small.', h.deleted_at) ELSE '' END
    || CASE WHEN h.first_id <> h.statement_id THEN (SELECT printf(' It wants the index that %s:%d does.', f.path, f.line) FROM statements AS f WHERE f.statement_id = h.first_id) ELSE '' END
    || CASE WHEN h.side_job THEN ' By its path or its name no user waits for it.' ELSE '' END AS message,
  CASE WHEN h.categories THEN h.ddl || '; how much it spares depends on how many rows have the value: statistics tell (explaingate stats export).'
    ELSE printf('%s; with %s %,d rows are examined in place of %,d, and the growth is %s.', h.ddl, CASE WHEN instr(h.ddl, ';') > 0 THEN 'them' ELSE 'it' END,
    CAST(h.rows_after AS INTEGER), CAST(h.rows_before AS INTEGER),
    CASE h.class_after WHEN 0 THEN 'constant' WHEN 1 THEN 'linear' ELSE 'quadratic' END) END AS fix
FROM ranked AS h;

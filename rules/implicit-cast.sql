-- id: implicit-cast
-- family: statement
-- severity: error
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, non-sargable-predicate
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: An indexed column is compared with a value of another type; the engine converts the column, and can't use its index.
--
-- ## What it does
-- Finds comparisons between an indexed column and a value (or a column) of a type that the engine brings together by converting the
-- column, where the plan then reads the whole growing table:
-- PostgreSQL: integer columns with numeric or floating-point values, numeric with floating-point, char(n) with text;
-- SQLite: text columns with columns, or with casts, of a numeric type.
--
-- ## Why
-- Nothing in the query shows it: no function, no cast around the column. A driver that sends each number as numeric, or a foreign key
-- that was declared as text, is enough, and the index that everyone sees in the schema isn't used.
--
-- ## Example
-- ```sql
-- SELECT total FROM orders WHERE id = $1::numeric;                          -- id is an integer
-- SELECT … FROM events JOIN users ON events.user_ref = users.id             -- user_ref TEXT, id INTEGER (SQLite)
-- ```
--
-- ## Remedy
-- Convert the value, not the column: `WHERE id = $1::bigint`, `ON events.user_ref = CAST(users.id AS TEXT)`. Better: give both
-- columns one type.
--
-- ## Stays quiet when
-- - the types belong together (integer and bigint, text and varchar, date and timestamp), or the engine converts the value;
-- - the column has no index that begins with it;
-- - the plan doesn't scan the table, or the result grows with it: a join of everything with everything scans anyway;
-- - the table is fixed.
--
-- ## Limits
-- The type of a parameter is known where the statement casts it.
--
-- An info where the sizes of today are known, and at these the statement examines fewer than 5,000 rows.
--
-- ## Sources
-- PostgreSQL manual, "Operator Type Resolution" and "Operator Classes and Operator Families". SQLite, "Datatypes In SQLite", type
-- conversions prior to comparison.
WITH
  typed AS (  -- what the types of columns have in common with the words of casts
    SELECT c.table_name, c.name,
      CASE run.engine
        WHEN 'sqlite' THEN CASE
          WHEN upper(c.type) LIKE '%INT%' THEN 'integer'
          WHEN upper(c.type) LIKE '%CHAR%' OR upper(c.type) LIKE '%CLOB%' OR upper(c.type) LIKE '%TEXT%' THEN 'text'
          WHEN c.type = '' OR upper(c.type) LIKE '%BLOB%' THEN 'blob'
          WHEN upper(c.type) LIKE '%REAL%' OR upper(c.type) LIKE '%FLOA%' OR upper(c.type) LIKE '%DOUB%' THEN 'float'
          ELSE 'numeric' END
        ELSE CASE
          WHEN c.type IN ('smallint', 'integer', 'bigint') THEN 'integer'
          WHEN c.type LIKE 'numeric%' THEN 'numeric'
          WHEN c.type IN ('real', 'double precision') THEN 'float'
          WHEN c.type LIKE 'character(%' OR c.type = 'character' THEN 'char'
          WHEN c.type = 'text' OR c.type LIKE 'character varying%' THEN 'text'
          ELSE 'other' END
        END AS family
    FROM run JOIN columns AS c
    WHERE c.side = 'head'
  ),
  compared AS (
    SELECT s.statement_id, t.name AS relation, p.name, p.operand, p.other_relation, p.other_name, p.line, p."column", t.row_count,
      own.family,
      CASE WHEN p.operand = 'column' THEN other.family
        WHEN run.engine = 'sqlite' THEN CASE
          WHEN p.operand <> 'placeholder' THEN ''
          WHEN upper(p.other_type) LIKE '%INT%' THEN 'integer'
          WHEN upper(p.other_type) IN ('REAL', 'FLOAT', 'FLOAT8', 'DOUBLE') THEN 'float'
          WHEN upper(p.other_type) IN ('NUMERIC', 'DECIMAL') THEN 'numeric' ELSE '' END
        WHEN p.other_type = 'numeric' THEN 'numeric'
        WHEN p.operand = 'literal' AND p.other_type = 'float' THEN 'numeric'
        WHEN p.other_type IN ('float4', 'float8') THEN 'float'
        WHEN p.other_type IN ('text', 'varchar') AND p.operand = 'placeholder' THEN 'text'
        ELSE '' END AS other_family,
      row_number() OVER (PARTITION BY s.statement_id, t.name ORDER BY n.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM run
    CROSS JOIN statements AS s
    CROSS JOIN growth AS g ON g.statement_id = s.statement_id AND g.side = 'head' AND g.growth_class >= 1 AND g.waste >= 10
    CROSS JOIN predicates AS p ON p.statement_id = s.statement_id AND p.sargable = 1 AND p.in_or = 0
      AND (p.operand = 'column' OR p.other_type <> '') AND p.clause IN ('where', 'join_on') AND p.operator IN ('=', '==', '<', '<=', '>', '>=', 'IN')
    CROSS JOIN tables AS t ON t.side = 'head' AND t.name = p.relation COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    CROSS JOIN typed AS own ON own.table_name = t.name AND own.name = p.name COLLATE NOCASE
    LEFT JOIN tables AS u ON u.side = 'head' AND u.name = p.other_relation COLLATE NOCASE
    LEFT JOIN typed AS other ON other.table_name = u.name AND other.name = p.other_name COLLATE NOCASE
    CROSS JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.table_ref = p.table_ref
    CROSS JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      AND n.relation = t.name AND n.access IN ('scan', 'scan_covering') AND n.rows_examined >= :min_rows
      AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
    WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1
      AND EXISTS (
        SELECT 1 FROM indexes AS i
        JOIN index_columns AS x ON x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name
        WHERE i.side = 'head' AND i.table_name = t.name AND i.partial = 0 AND x.position = 0 AND x.name = p.name COLLATE NOCASE)
  )
SELECT
  c.statement_id,
  c.line,
  c."column",
  c.relation || '.' || c.name AS subject,
  CASE WHEN c.statement_id IN (SELECT e.statement_id FROM cheap_statements AS e WHERE e.statement_id = c.statement_id) THEN 'info' END AS level,
  printf('%s.%s is indexed, but compared with a value of another type (%s with %s): the engine converts the column, its index is of no use, and all %,d rows of %s are read (at the largest scale).',
    c.relation, c.name, c.family, CASE c.operand WHEN 'column' THEN printf('%s of %s.%s', c.other_family, c.other_relation, c.other_name) ELSE c.other_family END,
    CAST(c.row_count AS INTEGER), c.relation) AS message,
  CASE c.operand
    WHEN 'column' THEN printf('Give %s.%s and %s.%s one type; or convert the other side to the type of %s.', c.relation, c.name, c.other_relation, c.other_name, c.name)
    ELSE printf('Pass the value in the type of %s (%s).', c.name, c.family) END AS fix
FROM compared AS c JOIN run
WHERE c.place = 1
  AND CASE run.engine
    WHEN 'sqlite' THEN c.family = 'text' AND c.other_family IN ('integer', 'float', 'numeric')
    ELSE (c.family = 'integer' AND c.other_family IN ('numeric', 'float'))
      OR (c.family = 'numeric' AND c.other_family = 'float')
      OR (c.family = 'char' AND c.other_family = 'text') END;

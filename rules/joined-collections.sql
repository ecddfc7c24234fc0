-- id: joined-collections
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: cross-join, quadratic-growth, distinct-hides-fanout
-- parameter: min_rows integer 100: rows for each parent, as a product of both, from which on it counts
-- since: 0.1
-- summary: Two collections of one parent are joined in one query, and each row of one meets each row of the other.
--
-- ## What it does
-- Finds queries that join a table with two others that hold many rows for each of its rows, select from both, and have no condition between the two.
--
-- ## Why
-- A blog with 200 posts and 500 followers gives 100,000 rows in place of 700: each post is sent 500 times, and the program throws the doubles away. It gets worse with
-- the product of both, and LIMIT cuts anywhere in it.
--
-- ## Example
-- ```sql
-- SELECT b.title, p.title, f.name FROM blogs AS b
-- LEFT JOIN posts AS p ON p.blog_id = b.id
-- LEFT JOIN followers AS f ON f.blog_id = b.id
-- WHERE b.id = ?;
-- ```
--
-- ## Remedy
-- A query for each collection, by the same key. Or one of them as an aggregate for each parent (json_agg(), json_group_array()) in a subquery.
--
-- ## Stays quiet when
-- - one of the two is joined by a unique key, or has another filter by equality (`AND p.kind = 'cover'`);
-- - the rows are grouped, counted, or made DISTINCT: that is distinct-hides-fanout's;
-- - nothing of one of the two is selected, or a condition joins the two;
-- - fewer than `min_rows` rows come of it for each parent, by the tables' sizes; one of the tables is fixed.
--
-- ## Limits
-- How many rows a parent has is taken as the sizes of the tables have it, on average. An info where a size is assumed.
WITH
  kids AS (  -- joined with a parent by columns that aren't unique
    SELECT DISTINCT p.statement_id, p.block, p.other_ref AS parent_ref, p.table_ref, t.name AS relation, u.name AS parent, p.line, p."column",
      t.row_count / max(1, u.row_count) AS each, t.row_source = 'assumed' OR u.row_source = 'assumed' AS assumed
    FROM predicates AS p
    JOIN statements AS s ON s.statement_id = p.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1 AND s.statement_kind = 'select' AND s.kind <> 'schema'
    JOIN query_blocks AS b ON b.statement_id = p.statement_id AND b.block = p.block AND b.has_aggregate = 0 AND b.has_group_by = 0 AND b.is_distinct = 0 AND b.kind = 'top'
    JOIN tables AS t ON t.side = 'head' AND t.name = p.relation COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
    JOIN tables AS u ON u.side = 'head' AND u.name = p.other_relation COLLATE NOCASE AND u.type = 'table' AND u.fixed = 0
    WHERE p.operator = '=' AND p.operand = 'column' AND p.in_or = 0 AND p.clause IN ('where', 'join_on') AND p.other_ref <> p.table_ref
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS o
        WHERE o.statement_id = p.statement_id AND o.block = p.block AND o.table_ref = p.table_ref AND o.operator IN ('=', '==', 'IS', 'IN', 'IS NULL', 'IS TRUE')
          AND (o.operand <> 'column' OR o.other_ref <> p.other_ref OR o.name <> p.name))
      AND NOT EXISTS (SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name COLLATE NOCASE AND c.primary_key = 1
        AND NOT EXISTS (SELECT 1 FROM columns AS more WHERE more.side = 'head' AND more.table_name = t.name AND more.primary_key > 1))
      AND NOT EXISTS (
        SELECT 1 FROM indexes AS i
        JOIN index_columns AS x ON x.side = 'head' AND x.table_name = i.table_name AND x.index_name = i.name AND x.position = 0 AND x.name = p.name COLLATE NOCASE
        WHERE i.side = 'head' AND i.table_name = t.name AND i.is_unique = 1
          AND NOT EXISTS (SELECT 1 FROM index_columns AS more WHERE more.side = 'head' AND more.table_name = i.table_name AND more.index_name = i.name AND more.position > 0))
      AND EXISTS (
        SELECT 1 FROM projections AS i
        WHERE i.statement_id = p.statement_id AND i.block = p.block AND (i.table_ref = p.table_ref OR i.table_ref IS NULL AND i.name = '*'))
      AND EXISTS (  -- the parent's side is what makes the rows one's own
        SELECT 1 FROM columns AS c WHERE c.side = 'head' AND c.table_name = u.name AND c.name = p.other_name COLLATE NOCASE AND c.primary_key = 1)
  ),
  pairs AS (
    SELECT a.statement_id, a.parent, a.relation AS one, b.relation AS other, a.each AS each_one, b.each AS each_other, b.line, b."column", a.assumed OR b.assumed AS assumed,
      row_number() OVER (PARTITION BY a.statement_id ORDER BY a.each * b.each DESC, a.table_ref, b.table_ref) AS place
    FROM kids AS a
    JOIN kids AS b ON b.statement_id = a.statement_id AND b.block = a.block AND b.parent_ref = a.parent_ref AND b.table_ref > a.table_ref
    WHERE a.each >= 2 AND b.each >= 2 AND a.each * b.each >= :min_rows
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS o
        WHERE o.statement_id = a.statement_id AND (o.table_ref = a.table_ref AND o.other_ref = b.table_ref OR o.table_ref = b.table_ref AND o.other_ref = a.table_ref))
  )
SELECT
  p.statement_id,
  p.line,
  p."column",
  p.other AS subject,
  printf('%s and %s are both joined with %s: each row of one meets each of the other, about %,d × %,d = %,d rows for each of %s, in place of %,d.',
    p.one, p.other, p.parent, CAST(p.each_one AS INTEGER), CAST(p.each_other AS INTEGER), CAST(p.each_one * p.each_other AS INTEGER), p.parent,
    CAST(p.each_one + p.each_other AS INTEGER)) AS message,
  printf('Fetch %s and %s by a query each.', p.one, p.other) AS fix,
  CASE WHEN p.assumed THEN 'info' END AS level
FROM pairs AS p
WHERE p.place = 1;

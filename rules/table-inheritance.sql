-- id: table-inheritance
-- family: schema
-- severity: warning
-- engines: postgres
-- needs: schema_actions
-- yields-to: migration-failed
-- since: 0.1
-- summary: A table comes with INHERITS: queries of its parent read every child, and keys and indexes don't pass on.
--
-- ## What it does
-- Finds CREATE TABLE … INHERITS that comes with the change.
--
-- ## Why
-- A query of the parent reads the parent and all children; what it can leave out it has to find by each child's CHECK constraints, while the plan is made, one
-- child after the other, and not for parameters. Primary keys, unique indexes and foreign keys of the parent say nothing of the children's rows: the same key may stand
-- in two of them, an index has to be made for each, and a foreign key to the parent doesn't find their rows.
--
-- ## Example
-- ```sql
-- CREATE TABLE readings_2026 (CHECK (at >= '2026-01-01' AND at < '2027-01-01')) INHERITS (readings);
-- ```
--
-- ## Remedy
-- Declarative partitioning, where keys and indexes are made once and partitions are pruned by parameters, too:
-- ```sql
-- CREATE TABLE readings (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
-- CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- ```
-- To share columns alone: `CREATE TABLE b (LIKE a INCLUDING ALL)`, or a table for what is common, and a foreign key to it.
--
-- ## Stays quiet when
-- - the table is a partition (PARTITION OF), or copies the columns (LIKE);
-- - it is fixed;
-- - it was there before the change, in `check --all` as well.
--
-- ## Limits
-- An info where the parent has children already: that was decided before. ALTER TABLE … INHERIT isn't looked at.
--
-- ## Sources
-- - [PostgreSQL: Inheritance, Caveats](https://www.postgresql.org/docs/current/ddl-inherit.html)
-- - [PostgreSQL: Table Partitioning](https://www.postgresql.org/docs/current/ddl-partitioning.html)
SELECT
  a.statement_id,
  a.table_name AS subject,
  printf('%s inherits from %s: each query of %s reads all of its children, as far as their CHECKs don''t leave one out; the parent''s keys, unique indexes and foreign keys don''t hold for %s.',
    a.table_name, a.other_table, a.other_table, a.table_name) AS message,
  printf('Make %s a partitioned table and %s a partition of it (PARTITION OF); to share columns alone: LIKE %s INCLUDING ALL.', a.other_table, a.table_name, a.other_table) AS fix,
  CASE WHEN EXISTS (
    SELECT 1 FROM schema_actions AS old
    WHERE old.came = 0 AND old.action = 'create_table' AND old.detail = 'inherits' AND old.other_table = a.other_table) THEN 'info' ELSE 'warning' END AS level
FROM schema_actions AS a
LEFT JOIN tables AS t ON t.side = 'head' AND t.name = a.table_name
WHERE a.came = 1 AND a.action = 'create_table' AND a.detail = 'inherits' AND a.new_table = 1 AND coalesce(t.fixed, 0) = 0;

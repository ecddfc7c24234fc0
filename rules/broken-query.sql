-- id: broken-query
-- family: migration
-- severity: error
-- engines: sqlite, postgres
-- needs: none
-- after: migration-failed
-- since: 0.1
-- summary: The schema loses or renames something that a known query uses: the engine refuses the query from then on.
--
-- ## What it does
-- Finds queries that the engine planned on the schema before the change, and refuses on the schema after it, because a column or table is
-- gone or has another name. One finding for each thing that is gone, at the statement that takes it away: an error where the
-- new program has such a query, which nobody edited; on PostgreSQL a warning where only the program before the change has it.
--
-- ## Why
-- A query that nobody touched fails at every execution, and no test that mocks the database notices. And a migration runs before, or while, the
-- new program comes up: until its last process is gone, the old program asks for the old name.
--
-- ## Example
-- ```sql
-- ALTER TABLE users RENAME COLUMN name TO full_name;     -- and in the program: SELECT id, name FROM users WHERE team_id = ?
-- ```
--
-- ## Remedy
-- Edit the queries as well. Where the old program still runs meanwhile: add the new column, write both, let the program read the new one, and drop
-- the old one with a later change. A view with the old name serves readers of a renamed table.
--
-- ## Stays quiet when
-- - no known query uses what is gone, or all are edited and the migration runs on SQLite, inside of the program itself;
-- - the engine refused the query before the change, too;
-- - the program was changed first, and the column or table goes with a later change;
-- - a migration failed: then that is what breaks the queries.
--
-- ## Limits
-- Queries outside of the repository aren't known. Queries that ORMs put together, and those with a part that is put together at run time, aren't seen.
--
-- ## Sources
-- - [strong_migrations: renaming a column](https://github.com/ankane/strong_migrations#renaming-a-column)
WITH
  gone AS (
    SELECT c.table_name, c.name AS column_name
    FROM columns AS c
    JOIN tables AS t ON t.side = 'head' AND t.name = c.table_name
    WHERE c.side = 'base'
      AND NOT EXISTS (SELECT 1 FROM columns AS k WHERE k.side = 'head' AND k.table_name = c.table_name AND k.name = c.name)
    UNION ALL
    SELECT t.name, ''
    FROM tables AS t
    WHERE t.side = 'base' AND NOT EXISTS (SELECT 1 FROM tables AS k WHERE k.side = 'head' AND k.name = t.name)
  ),
  refused AS (  -- each with the words of the engine's message apart
    SELECT b.statement_id, b.message, s.side, s.path, s.line,
      ' ' || lower(replace(replace(replace(replace(b.message, '"', ' '), '.', ' '), ':', ' '), '`', ' ')) || ' ' AS words
    FROM broken_statements AS b
    JOIN statements AS s ON s.statement_id = b.statement_id
  ),
  broken AS (
    SELECT g.table_name, g.column_name, r.statement_id, r.message, r.side, r.path, r.line,
      (SELECT max(a.statement_id) FROM schema_actions AS a
       WHERE a.came = 1 AND a.table_name = g.table_name
         AND (g.column_name <> '' AND a.action IN ('rename_column', 'drop_column') AND a.column_name = g.column_name
           OR g.column_name = '' AND a.action IN ('rename_table', 'drop_table'))) AS taken_by,
      (SELECT t.statement_id FROM tables AS t WHERE t.side = 'head' AND t.name = g.table_name) AS made_by
    FROM gone AS g
    JOIN refused AS r
      ON instr(r.words, ' ' || lower(CASE g.column_name WHEN '' THEN replace(g.table_name, '.', ' ') ELSE g.column_name END) || ' ') > 0
      AND EXISTS (SELECT 1 FROM query_tables AS q WHERE q.statement_id = r.statement_id AND q.name = g.table_name COLLATE NOCASE)
  ),
  told AS (
    SELECT b.*, count(*) FILTER (WHERE b.side = 'head') OVER whole AS queries,
      row_number() OVER (PARTITION BY b.table_name, b.column_name ORDER BY b.side = 'base', b.path, b.line, b.statement_id) AS place
    FROM broken AS b
    WINDOW whole AS (PARTITION BY b.table_name, b.column_name)
  )
SELECT
  coalesce(t.taken_by, t.made_by, t.statement_id) AS statement_id,
  CASE WHEN t.queries > 0 THEN 'error' ELSE 'warning' END AS level,
  t.table_name || CASE t.column_name WHEN '' THEN '' ELSE '.' || t.column_name END AS subject,
  printf('%s is gone from the schema with this change, and %s: the engine refuses it (%s).',
    t.table_name || CASE t.column_name WHEN '' THEN '' ELSE '.' || t.column_name END,
    CASE WHEN t.queries > 1 THEN printf('%d known queries still ask for it, such as the one at %s:%d', t.queries, t.path, t.line)
      WHEN t.queries = 1 THEN printf('the query at %s:%d still asks for it', t.path, t.line)
      ELSE printf('the program that runs until the deployment is over still asks for it at %s:%d, as it was before this change', t.path, t.line) END,
    rtrim(t.message, '.')) AS message,
  CASE WHEN t.queries > 0 THEN 'Edit the query as well; and keep the old name until no running program asks for it.'
    ELSE 'Keep the old name, too, until the new program is everywhere, and let it go with the next change.' END AS fix
FROM told AS t
WHERE t.place = 1
  AND (t.side = 'head' OR (t.taken_by IS NOT NULL AND (SELECT engine FROM run) = 'postgres'
    AND EXISTS (SELECT 1 FROM migration_steps AS m WHERE m.statement_id = t.taken_by)))
  AND NOT EXISTS (SELECT 1 FROM findings AS f WHERE f.rule = 'migration-failed' AND f.level = 'error');

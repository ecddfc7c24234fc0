-- id: migration-failed
-- family: hygiene
-- severity: error
-- engines: sqlite, postgres
-- needs: none
-- parameter: min_twice integer 5: statements that make what is there already, from which on the chain begins anew in its middle
-- since: 0.1
-- summary: A statement of the schema was refused by the engine.
--
-- ## What it does
-- The schema is built statement by statement, from nothing, as a new environment would. Each statement that the engine refuses is
-- reported at its line, with the engine's own message. One that failed before the change too is shown as info.
--
-- ## Why
-- A migration that fails stops the deployment half way. And everything that is said of queries rests on this schema: a table that
-- could not be created makes every query on it "not analysed".
--
-- ## Example
-- ```sql
-- CREATE INDEX orders_by_customer ON order(customer_id);     -- the table is called orders
-- ```
--
-- ## Remedy
-- Mend the statement. Where it needs something that a new database doesn't have (an extension, a table that another tool makes),
-- bring that into the schema's sources, or guard the statement with IF EXISTS.
--
-- ## Stays quiet when
-- - the statement applies;
-- - it changes only what the migration tool itself has noted (`schema_migrations`, `_sqlx_migrations`): the tool makes that table;
-- - it is left out on purpose: down parts of migrations, transaction control, settings.
--
-- ## Limits
-- A warning is what the server that plans doesn't allow or lacks (an extension, a right), and what then does not exist; and what already exists
-- where two folders number their files each for itself, as those of two databases do, or where `min_twice` statements make what is there: a whole schema
-- stands beside the steps to it.
--
-- Data that production has and the empty database lacks isn't there to fail on: a UNIQUE index over duplicates applies here.
-- Of more than a thousand failures (a dump whose tables could not be made) the first thousand are findings.
WITH
  folders AS (
    SELECT DISTINCT s.side, s.path, rtrim(s.path, replace(s.path, '/', '')) AS folder
    FROM statements AS s
    WHERE s.kind = 'schema'
  ),
  numbered AS MATERIALIZED (  -- 001_init.sql here and there: each folder counts for itself
    SELECT f.side, f.path, f.folder, CAST(replace(f.path, f.folder, '') AS INTEGER) AS number
    FROM folders AS f
    WHERE CAST(replace(f.path, f.folder, '') AS INTEGER) > 0
  ),
  alike AS MATERIALIZED (
    SELECT DISTINCT n.side, n.path
    FROM numbered AS n
    JOIN numbered AS o ON o.side = n.side AND o.number = n.number AND o.folder <> n.folder
  ),
  failures AS (
    SELECT f.*,
      f.message LIKE 'permission denied%' OR f.message LIKE 'must be superuser%' OR f.message LIKE 'must have admin option%' OR f.message LIKE 'extension "%" is not %'
        OR f.message LIKE 'unrecognized option:%' OR f.message LIKE 'no such module:%' AS of_server,
      f.message LIKE '%does not exist%' AND EXISTS (
        SELECT 1 FROM schema_failures AS e
        WHERE e.side = f.side AND e.statement_id < f.statement_id
          AND (e.message LIKE 'permission denied%' OR e.message LIKE 'must be superuser%' OR e.message LIKE 'extension "%" is not %')) AS after_that,
      (f.message LIKE '%already exists%' OR f.message LIKE 'duplicate column%' OR f.message LIKE 'duplicate key%')
        AND ((f.side, s.path) IN (SELECT a.side, a.path FROM alike AS a) OR c.twice >= :min_twice)
        OR c.twice >= :min_twice AND (f.message LIKE '%does not exist%' OR f.message LIKE 'no such %') AS of_another
    FROM schema_failures AS f
    JOIN statements AS s ON s.statement_id = f.statement_id
    JOIN (  -- a chain that begins anew in its middle
      SELECT count(*) AS twice FROM schema_failures AS e
      WHERE e.side = 'head' AND (e.message LIKE '%already exists%' OR e.message LIKE 'duplicate column%' OR e.message LIKE 'duplicate key%')) AS c
    WHERE f.side = 'head'
  )
SELECT
  f.statement_id,
  CASE WHEN f.changed = 0 THEN 'info' WHEN f.of_server OR f.after_that OR f.of_another THEN 'warning' ELSE 'error' END AS level,
  s.statement_kind AS subject,
  printf('The engine refused this statement of the schema%s: %s.%s',
    CASE f.changed WHEN 1 THEN '' ELSE ', as it did before the change' END, rtrim(f.message, '.'),
    CASE WHEN NOT f.of_server AND f.after_that THEN ' It may lack what a statement before it was to make, which this server doesn''t allow.' ELSE '' END) AS message,
  CASE
    WHEN f.message LIKE 'extension "%" is not made%' THEN 'What needs the extension can''t be planned here, and is listed as not analysed.'
    WHEN f.message LIKE 'extension "%' THEN 'Install the extension''s package on this machine; what needs it can''t be planned without.'
    WHEN f.message LIKE 'unrecognized option:%' OR f.message LIKE 'no such module:%' THEN printf('The SQLite that plans (%s) is older, or built without it: what needs it can''t be planned here.', run.engine_version)
    WHEN f.of_server THEN 'The server that plans gives no such right: what it was to make is missing for all that follows. Make it in a statement of the schema that needs no rights.'
    WHEN f.of_another THEN 'Files that make the same things look like databases of their own, or like a whole schema beside the steps to it: name the one that the queries are for as `schema`.'
    ELSE 'Mend the statement, or bring what it needs into the schema before it.' END AS fix
FROM run
JOIN failures AS f
JOIN statements AS s ON s.statement_id = f.statement_id
ORDER BY f.statement_id
LIMIT 1000;

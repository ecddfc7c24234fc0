-- id: not-analysed
-- family: hygiene
-- severity: info
-- engines: sqlite, postgres
-- needs: none
-- yields-to: migration-failed
-- since: 0.1
-- summary: SQL on changed lines could not be read or planned, so nothing is known of it.
--
-- ## What it does
-- Lists what the change touches and the gate could not judge, with the reason: SQL that comes from somewhere else at run time, a
-- table's name that is computed, a statement that the parser or the engine refused.
--
-- ## Why
-- Unknown is not clean. Who reads "no findings" should see what was not looked at.
--
-- ## Example
-- ```python
-- def run(connection, query):
--     return connection.execute(query)          # what `query` holds is known to the callers only
-- ```
--
-- ## Remedy
-- Where it can be done, write the SQL where it is executed, or as a constant; keep computed names to a fixed list. Otherwise
-- review these lines by hand: set the rule to "warning" or "error" to have that enforced.
--
-- ## Stays quiet when
-- - the line isn't part of the change;
-- - it is a statement of the schema that failed: that is migration-failed's.
--
-- ## Limits
-- Code in files that are no known language, or that the configuration excludes, is not listed. Of more than a thousand places the
-- first thousand are findings; the report's list has them all.
SELECT
  n.statement_id,
  n.path,
  max(n.line, 1) AS line,
  max(n."column", 1) AS "column",
  coalesce(nullif(s.name, ''), nullif(s.function, ''), 'sql') AS subject,
  'Not analysed: ' || n.reason || CASE WHEN n.reason LIKE '%.' THEN '' ELSE '.' END AS message
FROM not_analysed AS n
LEFT JOIN statements AS s ON s.statement_id = n.statement_id
WHERE n.changed = 1
ORDER BY n.path, n.line, n."column", n.reason
LIMIT 1000;

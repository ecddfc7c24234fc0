-- id: virtual-table-scan
-- family: plan
-- severity: warning
-- engines: sqlite
-- needs: plan_nodes
-- since: 0.1
-- summary: A filter on a full-text or R-tree table is none that it can look up, so that all of it is read.
--
-- ## What it does
-- Finds new and edited statements that filter or join an FTS5, FTS4, FTS3 or R-tree table by columns, and whose plan gives it none of the filters.
--
-- ## Why
-- A full-text table finds rows by MATCH and by rowid, an R-tree by its coordinates and by its id; they can have no index beside. Every other filter,
-- `=` on an UNINDEXED column as well, reads the whole table, and each row's text with it.
--
-- ## Example
-- ```sql
-- CREATE VIRTUAL TABLE message_search USING fts5(message_id UNINDEXED, body);
-- DELETE FROM message_search WHERE message_id = ?;
-- ```
--
-- ## Remedy
-- Give the row of the search table the key of the row that it is about:
-- ```sql
-- INSERT INTO message_search(rowid, body) VALUES (?, ?);
-- DELETE FROM message_search WHERE rowid = ?;
-- ```
--
-- ## Stays quiet when
-- - MATCH, the rowid, or a coordinate's range leads to the rows, whatever is filtered beside;
-- - there is no filter: then all of it is wanted;
-- - it is a virtual table of another module, of which nothing is known.
--
-- ## Limits
-- An info where the path or the function says that no user waits for it: tests, migrations, scripts, exports, clean-ups. How many rows such a table holds isn't known.
--
-- ## Sources
-- - [SQLite: FTS5](https://www.sqlite.org/fts5.html), [FTS3 and FTS4](https://www.sqlite.org/fts3.html), [R-tree](https://www.sqlite.org/rtree.html)
WITH
  modules AS MATERIALIZED (  -- a virtual table's module, by the tables that it keeps its data in
    SELECT t.name,
      CASE
        WHEN EXISTS (SELECT 1 FROM tables AS own WHERE own.side = 'head' AND own.name = t.name || '_config' AND own.type = 'shadow') THEN 'fts5'
        WHEN EXISTS (SELECT 1 FROM tables AS own WHERE own.side = 'head' AND own.name = t.name || '_segdir' AND own.type = 'shadow') THEN 'fts4'
        WHEN EXISTS (SELECT 1 FROM tables AS own WHERE own.side = 'head' AND own.name = t.name || '_parent' AND own.type = 'shadow') THEN 'rtree'
      END AS module
    FROM tables AS t
    WHERE t.side = 'head' AND t.type = 'virtual'
  ),
  walked AS (
    SELECT s.statement_id, m.name AS relation, m.module, p.name, p.line, p."column", n.executions,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY p.line, p."column", p.name, n.node) AS place
    FROM run
    JOIN modules AS m ON m.module IS NOT NULL
    JOIN plan_nodes AS n ON n.side = 'head' AND n.scale = run.largest_scale AND n.relation = m.name AND n.access = 'virtual'
      AND (m.module = 'fts4' AND n.detail LIKE '% VIRTUAL TABLE INDEX 0:' OR m.module <> 'fts4' AND n.detail LIKE '% VIRTUAL TABLE INDEX %:')
    JOIN statements AS s ON s.statement_id = n.statement_id AND s.side = 'head' AND s.changed = 1 AND s.planned = 1
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.relation = m.name COLLATE NOCASE AND p.clause IN ('where', 'join_on')
      AND lower(p.name) NOT IN ('rowid', 'docid', 'rank')
    WHERE m.module <> 'rtree' OR n.detail NOT LIKE '% VIRTUAL TABLE INDEX 1:'
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  CASE WHEN w.statement_id IN (SELECT j.statement_id FROM side_jobs AS j WHERE j.statement_id = w.statement_id) THEN 'info' END AS level,
  w.relation AS subject,
  printf('%s is %s: it can''t look up %s, and %s is read to the end.', w.relation,
    CASE w.module WHEN 'rtree' THEN 'an R-tree' ELSE 'a full-text table' END, w.name,
    CASE WHEN w.executions > 1 THEN 'for each row before it all of it' ELSE 'all of it' END) AS message,
  CASE w.module WHEN 'rtree' THEN 'Filter by its id or by a range of its coordinates.'
    ELSE 'Find the row by rowid, given the key of the row that it is about; or by MATCH.' END AS fix
FROM walked AS w
WHERE w.place = 1;

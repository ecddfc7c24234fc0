-- id: huge-in-list
-- family: statement
-- severity: info
-- engines: sqlite, postgres
-- needs: none
-- parameter: max_members integer 200: members of a list that are still taken for a short one
-- since: 0.1
-- summary: An IN list has hundreds of members written out one by one.
--
-- ## What it does
-- Finds IN and NOT IN lists with more than `max_members` members, literals or placeholders.
--
-- ## Why
-- Each length of the list is another statement: it is parsed and planned anew, fills the cache of prepared statements and the statistics of
-- queries, and one day passes the limit for parameters (65,535 in PostgreSQL's protocol, 32,766 in SQLite). The planner estimates
-- each member by itself.
--
-- ## Example
-- ```sql
-- SELECT id FROM orders WHERE id IN (?, ?, ?, …);          -- eight hundred of them
-- ```
--
-- ## Remedy
-- One parameter that holds the list: `= ANY ($1)` with an array (PostgreSQL), `IN (SELECT value FROM json_each(?))` (SQLite). Or join
-- with the table that the list came from.
--
-- ## Stays quiet when
-- - the list has a bounded length below the limit;
-- - the list is one parameter, or a subquery.
--
-- ## Limits
-- A list that the program puts together at run time has no known length here.
WITH
  lists AS (
    SELECT s.statement_id, p.name, p.list_length, p.line, p."column", p.operator,
      row_number() OVER (PARTITION BY s.statement_id ORDER BY p.list_length DESC, p.line, p."column", p.name) AS place
    FROM statements AS s
    JOIN predicates AS p ON p.statement_id = s.statement_id AND p.operand = 'list' AND p.list_length > :max_members
    WHERE s.side = 'head' AND s.changed = 1 AND s.kind <> 'schema'
  )
SELECT
  l.statement_id,
  l.line,
  l."column",
  l.name AS subject,
  printf('%s is compared with a list of %,d members: each length of such a list is parsed and planned as a statement of its own.', l.name, l.list_length) AS message,
  CASE (SELECT engine FROM run)
    WHEN 'postgres' THEN printf('Pass the list as one array: %s = ANY ($1).', l.name)
    ELSE printf('Pass the list as one parameter: %s IN (SELECT value FROM json_each(?)).', l.name) END AS fix
FROM lists AS l
WHERE l.place = 1;

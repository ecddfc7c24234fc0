-- id: leading-wildcard
-- family: statement
-- severity: warning
-- engines: sqlite, postgres
-- needs: growth
-- yields-to: comma-separated-list, cross-join, access-regression, non-sargable-predicate, quadratic-growth, full-scan-growth, text-search-by-like
-- parameter: min_rows integer 1000: rows examined of the table, at the largest scale, from which on it counts
-- since: 0.1
-- summary: A LIKE pattern or a regular expression doesn't say how the text begins, so no ordinary index can serve it and the table is scanned.
--
-- ## What it does
-- Finds LIKE, ILIKE and GLOB whose pattern is known to begin with `%`, `_`, `*` or `?` (a literal, or a concatenation that
-- begins with one), where the plan reads the whole of a growing table for it; compared with a column or with an expression over one
-- (`lower(name)`, `',' || tags || ','`). Also `instr(name, ?) > 0`, `strpos(name, $1) > 0` and `position($1 IN name) > 0`, which ask the same,
-- and the first two of `lower(name)`. And regular expressions written out that aren't anchored to the beginning: `name ~ 'smith$'`, `name ~* 'smith'`,
-- `name SIMILAR TO '%(smith|smyth)%'`.
--
-- ## Why
-- An index is sorted from the first letter on. A word that may stand anywhere isn't in one place of it, so every row is read and
-- searched. A search box is typed into by every user, letter by letter.
--
-- ## Example
-- ```sql
-- SELECT id FROM customers WHERE name LIKE '%' || ? || '%';
-- ```
--
-- ## Remedy
-- - Search from the beginning, when that is what is meant: `name LIKE ? || '%'`, or a range.
-- - For the end (`LIKE '%.example.org'`): keep the text reversed in a column, and index that.
-- - For the middle: a trigram index. PostgreSQL: `CREATE INDEX … USING gin (name gin_trgm_ops)` (extension pg_trgm).
--   SQLite: an FTS5 table with `tokenize = 'trigram'`.
--
-- ## Stays quiet when
-- - the plan doesn't scan the table: a trigram index serves the pattern, or another filter's index does;
-- - the pattern is a parameter, of which nobody knows here how it begins; a regular expression begins with `^`;
-- - the table is fixed or small, or the comparison is negated (NOT LIKE);
-- - another rule names the reason of the scan: a filter beside it that wants an index, for instance.
--
-- ## Limits
-- One finding a statement and table.
--
-- ## Sources
-- PostgreSQL manual, "Index Types", B-tree: pattern matching is served if the pattern is anchored to the beginning of the string.
-- SQLite, "The SQLite Query Optimizer Overview", the LIKE optimization.
WITH
  searched AS (
    SELECT p.*, CASE WHEN p.why_not LIKE 'function lower()%' THEN 'lower' WHEN p.why_not LIKE 'function upper()%' THEN 'upper' ELSE '' END AS folded,
      row_number() OVER (PARTITION BY p.statement_id, p.relation ORDER BY p.rows_examined DESC, p.line, p."column", p.name) AS place
    FROM scanned_predicates AS p
    WHERE p.rows_examined >= :min_rows
      AND (p.operator NOT LIKE 'NOT %' AND p.why_not LIKE '%pattern starts with a wildcard'
        OR p.why_not = 'regular expression' AND (p.operator IN ('~', '~*') AND p.literal NOT LIKE '^%' OR p.operator = 'SIMILAR TO' AND p.literal GLOB '[%_]*') AND p.literal <> ''
        OR p.why_not IN ('function instr() around the column', 'function strpos() around the column') AND p.operator IN ('>', '>=', '<>', 'IS TRUE')
          AND (SELECT e.text LIKE 'instr(' || e.name || ',%' OR e.text LIKE 'strpos(' || e.name || ',%'
                 OR e.text LIKE 'instr(lower(' || e.name || '),%' OR e.text LIKE 'strpos(lower(' || e.name || '),%'
               FROM (SELECT replace(replace(lower(p.bare), ' ', ''), '"', '') AS text, lower(p.name) AS name) AS e)
        OR p.why_not = 'function position() around the column' AND p.operator IN ('>', '>=', '<>')
          AND replace(lower(p.bare), '"', '') LIKE '% in ' || lower(p.name) || ')')
  )
SELECT
  w.statement_id,
  w.line,
  w."column",
  w.relation || '.' || w.name AS subject,
  CASE WHEN w.operator IN ('~', '~*') THEN printf('The regular expression for %s.%s may match anywhere in the text', w.relation, w.name)
    WHEN w.operator IN ('LIKE', 'ILIKE', 'GLOB', 'SIMILAR TO') THEN printf('The pattern for %s.%s begins with a wildcard', w.relation, w.name)
    ELSE printf('The text may stand anywhere in %s.%s (%s)', w.relation, w.name, w.expression) END
  || printf(': no ordinary index serves it, and the query reads every row of %s (%,d at the largest scale).', w.relation, CAST(w.row_count AS INTEGER)) AS message,
  CASE (SELECT engine FROM run)
    WHEN 'postgres' THEN CASE WHEN w.operator NOT IN ('LIKE', 'ILIKE', '~', '~*', 'SIMILAR TO') THEN 'As a pattern (LIKE ''%'' || … || ''%'', with its wildcards escaped) a trigram index serves it. ' ELSE '' END || printf('Search from the beginning of the text; or give %s a trigram index: CREATE INDEX ON %s USING gin (%s gin_trgm_ops), with the extension pg_trgm.',
      CASE WHEN w.folded <> '' THEN 'what is compared' ELSE 'the column' END, replace(printf('"%w"', w.relation), '.', '"."'),
      CASE WHEN w.folded <> '' THEN printf('%s("%w")', w.folded, w.name) ELSE printf('"%w"', w.name) END)
    ELSE printf('Search from the beginning of the text (a range, or GLOB ''abc*''); or keep %s in an FTS5 table with tokenize = ''trigram'', and search there.', w.name) END AS fix
FROM searched AS w
WHERE w.place = 1;

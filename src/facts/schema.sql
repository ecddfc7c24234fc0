-- The facts that rules read: everything one run of explaingate knows. This file is the API of rule authors.
-- Each `CREATE TABLE` is one kind of fact, each column says what it holds. Sides: 'base' is before the change, 'head' after it.
-- Scales number from 0; the last one is the largest, and is the one that rules about sizes look at.

CREATE TABLE facts_version (
  version INTEGER NOT NULL  -- rises when a table or column changes its meaning or goes away; additions leave it
) STRICT;
INSERT INTO facts_version VALUES (1);

CREATE TABLE run (
  engine TEXT NOT NULL,          -- 'sqlite' or 'postgres'
  engine_version TEXT NOT NULL,  -- as the engine reports it
  mode TEXT NOT NULL,            -- 'change' (base against head) or 'all' (everything is judged)
  schema_changed INTEGER NOT NULL,  -- 1 = the schemas of the two sides differ: every known query was planned again
  largest_scale INTEGER NOT NULL    -- number of the largest scale; 0 = the only one, and growth is not known
) STRICT;

CREATE TABLE limits (
  name TEXT PRIMARY KEY,  -- key of `limits` in the configuration
  value REAL NOT NULL     -- configured or default value
) STRICT;

CREATE TABLE changed_files (
  path TEXT PRIMARY KEY,  -- on the head side; on the base side for a deleted file
  old_path TEXT,          -- on the base side; NULL for an added file
  status TEXT NOT NULL    -- 'added', 'modified', 'deleted', 'renamed', 'mode_changed'
) STRICT;

CREATE TABLE changed_lines (
  path TEXT NOT NULL,           -- on that side
  side TEXT NOT NULL,           -- 'base': lines that went, 'head': lines that came
  first_line INTEGER NOT NULL,  -- from 1
  last_line INTEGER NOT NULL    -- included
) STRICT;

CREATE TABLE statements (
  statement_id INTEGER PRIMARY KEY,  -- number within this run
  side TEXT NOT NULL,          -- 'head'; 'base' for a statement that the change removed or edited
  path TEXT NOT NULL,          -- relative to the repository
  line INTEGER NOT NULL,       -- of the first byte, from 1
  column INTEGER NOT NULL,     -- from 1, in bytes
  end_line INTEGER NOT NULL,   -- of the last byte
  language TEXT NOT NULL,      -- 'sql', 'python' …
  function TEXT NOT NULL,      -- enclosing function, '' at top level
  name TEXT NOT NULL,          -- of '-- name: x' or of the constant, '' without
  kind TEXT NOT NULL,          -- 'file', 'named', 'call', 'constant', 'schema' (part of the schema's definition), 'migration' (a migration in code runs it, once; not planned)
  statement_kind TEXT NOT NULL,  -- 'select', 'insert', 'update', 'delete', 'create_table', 'create_index', 'drop', 'alter_table' …
  text TEXT NOT NULL,          -- the SQL
  fingerprint TEXT NOT NULL,   -- equal for statements that differ only in literals; '' where not parsed
  dynamic INTEGER NOT NULL,    -- 1 = partly dynamic: some expressions of the host language were filled in
  changed INTEGER NOT NULL,    -- 1 = new or edited in this change (always 1 in mode 'all')
  planned INTEGER NOT NULL,    -- 1 = the engine planned it on its own side's schema
  function_id INTEGER          -- the function that runs it, where other functions' calls lead to it (see calls)
) STRICT;

CREATE TABLE call_sites (
  statement_id INTEGER NOT NULL,
  line INTEGER NOT NULL,     -- of the call
  callee TEXT NOT NULL,      -- as written: 'cursor.execute'
  library TEXT NOT NULL,     -- 'dbapi', 'sqlalchemy' …
  call_kind TEXT NOT NULL    -- 'execute', 'bulk', 'prepare', 'text', 'run'
) STRICT;

CREATE TABLE holes (
  statement_id INTEGER NOT NULL,
  kind TEXT NOT NULL,         -- 'identifier', 'value', 'list', 'predicate': what stands there at run time
  expression TEXT NOT NULL,   -- the host language's, as written
  fixed INTEGER NOT NULL,     -- 1 = no parameter or variable of the function: a field, a constant
  is_column INTEGER NOT NULL, -- 1 = an identifier that is an item of the select list, of ORDER BY or of GROUP BY
  varies INTEGER NOT NULL     -- 1 = it differs from turn to turn of a loop around the call
) STRICT;

CREATE TABLE loops (
  statement_id INTEGER NOT NULL,
  depth INTEGER NOT NULL,         -- 0 is the outermost loop around the call
  loop_kind TEXT NOT NULL,        -- 'for', 'while', 'comprehension', 'callback'
  source TEXT NOT NULL,           -- what it runs over: 'rows', 'collection', 'literal', 'batch', 'retry' (also one that sleeps between its turns), 'unknown'
  line INTEGER NOT NULL,          -- of the loop's header
  variable TEXT NOT NULL,         -- loop variable, as written
  iterable TEXT NOT NULL,         -- what is looped over, as written
  rows_statement_id INTEGER,      -- source 'rows': the statement whose rows are looped over, where known
  argument_varies INTEGER NOT NULL,  -- 1 = the call's arguments depend on the loop
  text_varies INTEGER NOT NULL,      -- 1 = the SQL itself does
  always_leaves INTEGER NOT NULL,    -- 1 = the loop is left after the first call on every path
  commits TEXT NOT NULL,             -- when what it writes is committed: 'together' (it runs in a transaction), 'each' (at each turn), 'unknown' (who calls the function may have begun a transaction)
  changed INTEGER NOT NULL           -- 1 = the loop's header is a changed line, and the base has no such loop around the statement
) STRICT;

CREATE TABLE replacements (
  statement_id INTEGER NOT NULL,         -- a statement of the head side that was edited
  before_statement_id INTEGER NOT NULL,  -- what it was, on the base side
  paired_by TEXT NOT NULL                -- 'name', 'function', 'similarity'
) STRICT;

CREATE TABLE functions (
  function_id INTEGER PRIMARY KEY,  -- number within this run
  path TEXT NOT NULL,
  line INTEGER NOT NULL,       -- of its first byte
  end_line INTEGER NOT NULL,
  name TEXT NOT NULL,          -- with its class: 'Orders.report'
  memoised INTEGER NOT NULL    -- 1 = a decorator or annotation keeps what it gives: '@cache'
) STRICT;

CREATE TABLE calls (           -- on the way from a loop to a statement, at most two calls long; head side
  call_id INTEGER NOT NULL,    -- number within this run; one row for each function that the call can mean
  caller_id INTEGER,           -- function_id; NULL = top level
  callee_id INTEGER NOT NULL,  -- function_id
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  column INTEGER NOT NULL,
  name TEXT NOT NULL,          -- of the function, as called
  in_handler INTEGER NOT NULL,  -- 1 = stands in an error handler
  single INTEGER NOT NULL,      -- 1 = one of its arguments is a list of one element: many([id])
  changed INTEGER NOT NULL     -- 1 = stands on a changed line, and the function has no such call on the base side
) STRICT;

CREATE TABLE call_loops (      -- loops around a call of `calls`; columns as in loops
  call_id INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  loop_kind TEXT NOT NULL,
  source TEXT NOT NULL,
  line INTEGER NOT NULL,
  variable TEXT NOT NULL,
  iterable TEXT NOT NULL,
  rows_statement_id INTEGER,
  argument_varies INTEGER NOT NULL,
  text_varies INTEGER NOT NULL,  -- 1 = what the function is called on depends on the loop
  always_leaves INTEGER NOT NULL,
  commits TEXT NOT NULL,
  changed INTEGER NOT NULL
) STRICT;

CREATE TABLE not_analysed (
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  column INTEGER NOT NULL,
  reason TEXT NOT NULL,       -- a sentence
  statement_id INTEGER,       -- where it was a statement
  changed INTEGER NOT NULL    -- 1 = stands on changed lines
) STRICT;

CREATE TABLE tables (
  side TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,         -- 'table', 'view', 'virtual', 'shadow'
  row_count REAL NOT NULL,    -- at the largest scale
  rows_today REAL NOT NULL,   -- as row_source says, before any scaling
  fixed INTEGER NOT NULL,     -- 1 = does not grow
  row_source TEXT NOT NULL,   -- 'file', 'seed', 'configured', 'assumed'
  statement_id INTEGER,       -- the statement that created it
  partitions INTEGER NOT NULL,  -- of a partitioned table, 0 = is none
  without_rowid INTEGER NOT NULL,  -- 1 = SQLite: WITHOUT ROWID, the rows stand in the primary key's B-tree
  PRIMARY KEY (side, name)
) STRICT;

CREATE TABLE columns (
  side TEXT NOT NULL,
  table_name TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,             -- as declared
  not_null INTEGER NOT NULL,
  generated INTEGER NOT NULL,
  primary_key INTEGER NOT NULL,   -- position in the primary key from 1, 0 = not part of it
  allowed_values INTEGER NOT NULL,  -- number of values that a boolean or a CHECK allows, 0 = unbounded
  default_value TEXT NOT NULL,      -- expression, 'identity', '' = none
  PRIMARY KEY (side, table_name, name)
) STRICT;

CREATE TABLE indexes (
  side TEXT NOT NULL,
  table_name TEXT NOT NULL,
  name TEXT NOT NULL,
  is_unique INTEGER NOT NULL,
  partial INTEGER NOT NULL,
  origin TEXT NOT NULL,       -- 'create', 'unique', 'primary_key' (also the rowid: one column, name '')
  statement_id INTEGER,       -- the statement that created it
  condition TEXT NOT NULL,    -- of a partial index, '' = covers all rows
  plain INTEGER NOT NULL,     -- 1 = a B-tree on bare columns, of all rows, in the columns' own order of values, with nothing included
  PRIMARY KEY (side, table_name, name)
) STRICT;

CREATE TABLE index_columns (
  side TEXT NOT NULL,
  table_name TEXT NOT NULL,
  index_name TEXT NOT NULL,
  position INTEGER NOT NULL,  -- from 0
  name TEXT NOT NULL,         -- '' for an expression
  descending INTEGER NOT NULL,
  collation TEXT NOT NULL
) STRICT;

CREATE TABLE foreign_keys (
  side TEXT NOT NULL,
  table_name TEXT NOT NULL,
  foreign_key INTEGER NOT NULL,  -- number within the table
  position INTEGER NOT NULL,     -- of the column within the key, from 0
  name TEXT NOT NULL,            -- the column
  parent_table TEXT NOT NULL,
  parent_column TEXT NOT NULL,
  on_delete TEXT NOT NULL
) STRICT;

CREATE TABLE volatile_functions (  -- PostgreSQL: functions that it calls anew for each row, and serves by no index; the schema's own among them
  side TEXT NOT NULL,
  name TEXT NOT NULL,            -- where all functions of that name are VOLATILE
  PRIMARY KEY (side, name)
) STRICT;

CREATE TABLE schema_changes (
  statement_id INTEGER NOT NULL,  -- a statement of kind 'schema'
  side TEXT NOT NULL,             -- 'head': came with the change, 'base': went with it
  action TEXT NOT NULL,           -- as statement_kind
  object_type TEXT NOT NULL,      -- 'table', 'index', 'view', 'trigger' …
  object TEXT NOT NULL,
  on_table TEXT NOT NULL
) STRICT;

CREATE TABLE schema_actions (  -- what each schema statement of the head side does, where the schema changed; ALTER TABLE … ADD a, DROP b is two
  statement_id INTEGER NOT NULL,  -- a statement of kind 'schema'
  position INTEGER NOT NULL,      -- of the action in the statement, from 0
  action TEXT NOT NULL,           -- 'create_table', 'create_table_as', 'drop_table', 'rename_table', 'truncate', 'create_index', 'drop_index', 'rename_index', 'create_trigger', 'create_policy', 'create_rule', 'refresh_view', 'cluster', 'insert', 'update', 'delete'; of ALTER TABLE: 'add_column', 'drop_column', 'rename_column', 'set_type', 'set_default', 'drop_default', 'set_not_null', 'drop_not_null', 'add_check', 'add_foreign_key', 'add_unique', 'add_primary_key', 'add_exclude', 'validate_constraint', 'drop_constraint', 'rename_constraint', 'set_logged', 'set_unlogged', 'set_tablespace', 'set_access_method', 'attach_partition', 'detach_partition', 'set_trigger', 'set_options', 'set_statistics', 'other'
  table_name TEXT NOT NULL,       -- what it is done to, '' = not known
  column_name TEXT NOT NULL,      -- '' = none; of a foreign key and of an index the first; of CHECK (x IS NOT NULL) that column
  object TEXT NOT NULL,           -- index, constraint, trigger or rule, '' = none or not named
  other_table TEXT NOT NULL,      -- referenced by a foreign key; attached or detached; read by INSERT … SELECT; a new name; inherited from, or partitioned, by CREATE TABLE
  detail TEXT NOT NULL,           -- 'add_column': its default: '', 'constant', 'stable', 'volatile', 'unknown' (a function that is not PostgreSQL's), 'generated', 'identity', 'serial'; 'set_type': 'using'; 'add_check': 'not_null'; 'add_unique', 'add_primary_key': 'using_index'; 'create_index': 'unique'; 'create_table': 'inherits', 'partition'; 'create_rule': its event 'select', 'insert', 'update', 'delete', or 'nothing' (DO INSTEAD NOTHING without WHERE); constraints of a new column: 'new_column'
  lock TEXT NOT NULL,             -- PostgreSQL's lock on the table: 'ACCESS EXCLUSIVE', 'SHARE' …; '' = none, and on SQLite
  concurrently INTEGER NOT NULL,
  not_valid INTEGER NOT NULL,     -- 1 = NOT VALID
  rewrites INTEGER NOT NULL,      -- 1 = every row is written anew
  scans INTEGER NOT NULL,         -- 1 = every row is read under the lock
  bound TEXT NOT NULL,            -- 'update', 'delete': what limits the rows: 'none', 'equality', 'range', 'limit', 'other'; '' for the rest
  new_table INTEGER NOT NULL,     -- 1 = before the change there is no such table
  row_count REAL,                 -- rows of the table today, known or assumed; NULL = there is no such table before the change
  other_row_count REAL,           -- of other_table
  came INTEGER NOT NULL           -- 1 = the statement came with the change
) STRICT;

CREATE TABLE migration_steps (    -- schema statements of migrations, and how their tool runs them; none for a schema's definition
  statement_id INTEGER PRIMARY KEY,
  transaction_id INTEGER,         -- equal for those that run in one transaction; NULL = each on its own
  transaction_by TEXT NOT NULL,   -- what opens it: 'file' (BEGIN), 'tool', 'message' (the file is sent as one), '' = nothing
  lock_timeout INTEGER NOT NULL   -- 1 = lock_timeout or statement_timeout was set before, in the file
) STRICT;

CREATE TABLE schema_failures (
  statement_id INTEGER NOT NULL,  -- a statement of kind 'schema' that the engine refused
  side TEXT NOT NULL,
  message TEXT NOT NULL,
  changed INTEGER NOT NULL        -- 1 = it came, or began to fail, with this change
) STRICT;

CREATE TABLE broken_statements (  -- queries that the schema before the change serves, and the one after it refuses
  statement_id INTEGER PRIMARY KEY,  -- of the head side; of the base side where the change edited the query
  message TEXT NOT NULL              -- the engine's, of the schema after the change
) STRICT;

CREATE TABLE query_tables (
  statement_id INTEGER NOT NULL,
  table_ref INTEGER NOT NULL,   -- number within the statement
  block INTEGER NOT NULL,       -- query block it stands in, 0 is the statement itself
  name TEXT NOT NULL,           -- as written; '' for a subquery or function
  alias TEXT NOT NULL,
  role TEXT NOT NULL,           -- 'from', 'target', 'cte', 'subquery', 'function'
  subquery_block INTEGER        -- role 'subquery' or 'cte': the query block that yields its rows
) STRICT;

CREATE TABLE query_blocks (
  statement_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  parent INTEGER NOT NULL,      -- -1 for the statement itself
  kind TEXT NOT NULL,           -- 'top', 'cte', 'from', 'scalar', 'exists', 'in', 'set_operand', 'insert_source'
  correlated INTEGER NOT NULL,
  has_aggregate INTEGER NOT NULL,
  has_group_by INTEGER NOT NULL,
  is_distinct INTEGER NOT NULL,
  has_limit INTEGER NOT NULL,
  limit_value INTEGER,          -- NULL when it is no literal
  has_offset INTEGER NOT NULL,
  offset_value INTEGER,         -- NULL when it is no literal
  has_where INTEGER NOT NULL,
  has_window INTEGER NOT NULL,
  recursive INTEGER NOT NULL,   -- 1 = a CTE that reads itself
  is_values INTEGER NOT NULL,   -- 1 = a VALUES list
  set_operation TEXT NOT NULL,  -- 'UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT' of the blocks of kind 'set_operand' below it, '' = none
  name TEXT NOT NULL,           -- of a CTE, alias of a subquery in FROM
  place TEXT NOT NULL,          -- of a subquery in its parent: 'select', 'from', 'where', 'join_on', 'group_by', 'having', 'order_by', 'limit', 'set', 'values', 'other'
  compared TEXT NOT NULL,       -- scalar subquery: the literal that it is compared with, '> 0'; '' = none
  locking TEXT NOT NULL,        -- 'UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE'; '' = locks no rows
  skips_locked INTEGER NOT NULL,  -- 1 = SKIP LOCKED
  line INTEGER NOT NULL,        -- place in the source
  column INTEGER NOT NULL
) STRICT;

CREATE TABLE projections (
  statement_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  position INTEGER NOT NULL,    -- in the select list, from 0
  table_ref INTEGER,            -- of a column or of t.*, NULL = not known
  name TEXT NOT NULL,           -- the column, '*' for a star, '' for an expression
  alias TEXT NOT NULL,
  literal TEXT                  -- the item is this constant; NULL = it is none
) STRICT;

CREATE TABLE function_calls (
  statement_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  name TEXT NOT NULL,           -- lower case
  place TEXT NOT NULL,          -- as in query_blocks
  position INTEGER NOT NULL,    -- of the item of the select list, of GROUP BY or ORDER BY that it stands in, -1 elsewhere
  is_aggregate INTEGER NOT NULL,
  is_window INTEGER NOT NULL,
  star INTEGER NOT NULL,        -- 1 = count(*)
  is_distinct INTEGER NOT NULL,  -- 1 = count(DISTINCT x)
  arguments INTEGER NOT NULL,
  argument TEXT NOT NULL,       -- the first one, where it is a bare column: its name; '' otherwise
  compared TEXT NOT NULL,       -- the literal that it is compared with, '> 0'; '' = none
  line INTEGER NOT NULL,        -- place in the source
  column INTEGER NOT NULL
) STRICT;

CREATE TABLE predicates (
  statement_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  table_ref INTEGER,            -- number within the statement, NULL = not known
  relation TEXT,                -- name of the table as written, NULL = not known
  name TEXT NOT NULL,           -- the column
  operator TEXT NOT NULL,       -- '=', '<', 'IN', 'LIKE', 'IS NULL' …
  clause TEXT NOT NULL,         -- 'where', 'join_on', 'having'
  operand TEXT NOT NULL,        -- the other side: 'literal', 'placeholder', 'column', 'expression', 'subquery', 'list', 'none'
  sargable INTEGER NOT NULL,    -- 1 = an index on the column can serve it
  why_not TEXT NOT NULL,        -- 'function lower() around the column' …
  expression TEXT NOT NULL,     -- the side that holds the column, where not sargable
  in_or INTEGER NOT NULL,       -- 1 = an arm of an OR
  line INTEGER NOT NULL,        -- place in the source
  column INTEGER NOT NULL,
  or_group INTEGER,             -- number of the outermost OR around it within the statement, NULL = stands in none
  or_arm INTEGER,               -- number of the arm of that OR, from 0
  in_outer_join INTEGER NOT NULL,  -- 1 = in ON of an outer join
  literal TEXT NOT NULL,        -- operand 'literal': its text without quotes
  list_length INTEGER NOT NULL,  -- operand 'list': its members
  other_ref INTEGER,            -- operand 'column': its table_ref, NULL = not known
  other_relation TEXT,          -- operand 'column': its table, NULL = not known
  other_name TEXT NOT NULL,     -- operand 'column': the column
  other_type TEXT NOT NULL,     -- what the statement says of the other side's type: of a cast 'numeric', of a literal 'integer', 'float', 'text', 'boolean'; '' = nothing
  other_block INTEGER,          -- operand 'subquery': its query block
  collation TEXT NOT NULL       -- of COLLATE in the comparison, '' without
) STRICT;

CREATE TABLE assigned_columns (  -- what UPDATE sets, in a statement that is one
  statement_id INTEGER NOT NULL,
  name TEXT NOT NULL            -- the column, as written
) STRICT;

CREATE TABLE joins (
  statement_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  left_ref INTEGER,             -- table_ref, NULL when the left side is itself a join
  right_ref INTEGER,
  join_type TEXT NOT NULL,      -- 'INNER', 'LEFT', 'CROSS', ',' …
  has_condition INTEGER NOT NULL,  -- 0 = no predicate links the right table to an earlier one, not even by way of a third
  line INTEGER NOT NULL,
  column INTEGER NOT NULL
) STRICT;

CREATE TABLE orderings (
  statement_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  kind TEXT NOT NULL,           -- 'order_by', 'group_by', 'distinct'
  position INTEGER NOT NULL,
  table_ref INTEGER,
  name TEXT NOT NULL,           -- the column, '' for an expression
  expression TEXT NOT NULL,
  descending INTEGER NOT NULL
) STRICT;

CREATE TABLE plan_nodes (
  statement_id INTEGER NOT NULL,
  side TEXT NOT NULL,           -- of the schema it was planned on
  scale INTEGER NOT NULL,
  node INTEGER NOT NULL,
  parent INTEGER NOT NULL,      -- -1 at the top
  operation TEXT NOT NULL,      -- the engine's words: 'SCAN', 'SEARCH', 'USE TEMP B-TREE' …
  access TEXT NOT NULL,         -- 'constant', 'search_covering', 'search', 'automatic_index', 'scan_covering', 'scan', 'virtual', 'none'
  relation TEXT NOT NULL,       -- the table, '' for none
  alias TEXT NOT NULL,
  index_name TEXT NOT NULL,
  terms TEXT NOT NULL,          -- 'customer_id=? AND placed_at>?'
  purpose TEXT NOT NULL,        -- of a temp b-tree: 'ORDER BY' …
  correlated INTEGER NOT NULL,
  executions REAL NOT NULL,     -- how often it is started
  rows_examined REAL NOT NULL,  -- all executions together
  rows_out REAL NOT NULL,
  detail TEXT NOT NULL,         -- the engine's line
  rows_possible REAL NOT NULL,  -- rows_out, if no LIMIT above stopped it early
  width INTEGER NOT NULL        -- bytes of a row that it hands on, as the planner estimates; 0 = not known
) STRICT;

CREATE TABLE metrics (
  statement_id INTEGER NOT NULL,
  side TEXT NOT NULL,           -- of the schema it was planned on
  scale INTEGER NOT NULL,
  rows_examined REAL NOT NULL,
  rows_returned REAL NOT NULL,
  rows_sorted REAL NOT NULL,
  cost REAL NOT NULL
) STRICT;

CREATE TABLE growth (
  statement_id INTEGER NOT NULL,
  side TEXT NOT NULL,           -- of the schema it was planned on
  growth REAL NOT NULL,         -- exponent of the rows examined: 0 constant, 1 linear, 2 quadratic
  growth_class INTEGER NOT NULL,  -- 0, 1, 2
  result_growth REAL NOT NULL,  -- exponent of the rows returned
  waste REAL NOT NULL           -- rows examined per row returned, at the largest scale
) STRICT;

CREATE TABLE measured (
  statement_id INTEGER NOT NULL,
  side TEXT NOT NULL,
  vm_steps INTEGER NOT NULL,              -- work of one run on the seed data: virtual-machine steps; PostgreSQL: pages touched
  full_scan_steps INTEGER NOT NULL,       -- rows stepped over in scans of whole tables
  sorts INTEGER NOT NULL,
  automatic_index_rows INTEGER NOT NULL,  -- rows put into indexes that were built for the run alone
  result_rows INTEGER NOT NULL
) STRICT;

CREATE TABLE index_trials (
  statement_id INTEGER NOT NULL,
  rank INTEGER NOT NULL,          -- 0 is the best
  relation TEXT NOT NULL,         -- table of the index, of several the first one's
  ddl TEXT NOT NULL,              -- the CREATE INDEX that was tried on the head schema, and used by the plan; several, which only together do that much, divided by '; '
  growth_before REAL NOT NULL,
  growth_after REAL NOT NULL,
  class_before INTEGER NOT NULL,
  class_after INTEGER NOT NULL,
  rows_before REAL NOT NULL,      -- examined, at the largest scale
  rows_after REAL NOT NULL,
  sorted_before REAL NOT NULL,
  sorted_after REAL NOT NULL,
  relations TEXT NOT NULL         -- the tables of the indexes, divided by ' and '; the first is `relation`
) STRICT;

CREATE TABLE rewrite_trials (
  statement_id INTEGER NOT NULL,
  rank INTEGER NOT NULL,          -- 0 is the best
  kind TEXT NOT NULL,             -- 'range' (the bare column in a range), 'keyset' (in place of OFFSET), 'exists', 'not_exists' (in place of NOT IN), 'without_hints' (SQLite's CROSS JOIN, unary +)
  text TEXT NOT NULL,             -- the statement written so, which was planned on the head schema
  remarks TEXT NOT NULL,          -- in what it isn't the same, divided by '; '; '' = in nothing
  ddl TEXT NOT NULL,              -- the CREATE INDEX that it needs beside, several divided by '; '; '' = none
  growth_before REAL NOT NULL,    -- of the statement as it is written, with the index that helps it most
  growth_after REAL NOT NULL,
  rows_before REAL NOT NULL,      -- examined, at the largest scale
  rows_after REAL NOT NULL
) STRICT;

CREATE TABLE refused_index_trials (
  statement_id INTEGER NOT NULL,
  relation TEXT NOT NULL,
  ddl TEXT NOT NULL,              -- a CREATE INDEX that was thought of, and doesn't lessen the work
  reason TEXT NOT NULL            -- 'the planner keeps the scan: by the index it would read … rows', 'used, and … rows are still examined', 'not tried: …'
) STRICT;

CREATE TABLE comparisons (
  statement_id INTEGER PRIMARY KEY,  -- a head statement with a past
  source TEXT NOT NULL,           -- where the past comes from: 'base' (planned in this run) or 'baseline'
  before_statement_id INTEGER,    -- the statement that it replaced (itself when it is unchanged); NULL from the baseline
  paired_by TEXT NOT NULL,        -- 'unchanged', 'name', 'function', 'similarity', 'fingerprint'
  growth_before REAL,             -- as in growth; NULL where it isn't known
  growth_after REAL,
  class_before INTEGER,
  class_after INTEGER,
  rows_before REAL NOT NULL,      -- examined, at the largest scale
  rows_after REAL NOT NULL,
  cost_before REAL NOT NULL,
  cost_after REAL NOT NULL,
  work_before INTEGER,            -- exact work, where measured: as vm_steps
  work_after INTEGER,
  unstable INTEGER NOT NULL       -- 1 = the plan changes under tiny changes of the statistics
) STRICT;

CREATE TABLE access_comparisons (
  statement_id INTEGER NOT NULL,  -- as in comparisons
  relation TEXT NOT NULL,
  access_before TEXT NOT NULL,    -- worst access on that table, as in plan_nodes
  access_after TEXT NOT NULL,
  rank_before INTEGER NOT NULL,   -- 0 is the best access
  rank_after INTEGER NOT NULL,
  index_before TEXT NOT NULL,
  index_after TEXT NOT NULL,
  detail_before TEXT NOT NULL,    -- the engine's line
  detail_after TEXT NOT NULL
) STRICT;

CREATE TABLE causes (
  statement_id INTEGER NOT NULL,     -- as in comparisons, where head is worse
  kind TEXT NOT NULL,                -- 'schema', 'query' (the statement's own edit) or 'both'
  cause_statement_id INTEGER         -- the schema statement that did it, NULL when the query's edit did
) STRICT;

CREATE TABLE trace_groups (
  fingerprint TEXT NOT NULL,
  scope TEXT NOT NULL,            -- request or test
  executions INTEGER NOT NULL,
  distinct_parameters INTEGER NOT NULL
) STRICT;

CREATE TABLE baseline_entries (
  fingerprint TEXT PRIMARY KEY,
  growth REAL NOT NULL,
  rows_examined REAL NOT NULL,
  cost REAL NOT NULL,
  plan TEXT NOT NULL              -- its lines
) STRICT;

CREATE TABLE waivers (
  fingerprint TEXT PRIMARY KEY,   -- of the finding
  rule TEXT NOT NULL,
  path TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  expires TEXT NOT NULL           -- YYYY-MM-DD
) STRICT;

CREATE TABLE findings (
  rule TEXT NOT NULL,             -- a rule that ran before the one that reads this: see `-- after:` in the rule's header
  level TEXT NOT NULL,            -- 'error', 'warning', 'info', as it will be reported
  statement_id INTEGER,
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  subject TEXT NOT NULL,
  message TEXT NOT NULL,
  fix TEXT NOT NULL,
  cause_statement_id INTEGER
) STRICT;

-- Views: what several rules ask of the tables above.

CREATE VIEW growing_reads (  -- how the plan of a judged statement (head side, new or edited) reads the growing tables that its text names, at the largest scale
  statement_id,
  block,
  table_ref,
  alias,         -- '' = the table's name
  relation,
  row_count,
  row_source,
  node,
  access,
  executions,
  rows_examined,
  rows_out
) AS
SELECT s.statement_id, q.block, q.table_ref, q.alias, t.name, t.row_count, t.row_source, n.node, n.access, n.executions, n.rows_examined, n.rows_out
FROM run  -- CROSS JOIN: in this order
CROSS JOIN statements AS s
CROSS JOIN query_tables AS q ON q.statement_id = s.statement_id
CROSS JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.type = 'table' AND t.fixed = 0
CROSS JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.relation = t.name
  AND n.access <> 'none'
  AND CASE q.alias WHEN '' THEN q.name ELSE q.alias END COLLATE NOCASE IN (n.alias, substr(n.alias, instr(n.alias, '.') + 1))
WHERE s.side = 'head' AND s.changed = 1 AND s.planned = 1;

CREATE VIEW scanned_predicates (  -- conditions on growing tables that the plan of a judged statement reads whole, where its work grows with them
  statement_id,
  relation,
  row_count,
  rows_examined,
  name,
  operator,
  operand,
  literal,
  collation,
  sargable,
  why_not,
  expression,
  bare,
  in_or,
  table_ref,
  line,
  "column"
) AS
SELECT r.statement_id, r.relation, r.row_count, r.rows_examined, p.name, p.operator, p.operand, p.literal, p.collation, p.sargable, p.why_not, p.expression,
  replace(replace(p.expression, coalesce(nullif(r.alias, ''), r.relation) || '.', ''), r.relation || '.', ''),
  p.in_or, p.table_ref, p.line, p."column"
FROM predicates AS p
CROSS JOIN growth AS g ON g.statement_id = p.statement_id AND g.side = 'head' AND g.growth_class >= 1
CROSS JOIN growing_reads AS r ON r.statement_id = p.statement_id AND r.table_ref = p.table_ref
WHERE p.clause IN ('where', 'join_on') AND r.access IN ('scan', 'scan_covering');

CREATE VIEW rewrite_fixes (  -- what a finding says of a rewrite that was tried, the best of its kind for each statement
  statement_id,
  kind,
  fix,
  replacement    -- the text, where it is the same in everything and needs no index; else NULL
) AS
SELECT t.statement_id, t.kind,
  CASE WHEN t.rows_after < t.rows_before
    THEN printf('Written otherwise it examines %,d rows in place of %,d', CAST(t.rows_after AS INTEGER), CAST(t.rows_before AS INTEGER))
    ELSE 'Written otherwise it costs far less' END
  || printf('%s: %s%s',
    CASE t.ddl WHEN '' THEN '' ELSE printf(', with %s', t.ddl) END, t.text,
    CASE t.remarks WHEN '' THEN '' ELSE printf(' (mind: %s)', t.remarks) END),
  CASE WHEN t.remarks = '' AND t.ddl = '' THEN t.text END
FROM rewrite_trials AS t
WHERE length(t.text) <= 1000 AND t.rank = (SELECT min(b.rank) FROM rewrite_trials AS b WHERE b.statement_id = t.statement_id AND b.kind = t.kind);

CREATE VIEW subqueries_per_row (  -- subqueries of judged statements that look something up in a growing table once for each row of the query around them, at the largest scale
  statement_id,
  block,
  kind,
  place,
  line,
  "column",
  relation,
  node,
  executions,
  rows_examined
) AS
SELECT r.statement_id, b.block, b.kind, b.place, b.line, b."column", r.relation, r.node, r.executions, r.rows_examined
FROM run
JOIN growing_reads AS r ON r.access NOT IN ('scan', 'scan_covering')
JOIN query_tables AS q ON q.statement_id = r.statement_id AND q.table_ref = r.table_ref AND q.role = 'from'
JOIN query_blocks AS b ON b.statement_id = r.statement_id AND b.block = r.block AND b.kind IN ('scalar', 'exists', 'in')
JOIN growth AS g ON g.statement_id = r.statement_id AND g.side = 'head' AND g.growth_class >= 1
WHERE EXISTS (  -- below a subquery that depends on the row
    WITH RECURSIVE above(node, parent, correlated) AS (
      SELECT n.node, n.parent, n.correlated
      FROM plan_nodes AS n WHERE n.statement_id = r.statement_id AND n.side = 'head' AND n.scale = run.largest_scale AND n.node = r.node
      UNION ALL
      SELECT p.node, p.parent, p.correlated
      FROM above AS a
      JOIN plan_nodes AS p ON p.statement_id = r.statement_id AND p.side = 'head' AND p.scale = run.largest_scale AND p.node = a.parent
    )
    SELECT 1 FROM above WHERE correlated = 1);

CREATE VIEW compared_subjects (  -- of each comparison: the table that most rows are read of, else the statement's name; and what did it, as the end of a sentence
  statement_id,
  subject,
  by_what,
  cause_statement_id
) AS
SELECT c.statement_id,
  coalesce(
    (SELECT n.relation FROM plan_nodes AS n JOIN run ON n.scale = run.largest_scale
     WHERE n.statement_id = c.statement_id AND n.side = 'head' AND n.relation <> '' AND n.access <> 'none'
     ORDER BY n.rows_examined DESC, n.relation LIMIT 1),
    nullif(s.name, ''), nullif(s.function, ''), 'query'),
  CASE k.kind WHEN 'schema' THEN '; the schema change did it.' WHEN 'both' THEN '; the schema change and the query''s own edit did it.' ELSE '.' END,
  k.cause_statement_id
FROM comparisons AS c
JOIN statements AS s ON s.statement_id = c.statement_id AND s.side = 'head'
LEFT JOIN causes AS k ON k.statement_id = c.statement_id;

CREATE VIEW compared_work (  -- of each comparison, whether rows examined or cost passed both `limits.cost_ratio` and `limits.cost_floor`
  statement_id,
  more_rows,
  more_cost
) AS
SELECT c.statement_id,
  c.rows_after >= b.ratio * c.rows_before AND c.rows_after - c.rows_before >= b.floor,
  c.cost_after >= b.ratio * c.cost_before AND c.cost_after - c.cost_before >= b.floor
FROM comparisons AS c
JOIN (
  SELECT coalesce((SELECT value FROM limits WHERE name = 'cost_ratio'), 2) AS ratio, coalesce((SELECT value FROM limits WHERE name = 'cost_floor'), 1000) AS floor) AS b;

CREATE VIEW new_indexes (  -- indexes of the head side that CREATE INDEX makes on a growing table, and that came with the change; in `check --all` all of them
  table_name,
  name,
  table_type,
  is_unique,
  partial,
  statement_id
) AS
SELECT i.table_name, i.name, t.type, i.is_unique, i.partial, i.statement_id
FROM run
JOIN indexes AS i ON i.side = 'head' AND i.origin = 'create'
JOIN statements AS s ON s.statement_id = i.statement_id AND s.changed = 1
JOIN tables AS t ON t.side = 'head' AND t.name = i.table_name AND t.fixed = 0
WHERE NOT EXISTS (SELECT 1 FROM indexes AS old WHERE run.mode = 'change' AND old.side = 'base' AND old.table_name = i.table_name AND old.name = i.name);

CREATE VIEW index_shapes (  -- plain indexes without expressions; their columns in order, each with what isn't the usual and a bar: 'customer_id|placed_at desc|'
  side,
  table_name,
  name,
  is_unique,
  origin,
  statement_id,
  width,
  columns
) AS
SELECT i.side, i.table_name, i.name, i.is_unique, i.origin, i.statement_id,
  (SELECT count(*) FROM index_columns AS x WHERE x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name),
  (SELECT group_concat(part, '') FROM (
     SELECT lower(x.name) || CASE x.descending WHEN 1 THEN ' desc' ELSE '' END
       || CASE WHEN x.collation IN ('', 'default', 'BINARY') THEN '' ELSE ' ' || x.collation END || '|' AS part
     FROM index_columns AS x
     WHERE x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name ORDER BY x.position))
FROM indexes AS i
WHERE i.plain = 1
  AND NOT EXISTS (
    SELECT 1 FROM index_columns AS x WHERE x.side = i.side AND x.table_name = i.table_name AND x.index_name = i.name AND x.name = '');

CREATE VIEW keys_without_index (  -- foreign keys of growing tables of the head side that no index serves; of a change those that came or lost their index with it
  table_name,
  parent_table,
  on_delete,           -- in capitals
  column_list,         -- 'a,b'
  ddl,                 -- the CREATE INDEX that serves it; CONCURRENTLY where PostgreSQL has the table already
  row_count,
  row_source,
  lost_index,          -- '' = the primary key served it
  statement_id,        -- that brought the key, else that created the table
  cause_statement_id   -- that took the index away
) AS
WITH
  named AS (  -- one row a foreign key, its columns in order
    SELECT DISTINCT f.side, f.table_name, f.foreign_key, first_value(f.parent_table) OVER whole AS parent_table,
      upper(first_value(f.on_delete) OVER whole) AS on_delete,
      count(*) OVER whole AS width,
      group_concat(f.name, ',') OVER whole AS column_list,
      group_concat(printf('"%w"', f.name), ', ') OVER whole AS quoted_list,
      group_concat(f.name, '_') OVER whole AS joined_list
    FROM foreign_keys AS f
    WINDOW whole AS (
      PARTITION BY f.side, f.table_name, f.foreign_key ORDER BY f.position
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  ),
  serving AS (  -- the keys that an index or the primary key serves, and by which
    SELECT n.side, n.table_name, n.foreign_key, i.name AS index_name
    FROM named AS n
    JOIN indexes AS i ON i.side = n.side AND i.table_name = n.table_name
      AND (i.partial = 0 OR (n.width = 1 AND lower(replace(i.condition, '"', '')) = lower(n.column_list) || ' is not null'))
    WHERE n.width = (
      SELECT count(*) FROM index_columns AS x
      JOIN foreign_keys AS f ON f.side = n.side AND f.table_name = n.table_name AND f.foreign_key = n.foreign_key
        AND f.name = x.name COLLATE NOCASE
      WHERE x.side = n.side AND x.table_name = n.table_name AND x.index_name = i.name AND x.position < n.width)
    UNION
    SELECT n.side, n.table_name, n.foreign_key, ''
    FROM named AS n
    WHERE n.width = (
      SELECT count(*) FROM columns AS c
      JOIN foreign_keys AS f ON f.side = n.side AND f.table_name = n.table_name AND f.foreign_key = n.foreign_key
        AND f.name = c.name COLLATE NOCASE
      WHERE c.side = n.side AND c.table_name = n.table_name AND c.primary_key BETWEEN 1 AND n.width)
  ),
  bare AS (
    SELECT n.table_name, n.foreign_key, n.parent_table, n.on_delete, n.column_list, n.quoted_list, n.joined_list, child.row_count, child.row_source, child.partitions,
      child.statement_id AS created_by, past.foreign_key AS past_key,
      (SELECT min(v.index_name) FROM serving AS v
       WHERE v.side = 'base' AND v.table_name = past.table_name AND v.foreign_key = past.foreign_key) AS lost_index
    FROM named AS n
    JOIN tables AS child ON child.side = 'head' AND child.name = n.table_name AND child.fixed = 0 AND child.type = 'table'
    LEFT JOIN tables AS parent ON parent.side = 'head' AND parent.name = n.parent_table COLLATE NOCASE
    LEFT JOIN named AS past ON past.side = 'base' AND past.table_name = n.table_name AND past.column_list = n.column_list
      AND past.parent_table = n.parent_table
    WHERE n.side = 'head' AND coalesce(parent.fixed, 0) = 0
      AND NOT EXISTS (
        SELECT 1 FROM serving AS v WHERE v.side = 'head' AND v.table_name = n.table_name AND v.foreign_key = n.foreign_key)
  )
SELECT b.table_name, b.parent_table, b.on_delete, b.column_list,
  printf('CREATE INDEX %s"%w_%w" ON %s(%s)',
    CASE WHEN run.engine = 'postgres' AND b.partitions = 0
        AND (run.mode = 'all' OR EXISTS (SELECT 1 FROM tables AS t WHERE t.side = 'base' AND t.name = b.table_name)) THEN 'CONCURRENTLY ' ELSE '' END,
    replace(b.table_name, '.', '_'), b.joined_list, replace(printf('"%w"', b.table_name), '.', '"."'), b.quoted_list),
  b.row_count, b.row_source, b.lost_index,
  coalesce(
    (SELECT min(s.statement_id) FROM statements AS s WHERE s.statement_id = b.created_by AND s.changed = 1),
    (SELECT min(a.statement_id) FROM schema_changes AS a
     JOIN statements AS s ON s.statement_id = a.statement_id AND s.changed = 1
     WHERE a.side = 'head' AND a.action = 'alter_table'
       AND (a.on_table = b.table_name COLLATE NOCASE OR a.object = b.table_name COLLATE NOCASE)),
    CASE WHEN b.lost_index IS NOT NULL THEN b.created_by END),
  (SELECT min(a.statement_id) FROM schema_changes AS a
   WHERE b.lost_index IS NOT NULL AND a.object = b.lost_index COLLATE NOCASE
     AND ((a.side = 'head' AND a.action = 'drop') OR (a.side = 'base' AND a.action = 'create_index')))
FROM bare AS b
JOIN run
WHERE run.mode = 'all' OR (run.schema_changed = 1 AND (b.past_key IS NULL OR b.lost_index IS NOT NULL));

CREATE VIEW side_jobs (  -- statements of the head side that no user waits for, as far as path and function tell: of tests, migrations, scripts, exports, clean-ups
  statement_id
) AS
WITH
  words(word) AS (  -- a whole word of the path or the function
    VALUES ('/test/'), ('/tests/'), ('/testing/'), ('/perftest/'), ('/patches/'), ('/cronjobs/'), ('/daily/'), ('/weekly/'), ('/clear/'), ('/reset/'), ('/simulator/'), ('/benchmarks/'), ('/spec/'), ('/specs/'), ('/stub/'), ('/stubs/'), ('/testdata/'), ('/fixtures/'), ('/bench/'), ('/benches/'), ('/benchmark/'), ('/examples/'), ('/example/'), ('/tools/'), ('/scripts/'),
      ('/cleanup/'), ('/datacleanup/'), ('/purge/'), ('/housekeeping/'), ('/janitor/'), ('/upgrades/'),
      ('/migration/'), ('/migrations/'), ('/migrate/'), ('/seed/'), ('/seeds/'), ('/gc/'), ('/cron/'), ('/dump/'), ('/debug/'), ('/install/'), ('/contrib/'), ('/setup/')
  ),
  parts(part) AS (  -- of the function's or the statement's name
    VALUES ('migrat'), ('cleanup'), ('cleanout'), ('prune'), ('purge'), ('vacuum'), ('maintenance'), ('backfill'), ('rebuild'), ('reindex'), ('export'),
      ('backup'), ('archive'), ('orphan'), ('repair'), ('integritycheck'), ('backgroundupdate'), ('bgupdate'), ('backgroundpopulate'), ('expired'), ('garbage'), ('setup'), ('install'), ('wipe'), ('updatefrom'), ('upgradefrom'), ('periodic')
  )
SELECT s.statement_id
FROM statements AS s
WHERE s.side = 'head'
  AND (s.kind IN ('schema', 'migration')
    OR EXISTS (
      SELECT 1
      FROM (SELECT replace(replace(replace('/' || lower(s.path || '/' || s.function) || '/', '_', '/'), '-', '/'), '.', '/') AS text LIMIT 1) AS at
      JOIN words AS w
      WHERE instr(at.text, w.word) > 0)
    OR EXISTS (
      SELECT 1 FROM (SELECT replace(lower(s.function || ' ' || s.name), '_', '') AS text LIMIT 1) AS called JOIN parts AS p
      WHERE instr(called.text, p.part) > 0));

CREATE VIEW unproven_statements (  -- statements of the head side that ran before, as far as is known, on tables whose sizes are all assumed; none in a comparison of two sides
  statement_id
) AS
SELECT s.statement_id
FROM run
JOIN statements AS s ON s.side = 'head' AND s.path <> '<sql>'  -- what `explain` is asked about
WHERE run.mode = 'all'
  AND (NOT EXISTS (SELECT 1 FROM baseline_entries) OR s.fingerprint IN (SELECT b.fingerprint FROM baseline_entries AS b WHERE b.fingerprint = s.fingerprint))
  AND NOT EXISTS (
    SELECT 1 FROM query_tables AS q
    JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.row_source <> 'assumed'
    WHERE q.statement_id = s.statement_id);

CREATE VIEW cheap_statements (  -- statements of the head side that examine fewer than 5,000 rows at the sizes of today, which are known of all tables that they scan
  statement_id
) AS
SELECT m.statement_id
FROM run
JOIN metrics AS m ON m.side = 'head' AND m.scale = 0 AND m.rows_examined < 5000
WHERE run.largest_scale > 0
  AND EXISTS (
    SELECT 1 FROM plan_nodes AS n JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.row_source IN ('file', 'configured')
    WHERE n.statement_id = m.statement_id AND n.side = 'head' AND n.scale = 0)
  AND NOT EXISTS (
    SELECT 1 FROM plan_nodes AS n JOIN tables AS t ON t.side = 'head' AND t.name = n.relation AND t.fixed = 0 AND t.row_source NOT IN ('file', 'configured')
    WHERE n.statement_id = m.statement_id AND n.side = 'head' AND n.scale = 0 AND n.access IN ('scan', 'scan_covering'));

CREATE VIEW many_rows (  -- queries of the head side whose rows grow with a table, as far as is known, and that a user waits for: a loop over them gets long
  statement_id
) AS
SELECT DISTINCT q.statement_id
FROM query_tables AS q
JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE AND t.fixed = 0
WHERE q.statement_id NOT IN (SELECT u.statement_id FROM unproven_statements AS u)
  AND q.statement_id NOT IN (SELECT j.statement_id FROM side_jobs AS j)
  AND NOT EXISTS (  -- cut off, or found by a key
    SELECT 1 FROM run
    JOIN metrics AS large ON large.statement_id = q.statement_id AND large.side = 'head' AND large.scale = run.largest_scale
    JOIN metrics AS small ON small.statement_id = q.statement_id AND small.side = 'head' AND small.scale = 0
    WHERE run.largest_scale > 0 AND large.rows_returned < 2 * small.rows_returned)
  AND NOT EXISTS (  -- the rows of one status: nobody knows how many
    SELECT 1 FROM predicates AS p
    JOIN columns AS c ON c.side = 'head' AND c.name = p.name COLLATE NOCASE
    JOIN tables AS o ON o.side = 'head' AND o.name = c.table_name AND o.row_source NOT IN ('file', 'seed')
    WHERE p.statement_id = q.statement_id AND p.clause = 'where' AND p.operator IN ('=', '==', 'IN', 'IS NULL') AND p.operand <> 'column'
      AND (p.relation IS NULL OR p.relation = c.table_name COLLATE NOCASE)
      AND (p.operand = 'literal' OR p.operator = 'IS NULL' OR c.allowed_values > 0
        OR EXISTS (SELECT 1 FROM category_columns AS k WHERE k.table_name = c.table_name AND k.name = c.name)));

CREATE VIEW partial_index_uses (  -- PostgreSQL: partial indexes that serve a statement of the head side as long as the server plans for its parameters' values, and these are the condition's
  statement_id,
  relation,
  index_name
) AS
SELECT DISTINCT p.statement_id, i.table_name, i.name
FROM run
JOIN predicates AS p ON p.operator = '=' AND p.operand = 'placeholder' AND p.sargable = 1 AND p.in_or = 0
JOIN statements AS s ON s.statement_id = p.statement_id AND s.side = 'head'
JOIN columns AS own ON own.side = 'head' AND own.name = p.name COLLATE NOCASE
JOIN indexes AS i ON i.side = 'head' AND i.table_name = own.table_name AND i.partial = 1 AND (p.relation IS NULL OR p.relation = i.table_name COLLATE NOCASE)
  AND instr(' ' || replace(replace(i.condition, '(', ' '), ')', ' ') || ' ', ' ' || own.name || ' ') > 0
WHERE run.engine = 'postgres'
  AND EXISTS (SELECT 1 FROM query_tables AS q WHERE q.statement_id = p.statement_id AND q.name = i.table_name COLLATE NOCASE)
  AND NOT EXISTS (  -- a column of its condition that the statement says nothing of
    SELECT 1 FROM columns AS c
    WHERE c.side = 'head' AND c.table_name = i.table_name AND instr(' ' || replace(replace(i.condition, '(', ' '), ')', ' ') || ' ', ' ' || c.name || ' ') > 0
      AND NOT EXISTS (
        SELECT 1 FROM predicates AS o
        WHERE o.statement_id = p.statement_id AND o.name = c.name COLLATE NOCASE AND o.in_or = 0
          AND (o.operator = '=' AND o.operand IN ('placeholder', 'literal') OR o.operator IN ('IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS FALSE'))));

CREATE VIEW deletions_by_age (  -- statements of the head side that delete a table's rows by their age alone: DELETE FROM logs WHERE at < ?
  statement_id,
  path,
  line,
  relation
) AS
SELECT s.statement_id, s.path, s.line, t.name
FROM statements AS s
JOIN query_tables AS q ON q.statement_id = s.statement_id AND q.role = 'target'
JOIN tables AS t ON t.side = 'head' AND t.name = q.name COLLATE NOCASE
WHERE s.side = 'head' AND s.statement_kind = 'delete' AND s.kind NOT IN ('schema', 'migration')
  AND EXISTS (
    SELECT 1 FROM predicates AS p
    WHERE p.statement_id = s.statement_id AND p.table_ref = q.table_ref AND p.clause = 'where' AND p.operator IN ('<', '<=') AND p.sargable = 1
      AND p.operand <> 'literal'
      AND (p.name LIKE '%time%' OR p.name LIKE '%date%' OR p.name LIKE '%\_at' ESCAPE '\' OR p.name LIKE '%\_ts' ESCAPE '\' OR p.name LIKE '%\_on' ESCAPE '\'
        OR p.name LIKE '%expir%' OR p.name LIKE '%created%' OR p.name LIKE '%updated%' OR p.name LIKE '%seen%' OR p.name IN ('ts', 'at', 'day') OR p.name GLOB '*[a-z]At'
        OR EXISTS (
          SELECT 1 FROM columns AS c
          WHERE c.side = 'head' AND c.table_name = t.name AND c.name = p.name COLLATE NOCASE AND (c.type LIKE '%time%' OR c.type LIKE '%date%' OR c.primary_key = 1))))
  AND NOT EXISTS (
    SELECT 1 FROM predicates AS p
    WHERE p.statement_id = s.statement_id AND p.block = 0 AND p.clause = 'where' AND p.operator NOT IN ('<', '<=', '<>', 'IS NOT NULL')
      AND p.operand IN ('placeholder', 'column', 'list', 'subquery'));

CREATE VIEW single_row_statements (  -- queries of the head side that give one row at most, by their own text or by a plan that looks up whole unique keys
  statement_id
) AS
SELECT s.statement_id
FROM statements AS s
WHERE s.side = 'head'
  AND (EXISTS (
      SELECT 1 FROM query_blocks AS b
      WHERE b.statement_id = s.statement_id AND b.parent = -1 AND (b.limit_value = 1 OR (b.has_aggregate = 1 AND b.has_group_by = 0)))
    OR NOT EXISTS (
      SELECT 1 FROM run
      JOIN plan_nodes AS n ON n.statement_id = s.statement_id AND n.side = 'head' AND n.scale = run.largest_scale
      WHERE n.access NOT IN ('constant', 'none')));

CREATE VIEW batch_statements (  -- statements that take many keys at once: IN (list), a table-valued function such as unnest() or json_each()
  statement_id
) AS
SELECT p.statement_id FROM predicates AS p WHERE p.operator = 'IN' AND p.operand IN ('list', 'placeholder') AND p.why_not <> 'the column is the array'
UNION ALL
SELECT q.statement_id FROM query_tables AS q WHERE q.role = 'function';

CREATE VIEW edited_in_loop (  -- statements of the head side that replace one which ran once a turn of a loop already
  statement_id
) AS
SELECT r.statement_id
FROM replacements AS r
JOIN loops AS b ON b.statement_id = r.before_statement_id
WHERE b.argument_varies = 1 AND b.always_leaves = 0 AND b.source NOT IN ('literal', 'batch', 'retry')
  AND NOT EXISTS (SELECT 1 FROM batch_statements AS m WHERE m.statement_id = b.statement_id);

CREATE VIEW named_columns (  -- columns of the head side by the word that their names end in (order_status, orderStatus): what holds few values as a rule, and what names a small part of the rows
  table_name,
  name,
  selective  -- 1 = an id, a person, a time …; 0 = a status, a kind …
) AS
WITH
  few(word) AS (
    VALUES ('status'), ('state'), ('kind'), ('type'), ('category'), ('class'), ('phase'), ('stage'), ('version'), ('network'), ('environment'),
      ('platform'), ('provider'), ('locale'), ('language'), ('currency'), ('country'), ('region'), ('attempts'), ('retries'), ('priority'), ('level'), ('severity'), ('role'), ('mode'), ('visibility'), ('gender'), ('direction'),
      ('flag'), ('enabled'), ('disabled'), ('active'), ('deleted'), ('hidden'), ('archived'), ('locked'), ('blocked'), ('seen'), ('read'), ('pinned'),
      ('starred'), ('draft'), ('verified'), ('public'), ('private')
  ),
  many(word) AS (
    VALUES ('id'), ('ids'), ('uid'), ('uuid'), ('guid'), ('key'), ('hash'), ('sha'), ('sha1'), ('sha256'), ('md5'), ('digest'), ('checksum'), ('fingerprint'), ('token'), ('secret'),
      ('nonce'), ('signature'), ('code'), ('slug'), ('email'), ('mail'), ('phone'), ('login'), ('username'), ('nickname'), ('nick'), ('handle'), ('name'), ('title'), ('subject'),
      ('url'), ('uri'), ('href'), ('link'), ('permalink'), ('domain'), ('host'), ('hostname'), ('path'), ('file'), ('filename'), ('address'), ('ip'), ('number'), ('num'), ('nr'), ('no'),
      ('serial'), ('sku'), ('isbn'), ('barcode'), ('mid'), ('ref'), ('reference'), ('identifier'), ('session'), ('cookie'), ('seq'), ('sequence'), ('height'),
      ('page'), ('city'), ('zip'), ('postcode'), ('tag'), ('account'), ('parent'), ('owner'), ('author'), ('user'), ('customer'), ('creator'), ('sender'), ('receiver'), ('recipient'),
      ('at'), ('on'), ('date'), ('day'), ('time'), ('timestamp'), ('ts'), ('created'), ('updated'), ('modified'), ('added'), ('published'), ('expires'), ('expiry'),
      ('expiration'), ('since'), ('until'), ('due'), ('deadline')
  ),
  words(word, selective) AS (SELECT f.word, 0 FROM few AS f UNION ALL SELECT m.word, 1 FROM many AS m)
SELECT c.table_name, c.name, w.selective
FROM columns AS c
JOIN words AS w ON w.word = lower(replace(c.name, rtrim(c.name, replace(c.name, '_', '')), ''))  -- what stands behind the last _
WHERE c.side = 'head'
UNION
SELECT c.table_name, c.name, w.selective
FROM columns AS c
JOIN words AS w ON c.name GLOB '*[a-z0-9]' || upper(substr(w.word, 1, 1)) || substr(w.word, 2)
WHERE c.side = 'head' AND c.name GLOB '*[a-z0-9][A-Z]*';

CREATE VIEW category_columns (  -- columns of the head side that hold few values as far as their names tell (status, message_type, isRead), in tables of which no count is known
  table_name,
  name
) AS
SELECT c.table_name, c.name
FROM columns AS c
JOIN tables AS t ON t.side = c.side AND t.name = c.table_name AND t.row_source IN ('assumed', 'configured')
WHERE c.side = 'head' AND c.allowed_values = 0
  AND (c.name LIKE 'is\_%' ESCAPE '\' OR c.name LIKE 'has\_%' ESCAPE '\' OR c.name GLOB 'is[A-Z]*' OR c.name GLOB 'has[A-Z]*'
    OR c.name LIKE '%chain\_id' ESCAPE '\'
    OR EXISTS (SELECT 1 FROM named_columns AS n WHERE n.table_name = c.table_name AND n.name = c.name AND n.selective = 0));

CREATE VIEW selective_columns (  -- columns of the head side of which a value names a small part of the rows: statistics count the table, a foreign key, the type or the name tell (uuid, user_id, emailHash, created_at)
  table_name,
  name
) AS
SELECT c.table_name, c.name
FROM columns AS c
JOIN tables AS t ON t.side = c.side AND t.name = c.table_name
WHERE c.side = 'head' AND c.allowed_values = 0
  AND (t.row_source IN ('file', 'seed')
    OR NOT EXISTS (SELECT 1 FROM category_columns AS k WHERE k.table_name = c.table_name AND k.name = c.name)
    AND (c.type LIKE '%uuid%' OR c.type LIKE '%date%' OR c.type LIKE '%time%' OR c.name LIKE '%hash' OR c.name LIKE '%uuid' OR c.name GLOB '*[a-z]ID'
      OR EXISTS (SELECT 1 FROM foreign_keys AS f WHERE f.side = c.side AND f.table_name = c.table_name AND f.name = c.name)
      OR EXISTS (SELECT 1 FROM tables AS o WHERE o.side = c.side AND o.name IN (c.name, c.name || 's') COLLATE NOCASE)
      OR EXISTS (SELECT 1 FROM named_columns AS n WHERE n.table_name = c.table_name AND n.name = c.name AND n.selective = 1)));

-- Rules go from a statement to what is known of it.
CREATE INDEX tables_by_name ON tables(side, name COLLATE NOCASE);  -- a statement's spelling of it
CREATE INDEX columns_by_name ON columns(side, table_name, name COLLATE NOCASE);
CREATE INDEX call_sites_by_statement ON call_sites(statement_id);
CREATE INDEX loops_by_statement ON loops(statement_id);
CREATE INDEX query_tables_by_statement ON query_tables(statement_id);
CREATE INDEX query_blocks_by_statement ON query_blocks(statement_id);
CREATE INDEX projections_by_statement ON projections(statement_id, block);
CREATE INDEX function_calls_by_statement ON function_calls(statement_id);
CREATE INDEX predicates_by_statement ON predicates(statement_id);
CREATE INDEX assigned_columns_by_statement ON assigned_columns(statement_id);
CREATE INDEX joins_by_statement ON joins(statement_id);
CREATE INDEX orderings_by_statement ON orderings(statement_id);
CREATE INDEX plan_nodes_by_statement ON plan_nodes(statement_id, side, scale);
CREATE INDEX metrics_by_statement ON metrics(statement_id, side, scale);
CREATE INDEX growth_by_statement ON growth(statement_id, side);
CREATE INDEX measured_by_statement ON measured(statement_id, side);
CREATE INDEX index_trials_by_statement ON index_trials(statement_id, rank);
CREATE INDEX rewrite_trials_by_statement ON rewrite_trials(statement_id, kind);
CREATE INDEX refused_index_trials_by_statement ON refused_index_trials(statement_id);
CREATE INDEX access_comparisons_by_statement ON access_comparisons(statement_id);
CREATE INDEX causes_by_statement ON causes(statement_id);
CREATE INDEX schema_actions_by_statement ON schema_actions(statement_id);
CREATE INDEX schema_actions_by_table ON schema_actions(table_name);
CREATE INDEX index_columns_by_index ON index_columns(side, table_name, index_name);
CREATE INDEX findings_by_statement ON findings(statement_id);

// One SQL statement understood: tables, predicates, orderings, shape. PostgreSQL's own parser (libpg_query) reads it,
// after a token-wise translation of placeholders and of SQLite's dialect that keeps offsets. libpg_query is used in
// this folder only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "base/source.h"

namespace explaingate {

enum class StatementKind {
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kCreateTable,
  kCreateIndex,
  kCreateView,
  kCreateTrigger,
  kAlterTable,
  kDrop,
  kOtherDdl,
  kTransaction,  // BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE
  kUtility,      // PRAGMA, VACUUM, ANALYZE, EXPLAIN, SET, COPY …: not planned
};

// All `offset`s are byte offsets in the statement's own text, as given. Names of tables, columns and their aliases are
// written as the statement has them (SQLite) or folded to lower case where unquoted (PostgreSQL, as its catalogue has
// them).
struct TableRef {
  int block = 0;       // QueryBlock that it stands in
  std::string schema;  // "main", "temp", an attached name; empty = none given
  std::string name;    // as written, without quotes; empty for a subquery or function
  std::string alias;   // empty = none
  enum class Role {
    kFrom,
    kTarget,
    kCte,
    kSubquery,
    kFunction
  } role = Role::kFrom;     // kCte: name refers to a CTE; kTarget: of INSERT, UPDATE, DELETE
  int subquery_block = -1;  // kSubquery and kCte: the block that yields the rows
  uint32_t offset = 0;
};

enum class Clause { kWhere, kJoinOn, kHaving };
// Where in its query a function is called or a subquery stands. kOther: ON CONFLICT, WINDOW …
enum class Place { kOther, kSelect, kFrom, kWhere, kJoinOn, kGroupBy, kHaving, kOrderBy, kLimit, kSet, kValues };
enum class Operand { kLiteral, kPlaceholder, kColumn, kExpression, kSubquery, kList, kNone };

// One conjunct or disjunct that compares a column. `WHERE a.x = b.y` gives two: one from each column's point of view.
// NOT is pushed down: NOT a = 1 is "<>" with why_not "negation". `a = ANY(x)` is "IN", `a <> ALL(x)` "NOT IN", other
// operators get " ANY" / " ALL". `a IS [NOT] DISTINCT FROM b` is "IS NOT" / "IS". A bare `WHERE active` is "IS TRUE".
// Row values give a predicate a column; `? BETWEEN a AND b` gives "<=" and ">=". COLLATE leaves a column sargable:
// whether it fits the index is the engine's to know. Reasons in `why_not`: "function f() around the column", "aggregate
// f() of the column", "cast of the column", "arithmetic on the column", "concatenation with the column", "JSON
// extraction from the column", "CASE around the column", "subscript of the column", "expression around the column",
// "LIKE|GLOB pattern starts with a wildcard", "LIKE|GLOB pattern is an expression" (SQLite), "regular expression",
// "ILIKE ignores case", "the column is the pattern", "the column is in the list", "the column is the array" (x =
// ANY(tags)), "compares columns of one row", "negation", "IS NOT DISTINCT FROM uses no index" (PostgreSQL), "truth test
// of the column" (SQLite).
struct Predicate {
  int block = 0;
  int table = -1;      // index in ParsedQuery::tables; -1 = unqualified and not decidable without the schema, or outer
                       // query unknown
  std::string column;  // without quotes
  std::string op;  // "=", "<", ">=", "<>", "IN", "NOT IN", "BETWEEN", "LIKE", "NOT LIKE", "GLOB", "IS NULL", "IS NOT
                   // NULL", "IS", "MATCH", …
  Clause clause = Clause::kWhere;
  Operand other = Operand::kLiteral;
  int other_table = -1;  // Operand::kColumn
  std::string other_column;
  std::string literal;  // Operand::kLiteral: its text without quotes
  // What the statement says of the other side's type: of a cast "numeric", "bpchar" (PostgreSQL's own names, SQLite's
  // as written), of a literal without one "integer", "float", "text", "boolean"; "" where it says nothing.
  std::string other_type;
  int other_block = -1;    // Operand::kSubquery: its QueryBlock
  size_t list_length = 0;  // Operand::kList: its members
  std::string collation;   // of a COLLATE on either side
  bool sargable = true;
  std::string why_not;  // "function lower() around the column", "LIKE pattern starts with a wildcard", "arithmetic on
                        // the column", "cast of the column", "negation"…
  std::string expression;  // where not sargable: the source text of the side that holds the column: "lower(email)"
  int row_position = -1;   // of a row value's column within it, from 0: 1 for id in (placed_at, id) < (?, ?); -1 = none
  bool in_or = false;      // one arm of an OR
  int or_group = -1, or_arm = -1;  // of the outermost OR around it: number within the statement, and of its arm from 0
  bool in_outer_join = false;      // ON of an outer join
  uint32_t offset = 0;             // of the comparison
  uint32_t length = 0;
};

struct Join {
  int block = 0;
  int left = -1, right = -1;  // tables; left = -1 when the left side is itself a join
  std::string type;           // "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "," (comma), "NATURAL"
  // ON (other than a constant), USING, NATURAL, or a WHERE predicate that links the two, also through a third table.
  // True as well for table functions, VALUES, LATERAL and one-row subqueries, and where an unqualified column might be
  // the link.
  bool has_condition = false;
  uint32_t offset = 0;
};

struct Ordering {
  int block = 0;
  enum class Kind { kOrderBy, kGroupBy, kDistinct } kind = Kind::kOrderBy;
  int position = 0;  // in its list, from 0
  int table = -1;
  std::string column;      // empty for an expression or an output position
  std::string expression;  // source text
  bool descending = false;
  enum class Nulls { kDefault, kFirst, kLast } nulls = Nulls::kDefault;
  uint32_t offset = 0;
};

struct Projection {
  int block = 0;
  int position = 0;
  int table = -1;
  std::string column;  // "*" for a star, empty for an expression
  std::string alias;
  std::optional<std::string> literal;  // the item is this constant, without quotes
  uint32_t offset = 0;
};

struct FunctionCall {
  int block = 0;
  std::string name;  // lower case, without schema
  Place place = Place::kOther;
  int position = -1;  // of the item in the select list, GROUP BY or ORDER BY that it stands in; -1 elsewhere
  bool aggregate = false, window = false;
  bool star = false, distinct = false;  // count(*), count(DISTINCT …)
  int arguments = 0;
  std::string argument;  // the first one, where it is a bare column: its name
  std::string compared;  // with a literal, seen from the call: "> 0"; "" = not compared with one
  uint32_t offset = 0;
};

// Block 0 is the statement itself, or the query of CREATE VIEW and CREATE TABLE AS; other statements have no blocks.
// Parents come before their children; the operands of UNION … are kSetOperand blocks of the block that has
// `set_operation`.
struct QueryBlock {
  int id = 0;
  int parent = -1;
  enum class Kind { kTop, kCte, kFrom, kScalar, kExists, kIn, kSetOperand, kInsertSource } kind = Kind::kTop;
  std::string name;         // CTE's name or the subquery's alias
  bool correlated = false;  // refers to a table of an outer block (by qualifier; unqualified names can't tell)
  bool recursive = false;
  bool has_aggregate = false;  // aggregate function in the projections or HAVING
  bool has_window = false;
  bool distinct = false;
  bool has_group_by = false;
  bool has_limit = false;
  std::optional<int64_t> limit;  // where it is a literal
  bool has_offset = false;
  std::optional<int64_t> skipped;  // by OFFSET, where it is a literal
  bool has_where = false;
  Place place = Place::kOther;  // of a subquery, in its parent
  std::string compared;         // kScalar, with a literal, seen from the subquery: "> 0"; "" = not compared with one
  std::string locking;          // "UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"; "" = none
  bool skips_locked = false;    // SKIP LOCKED
  bool values = false;          // a VALUES list
  std::string set_operation;    // "UNION", "UNION ALL", "INTERSECT", "EXCEPT" on the parent of kSetOperand blocks
  uint32_t offset = 0;
};

struct ParsedQuery {
  StatementKind kind = StatementKind::kUtility;
  std::string fingerprint;  // 16 hexadecimal digits (libpg_query's fingerprint), or "t" + 15 digits over the token
                            // stream where PostgreSQL's grammar has no such statement
  std::vector<QueryBlock> blocks;
  std::vector<TableRef> tables;
  std::vector<Predicate> predicates;
  std::vector<Join> joins;
  std::vector<Ordering> orderings;
  std::vector<Projection> projections;
  std::vector<FunctionCall> calls;
  bool reads_rows_of_target = false;  // UPDATE, DELETE
  bool for_update = false;            // row locking clause
  std::vector<std::string> assigned;  // UPDATE: columns that it sets
  bool is_batch = false;    // IN list of placeholders or = ANY($1), several VALUES rows, unnest(?), json_each(?)
  std::string object;       // DDL: name of the table or view (qualified_table()), index or trigger
  std::string object_type;  // DDL: "table", "index", "view", "trigger", "column" …
  std::string on_table;     // DDL: table of an index or trigger; the altered table; qualified_table()
  int placeholder_count = 0;
};

// A table's name as PostgreSQL's catalogue has it here: "sales.orders" outside of the schema public. SQLite's names
// stand alone.
[[nodiscard]] std::string qualified_table(std::string_view schema, std::string_view name, Dialect dialect);

// `placeholders` as in Statement::placeholders (empty: every style but %s and {} is recognised). Errors are kStatement
// with `column` = offset + 1 in `sql` and PostgreSQL's message. Thread-safe. Nesting and size are bounded: a statement
// nested deeper than the parser's stack allows is an error, not a crash.
[[nodiscard]] Result<ParsedQuery> parse_query(std::string_view sql, Dialect dialect,
                                              std::string_view placeholders = {});

// The statement as the engine must get it: host placeholders (%s, %(name)s, {} …) become the engine's own, %% becomes %
// where the style says so. Offsets map back to `sql`.
struct EngineText {
  std::string text;
  OffsetMap map;
  std::vector<std::string> placeholder_names;  // in order of first use; "" for positional
};
[[nodiscard]] EngineText engine_text(std::string_view sql, Dialect dialect, std::string_view placeholders = {});

// True when the text starts like a statement and the parser accepts it: the last gate against prose.
[[nodiscard]] bool looks_like_sql(std::string_view text);

// Less than looks_like_sql(): true when what stands behind the first word could be a statement's rest, whether or not
// the parser knows this dialect. "UPDATE t SET …" and "SELECT 1", but neither "update me" nor "select all".
[[nodiscard]] bool could_be_sql(std::string_view text);

[[nodiscard]] std::string_view to_string(StatementKind kind);  // "select", "create_index" …

}  // namespace explaingate

// The interface of a database engine: for one schema, at one scale, the catalogue, plans and metrics of statements, and
// the same with a hypothetical index. Statements are planned, not executed, unless measuring was asked for.
#pragma once

#include <array>
#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/parse.h"
#include "statistics/statistics.h"

namespace explaingate {

// From best to worst; a worse access on a table is a regression.
enum class Access {
  kConstant,        // one row at most by key, or no table at all
  kSearchCovering,  // index range or equality, table not touched
  kSearch,          // index or primary key
  kAutomaticIndex,  // an index built for this statement alone
  kScanCovering,    // whole index
  kScan,            // whole table
  kVirtual,         // a virtual table's own business
  kNone,            // not an access (sort, union, subquery …)
};
[[nodiscard]] std::string_view to_string(Access access);  // "constant", "search_covering" …

struct PlanNode {
  int id = 0;             // engine's own number, order of the plan
  int parent = -1;        // id, -1 at the top
  std::string operation;  // first words of the engine's line: "SCAN", "SEARCH", "CORRELATED SCALAR SUBQUERY", "USE TEMP
                          // B-TREE", "MATERIALIZE", "CO-ROUTINE", "MULTI-INDEX OR", "UNION ALL", "LIST SUBQUERY" …
  Access access = Access::kNone;
  std::string relation;            // table's real name, also where the plan shows an alias; "" for none
  std::string alias;               // as the plan shows it
  std::string index;               // "" none; "INTEGER PRIMARY KEY" for the rowid
  std::vector<std::string> terms;  // "customer_id=?", "placed_at>?"
  std::string purpose;             // of a temp b-tree: "ORDER BY", "GROUP BY", "DISTINCT", "RIGHT PART OF ORDER BY" …
  bool correlated = false;
  bool automatic = false;
  double executions = 0;     // how often it is started
  double rows_examined = 0;  // all executions together
  double rows_out = 0;       // all executions together, after filters
  double rows_possible = 0;  // rows_out, if no LIMIT above stopped it early
  int width = 0;             // bytes of a row that it hands on; 0 = not known
  std::string detail;        // the engine's line, unchanged
};

struct Plan {
  std::vector<PlanNode> nodes;  // pre-order
  // One line a node, indented by depth, without numbers: the shape, the same at every scale while the plan is the same.
  [[nodiscard]] std::vector<std::string> lines() const;
};

struct Metrics {
  double rows_examined = 0;
  double rows_returned = 0;
  double rows_sorted = 0;
  double cost = 0;      // rows examined plus sorting (n log2 n); the engine's own unit on PostgreSQL
  double look_ups = 0;  // SQLite: rows of tables that were fetched by an index's entries; part of no cost
};

struct PlannedQuery {  // one statement at one scale
  Plan plan;
  Metrics metrics;
  // The values of its parameters that it was planned for, where they cost more than the generic plan: "common value",
  // "rare value", "absent value" of the columns that they are compared with; "" = the generic plan.
  std::string parameters;
};

struct Growth {
  double work = 0;    // exponent of rows examined between the two larger scales
  double result = 0;  // exponent of rows returned
};
// 0 constant (< 0.25), 1 linear (< 1.5; a logarithmic factor doesn't count), 2 quadratic or worse.
[[nodiscard]] int growth_class(double exponent);
[[nodiscard]] std::string growth_words(double exponent);  // "constant", "linear", "quadratic", "cubic"
[[nodiscard]] Growth growth_of(const std::vector<PlannedQuery>& scales, const std::vector<double>& factors);

struct Measured {  // exact, from running with seed data
  int64_t vm_steps =
      0;  // SQLite: steps of its virtual machine; PostgreSQL: pages touched, in memory, on disk and temporary
  int64_t full_scan_steps = 0;
  int64_t sorts = 0;
  int64_t automatic_index_rows = 0;
  int64_t rows = 0;
};

// Catalogue of one schema, for the facts.
struct CatalogueColumn {
  std::string name, type, default_value;
  bool not_null = false, generated = false, hidden = false;
  int primary_key = 0;  // position in the primary key from 1, 0 = not part of it
  int allowed_values = 0;
  double correlation = 0;  // of the rows' order on disk with the values', -1 … 1, from statistics; 0 = none is known
};
struct CatalogueIndexColumn {
  std::string name;  // "" for an expression
  bool descending = false;
  std::string collation;
  bool odd_nulls = false;  // PostgreSQL: NULLS FIRST of an ascending column, NULLS LAST of a descending one
};
struct CatalogueIndex {
  std::string name;
  bool unique = false, partial = false;
  bool plain = true;   // a B-tree on bare columns, of all rows, in the columns' own order of values, nothing included
  std::string origin;  // "create", "unique", "primary_key"
  std::vector<CatalogueIndexColumn> columns;
  std::string sql;
};
struct CatalogueForeignKey {
  std::vector<std::string> columns, parent_columns;
  std::string parent_table, on_delete, on_update;
};
struct CatalogueTable {
  std::string name;
  std::string type;  // "table", "view", "virtual", "shadow"
  bool without_rowid = false, strict = false;
  int partitions = 0;  // of a partitioned table: its leaves
  std::vector<CatalogueColumn> columns;
  std::vector<CatalogueIndex> indexes;
  std::vector<CatalogueForeignKey> foreign_keys;
  std::string sql;
};
// What the engine has beside B-trees on columns and on functions of a column, of all rows or of some.
struct IndexKinds {
  bool included = false;       // INCLUDE (columns)
  bool trailing = false;       // no INCLUDE, but columns behind those that are searched do the same
  bool pattern_class = false;  // LIKE 'abc%' goes by text_pattern_ops where the collation isn't C
  bool no_case = false;        // LIKE 'abc%' goes by COLLATE NOCASE
  bool gin = false;
  bool brin = false;
  bool trigrams = false;      // gin_trgm_ops: pg_trgm is there
  bool knows_values = false;  // the planner goes by how frequent a value is
};
struct Catalogue {
  std::vector<CatalogueTable> tables;  // sorted by name
  IndexKinds index_kinds;
  std::vector<std::string> search_path;  // PostgreSQL: schemas in which a name without one is looked for, in order
  std::vector<std::string> volatile_functions;  // PostgreSQL: names whose functions are all VOLATILE; sorted
};

// How a statement of a migration is run; of no matter to plans.
struct MigrationStep {
  bool migration = false;      // false = of a schema's definition: no tool runs it on a database that is in use
  int transaction = 0;         // number within the file: one number, one transaction; 0 = each statement on its own
  std::string transaction_by;  // "file" (its own BEGIN), "tool", "message" (sent at once), "" = none
  bool lock_timeout = false;   // lock_timeout or statement_timeout was set before, in the file
  bool operator==(const MigrationStep&) const = default;
};

// One DDL (or data) statement of the schema, to be applied in order.
struct SchemaStatement {
  std::string text;
  std::string path;
  int line = 0, column = 0, end_line = 0;
  MigrationStep step{};
  bool operator==(const SchemaStatement&) const = default;
};

struct SchemaFailure {   // a statement that the engine refused; the rest was still applied
  size_t statement = 0;  // index
  std::string message;
};

// Which rows a partial index holds: "deleted_at" and "IS NULL", "status" and "= 'new'". Column "" = all.
struct IndexCondition {
  std::string column, test;
  auto operator<=>(const IndexCondition&) const = default;
};

struct CandidateIndex {
  std::string table;
  // Column names, or a function of one column: "lower(email)"; one of kPartSuffixes may follow.
  std::vector<std::string> columns = {};
  std::vector<std::string> included = {};  // IndexKinds::included
  IndexCondition condition = {};
  std::string method = {};                 // "" = B-tree, "gin", "brin"
  [[nodiscard]] std::string name() const;  // deterministic, 63 bytes at most: "eg_orders_customer_id_placed_at"
  // "orders(customer_id, placed_at)", with method, INCLUDE and WHERE as in ddl(); nothing quoted.
  [[nodiscard]] std::string words() const;
  // CREATE INDEX …, identifiers quoted where they must be.
  [[nodiscard]] std::string ddl(bool concurrently = false) const;
  [[nodiscard]] bool is_partial() const { return !condition.column.empty(); }
  [[nodiscard]] bool has_expression() const;
  auto operator<=>(const CandidateIndex&) const = default;
};

inline constexpr std::array<std::string_view, 7> kPartSuffixes = {
    " DESC",         " DESC NULLS LAST", " NULLS FIRST", " COLLATE NOCASE", " text_pattern_ops",
    " gin_trgm_ops", " jsonb_path_ops"};
// A candidate's part without its suffix.
[[nodiscard]] std::string_view without_suffix(std::string_view part);

// How an index's definition is to be written: a column's name, a function's, a part's suffix.
struct IndexSpelling {
  std::function<std::string(std::string_view)> column, function, suffix;
};
// What stands behind the table's name in CREATE INDEX: " USING gin (a, b) INCLUDE (c) WHERE d IS NULL".
[[nodiscard]] std::string definition_of(const CandidateIndex& index, const IndexSpelling& spelling);

// "lower(email)" -> "lower" and "email". Nothing for a plain column: only functions that candidates are made of count.
struct IndexedExpression {
  std::string_view function, column;
};
[[nodiscard]] std::optional<IndexedExpression> indexed_expression(std::string_view part);
// The column in a candidate's part, without a function around it.
[[nodiscard]] std::string_view indexed_column(std::string_view part);

// An identifier as SQL of either dialect has it: in quotes where it isn't plain, or a keyword that people use.
[[nodiscard]] std::string quote_where_needed(std::string_view name);

// Work for one statement: the text (already engine_text()) and what the parser knows of it.
struct PlanRequest {
  std::string_view text;
  const ParsedQuery* parsed = nullptr;
};

// What advice has to know of an engine's ways, in the unit of Metrics::cost.
struct CostModel {
  double small = 1000;  // what a query may cost without anybody minding
  double entry = 1;     // writing one entry of an index
  // An UPDATE that changes an indexed column writes an entry into every index of the table, and none where it changes
  // no indexed column (PostgreSQL, whose rows have versions); else it writes into the indexes of what it changes.
  bool versions_rows = false;
  double look_up = 0;  // one of Metrics::look_ups
};

class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual const Catalogue& catalogue() const = 0;
  [[nodiscard]] virtual const std::vector<SchemaFailure>& failures() const = 0;
  [[nodiscard]] virtual const Statistics& statistics() const = 0;  // completed
  // What the engine did otherwise than it was asked, a sentence each for the report: stand-ins for functions that it
  // doesn't have, statistics that it couldn't take (for the scales used so far). Sorted.
  [[nodiscard]] virtual std::vector<std::string> notes() const = 0;
  // Sizes of the data that it plans at. With one alone, growth isn't known and statistics can't be varied.
  [[nodiscard]] virtual int scales() const { return kScaleCount; }
  // Sets the scale (0 … scales()-1) for the calls that follow.
  virtual Status set_scale(int scale) = 0;
  [[nodiscard]] virtual double scale_factor(int scale) const = 0;
  [[nodiscard]] virtual Result<PlannedQuery> plan(const PlanRequest& request) = 0;
  // As plan(), with the candidates there; nothing stays behind.
  [[nodiscard]] virtual Result<PlannedQuery> plan_with(const std::vector<CandidateIndex>& candidates,
                                                       const PlanRequest& request) = 0;
  // As plan_with() the candidate alone, with scans of tables ruled out as far as the engine can do without them.
  // Nothing = the engine can't use the candidate for the statement. kStatement = the statement itself rules it out, and
  // the message says how.
  [[nodiscard]] virtual Result<std::optional<PlannedQuery>> plan_forced(const CandidateIndex& candidate,
                                                                        const PlanRequest& request) = 0;
  // Runs a read-only statement on seed data, parameters bound to NULL or to a value found in the compared column.
  // kUnverified where there is none.
  [[nodiscard]] virtual Result<Measured> measure(const PlanRequest& request) = 0;
  // As measure(), with exactly these candidates built over the seed data; they stay until a call wants others.
  [[nodiscard]] virtual Result<Measured> measure_with(const std::vector<CandidateIndex>& candidates,
                                                      const PlanRequest& request);
  [[nodiscard]] virtual CostModel cost_model() const { return {}; }
  [[nodiscard]] virtual std::string name() const = 0;     // "sqlite"
  [[nodiscard]] virtual std::string version() const = 0;  // "3.40.1"
};

struct EngineOptions {
  std::optional<Statistics> statistics;  // from a file
  std::vector<SchemaStatement> seed;     // data to load, then ANALYZE
  std::map<std::string, TableSetting> tables;
  double assumed_rows = 10000;
  bool measure = false;
};

// SQLite, embedded, in memory. Errors are only for what ends a run; a schema statement that fails is in failures().
[[nodiscard]] Result<std::unique_ptr<Engine>> open_sqlite_engine(const std::vector<SchemaStatement>& schema,
                                                                 const EngineOptions& options);

// Opens engines of one kind: over one schema after another, or several times over the same one, for several threads.
class EngineSource {
 public:
  virtual ~EngineSource() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<Engine>> open(const std::vector<SchemaStatement>& schema,
                                                             const EngineOptions& options) = 0;
};
[[nodiscard]] std::unique_ptr<EngineSource> sqlite_engines();
// In one cluster, which is started when the first engine is opened; with a URL on that server, each schema in a
// database of its own, which is dropped with the last engine over it.
[[nodiscard]] std::unique_ptr<EngineSource> postgres_engines(const std::string& url);

}  // namespace explaingate

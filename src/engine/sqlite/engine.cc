// SQLite as an Engine: an in-memory database that holds the schema and no rows worth mentioning, and a second one with
// the seed data when statements are to be measured.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/sqlite/catalogue.h"
#include "engine/sqlite/guarded.h"
#include "engine/sqlite/measure.h"
#include "engine/sqlite/rows.h"
#include "engine/sqlite/stat1.h"
#include "parse/scan.h"

namespace explaingate {
namespace {

using namespace sqlite_engine;  // NOLINT(google-build-using-namespace): this folder's own

constexpr std::string_view kExplain = "EXPLAIN QUERY PLAN ";
constexpr size_t kMaxPlanLines = 100'000;

class SqliteEngine final : public Engine {
 public:
  explicit SqliteEngine(GuardedDatabase database) : database_(std::move(database)) {}
  Status load(const std::vector<SchemaStatement>& schema, const EngineOptions& options);

  [[nodiscard]] const Catalogue& catalogue() const override { return catalogue_; }
  [[nodiscard]] const std::vector<SchemaFailure>& failures() const override { return failures_; }
  [[nodiscard]] const Statistics& statistics() const override { return statistics_; }
  [[nodiscard]] std::vector<std::string> notes() const override;
  Status set_scale(int scale) override;
  [[nodiscard]] double scale_factor(int scale) const override {
    return scale >= 0 && scale < kScaleCount ? scaled_[static_cast<size_t>(scale)].factor : 1;
  }
  [[nodiscard]] Result<PlannedQuery> plan(const PlanRequest& request) override;
  [[nodiscard]] Result<PlannedQuery> plan_with(const std::vector<CandidateIndex>& candidates,
                                               const PlanRequest& request) override;
  [[nodiscard]] Result<std::optional<PlannedQuery>> plan_forced(const CandidateIndex& candidate,
                                                                const PlanRequest& request) override;
  [[nodiscard]] CostModel cost_model() const override;
  [[nodiscard]] Result<Measured> measure(const PlanRequest& request) override { return measure_with({}, request); }
  [[nodiscard]] Result<Measured> measure_with(const std::vector<CandidateIndex>& candidates,
                                              const PlanRequest& request) override;
  [[nodiscard]] std::string name() const override { return "sqlite"; }
  [[nodiscard]] std::string version() const override { return Sqlite::version(); }

 private:
  Result<Statistics> load_seed(const std::vector<SchemaStatement>& schema, const EngineOptions& options);
  void compile_views();
  Status use_candidates(const std::vector<CandidateIndex>& candidates);
  Status create_candidate(const CandidateIndex& candidate);
  void drop_candidate(size_t position);
  void drop_candidates();
  Result<PlannedQuery> plan_now(const PlanRequest& request);
  Result<SqliteStatement> prepare_explain(std::string_view text);
  Status read_lines(SqliteStatement& rows, std::vector<PlanNode>& nodes);

  GuardedDatabase database_;
  std::optional<SeedData> seed_;
  Catalogue catalogue_;
  std::vector<SchemaFailure> failures_;
  Statistics statistics_;
  std::vector<TableShape> shapes_;
  Names names_;
  std::array<ScaledStatistics, kScaleCount> scaled_;
  size_t scale_ = 0;
  ViewCache views_;
  RowModel model_{names_, views_};
  std::vector<CandidateIndex> candidates_;  // that stand in the database now
  // Kept between calls for their memory.
  std::string text_;
  std::vector<Line> lines_;
  std::vector<std::pair<int, size_t>> open_;  // SQLite's number of a line, its position in the plan
};

// EXPLAIN runs nothing, but some PRAGMAs act while they are prepared; so only statements that begin like one that is
// planned come through. That takes the authoriser's place here, which would be asked for every column of every
// statement.
bool can_be_planned(std::string_view text) {
  Token token = Scanner(text, Dialect::kSqlite).next_code();
  for (std::string_view word : {"select", "with", "insert", "update", "delete", "replace", "values"})
    if (is_word(text, token, word)) return true;
  return false;
}

// Behind "main.orders AS o" and "orders o".
size_t end_of_reference(std::string_view text, const TableRef& reference) {
  Scanner scanner(text, Dialect::kSqlite, {}, reference.offset);
  scanner.next();
  size_t end = scanner.offset();
  while (true) {
    Token token = scanner.next();
    bool dot = token_text(text, token) == ".";
    if (dot) scanner.next();
    bool alias = !dot && !reference.alias.empty() && !is_word(text, token, "as");
    if (!dot && reference.alias.empty()) return end;
    end = scanner.offset();
    if (alias || token.kind == TokenKind::kEnd) return end;
  }
}

// "NOT INDEXED" or "INDEXED BY x" where it stands behind a reference to a table.
std::string index_hint(std::string_view text, size_t end_of_reference) {
  Scanner scanner(text, Dialect::kSqlite, {}, end_of_reference);
  auto next = [&] { return scanner.next_code(); };
  Token first = next(), second = next();
  if (is_word(text, first, "not") && is_word(text, second, "indexed")) return "NOT INDEXED";
  if (!is_word(text, first, "indexed") || !is_word(text, second, "by")) return {};
  return fmt::format("INDEXED BY {}", token_text(text, next()));
}

Status SqliteEngine::load(const std::vector<SchemaStatement>& schema, const EngineOptions& options) {
  Statistics known;
  if (!options.seed.empty()) {
    Result<Statistics> seed = load_seed(schema, options);
    if (!seed) return std::unexpected(seed.error());
    known = std::move(*seed);
  }
  // A statistics file comes from production: it beats a seed.
  if (options.statistics)
    for (const auto& [table, statistics] : options.statistics->tables) known.tables[table] = statistics;
  failures_ = database_.apply(schema);
  compile_views();
  std::vector<std::string> databases;
  Result<Catalogue> catalogue = read_catalogue(database_.database(), databases);
  if (!catalogue) return std::unexpected(catalogue.error());
  catalogue_ = std::move(*catalogue);
  catalogue_.index_kinds.no_case = true;
  catalogue_.index_kinds.trailing = true;
  names_ = names_of(catalogue_, databases);
  shapes_ = shapes_of(catalogue_);
  statistics_ = complete(std::move(known), shapes_, options.tables, options.assumed_rows);
  for (int i = 0; i < kScaleCount; ++i) scaled_[static_cast<size_t>(i)] = scale(statistics_, shapes_, i);
  // With enforcement on, the plan of a DELETE shows the look-ups of the children. Off while the schema was applied:
  // what migrations do to rows must not depend on it.
  if (Status status = database_.database().execute("PRAGMA foreign_keys = ON"); !status) return status;
  return set_scale(0);
}

Result<Statistics> SqliteEngine::load_seed(const std::vector<SchemaStatement>& schema, const EngineOptions& options) {
  Result<GuardedDatabase> database = GuardedDatabase::open();
  if (!database) return std::unexpected(database.error());
  Result<Statistics> statistics = seed_statistics(*database, schema, options.seed);
  if (options.measure) seed_.emplace(std::move(*database));
  return statistics;
}

std::vector<std::string> SqliteEngine::notes() const {
  std::vector<std::string> stand_ins = database_.stand_ins();
  if (stand_ins.empty()) return {};
  return {fmt::format("stood in for what this SQLite does not have: {}", fmt::join(stand_ins, ", "))};
}

// Functions that only views know are asked for when a view is compiled; afterwards its columns can be read.
void SqliteEngine::compile_views() {
  std::vector<std::string> views;
  if (auto rows = database_.database().prepare("SELECT name FROM main.sqlite_schema WHERE type = 'view' ORDER BY name"))
    for (Result<bool> row = rows->step(); row && *row; row = rows->step()) views.emplace_back(rows->text(0));
  for (const std::string& view : views) {
    Result<SqliteStatement> ignored = database_.prepare_with_stand_ins("SELECT * FROM main." + quote_name(view));
  }
}

Status SqliteEngine::set_scale(int scale) {
  if (scale < 0 || scale >= kScaleCount) return fail(ErrorKind::kUsage, "there is no such scale");
  drop_candidates();
  scale_ = static_cast<size_t>(scale);
  set_numbers(names_, scaled_[scale_]);
  return write_stat1(database_.database(), names_, database_.copies());
}

Result<PlannedQuery> SqliteEngine::plan(const PlanRequest& request) {
  drop_candidates();
  return plan_now(request);
}

Result<PlannedQuery> SqliteEngine::plan_with(const std::vector<CandidateIndex>& candidates,
                                             const PlanRequest& request) {
  if (Status status = use_candidates(candidates); !status) return std::unexpected(status.error());
  return plan_now(request);
}

// SQLite's planner counts 3 (LogEst 16) for each row that it fetches from the table by an index's entry
// (where.c, whereLoopAddBtreeIndex).
CostModel SqliteEngine::cost_model() const {
  CostModel model;
  model.look_up = 3;
  return model;
}

// INDEXED BY behind a reference to the table; a statement that SQLite refuses for it has no plan with that index.
Result<std::optional<PlannedQuery>> SqliteEngine::plan_forced(const CandidateIndex& candidate,
                                                              const PlanRequest& request) {
  if (Status status = use_candidates({candidate}); !status) return std::unexpected(status.error());
  auto parsed = parse_query(request.text, Dialect::kSqlite);  // offsets as in the engine's text
  if (!parsed) return fail(ErrorKind::kUnverified, parsed.error().message);
  std::string hint;
  bool free = false;
  for (const TableRef& reference : parsed->tables) {
    bool table = reference.role == TableRef::Role::kFrom || reference.role == TableRef::Role::kTarget;
    if (!table || !same_name(reference.name, candidate.table)) continue;
    std::string text(request.text);
    size_t end = end_of_reference(text, reference);
    if (std::string said = index_hint(text, end); !said.empty()) {
      hint = said;
      continue;
    }
    free = true;
    text.insert(end, " INDEXED BY " + quote_name(candidate.name()));
    auto planned = plan_now({text, request.parsed});
    if (planned) return std::optional(std::move(*planned));
    if (planned.error().kind != ErrorKind::kStatement) return fail(planned.error());
  }
  if (!free && !hint.empty()) return fail(ErrorKind::kStatement, "the statement says " + hint);
  return std::nullopt;
}

// Candidates stay in the database until another call wants others: trying one set on many statements makes its indexes
// once, and a set that differs by one index costs one. CREATE INDEX on empty tables and DROP INDEX change the schema in
// place; rolling back a savepoint would make SQLite read the whole schema again.
Status SqliteEngine::use_candidates(const std::vector<CandidateIndex>& candidates) {
  for (size_t i = candidates_.size(); i-- > 0;)
    if (std::ranges::find(candidates, candidates_[i]) == candidates.end()) drop_candidate(i);
  // Of two indexes that are as good SQLite takes one by their order, so that has to be the caller's.
  size_t same = 0;
  while (same < candidates_.size() && candidates_[same] == candidates[same]) ++same;
  while (candidates_.size() > same) drop_candidate(candidates_.size() - 1);
  for (; same < candidates.size(); ++same) {
    if (Status status = create_candidate(candidates[same]); !status) {
      drop_candidates();
      return status;
    }
  }
  return {};
}

Status SqliteEngine::create_candidate(const CandidateIndex& candidate) {
  auto found = names_.table_by_name.find(candidate.table);
  if (found == names_.table_by_name.end()) return fail(ErrorKind::kStatement, "no such table: " + candidate.table);
  TableInfo& table = names_.tables[found->second];
  std::string name = candidate.name();
  if (Status status = database_.database().execute(candidate.ddl()); !status) return status;
  candidates_.push_back(candidate);
  IndexInfo info{name, found->second, nullptr, false, candidate.is_partial(), {}, {}, table.rows, {}};
  for (const std::string& part : candidate.columns) {
    std::string_view column = without_suffix(part);
    info.columns.emplace_back(indexed_expression(column) ? "" : column);
  }
  if (info.partial) {
    info.condition_columns = {candidate.condition.column};
    info.entries = std::max(1.0, table.rows * partial_share(table, info));
  }
  IndexShape shape{name, false, false, info.columns};
  auto numbers = scaled_[scale_].tables.find(table.table->name);
  auto table_shape = std::find_if(shapes_.begin(), shapes_.end(),
                                  [&](const TableShape& other) { return other.name == table.table->name; });
  if (numbers != scaled_[scale_].tables.end() && table_shape != shapes_.end())
    info.prefix_rows = index_prefix_rows(numbers->second, *table_shape, shape);
  for (double& rows : info.prefix_rows) rows = info.partial ? std::max(1.0, rows * info.entries / table.rows) : rows;
  table.indexes.push_back(names_.indexes.size());
  names_.index_by_name.emplace(name, names_.indexes.size());
  names_.indexes.push_back(std::move(info));
  return add_stat1(database_.database(), names_, names_.indexes.back());
}

// Candidates are the last of the names' indexes, in the same order.
void SqliteEngine::drop_candidate(size_t position) {
  std::string name = candidates_[position].name();
  size_t at = names_.indexes.size() - candidates_.size() + position;
  // DROP INDEX takes the index's row out of sqlite_stat1, too.
  Status dropped = database_.database().execute("DROP INDEX " + quote_name(name));
  for (size_t i = at; i < names_.indexes.size(); ++i) {
    std::vector<size_t>& of_table = names_.tables[names_.indexes[i].table].indexes;
    auto own = std::ranges::find(of_table, i);
    if (own != of_table.end() && i == at)
      of_table.erase(own);
    else if (own != of_table.end())
      --*own;
    if (auto named = names_.index_by_name.find(names_.indexes[i].name); named != names_.index_by_name.end()) {
      if (i == at)
        names_.index_by_name.erase(named);
      else
        --named->second;
    }
  }
  names_.indexes.erase(names_.indexes.begin() + static_cast<std::ptrdiff_t>(at));
  candidates_.erase(candidates_.begin() + static_cast<std::ptrdiff_t>(position));
}

void SqliteEngine::drop_candidates() {
  while (!candidates_.empty()) drop_candidate(candidates_.size() - 1);
}

Result<SqliteStatement> SqliteEngine::prepare_explain(std::string_view text) {
  text_.assign(kExplain);
  text_ += text;
  size_t copies = 0;
  for (const auto& [database, tables] : database_.copies()) copies += tables.size();
  Result<SqliteStatement> statement = database_.prepare_with_stand_ins(text_);
  for (const auto& [database, tables] : database_.copies()) copies -= tables.size();
  if (statement &&
      copies != 0) {  // tables of an attached database were just made: the planner has to learn their sizes
    if (Status status = write_stat1(database_.database(), names_, database_.copies()); !status)
      return std::unexpected(status.error());
    statement = database_.prepare_with_stand_ins(text_);
  }
  if (!statement) {
    Error error = statement.error();
    int offset = database_.database().error_offset();
    if (offset >= static_cast<int>(kExplain.size())) error.column = offset - static_cast<int>(kExplain.size()) + 1;
    return fail(std::move(error));
  }
  return statement;
}

// SQLite numbers lines by program address, which repeats in each trigger's program. Here they count from 1 in order,
// and a trigger's lines hang below the trigger.
Status SqliteEngine::read_lines(SqliteStatement& rows, std::vector<PlanNode>& nodes) {
  lines_.clear();
  open_.clear();
  int program = -1;
  while (true) {
    Result<bool> row = rows.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    if (nodes.size() >= kMaxPlanLines) return fail(ErrorKind::kStatement, "the plan is too long");
    int number = static_cast<int>(rows.integer(0));
    int parent = static_cast<int>(rows.integer(1));
    PlanNode& node = nodes.emplace_back();
    node.id = static_cast<int>(nodes.size());
    if (number == 0) {
      std::string_view name = rows.text(3);
      if (name.starts_with("-- ")) name.remove_prefix(3);
      node.detail = name.empty() ? "FOREIGN KEY ACTION" : name;
      node.operation = name.empty() ? "FOREIGN KEY ACTION" : "TRIGGER";
      lines_.emplace_back().kind = LineKind::kTrigger;
      program = node.id;
      open_.clear();
      continue;
    }
    node.parent = program;
    for (auto open = open_.rbegin(); parent != 0 && open != open_.rend(); ++open) {
      if (open->first != parent) continue;
      node.parent = nodes[open->second].id;
      break;
    }
    node.detail = rows.text(3);
    open_.emplace_back(number, nodes.size() - 1);
    lines_.push_back(read_line(node));
  }
}

Result<PlannedQuery> SqliteEngine::plan_now(const PlanRequest& request) {
  if (!can_be_planned(request.text))
    return fail(ErrorKind::kStatement, "only SELECT, INSERT, UPDATE and DELETE are planned");
  Result<SqliteStatement> statement = prepare_explain(request.text);
  if (!statement) return std::unexpected(statement.error());
  PlannedQuery planned;
  if (Status status = read_lines(*statement, planned.plan.nodes); !status) return std::unexpected(status.error());
  planned.metrics = model_.run(planned.plan.nodes, lines_, request);
  return planned;
}

Result<Measured> SqliteEngine::measure_with(const std::vector<CandidateIndex>& candidates, const PlanRequest& request) {
  if (!seed_) return fail(ErrorKind::kUnverified, "measuring needs seed data");
  return seed_->measure(candidates, request, names_, views_);
}

}  // namespace

Result<std::unique_ptr<Engine>> open_sqlite_engine(const std::vector<SchemaStatement>& schema,
                                                   const EngineOptions& options) {
  Result<GuardedDatabase> database = GuardedDatabase::open();
  if (!database) return std::unexpected(database.error());
  auto engine = std::make_unique<SqliteEngine>(std::move(*database));
  if (Status status = engine->load(schema, options); !status) return std::unexpected(status.error());
  return engine;
}

std::unique_ptr<EngineSource> sqlite_engines() {
  class Source : public EngineSource {
    Result<std::unique_ptr<Engine>> open(const std::vector<SchemaStatement>& schema,
                                         const EngineOptions& options) override {
      return open_sqlite_engine(schema, options);
    }
  };
  return std::make_unique<Source>();
}

}  // namespace explaingate

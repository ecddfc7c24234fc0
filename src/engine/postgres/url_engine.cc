#include "engine/postgres/url_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/hash.h"
#include "engine/postgres/plans/catalogue.h"
#include "engine/postgres/plans/measure.h"
#include "engine/postgres/plans/plan_json.h"
#include "engine/postgres/plans/plan_rows.h"
#include "engine/postgres/plans/prepare.h"
#include "engine/postgres/plans/referencing.h"
#include "engine/postgres/schema/side_database.h"

namespace explaingate::postgres {
namespace {

constexpr double kAssumedPages = 10;  // plancat.c: of a table that was never analysed
constexpr size_t kMostTablesNamed = 5;

std::string place_of(const Relation& relation) {
  return quote_identifier(relation.schema) + "." + quote_identifier(relation.name);
}

bool holds_rows(const Relation& relation) {
  return relation.kind == 'r' || relation.kind == 'm';
}

class UrlEngine final : public Engine {
 public:
  explicit UrlEngine(std::shared_ptr<UrlSide> side) : side_(std::move(side)) {}
  Status load(const EngineOptions& options);

  [[nodiscard]] const Catalogue& catalogue() const override { return schema_.catalogue; }
  [[nodiscard]] const std::vector<SchemaFailure>& failures() const override { return side_->failures; }
  [[nodiscard]] const Statistics& statistics() const override { return statistics_; }
  [[nodiscard]] std::vector<std::string> notes() const override { return notes_; }
  [[nodiscard]] int scales() const override { return 1; }
  Status set_scale(int scale) override {
    return scale == 0 ? Status() : fail(ErrorKind::kUsage, "on a server that isn't ours there is one scale");
  }
  [[nodiscard]] double scale_factor(int /*scale*/) const override { return 1; }
  [[nodiscard]] Result<PlannedQuery> plan(const PlanRequest& request) override;
  [[nodiscard]] Result<PlannedQuery> plan_with(const std::vector<CandidateIndex>& candidates,
                                               const PlanRequest& request) override;
  [[nodiscard]] Result<std::optional<PlannedQuery>> plan_forced(const CandidateIndex& candidate,
                                                                const PlanRequest& request) override {
    auto planned = plan_with({candidate}, request);
    if (!planned) return fail(planned.error());
    return std::move(*planned);
  }
  [[nodiscard]] Result<Measured> measure(const PlanRequest& request) override;
  [[nodiscard]] CostModel cost_model() const override { return {1000, 0.05, true}; }
  [[nodiscard]] std::string name() const override { return "postgres"; }
  [[nodiscard]] std::string version() const override { return side_->scratch->version(); }

 private:
  Status analyze(Connection& connection, const std::map<std::string, TableSetting>& tables);
  Status ask_sizes(Connection& connection);
  void take_notes(const EngineOptions& options);
  [[nodiscard]] Result<PlannedQuery> form(const std::string& text);

  std::shared_ptr<UrlSide> side_;
  SchemaCatalogue schema_;
  Referencing referencing_;
  std::vector<TableShape> shapes_;
  Statistics statistics_;
  ScaledStatistics as_they_are_;
  std::map<int64_t, double> tuples_;  // oid -> rows, as the planner takes them
  std::set<std::string> small_;       // tables whose seed is less than ten pages, and which count as those
  std::vector<std::string> notes_;
  std::optional<Explainer> explainer_;
  std::optional<Connection> measuring_;
};

Status UrlEngine::load(const EngineOptions& options) {
  auto connection = Connection::open(side_->scratch->target());
  if (!connection) return fail(connection.error());
  auto catalogue = read_catalogue(*connection);
  if (!catalogue) return fail(catalogue.error());
  schema_ = std::move(*catalogue);
  referencing_ = Referencing(schema_);
  shapes_ = shapes_of(schema_.catalogue);
  if (Status analyzed = analyze(*connection, options.tables); !analyzed) return analyzed;
  auto known = count_rows(*connection, schema_);
  if (!known) return fail(known.error());
  statistics_ = std::move(*known);
  if (Status asked = ask_sizes(*connection); !asked) return asked;
  for (const auto& [name, setting] : options.tables)
    if (auto table = statistics_.tables.find(name); table != statistics_.tables.end())
      table->second.fixed = setting.fixed.value_or(table->second.fixed);
  as_they_are_ = unscaled(statistics_, shapes_);
  take_notes(options);
  auto settings = options.statistics && options.statistics->postgres ? options.statistics->postgres->settings
                                                                     : std::map<std::string, std::string>();
  auto explainer = Explainer::open(side_->scratch->target(), settings);
  if (!explainer) return fail(explainer.error());
  explainer_ = std::move(*explainer);
  return {};
}

// The server's own autovacuum must not do it in the middle of a run, so it is told first.
Status UrlEngine::analyze(Connection& connection, const std::map<std::string, TableSetting>& tables) {
  for (const Relation& relation : schema_.relations) {
    if (!holds_rows(relation)) continue;
    std::string place = place_of(relation);
    for (const std::string& statement : {fmt::format("ALTER {} {} SET (autovacuum_enabled = false)",
                                                     relation.kind == 'm' ? "MATERIALIZED VIEW" : "TABLE", place)})
      if (Status done = connection.run(statement); !done && done.error().kind != ErrorKind::kStatement) return done;
    auto pages =
        connection.query("SELECT pg_catalog.pg_relation_size($1::oid) / pg_catalog.current_setting('block_size')::int",
                         {std::to_string(relation.oid)});
    if (!pages) return fail(pages.error());
    if (pages->real(0, 0) <= 0) continue;
    auto setting = tables.find(relation.shown);
    bool stays_small = setting != tables.end() && setting->second.fixed;
    if (pages->real(0, 0) < kAssumedPages && !stays_small) {
      small_.insert(relation.shown);
      continue;
    }
    if (Status done = connection.run("ANALYZE " + place); !done && done.error().kind != ErrorKind::kStatement)
      return done;
  }
  return {};
}

// How many rows each table has, as the planner takes it: its own word.
Status UrlEngine::ask_sizes(Connection& connection) {
  std::map<std::string, double> rows;
  for (const Relation& relation : schema_.relations) {
    if (!holds_rows(relation)) continue;
    auto json = connection.query("EXPLAIN (FORMAT JSON) SELECT FROM ONLY " + place_of(relation));
    if (!json && json.error().kind != ErrorKind::kStatement) return fail(json.error());
    auto root = json ? read_plan(std::string(json->text(0, 0))) : fail(json.error());
    if (!root) continue;
    tuples_[relation.oid] = root->rows;
    rows[relation.shown] += root->rows;
  }
  for (const auto& [name, sum] : rows) {
    auto [table, added] = statistics_.tables.try_emplace(name);
    table->second.rows = sum;
    if (added) table->second.source = RowSource::kAssumed;
  }
  return {};
}

void UrlEngine::take_notes(const EngineOptions& options) {
  notes_ = side_->scratch->limits();
  if (options.statistics)
    notes_.emplace_back(
        "the statistics file was left aside, but for the planner's settings in it: on --url only the seed says what "
        "tables hold");
  if (std::ranges::any_of(options.tables, [](const auto& table) { return table.second.rows.has_value(); }))
    notes_.emplace_back("`tables` was left aside, but for `fixed`: on --url only the seed says how large tables are");
  if (!small_.empty()) {
    std::vector<std::string> some(small_.begin(), small_.end());
    size_t more = some.size() > kMostTablesNamed ? some.size() - kMostTablesNamed : 0;
    some.resize(some.size() - more);
    notes_.push_back(fmt::format("less than ten pages of seed data counts as ten pages: {}{}", fmt::join(some, ", "),
                                 more == 0 ? "" : fmt::format(" and {} more", more)));
  }
  std::ranges::sort(notes_);
}

Result<PlannedQuery> UrlEngine::plan(const PlanRequest& request) {
  auto planned = form(std::string(request.text));
  if (!planned) return planned;
  Status added = referencing_.add(*planned, request.text, [&](const std::string& text) { return form(text); });
  if (!added) return fail(added.error());
  return planned;
}

Result<PlannedQuery> UrlEngine::form(const std::string& text) {
  auto json = explainer_->explain(text);
  if (!json) return fail(json.error());
  auto root = read_plan(*json);
  if (!root) return fail(root.error());
  return normal_form(*root, {&schema_, &shapes_, &as_they_are_, &tuples_});
}

Result<PlannedQuery> UrlEngine::plan_with(const std::vector<CandidateIndex>& candidates, const PlanRequest& request) {
  if (candidates.empty()) return plan(request);
  return fail(ErrorKind::kStatement, "on a server that isn't ours no index is tried");
}

Result<Measured> UrlEngine::measure(const PlanRequest& request) {
  if (!measuring_ || !measuring_->is_open()) {
    auto opened = Connection::open(side_->scratch->target());
    if (!opened) return fail(opened.error());
    measuring_ = std::move(*opened);
  }
  return measure_statement(*measuring_, schema_, request);
}

Result<std::shared_ptr<UrlSide>> make_side(const std::string& url, const std::string& content,
                                           const std::vector<SchemaStatement>& schema,
                                           const std::vector<SchemaStatement>& seed) {
  auto scratch = Scratch::open(url, content);
  if (!scratch) return fail(scratch.error());
  auto side = std::make_shared<UrlSide>();
  side->scratch = std::move(*scratch);
  auto failures = apply_schema(side->scratch->server(), schema);
  if (!failures) return fail(failures.error());
  side->failures = std::move(*failures);
  if (Status loaded = load_seed(side->scratch->server(), seed); !loaded) return fail(loaded.error());
  return side;
}

}  // namespace

Result<std::unique_ptr<Engine>> UrlEngines::open(const std::vector<SchemaStatement>& schema,
                                                 const EngineOptions& options) {
  std::string content = content_hash(schema, options.seed);
  std::shared_ptr<UrlSide> side = sides_[content].lock();
  if (side == nullptr) {
    auto made = make_side(url_, content, schema, options.seed);
    if (!made) return fail(made.error());
    side = std::move(*made);
    sides_[content] = side;
  }
  auto engine = std::make_unique<UrlEngine>(std::move(side));
  if (Status loaded = engine->load(options); !loaded) return fail(loaded.error());
  return engine;
}

}  // namespace explaingate::postgres

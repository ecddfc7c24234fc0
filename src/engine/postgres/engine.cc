#include "engine/postgres/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "engine/postgres/plans/candidates.h"
#include "engine/postgres/plans/catalogue.h"
#include "engine/postgres/plans/envelope.h"
#include "engine/postgres/plans/measure.h"
#include "engine/postgres/plans/plan_rows.h"
#include "engine/postgres/plans/prepare.h"
#include "engine/postgres/plans/referencing.h"
#include "engine/postgres/schema/side_database.h"
#include "engine/postgres/statistics/scale_database.h"
#include "engine/postgres/url_engine.h"

namespace explaingate {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): this folder's own

// One scale that was asked for: its database, and the connection that plans there.
struct Scale {
  ScaledStatistics statistics;
  ScaleDatabase database;
  std::optional<Explainer> explainer;
  std::optional<Candidates> candidates;
  std::map<int64_t, double> tuples;              // oid -> rows
  std::map<std::string, PlannedQuery> look_ups;  // of foreign keys, by their text; without candidates
};

class PostgresEngine final : public Engine {
 public:
  explicit PostgresEngine(std::shared_ptr<Cluster> cluster) : cluster_(std::move(cluster)) {}
  Status load(const std::vector<SchemaStatement>& schema, const EngineOptions& options);

  [[nodiscard]] const Catalogue& catalogue() const override { return schema_.catalogue; }
  [[nodiscard]] const std::vector<SchemaFailure>& failures() const override { return side_.failures; }
  [[nodiscard]] const Statistics& statistics() const override { return statistics_; }
  [[nodiscard]] std::vector<std::string> notes() const override;
  Status set_scale(int scale) override;
  [[nodiscard]] double scale_factor(int scale) const override {
    return scale >= 0 && scale < kScaleCount ? scales_[static_cast<size_t>(scale)].statistics.factor : 1;
  }
  [[nodiscard]] Result<PlannedQuery> plan(const PlanRequest& request) override;
  [[nodiscard]] Result<PlannedQuery> plan_with(const std::vector<CandidateIndex>& candidates,
                                               const PlanRequest& request) override;
  [[nodiscard]] Result<std::optional<PlannedQuery>> plan_forced(const CandidateIndex& candidate,
                                                                const PlanRequest& request) override;
  [[nodiscard]] Result<Measured> measure(const PlanRequest& request) override;
  [[nodiscard]] CostModel cost_model() const override { return {1000, 0.05, true}; }
  [[nodiscard]] std::string name() const override { return "postgres"; }
  [[nodiscard]] std::string version() const override { return cluster_->version(); }

 private:
  Result<Statistics> seed_statistics(const std::vector<SchemaStatement>& schema, const EngineOptions& options);
  Status open_scale(Scale& scale);
  Result<PlannedQuery> read(Scale& scale, const std::string& json, std::string_view text,
                            const std::vector<int64_t>& shown);
  Result<PlannedQuery> look_up(Scale& scale, const std::string& text, const std::vector<int64_t>& shown);
  [[nodiscard]] Result<PlannedQuery> form(const Scale& scale, const std::string& json) const;

  std::shared_ptr<Cluster> cluster_;
  SideDatabase side_;
  SchemaCatalogue schema_;
  Referencing referencing_;
  Relations relations_;
  std::vector<TableShape> shapes_;
  Statistics statistics_;
  std::string seeded_;  // the database with the seed data, where statements are to be measured
  std::optional<Connection> measuring_;
  std::array<Scale, kScaleCount> scales_;
  size_t scale_ = 0;
};

Status PostgresEngine::load(const std::vector<SchemaStatement>& schema, const EngineOptions& options) {
  Statistics known;
  if (!options.seed.empty()) {
    auto seed = seed_statistics(schema, options);
    if (!seed) return fail(seed.error());
    known = std::move(*seed);
  }
  // A statistics file comes from production: it beats a seed.
  if (options.statistics) {
    for (const auto& [table, statistics] : options.statistics->tables) known.tables[table] = statistics;
    known.postgres = options.statistics->postgres;
  }
  auto side = side_database(*cluster_, schema, {});
  if (!side) return fail(side.error());
  side_ = std::move(*side);
  auto connection = Connection::open(cluster_->target(side_.name, kSchemaRole));
  if (!connection) return fail(connection.error());
  auto catalogue = read_catalogue(*connection);
  if (!catalogue) return fail(catalogue.error());
  schema_ = std::move(*catalogue);
  referencing_ = Referencing(schema_);
  auto relations = read_relations(*connection);
  if (!relations) return fail(relations.error());
  relations_ = std::move(*relations);
  shapes_ = shapes_of(schema_.catalogue);
  statistics_ = complete(std::move(known), shapes_, options.tables, options.assumed_rows);
  for (CatalogueTable& table : schema_.catalogue.tables) {
    auto numbers = statistics_.tables.find(table.name);
    if (numbers == statistics_.tables.end() || !numbers->second.postgres) continue;
    for (CatalogueColumn& column : table.columns)
      if (auto own = numbers->second.postgres->columns.find(column.name);
          own != numbers->second.postgres->columns.end())
        column.correlation = own->second.correlation.value_or(0);
  }
  for (int i = 0; i < kScaleCount; ++i) scales_[static_cast<size_t>(i)].statistics = scale(statistics_, shapes_, i);
  return {};
}

Result<Statistics> PostgresEngine::seed_statistics(const std::vector<SchemaStatement>& schema,
                                                   const EngineOptions& options) {
  auto side = side_database(*cluster_, schema, options.seed);
  if (!side) return fail(side.error());
  if (options.measure) seeded_ = side->name;
  auto connection = Connection::open(cluster_->target(side->name, kSchemaRole));
  if (!connection) return fail(connection.error());
  auto catalogue = read_catalogue(*connection);
  if (!catalogue) return fail(catalogue.error());
  return count_rows(*connection, *catalogue);
}

std::vector<std::string> PostgresEngine::notes() const {
  std::set<std::string> all;
  for (const Scale& scale : scales_)
    for (const std::string& note : scale.database.notes) all.insert("statistics: " + note);
  return {all.begin(), all.end()};
}

Status PostgresEngine::set_scale(int scale) {
  if (scale < 0 || scale >= kScaleCount) return fail(ErrorKind::kUsage, "there is no such scale");
  scale_ = static_cast<size_t>(scale);
  return {};
}

Status PostgresEngine::open_scale(Scale& scale) {
  if (scale.explainer) return {};
  std::string key = fmt::format("{} {}", statistics_.hash(), &scale - scales_.data());
  auto database = scale_database(*cluster_, side_.name, relations_, schema_, statistics_, scale.statistics, key);
  if (!database) return fail(database.error());
  scale.database = std::move(*database);
  for (const auto& [oid, numbers] : scale.database.numbers.relations) scale.tuples[oid] = numbers.rows;
  auto settings = statistics_.postgres ? statistics_.postgres->settings : std::map<std::string, std::string>();
  auto explainer = Explainer::open(cluster_->target(scale.database.name, kSchemaRole), settings);
  if (!explainer) return fail(explainer.error());
  scale.explainer = std::move(*explainer);
  scale.candidates.emplace(*cluster_, scale.database, relations_, schema_);
  return {};
}

Result<PlannedQuery> PostgresEngine::plan(const PlanRequest& request) {
  return plan_with({}, request);
}

Result<PlannedQuery> PostgresEngine::plan_with(const std::vector<CandidateIndex>& candidates,
                                               const PlanRequest& request) {
  Scale& scale = scales_[scale_];
  if (Status status = open_scale(scale); !status) return fail(status.error());
  std::vector<int64_t> shown;
  for (const CandidateIndex& candidate : candidates) {
    auto indexes = scale.candidates->make(candidate);
    if (!indexes) return fail(indexes.error());
    shown.insert(shown.end(), indexes->begin(), indexes->end());
  }
  auto json = scale.explainer->explain(request.text, shown);
  if (!json) return fail(json.error());
  auto worst = read(scale, *json, request.text, shown);
  if (!worst) return worst;
  // The generic plan averages over all values; a connection plans for the one that it is given. The dearest counts.
  PreparedText prepared = prepare_text(request.text);
  for (const Binding& binding : envelope_of(prepared, request, schema_.catalogue, statistics_)) {
    json = scale.explainer->explain_for(prepared, shown, binding.values);
    if (!json && json.error().kind != ErrorKind::kStatement) return fail(json.error());
    Result<PlannedQuery> planned = json ? read(scale, *json, request.text, shown) : fail(json.error());
    if (!planned || planned->metrics.rows_examined <= worst->metrics.rows_examined) continue;
    worst = std::move(planned);
    worst->parameters = binding.name;
  }
  return worst;
}

Result<std::optional<PlannedQuery>> PostgresEngine::plan_forced(const CandidateIndex& candidate,
                                                                const PlanRequest& request) {
  Scale& scale = scales_[scale_];
  if (Status status = open_scale(scale); !status) return fail(status.error());
  auto indexes = scale.candidates->make(candidate);
  if (!indexes) return fail(indexes.error());
  auto json = scale.explainer->explain(request.text, *indexes, true);
  if (!json) return fail(json.error());
  auto planned = form(scale, *json);
  if (!planned) return fail(planned.error());
  bool used = std::ranges::any_of(planned->plan.nodes,
                                  [name = candidate.name()](const PlanNode& node) { return node.index == name; });
  return used ? std::optional(std::move(*planned)) : std::nullopt;
}

Result<PlannedQuery> PostgresEngine::read(Scale& scale, const std::string& json, std::string_view text,
                                          const std::vector<int64_t>& shown) {
  auto planned = form(scale, json);
  if (!planned) return planned;
  auto plan = [&](const std::string& look) { return look_up(scale, look, shown); };
  if (Status added = referencing_.add(*planned, text, plan); !added) return fail(added.error());
  return planned;
}

Result<PlannedQuery> PostgresEngine::look_up(Scale& scale, const std::string& text, const std::vector<int64_t>& shown) {
  if (auto known = scale.look_ups.find(text); known != scale.look_ups.end() && shown.empty()) return known->second;
  auto json = scale.explainer->explain(text, shown);
  if (!json) return fail(json.error());
  auto planned = form(scale, *json);
  if (planned && shown.empty()) scale.look_ups.emplace(text, *planned);
  return planned;
}

Result<PlannedQuery> PostgresEngine::form(const Scale& scale, const std::string& json) const {
  auto root = read_plan(json);
  if (!root) return fail(root.error());
  scale.candidates->rename(*root);
  return normal_form(*root, {&schema_, &shapes_, &scale.statistics, &scale.tuples});
}

Result<Measured> PostgresEngine::measure(const PlanRequest& request) {
  if (seeded_.empty()) return fail(ErrorKind::kUnverified, "measuring needs seed data");
  if (!measuring_ || !measuring_->is_open()) {
    auto opened = Connection::open(cluster_->target(seeded_, kSchemaRole));
    if (!opened) return fail(opened.error());
    measuring_ = std::move(*opened);
  }
  return measure_statement(*measuring_, schema_, request);
}

}  // namespace

Result<std::unique_ptr<Engine>> open_postgres_engine(const std::vector<SchemaStatement>& schema,
                                                     const EngineOptions& options, const PostgresOptions& postgres) {
  if (!postgres.cluster) return fail(ErrorKind::kUsage, "PostgreSQL's engine needs a server");
  auto engine = std::make_unique<PostgresEngine>(postgres.cluster);
  if (Status status = engine->load(schema, options); !status) return fail(status.error());
  return engine;
}

std::unique_ptr<EngineSource> postgres_engines(const std::string& url) {
  if (!url.empty()) return std::make_unique<postgres::UrlEngines>(url);
  class Source : public EngineSource {
    Result<std::unique_ptr<Engine>> open(const std::vector<SchemaStatement>& schema,
                                         const EngineOptions& options) override {
      if (cluster_ == nullptr) {
        auto started = postgres::Cluster::start();
        if (!started) return fail(started.error());
        cluster_ = std::move(*started);
      }
      return open_postgres_engine(schema, options, {cluster_});
    }
    std::shared_ptr<postgres::Cluster> cluster_;
  };
  return std::make_unique<Source>();
}

}  // namespace explaingate

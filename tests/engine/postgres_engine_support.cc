#include "engine/postgres_engine_support.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "engine/postgres/engine.h"
#include "engine/postgres_support.h"

namespace explaingate::engine_test {
namespace {

std::string number(double value) {
  return fmt::format("{:.10g}", value < 100 ? value : static_cast<double>(static_cast<int64_t>(value + 0.5)));
}

}  // namespace

std::unique_ptr<Engine> open_postgres(const std::vector<std::string>& schema, EngineOptions options) {
  auto cluster = postgres::test_cluster();
  if (!cluster) return nullptr;
  std::vector<SchemaStatement> statements;
  for (const std::string& text : schema) statements.push_back({text, "schema.sql", 1, 1, 1});
  auto engine = open_postgres_engine(statements, options, {cluster});
  REQUIRE_MESSAGE(engine.has_value(), (engine ? "" : engine.error().message));
  return std::move(*engine);
}

std::string dump_postgres(Engine& engine, std::string_view sql, const std::vector<CandidateIndex>& candidates) {
  Result<ParsedQuery> parsed = parse_query(sql, Dialect::kPostgres);
  PlanRequest request{sql, parsed ? &*parsed : nullptr};
  std::vector<PlannedQuery> scales;
  std::vector<double> factors;
  std::string text;
  for (int scale = 0; scale < kScaleCount; ++scale) {
    if (Status status = engine.set_scale(scale); !status) return "error: " + status.error().message;
    Result<PlannedQuery> planned = candidates.empty() ? engine.plan(request) : engine.plan_with(candidates, request);
    if (!planned) return "error: " + planned.error().message;
    if (scale == 0) {
      std::vector<std::string> lines = planned->plan.lines();
      for (size_t i = 0; i < lines.size(); ++i) {
        const PlanNode& node = planned->plan.nodes[i];
        text +=
            fmt::format("{} {{{}{}{} {} {} {}}}\n", lines[i], to_string(node.access), node.relation.empty() ? "" : " ",
                        node.relation, number(node.executions), number(node.rows_examined), number(node.rows_out));
      }
    }
    scales.push_back(std::move(*planned));
    factors.push_back(engine.scale_factor(scale));
  }
  const Metrics& metrics = scales[0].metrics;
  Growth growth = growth_of(scales, factors);
  return text + fmt::format("reads {} returns {} sorts {} growth {:.2f} result {:.2f}", number(metrics.rows_examined),
                            number(metrics.rows_returned), number(metrics.rows_sorted), growth.work, growth.result);
}

}  // namespace explaingate::engine_test

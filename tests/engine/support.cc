#include "engine/support.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace explaingate::engine_test {
namespace {

std::string number(double value) {
  return fmt::format("{:.10g}", value < 100 ? value : static_cast<double>(static_cast<int64_t>(value + 0.5)));
}

void append_plan(std::string& text, const PlannedQuery& planned) {
  std::vector<std::string> lines = planned.plan.lines();
  for (size_t i = 0; i < lines.size(); ++i) {
    const PlanNode& node = planned.plan.nodes[i];
    text += fmt::format("{} {{{}{}{} {} {} {}}}\n", lines[i], to_string(node.access), node.relation.empty() ? "" : " ",
                        node.relation, number(node.executions), number(node.rows_examined), number(node.rows_out));
  }
}

}  // namespace

std::unique_ptr<Engine> open(const std::vector<std::string>& schema, EngineOptions options) {
  std::vector<SchemaStatement> statements;
  for (const std::string& text : schema) statements.push_back({text, "schema.sql", 1, 1, 1, {}});
  Result<std::unique_ptr<Engine>> engine = open_sqlite_engine(statements, options);
  REQUIRE_MESSAGE(engine.has_value(), (engine ? "" : engine.error().message));
  return std::move(*engine);
}

std::vector<std::string> shop() {
  return {
      "CREATE TABLE country(code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID",
      "CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, active BOOLEAN, country TEXT)",
      "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), total REAL, placed_at "
      "TEXT, "
      "status TEXT CHECK (status IN ('open', 'paid', 'sent', 'void')), note TEXT)",
      "CREATE INDEX orders_customer ON orders(customer_id)",
      "CREATE INDEX orders_status ON orders(status, placed_at)",
      "CREATE TABLE lines(id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id) ON DELETE CASCADE, sku TEXT, "
      "amount "
      "INTEGER, twice AS (amount * 2))",
      "CREATE INDEX lines_sku ON lines(lower(sku))",
      "CREATE INDEX lines_big ON lines(amount) WHERE amount > 100",
      "CREATE TABLE prices(sku TEXT, day TEXT, price REAL, PRIMARY KEY (sku, day)) WITHOUT ROWID",
      "CREATE VIEW order_names AS SELECT o.id AS order_id, o.total, c.name FROM orders o JOIN customers c ON c.id = "
      "o.customer_id",
      "CREATE VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id",
      "CREATE VIRTUAL TABLE pages USING fts5(body)",
      "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)",
  };
}

std::string dump(Engine& engine, std::string_view sql, const std::vector<CandidateIndex>& candidates) {
  Result<ParsedQuery> parsed = parse_query(sql, Dialect::kSqlite);
  PlanRequest request{sql, parsed ? &*parsed : nullptr};
  std::vector<PlannedQuery> scales;
  std::vector<double> factors;
  std::string text;
  for (int scale = 0; scale < kScaleCount; ++scale) {
    if (Status status = engine.set_scale(scale); !status) return "error: " + status.error().message;
    Result<PlannedQuery> planned = candidates.empty() ? engine.plan(request) : engine.plan_with(candidates, request);
    if (!planned) return "error: " + planned.error().message;
    if (scale == 0) append_plan(text, *planned);
    scales.push_back(std::move(*planned));
    factors.push_back(engine.scale_factor(scale));
  }
  const Metrics& metrics = scales[0].metrics;
  Growth growth = growth_of(scales, factors);
  return text + fmt::format("reads {} returns {} sorts {} growth {:.2f} result {:.2f}", number(metrics.rows_examined),
                            number(metrics.rows_returned), number(metrics.rows_sorted), growth.work, growth.result);
}

}  // namespace explaingate::engine_test

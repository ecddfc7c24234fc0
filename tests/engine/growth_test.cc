// Textbook queries and their growth, the same on both engines.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "engine/postgres_engine_support.h"
#include "engine/support.h"
#include "parse/parse.h"

namespace explaingate::engine_test {
namespace {

// For both dialects. customers 10,000, orders 100,000, tickets 100,000 rows at the first scale.
std::vector<std::string> textbook() {
  return {
      "CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, email TEXT)",
      "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), total INTEGER, "
      "placed_at TIMESTAMP, note TEXT)",
      "CREATE INDEX orders_customer ON orders(customer_id)",
      "CREATE INDEX orders_placed ON orders(placed_at)",
      "CREATE TABLE tickets(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), subject TEXT)",
  };
}

std::string growth_on(Engine& engine, std::string_view sql, Dialect dialect) {
  EngineText text = engine_text(sql, dialect, "");
  Result<ParsedQuery> parsed = parse_query(text.text, dialect);
  PlanRequest request{text.text, parsed ? &*parsed : nullptr};
  std::vector<PlannedQuery> scales;
  std::vector<double> factors;
  for (int scale = 0; scale < kScaleCount; ++scale) {
    if (Status status = engine.set_scale(scale); !status) return "error: " + status.error().message;
    Result<PlannedQuery> planned = engine.plan(request);
    if (!planned) return "error: " + planned.error().message;
    scales.push_back(std::move(*planned));
    factors.push_back(engine.scale_factor(scale));
  }
  Growth growth = growth_of(scales, factors);
  return fmt::format("{}, {}", growth_words(growth.work), growth_words(growth.result));
}

struct Case {
  std::string_view name, sql;
  std::string_view want;  // growth of the work, of the result
};

constexpr Case kCases[] = {
    {"key look-up", "SELECT * FROM orders WHERE id = ?", "constant, constant"},
    {"range with limit", "SELECT * FROM orders WHERE placed_at >= ? ORDER BY placed_at LIMIT 20", "constant, constant"},
    {"filter without index", "SELECT * FROM orders WHERE note = ?", "linear, linear"},
    {"join on indexed keys",
     "SELECT o.total FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE c.id = ?",
     "constant, constant"},
    {"join on an unindexed key",
     "SELECT t.subject FROM customers AS c JOIN tickets AS t ON t.customer_id = c.id WHERE c.id = ?",
     "linear, constant"},
    {"correlated subquery",
     "SELECT c.name, (SELECT count(*) FROM tickets AS t WHERE t.customer_id = c.id) FROM customers AS c",
     "quadratic, linear"},
    {"sort with an index", "SELECT * FROM orders ORDER BY placed_at DESC LIMIT 20", "constant, constant"},
    {"sort without an index", "SELECT * FROM orders ORDER BY total DESC LIMIT 20", "linear, constant"},
    {"keyset pagination", "SELECT * FROM orders WHERE id > ? ORDER BY id LIMIT 50", "constant, constant"},
    {"offset pagination, indexed", "SELECT * FROM orders ORDER BY id LIMIT 50 OFFSET ?", "constant, constant"},
    {"offset pagination, sorted", "SELECT * FROM orders ORDER BY total LIMIT 50 OFFSET ?", "linear, constant"},
    {"cross join", "SELECT count(*) FROM customers, orders", "quadratic, constant"},
};

TEST_CASE("growth of textbook queries") {
  auto sqlite = open(textbook());
  auto postgres = open_postgres(textbook());
  if (!postgres) return;
  CHECK(sqlite->failures().empty());
  CHECK(postgres->failures().empty());
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    CHECK(growth_on(*sqlite, c.sql, Dialect::kSqlite) == c.want);
    CHECK(growth_on(*postgres, c.sql, Dialect::kPostgres) == c.want);
  }
}

}  // namespace
}  // namespace explaingate::engine_test

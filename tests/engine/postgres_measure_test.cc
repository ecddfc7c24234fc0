// Statements run on seed data in PostgreSQL.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "engine/postgres/plans/parameters.h"
#include "engine/postgres_engine_support.h"

namespace explaingate::engine_test {
namespace {

std::string measured(Engine& engine, std::string_view sql) {
  Result<ParsedQuery> parsed = parse_query(sql, Dialect::kPostgres);
  Result<Measured> result = engine.measure({sql, parsed ? &*parsed : nullptr});
  if (!result) return "error: " + result.error().message;
  return fmt::format("rows {} scanned {} sorts {}{}", result->rows, result->full_scan_steps, result->sorts,
                     result->vm_steps > 0 ? "" : " no page");
}

TEST_CASE("measuring on PostgreSQL runs on seed data, with values that are there") {
  EngineOptions options;
  options.measure = true;
  options.seed = {
      {"INSERT INTO customers SELECT i, 'n' || i FROM generate_series(1, 50) AS i", "seed.sql", 1, 1, 1},
      {"INSERT INTO orders SELECT i, 1 + i % 50, i / 10 FROM generate_series(1, 5000) AS i", "seed.sql", 2, 1, 2}};
  std::vector<std::string> schema = {"CREATE TABLE customers(id integer PRIMARY KEY, name text)",
                                     "CREATE TABLE orders(id integer PRIMARY KEY, customer_id integer, total integer)",
                                     "CREATE INDEX orders_customer ON orders(customer_id)"};
  auto engine = open_postgres(schema, options);
  if (!engine) return;
  CHECK(engine->statistics().tables.at("orders").rows == 5000);
  CHECK(engine->statistics().tables.at("orders").source == RowSource::kSeed);
  struct Case {
    std::string_view sql, want;
  };
  for (const Case& c : {
           Case{"SELECT * FROM orders WHERE customer_id = $1", "rows 100 scanned 0 sorts 0"},
           Case{"SELECT * FROM orders AS o WHERE o.total = $1 ORDER BY o.customer_id", "rows 10 scanned 5000 sorts 1"},
           Case{"SELECT * FROM orders WHERE id = ANY ($1) OR id IN ($2)", "rows 1 scanned 0 sorts 0"},
           Case{"SELECT * FROM orders WHERE total = $1 AND id = $3", "rows 1 scanned 0 sorts 0"},
           Case{"SELECT count(*) FROM customers WHERE name = $1", "rows 1 scanned 50 sorts 0"},
           Case{"SELECT * FROM customers LIMIT $1", "rows 50 scanned 50 sorts 0"},
           Case{"DELETE FROM orders", "error: only SELECT is measured"},
           Case{"SELECT 1 / (id - id) FROM orders", "error: division by zero"},
           Case{"SELECT nextval('no_such')", "error: relation \"no_such\" does not exist"},
           Case{"WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone",
                "error: cannot execute SELECT in a read-only transaction"},
       }) {
    CAPTURE(c.sql);
    CHECK(measured(*engine, c.sql) == c.want);
  }
  Result<ParsedQuery> parsed = parse_query("SELECT * FROM orders", Dialect::kPostgres);
  auto once = engine->measure({"SELECT * FROM orders", &*parsed});
  auto twice = engine->measure({"SELECT * FROM orders", &*parsed});
  REQUIRE((once && twice));
  CHECK(once->vm_steps == twice->vm_steps);
  CHECK(measured(*open_postgres(schema), "SELECT 1") == "error: measuring needs seed data");
}

TEST_CASE("which column a parameter is compared with") {
  auto dump = [](std::string_view sql) {
    std::string text;
    for (const postgres::ComparedColumn& c : postgres::compared_columns(sql))
      text += fmt::format("{}:{}.{}{} ", c.parameter, c.qualifier, c.column, c.list ? "[]" : "");
    return text;
  };
  CHECK(dump("SELECT 1 FROM t AS a WHERE a.\"X\" = $2 AND Y IN ($1) AND z = ANY ($3) AND w LIKE $4") ==
        "2:a.X 1:.y 3:.z[] 4:.w ");
  CHECK(dump("SELECT $1, f($2), $3 = x, (a + b) = $4") == "");
  CHECK(postgres::array_element("a\"b\\c") == "\"a\\\"b\\\\c\"");
}

}  // namespace
}  // namespace explaingate::engine_test

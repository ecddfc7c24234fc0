// Growth in words, candidate indexes, statistics, measuring: what isn't about one plan.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "engine/support.h"

namespace explaingate::engine_test {
namespace {

PlannedQuery with_work(double examined, double returned) {
  PlannedQuery planned;
  planned.metrics.rows_examined = examined;
  planned.metrics.rows_returned = returned;
  return planned;
}

TEST_CASE("growth is the slope between the two larger scales") {
  Growth growth = growth_of({with_work(9e9, 1), with_work(1000, 1), with_work(100000, 10)}, {1, 10, 100});
  CHECK(growth.work == 2.0);
  CHECK(growth.result == 1.0);
  CHECK(growth_of({with_work(10, 0), with_work(10, 0)}, {1, 10}).work == 0.0);
  CHECK(growth_of({with_work(10, 0), with_work(100, 0)}, {1, 1}).work == 0.0);  // nothing grows: no slope
  CHECK(growth_of({with_work(10, 0)}, {1}).work == 0.0);
  CHECK(growth_of({}, {}).work == 0.0);
  struct Case {
    double exponent;
    int level;
    std::string_view words;
  };
  for (const Case& c :
       {Case{0, 0, "constant"}, Case{0.24, 0, "constant"}, Case{0.25, 1, "linear"}, Case{1.2, 1, "linear"},
        Case{1.5, 2, "quadratic"}, Case{2, 2, "quadratic"}, Case{3, 2, "cubic"}}) {
    CHECK(growth_class(c.exponent) == c.level);
    CHECK(growth_words(c.exponent) == c.words);
  }
}

TEST_CASE("candidate indexes: their names and DDL") {
  CandidateIndex plain{"orders", {"customer_id", "placed_at DESC"}};
  CHECK(plain.name() == "eg_orders_customer_id_placed_at_desc");
  CHECK(plain.ddl() == "CREATE INDEX eg_orders_customer_id_placed_at_desc ON orders(customer_id, placed_at DESC)");
  CandidateIndex odd{"order", {"a \"b\"", "key"}};
  CHECK(odd.name() == "eg_order_a__b__key");
  CHECK(odd.ddl() == "CREATE INDEX eg_order_a__b__key ON \"order\"(\"a \"\"b\"\"\", \"key\")");
}

TEST_CASE("a candidate is tried and leaves nothing behind") {
  auto engine = open(shop());
  constexpr std::string_view kSql = "SELECT * FROM lines WHERE order_id = ?";
  std::string before = dump(*engine, kSql);
  CHECK(before ==
        "SCAN lines {scan lines 1 1000000 10}\n"
        "reads 1000000 returns 10 sorts 0 growth 1.00 result 0.00");
  CHECK(dump(*engine, kSql, {{"lines", {"order_id"}}}) ==
        "SEARCH lines USING INDEX eg_lines_order_id (order_id=?) {search lines 1 10 10}\n"
        "reads 10 returns 10 sorts 0 growth 0.00 result 0.00");
  CHECK(dump(*engine, kSql, {{"lines", {"sku", "order_id"}}, {"LINES", {"order_id"}}}) ==
        "SEARCH lines USING INDEX eg_LINES_order_id (order_id=?) {search lines 1 10 10}\n"
        "reads 10 returns 10 sorts 0 growth 0.00 result 0.00");
  CHECK(dump(*engine, kSql) == before);
  CHECK(dump(*engine, kSql, {{"lines", {"no_such_column"}}}) == "error: no such column: no_such_column");
  CHECK(dump(*engine, kSql, {{"nowhere", {"x"}}}) == "error: no such table: nowhere");
  CHECK(dump(*engine, kSql, {{"lines", {"order_id"}}, {"lines", {"order_id"}}}) ==
        "error: index eg_lines_order_id already exists");
  CHECK(dump(*engine, kSql) == before);
}

TEST_CASE("triggers show below the statement, once for each row") {
  std::vector<std::string> schema = shop();
  schema.emplace_back(
      "CREATE TRIGGER forget AFTER DELETE ON customers BEGIN DELETE FROM pages WHERE rowid = old.id; DELETE FROM "
      "prices WHERE "
      "day = old.name; END");
  auto engine = open(schema);
  CHECK(engine->failures().empty());
  CHECK(dump(*engine, "DELETE FROM customers WHERE country = ?") ==
        "SCAN customers {scan customers 1 10000 2500}\n"
        "SEARCH orders USING COVERING INDEX orders_customer (customer_id=?) {search_covering orders 2500 25000 25000}\n"
        "TRIGGER forget {none 2500 0 0}\n"
        "  SCAN pages VIRTUAL TABLE INDEX 0:= {virtual pages 2500 2500 2500}\n"
        "  SCAN prices {scan prices 2500 25000000 25000000}\n"
        "reads 25037500 returns 2500 sorts 0 growth 2.00 result 1.00");
}

std::vector<SchemaStatement> seed(int customers) {
  std::string people = "INSERT INTO customers(id, name, email, active, country) VALUES ";
  std::string orders = "INSERT INTO orders(customer_id, total, placed_at, status) VALUES ";
  for (int i = 1; i <= customers; ++i) {
    people += fmt::format("{}({}, 'n{}', 'm{}', {}, 'c{}')", i > 1 ? ", " : "", i, i, i, i % 2, i % 5);
    for (int k = 0; k < 4; ++k) orders += fmt::format("{}({}, {}, 'd{}', 'open')", i + k > 1 ? ", " : "", i, k, i);
  }
  return {{people, "seed.sql", 1, 1, 1}, {orders, "seed.sql", 2, 1, 2}};
}

TEST_CASE("no rows, ten rows, many rows: the same growth") {
  constexpr std::string_view kSql =
      "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.total = ?";
  auto growth = [&](int rows) {
    EngineOptions options;
    if (rows > 0) options.seed = seed(rows);
    auto engine = open(shop(), options);
    Result<ParsedQuery> parsed = parse_query(kSql, Dialect::kSqlite);
    REQUIRE(parsed);
    std::vector<PlannedQuery> scales;
    std::vector<double> factors;
    for (int scale = 0; scale < kScaleCount; ++scale) {
      CHECK(engine->set_scale(scale));
      Result<PlannedQuery> planned = engine->plan({kSql, &*parsed});
      REQUIRE(planned);
      scales.push_back(*planned);
      factors.push_back(engine->scale_factor(scale));
    }
    Growth slope = growth_of(scales, factors);
    return growth_words(slope.work) + " work, " + growth_words(slope.result) + " result";
  };
  CHECK(growth(0) == "linear work, linear result");
  CHECK(growth(10) == growth(0));
  CHECK(growth(1000) == growth(0));
}

TEST_CASE("seed data gives statistics") {
  EngineOptions options;
  options.seed = seed(1000);
  auto engine = open(shop(), options);
  const TableStatistics& customers = engine->statistics().tables.at("customers");
  CHECK(customers.source == RowSource::kSeed);
  CHECK(customers.rows == 1000);
  CHECK(customers.columns.at("country").distinct == 5);
  const TableStatistics& orders = engine->statistics().tables.at("orders");
  CHECK(orders.rows == 4000);
  CHECK(orders.index_rows.at("orders_customer") == std::vector<double>{4});
  CHECK(orders.index_rows.at("orders_status") == std::vector<double>{4000, 4});
  CHECK(engine->statistics().tables.at("lines").source == RowSource::kAssumed);
}

std::string measured(Engine& engine, std::string_view sql) {
  Result<ParsedQuery> parsed = parse_query(sql, Dialect::kSqlite);
  Result<Measured> result = engine.measure({sql, parsed ? &*parsed : nullptr});
  if (!result) return "error: " + result.error().message;
  return fmt::format("rows {} scanned {} sorts {} automatic {}{}", result->rows, result->full_scan_steps, result->sorts,
                     result->automatic_index_rows, result->vm_steps > 0 ? "" : " nothing ran");
}

TEST_CASE("measuring runs on seed data, with values that are there") {
  EngineOptions options;
  options.seed = seed(50);
  options.measure = true;
  auto engine = open(shop(), options);
  struct Case {
    std::string_view sql, want;
  };
  static constexpr Case kCases[] = {
      {"SELECT * FROM orders WHERE customer_id = ?", "rows 4 scanned 0 sorts 0 automatic 0"},
      {"SELECT * FROM orders WHERE total = :total", "rows 50 scanned 199 sorts 0 automatic 0"},
      {"SELECT * FROM orders o WHERE o.placed_at = ?2 ORDER BY o.total LIMIT ?1",
       "rows 4 scanned 0 sorts 1 automatic 0"},
      {"SELECT id FROM orders ORDER BY id LIMIT ?", "rows 10 scanned 9 sorts 0 automatic 0"},
      {"SELECT count(*) FROM customers WHERE email IN (?, ?) AND name LIKE ?", "rows 1 scanned 0 sorts 0 automatic 0"},
      {"SELECT my_function(?)", "rows 1 scanned 0 sorts 0 automatic 0"},
      {"DELETE FROM orders", "error: not authorized"},
      {"PRAGMA writable_schema = ON", "error: not authorized"},
      {"SELECT 1; SELECT 2", "error: more than one statement"},
      {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
       "error: took too many steps and was stopped"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.sql);
    CHECK(measured(*engine, c.sql) == c.want);
  }
  auto plain = open(shop());
  CHECK(measured(*plain, "SELECT 1") == "error: measuring needs seed data");
}

TEST_CASE("bounds of a range are such that it holds a quarter of the rows") {
  EngineOptions options;
  options.seed = seed(50);  // two hundred orders
  options.measure = true;
  auto engine = open(shop(), options);
  const std::pair<const char*, double> cases[] = {
      {"SELECT id FROM orders WHERE id > ?", 50},
      {"SELECT id FROM orders WHERE id < ?", 50},
      {"SELECT id FROM orders o WHERE o.id >= ? AND o.id < ?", 50},
      {"SELECT id FROM orders WHERE id BETWEEN :low AND :high", 50},
      {"SELECT id FROM orders WHERE id > ? AND total < ?", 12},  // of two columns, each for itself
  };
  for (const auto& [sql, want] : cases) {
    CAPTURE(sql);
    auto parsed = parse_query(sql, Dialect::kSqlite);
    REQUIRE(parsed);
    auto measured = engine->measure({sql, &*parsed});
    REQUIRE(measured);
    CHECK(std::abs(static_cast<double>(measured->rows) - want) <= 1);
  }
}

TEST_CASE("candidates are built over the seed data, and gone with the next call") {
  EngineOptions options;
  options.seed = seed(50);
  options.measure = true;
  auto engine = open(shop(), options);
  const std::string sql = "SELECT * FROM orders WHERE total = ?";
  auto parsed = parse_query(sql, Dialect::kSqlite);
  REQUIRE(parsed);
  const PlanRequest request{sql, &*parsed};
  const CandidateIndex by_name{"customers", {"name"}}, by_total{"orders", {"total"}};
  auto plain = engine->measure(request), with = engine->measure_with({by_name, by_total}, request),
       other = engine->measure_with({by_name}, request), again = engine->measure(request);
  REQUIRE((plain && with && other && again));
  CHECK(plain->full_scan_steps == 199);
  CHECK(with->full_scan_steps == 0);
  CHECK(with->vm_steps < plain->vm_steps);
  CHECK(with->rows == plain->rows);
  CHECK(other->vm_steps == plain->vm_steps);
  CHECK(again->vm_steps == plain->vm_steps);
  auto none = engine->measure_with({{"orders", {"nowhere"}}}, request);
  CHECK(!none);
  CHECK(engine->measure(request)->vm_steps == plain->vm_steps);
}

TEST_CASE("a table declared fixed doesn't grow") {
  EngineOptions options;
  options.tables["country"] = {250, true};
  auto engine = open(shop(), options);
  CHECK(dump(*engine, "SELECT * FROM country WHERE name = ?") ==
        "SCAN country {scan country 1 250 62.5}\n"
        "reads 250 returns 62.5 sorts 0 growth 0.00 result 0.00");
}

TEST_CASE("an alias is known also where the parser isn't asked") {
  auto engine = open(shop());
  Result<PlannedQuery> planned =
      engine->plan({"SELECT * FROM orders AS o, customers c WHERE c.id = o.customer_id", nullptr});
  REQUIRE(planned);
  CHECK(planned->plan.nodes.at(0).relation == "customers");
  CHECK(planned->plan.nodes.at(1).relation == "orders");
  CHECK(planned->metrics.rows_examined == 110000);
}

TEST_CASE("name and version") {
  auto engine = open({});
  CHECK(engine->name() == "sqlite");
  CHECK(engine->version().starts_with("3."));
  CHECK(engine->scale_factor(2) / engine->scale_factor(1) == 10);
  CHECK(!engine->set_scale(kScaleCount));
  CHECK(!engine->set_scale(-1));
}

}  // namespace
}  // namespace explaingate::engine_test

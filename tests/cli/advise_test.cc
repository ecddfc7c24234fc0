// advise: which indexes, and above all, when none.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "advise_support.h"
#include "engine/postgres_support.h"

namespace explaingate {
namespace {

using nlohmann::json;

std::string ddl_of(const json& report) {
  std::string text;
  for (const json& index : report["indexes"]) text += index["ddl"].get<std::string>() + ";\n";
  return text;
}

Project shop(const std::string& queries, const std::string& settings = R"({"schema": "schema.sql"})") {
  Project project;
  project.write(
      "schema.sql",
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, city TEXT);\n"
      "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), status TEXT "
      "CHECK (status IN ('new', 'paid', 'sent')), reference TEXT, placed_at TEXT, total INTEGER);\n"
      "CREATE INDEX orders_by_customer ON orders (customer_id);\n"
      "CREATE TABLE countries (code TEXT, name TEXT);\n");
  project.write("explaingate.json", settings);
  project.write("queries.sql", queries);
  project.commit();
  return project;
}

TEST_CASE("advise: queries that can share an index share it, and one that it replaces goes") {
  Project project = shop(
      "SELECT id FROM orders WHERE reference = ? AND placed_at > ?;\n"
      "SELECT id FROM orders WHERE placed_at = ? AND reference = ?;\n"
      "SELECT id FROM orders WHERE reference = ?;\n"
      "SELECT id FROM orders WHERE customer_id = ? ORDER BY placed_at DESC LIMIT 10;\n"
      "INSERT INTO orders (reference) VALUES (?);\n");
  json report = advice(project);
  CHECK(ddl_of(report) == "CREATE INDEX eg_orders_reference_placed_at ON orders(reference, placed_at);\n");
  CHECK(report["indexes"][0]["serves"].size() == 3);
  CHECK(report["indexes"][0]["writes"] == json::parse(R"([{"query": 4, "percent": 50.0}])"));
  CHECK(report["exact"] == true);
}

TEST_CASE("advise: none where none is due") {
  const std::pair<const char*, const char*> cases[] = {
      {"one that is there begins with the column", "SELECT id FROM orders WHERE customer_id = ? AND total > ?;\n"},
      {"by key", "SELECT * FROM orders WHERE id = ?;\n"},
      {"a third of the table", "SELECT * FROM orders WHERE status = 'paid';\n"},
      {"a table that doesn't grow", "SELECT name FROM countries WHERE code = ?;\n"},
      {"all rows are asked for", "SELECT id, total FROM orders;\n"},
  };
  for (const auto& [what, queries] : cases) {
    CAPTURE(what);
    Project project =
        shop(queries, R"({"schema": "schema.sql", "tables": {"countries": {"rows": 250, "fixed": true}}})");
    CHECK(ddl_of(advice(project)).empty());
  }
}

TEST_CASE("explain says why the planner passes an index over") {
  struct Case {
    const char *engine, *query, *want;
  };
  const Case cases[] = {
      {"postgres", "SELECT id FROM t WHERE state = 5",
       "tried t(state): the planner keeps the scan: by the index it would read 33,333,333 of 100,000,000 rows, at a "
       "cost of"},
      {"postgres", "SELECT id FROM t WHERE number = 5.5",
       "tried t(number): the planner keeps the scan; with scans ruled out it has no plan with this index either: "
       "number "
       "is of type bigint, and compared with a numeric"},
      {"postgres", "SELECT id FROM t WHERE code = $1 COLLATE \"C\"", "code is compared under the collation C"},
      {"postgres", "SELECT t.id FROM t JOIN kinds k ON k.code = t.code WHERE k.name = 'x'",
       "tried kinds(code), kinds(name), kinds(name, code): the planner keeps the scan: the table has 20 rows"},
      {"sqlite", "SELECT id FROM t WHERE code = ? COLLATE NOCASE", "code is compared under the collation nocase"},
      {"sqlite", "SELECT id FROM t NOT INDEXED WHERE code = ?",
       "tried t(code): the planner keeps the scan: the statement says NOT INDEXED"},
      {"sqlite", "SELECT x.id FROM t AS x INDEXED BY t_by_state WHERE x.code = ? AND x.state = 3",
       ": the planner keeps to t_by_state: the statement says INDEXED BY t_by_state"},
      {"sqlite", "SELECT x.id FROM t AS x INDEXED BY t_by_state JOIN t AS y ON y.number = x.state WHERE x.state = 3",
       "tried t(number): used, and 366,666,667 of 466,666,667 rows are still examined"},
      {"sqlite", "SELECT count(*) FROM t WHERE state = ?",
       "It goes by t_by_state, and what that leaves grows with the table."},
      {"sqlite", "SELECT count(*) FROM t NOT INDEXED WHERE state = ?",
       "t_by_state is there for its filter; the plan reads the table all the same."},
  };
  for (const auto& [engine, query, want] : cases) {
    if (engine == std::string_view("postgres") && !postgres::is_there()) continue;
    CAPTURE(query);
    Project project;
    project.write(
        "schema.sql",
        "CREATE TABLE t (id bigint PRIMARY KEY, state integer, number bigint, code text);\n"
        "CREATE TABLE kinds (code text, name text);\n" +
            std::string(engine == std::string_view("sqlite") ? "CREATE INDEX t_by_state ON t(state);\n" : ""));
    project.write(
        "statistics.json",
        R"({"explaingate_statistics": 1, "tables": {"t": {"rows": 1000000, "columns": {"state": {"distinct": 3}}},
                    "kinds": {"rows": 20}}})");
    project.write("explaingate.json",
                  fmt::format(R"({{"schema": "schema.sql", "statistics": "statistics.json", "engine": "{}", "tables":
                    {{"kinds": {{"rows": 20, "fixed": true}}}}}})",
                              engine));
    project.commit();
    Ran ran = project.gate({"explain", query});
    CAPTURE(ran.out);
    CHECK(ran.out.find(want) != std::string::npos);
  }
}

TEST_CASE("explain says what was tried in vain") {
  Project project = shop("SELECT id FROM orders WHERE reference = ? OR total = ?;\n");
  const std::string both = "SELECT id FROM orders WHERE reference = ? OR total = ?";
  constexpr std::string_view kTried =
      "tried orders(reference): the planner keeps the scan: reference is in one arm of an OR, and each arm needs an "
      "index; so it could read the index from end to end only, at a cost of 40,000,000 against 10,000,000";
  Ran ran = project.gate({"explain", "SELECT id FROM orders WHERE reference = ? OR total + 1 = ?"});
  CHECK(ran.out.find(kTried) != std::string::npos);
  CHECK(ran.out.find("CREATE INDEX") == std::string::npos);
  ran = project.gate({"explain", both});
  CHECK(ran.out.find(kTried) != std::string::npos);
  CHECK(ran.out.find("CREATE INDEX eg_orders_reference ON orders(reference); CREATE INDEX eg_orders_total ON "
                     "orders(total);  -- 10,000,000 rows → 20, constant growth") != std::string::npos);
  CHECK(ddl_of(advice(project)) ==
        "CREATE INDEX eg_orders_reference ON orders(reference);\nCREATE INDEX eg_orders_total ON orders(total);\n");
  ran = project.gate({"explain", "SELECT id FROM orders WHERE reference = ?"});
  CHECK(ran.out.find("tried") == std::string::npos);
  CHECK(ran.out.find("CREATE INDEX eg_orders_reference ON orders(reference)") != std::string::npos);
}

// A log that is written all day and looked into once: an entry more for each row outweighs the look.
TEST_CASE("advise: none where writes dominate, and one where the query runs as often as they do") {
  Project project;
  project.write("schema.sql", "CREATE TABLE events (id INTEGER PRIMARY KEY, kind TEXT, at TEXT);\n");
  project.write("explaingate.json", R"({"schema": "schema.sql"})");
  project.write("queries.sql",
                "INSERT INTO events (kind, at) VALUES (?, ?);\n"
                "SELECT count(*) FROM events WHERE kind = ?;\n");
  project.commit();
  CHECK(project.gate({"baseline", "update"}).code == 0);
  json report = advice_by_calls(project, 1'000'000'000, 1);
  CHECK(ddl_of(report).empty());
  REQUIRE(report["unserved"].size() == 1);
  CHECK(report["unserved"][0]["tried"][0]["reason"] ==
        "not worth it: writing its entries costs 1,000,001,000, and it saves 999,990 here");
  CHECK(ddl_of(advice_by_calls(project, 1000, 1000)) == "CREATE INDEX eg_events_kind ON events(kind);\n");
}

// A range of parameters is taken to hold less than it may: rows that are there tell.
TEST_CASE("advise: with seed data the indexes are built, and the queries run") {
  Project project = shop(
      "SELECT id, total FROM orders WHERE reference = ? AND placed_at BETWEEN ? AND ?;\n"
      "UPDATE orders SET total = ? WHERE reference = ?;\n",
      R"({"schema": "schema.sql", "seed": "seed.sql"})");
  project.write(
      "seed.sql",
      "INSERT INTO customers VALUES (1, 'a', 'b');\n"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO orders SELECT "
      "i, 1, 'new', 'r' || (i % 50), i, i FROM n;\n");
  json report = advice(project);
  CHECK(ddl_of(report) == "CREATE INDEX eg_orders_reference_placed_at ON orders(reference, placed_at);\n");
  REQUIRE(report["indexes"][0]["serves"].size() == 2);
  const json& read = report["indexes"][0]["serves"][0];
  CHECK(read["work_before"].get<int>() > 5000);
  CHECK(read["work_after"].get<int>() < 500);
  CHECK(report["indexes"][0]["serves"][1]["work_after"].is_null());  // what writes isn't run
  Ran ran = project.gate({"advise"});
  CHECK(ran.out.find(", measured ") != std::string::npos);
}

TEST_CASE("advise: the incident's advice makes the gate pass, beside the loop that no index mends") {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/head");
  project.write("shop/orders.py", read_file(SOURCE_DIR "/fixtures/incident/fixed/shop/orders.py").value());
  CHECK(project.gate({"check"}).code == 1);
  std::string ddl = ddl_of(advice(project));
  CHECK(ddl ==
        "CREATE INDEX eg_customers_lower_email ON customers(lower(email));\n"
        "CREATE INDEX eg_orders_reference ON orders(reference);\n"
        "CREATE INDEX eg_orders_warehouse_placed_at ON orders(warehouse, placed_at);\n");
  project.write("migrations/0004_advice.sql", ddl);
  Ran ran = project.gate({"check"});
  CAPTURE(ran.out);
  CHECK(ran.code == 0);
  CHECK(ddl_of(advice(project)).empty());
}

TEST_CASE("advise: for the queries of some files, and errors") {
  Project project = shop("SELECT id FROM orders WHERE reference = ?;\n");
  project.write("more/queries.sql", "SELECT id FROM customers WHERE email = ?;\n");
  CHECK(ddl_of(advice(project, {"more"})) == "CREATE INDEX eg_customers_email ON customers(email);\n");
  CHECK(advice(project)["indexes"].size() == 2);
  CHECK(project.gate({"advise", "nowhere"}).code == 2);
  CHECK(project.gate({"advise", "--url", "postgresql://nobody@localhost/x"}).code == 2);
  project.remove("schema.sql");
  CHECK(project.gate({"advise"}).code == 2);
  project.write("explaingate.json", "{}");
  CHECK(project.gate({"advise"}).code == 3);
}

}  // namespace
}  // namespace explaingate

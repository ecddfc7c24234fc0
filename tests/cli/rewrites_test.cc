// explain, advise and check: statements written otherwise, where the planner is far better off with that.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "advise_support.h"
#include "engine/postgres_support.h"

namespace explaingate {
namespace {

using nlohmann::json;

Project orders(const char* engine, const std::string& queries) {
  Project project;
  project.write(
      "schema.sql",
      "CREATE TABLE orders (id bigint PRIMARY KEY NOT NULL, customer_id bigint NOT NULL, placed_at timestamp NOT NULL, "
      "code text NOT NULL, total integer);\n"
      "CREATE INDEX orders_by_time ON orders (placed_at);\n"
      "CREATE TABLE customers (id bigint PRIMARY KEY, referred_by bigint);\n");
  project.write("explaingate.json", fmt::format(R"({{"schema": "schema.sql", "engine": "{}", "tables": {{"orders":
                {{"rows": 1000000}}, "customers": {{"rows": 100000}}}}}})",
                                                engine));
  project.write("queries.sql", queries);
  project.commit();
  return project;
}

std::vector<const char*> engines() {
  std::vector<const char*> all = {"sqlite"};
  if (postgres::is_there()) all.push_back("postgres");
  return all;
}

json explained(const Project& project, const std::string& sql) {
  Ran ran = project.gate({"explain", "--format", "json", sql});
  CAPTURE(ran.err);
  return json::parse(ran.out)["rewrites"];
}

// "kind text | indexes", a line each.
std::string words(const json& rewrites) {
  std::string text;
  for (const json& rewrite : rewrites) {
    text += rewrite["kind"].get<std::string>() + " " + rewrite["text"].get<std::string>();
    for (const std::string index : rewrite["indexes"]) text += " | " + index.substr(index.find(" ON ") + 4);
    text += "\n";
    CHECK(rewrite["cost_after"].get<double>() * 3 <= rewrite["cost_before"].get<double>());
    CHECK_FALSE(rewrite["plan_after"].empty());
  }
  return text;
}

TEST_CASE("explain: a range of the bare column goes by the index that is there") {
  for (const char* engine : engines()) {
    CAPTURE(engine);
    Project project = orders(engine, "");
    json rewrites = explained(project, "SELECT id FROM orders WHERE date(placed_at) = '2024-05-31'");
    CHECK(words(rewrites) ==
          "range SELECT id FROM orders WHERE placed_at >= '2024-05-31' AND placed_at < '2024-06-01'\n");
    // Near misses: an index on another column does as well; the function is one of the few that indexes are made of
    CHECK(words(explained(project, "SELECT id FROM orders WHERE date(placed_at) = '2024-05-31' AND id = 5")) == "");
    CHECK(words(explained(project, "SELECT id FROM orders WHERE lower(code) = 'x'")) == "");
  }
}

TEST_CASE("explain: a range together with the index that it needs, and nothing where both are no better") {
  for (const char* engine : engines()) {
    CAPTURE(engine);
    Project project = orders(engine, "");
    CHECK(words(explained(project, "SELECT id FROM orders WHERE customer_id + 1 = 5")) ==
          "range SELECT id FROM orders WHERE customer_id = 5 - 1 | orders(customer_id)\n");
    CHECK(words(explained(project, "SELECT sum(total) FROM orders WHERE customer_id + 1 > 5 OR total > 3")) == "");
  }
}

TEST_CASE("explain: pages by key, where the last page reads all before it") {
  for (const char* engine : engines()) {
    CAPTURE(engine);
    Project project = orders(engine, "");
    json rewrites = explained(project, "SELECT id, code FROM orders ORDER BY placed_at DESC LIMIT 20 OFFSET 100000");
    REQUIRE(rewrites.size() == 1);
    CHECK(rewrites[0]["kind"] == "keyset");
    CHECK(rewrites[0]["growth_before"] > 0.9);
    CHECK(rewrites[0]["growth_after"] < 0.25);
    CHECK(rewrites[0]["remarks"].size() == 2);
    // Near misses: one customer's few pages by their index; the first pages
    project.write("more.sql", "");
    project.write("schema.sql",
                  project.read("schema.sql") + "CREATE INDEX c ON orders (customer_id, placed_at, id);\n");
    CHECK(words(explained(
              project, "SELECT id FROM orders WHERE customer_id = 7 ORDER BY placed_at LIMIT 20 OFFSET 2000")) == "");
    CHECK(words(explained(project, "SELECT id FROM orders ORDER BY placed_at LIMIT 20 OFFSET 40")) == "");
  }
}

TEST_CASE("explain: EXISTS stops at the first row") {
  for (const char* engine : engines()) {
    CAPTURE(engine);
    Project project = orders(engine, "");
    CHECK(words(explained(project, "SELECT count(*) > 0 FROM orders WHERE placed_at > '2024-01-01'")) ==
          "exists SELECT EXISTS (SELECT 1 FROM orders WHERE placed_at > '2024-01-01')\n");
    // Near misses: one row at most is counted; the number itself is asked for
    CHECK(words(explained(project, "SELECT count(*) > 0 FROM orders WHERE id = 5")) == "");
    CHECK(words(explained(project, "SELECT count(*) > 10 FROM orders WHERE placed_at > '2024-01-01'")) == "");
  }
}

TEST_CASE("explain: NOT EXISTS where the list outgrows memory") {
  if (!postgres::is_there()) return;
  Project project = orders("postgres", "");
  json rewrites = explained(project, "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)");
  CHECK(words(rewrites) ==
        "not_exists SELECT id FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customers.id = "
        "orders.customer_id)\n");
  REQUIRE(rewrites.size() == 1);
  CHECK(rewrites[0]["remarks"].empty());
  rewrites = explained(project, "SELECT id FROM customers WHERE id NOT IN (SELECT referred_by FROM customers)");
  REQUIRE(rewrites.size() == 1);
  CHECK(rewrites[0]["remarks"].size() == 1);
  // Near miss: a list that is short at every size
  CHECK(words(explained(project, "SELECT id FROM customers WHERE id NOT IN (SELECT total FROM orders WHERE id = 1)")) ==
        "");
}

TEST_CASE("advise: rewrites beside the indexes, and a query that has one isn't listed as past help") {
  for (const char* engine : engines()) {
    CAPTURE(engine);
    Project project = orders(engine,
                             "SELECT id FROM orders WHERE date(placed_at) = '2024-05-31';\n"
                             "SELECT id FROM orders WHERE customer_id = 5;\n"
                             "SELECT code FROM orders WHERE customer_id + 1 = 5;\n");
    json report = advice(project);
    REQUIRE(report["indexes"].size() == 1);
    CHECK(words(report["rewrites"]) ==
          "range SELECT id FROM orders WHERE placed_at >= '2024-05-31' AND placed_at < '2024-06-01'\n"
          "range SELECT code FROM orders WHERE customer_id = 5 - 1\n");
    Ran ran = project.gate({"advise"});
    CHECK(ran.out.find("Better written otherwise:") != std::string::npos);
    CHECK(ran.out.find("No index helps") == std::string::npos);
  }
}

TEST_CASE("check: the fix is a rewrite that was planned, and words where none is better") {
  for (const char* engine : engines()) {
    CAPTURE(engine);
    Project project = orders(engine,
                             "SELECT id FROM orders WHERE date(placed_at) = '2024-05-31';\n"
                             "SELECT id FROM orders WHERE lower(placed_at) = '2024';\n"
                             "SELECT id FROM orders ORDER BY placed_at DESC LIMIT 20 OFFSET 100000;\n"
                             "SELECT count(*) > 0 FROM orders WHERE placed_at > '2024-01-01';\n");
    json report = json::parse(project.gate({"check", "--all", "--format", "json"}).out);
    std::string fixes;
    for (const json& finding : report["findings"]) {
      std::string fix = finding["fix"].is_string() ? finding["fix"].get<std::string>() : "";
      bool rewritten = fix.starts_with("Written otherwise it ");
      fixes += fmt::format("{} {} {}\n", finding["line"].get<int>(), finding["rule"].get<std::string>(), rewritten);
    }
    CAPTURE(fixes);
    CHECK(fixes.find("1 non-sargable-predicate true") != std::string::npos);
    CHECK(fixes.find("3 offset-pagination true") != std::string::npos);
    CHECK(fixes.find("4 count-for-existence true") != std::string::npos);
    if (engine == std::string_view("sqlite"))  // PostgreSQL has no lower() of a timestamp
      CHECK(fixes.find("2 non-sargable-predicate false") != std::string::npos);
  }
}

TEST_CASE("a rewrite keeps the program's own placeholders") {
  Project project = orders("sqlite", "");
  project.write("shop.py",
                "import sqlite3\n"
                "def of_day(connection: sqlite3.Connection, day):\n"
                "    return connection.execute('SELECT id FROM orders WHERE date(placed_at) = :day', {'day': day})\n"
                "def filtered(connection: sqlite3.Connection, filters):\n"
                "    return connection.execute(f'SELECT id FROM orders WHERE date(placed_at) = 5 AND {filters}')\n");
  project.commit();
  CHECK(words(advice(project)["rewrites"]) ==
        "range SELECT id FROM orders WHERE placed_at >= :day AND placed_at < date(:day, '+1 day')\n");
}

}  // namespace
}  // namespace explaingate

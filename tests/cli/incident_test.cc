// The incident, end to end: the four findings at their lines, the same whatever data there is, and silence once mended.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sandbox.h"

namespace explaingate {
namespace {

constexpr const char* kFour =
    "shop/customers.py:8 non-sargable-predicate customers.email\n"
    "shop/orders.py:19 query-in-loop connection.execute order_items\n"
    "shop/reports.py:16 full-scan-growth orders\n"
    "shop/support.py:8 access-regression orders <- migrations/0003_order_notes.sql:5\n";

void make_incident(const Project& project, const std::string& update) {
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/" + update);
}

std::string seed(int rows) {
  std::string text;
  for (int i = 1; i <= rows; ++i) {
    text += fmt::format("INSERT INTO customers VALUES ({0}, 'c{0}@example.com', 'Customer {0}', '2024-01-01');\n", i);
    text += fmt::format("INSERT INTO products VALUES ({0}, 'sku{0}', 'Product {0}', 100);\n", i);
    text += fmt::format(
        "INSERT INTO orders (id, customer_id, reference, warehouse, placed_at, total_cents) VALUES ({0}, {0}, 'r{0}', "
        "'w{1}', '2024-01-{2:02}', 100);\n",
        i, i % 7, 1 + i % 28);
    text += fmt::format("INSERT INTO order_items VALUES ({0}, {0}, 1);\n", i);
  }
  return text;
}

TEST_CASE("the update brings four problems, and they are found at their lines with their cause") {
  Project project;
  make_incident(project, "head");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) == kFour);
  CHECK(ran.code == 1);
  CHECK(levels(ran, "query-in-loop") == "warning ");  // no message crosses a network
  CHECK(levels(ran, "full-scan-growth") == "error ");
  CHECK(project.gate({"check", "--format", "json"}).out == ran.out);
}

TEST_CASE("ten rows, ten thousand rows and none give the same findings") {
  for (int rows : {10, 10000}) {
    Project project;
    project.write("seed.sql", seed(rows));
    project.write("explaingate.json", "");
    make_incident(project, "head");
    project.write("explaingate.json", R"({"schema": "migrations", "seed": "seed.sql"})");
    CAPTURE(rows);
    CHECK(findings(project.gate({"check", "--format", "json"})) == kFour);
  }
}

TEST_CASE("with the remedies applied the gate is silent") {
  Project project;
  make_incident(project, "fixed");
  Ran ran = project.gate({"check", "--format", "json"});
  CHECK(findings(ran) == "");
  CHECK(ran.code == 0);
}

TEST_CASE("a dropped index alone, with no query touched, names the query and the migration's line") {
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  project.write("migrations/0003_drop.sql", "-- tidy up\n\nDROP INDEX orders_by_reference;\n");
  CHECK(findings(project.gate({"check", "--format", "json"})) ==
        "shop/support.py:8 access-regression orders <- migrations/0003_drop.sql:3\n");
}

TEST_CASE("every way of naming the change finds the same") {
  Project project;
  make_incident(project, "head");
  project.git({"add", "-A"});
  CHECK(findings(project.gate({"check", "--staged", "--format", "json"})) == kFour);
  Ran patch = project.git({"diff", "--cached"});
  CHECK(findings(project.gate({"check", "--diff", "-", "--format", "json"}, {"", {}, patch.out, -1})) == kFour);
  project.git({"checkout", "-q", "-b", "update"});
  project.commit();
  CHECK(findings(project.gate({"check", "--base", "main", "--format", "json"})) == kFour);
  CHECK(findings(project.gate({"check", "--format", "json"})) == kFour);
  CHECK(findings(project.gate({"check", "--format", "json"}, {"", {{"GITHUB_BASE_REF", "main"}}, "", -1})) == kFour);
}

}  // namespace
}  // namespace explaingate

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "bench/workload.h"
#include "cli/sandbox.h"

namespace explaingate {
namespace {

// A view that a rule asks once for each of its rows takes steps with the square of the statements.
TEST_CASE("no rule takes more than 2,000 steps a statement, where there are a thousand") {
  constexpr size_t kStatements = 1'000;
  Project project;
  for (const auto& [path, text] : bench::make_workload(kStatements).files) project.write(path, text);
  project.write("explaingate.json",
                fmt::format(R"({{"schema": "schema.sql", "limits": {{"rule_steps": {}}}}})", 2'000 * kStatements));
  project.commit();
  Ran ran = project.gate({"check", "--all", "--format", "concise"});
  CHECK(ran.err.find("steps") == std::string::npos);
  CHECK(ran.code == 0);  // in an inventory, of tables whose sizes are assumed, all are warnings
  CHECK(ran.out.find("full-scan-growth") != std::string::npos);
}

// What runs already has met its data; what came since the baseline hasn't.
TEST_CASE("an inventory: what rests on assumed sizes is an error for what is new, and where sizes are known") {
  Project project;
  project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, email TEXT, code TEXT);\n");
  project.write("explaingate.json", R"({"schema": "schema.sql"})");
  project.write("a.sql", "SELECT id FROM orders WHERE email = ?;\n");
  project.commit();
  auto told = [&] { return project.gate({"check", "--all", "--format", "concise"}); };
  auto says = [](const Ran& ran, const std::string& text) { return ran.out.find(text) != std::string::npos; };
  Ran ran = told();
  CHECK(ran.code == 0);
  CHECK(says(ran, "a.sql:1:1: warning"));
  project.write("explaingate.json", R"({"schema": "schema.sql", "tables": {"orders": {"rows": 50000}}})");
  ran = told();
  CHECK(ran.code == 1);
  CHECK(says(ran, "a.sql:1:1: error"));
  project.write("explaingate.json", R"({"schema": "schema.sql"})");
  CHECK(project.gate({"baseline", "update"}).code == 0);
  project.write("b.sql", "SELECT id FROM orders WHERE code = ?;\n");
  project.commit();
  ran = told();
  CHECK(ran.code == 1);
  CHECK(says(ran, "b.sql:1:1: error"));
  CHECK(!says(ran, "a.sql:1:1: error"));
  project.write("c.sql", "SELECT email FROM orders WHERE code = ?;\n");
  CHECK(says(project.gate({"check", "--format", "concise"}), "c.sql:1:1: error"));
}

}  // namespace
}  // namespace explaingate

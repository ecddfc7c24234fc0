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
  CHECK(ran.code == 1);
  CHECK(ran.out.find("full-scan-growth") != std::string::npos);
}

}  // namespace
}  // namespace explaingate

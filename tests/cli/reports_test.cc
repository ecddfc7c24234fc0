// Formats of a report on the command line, and what comes by itself within GitHub Actions.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sandbox.h"

namespace explaingate {
namespace {

// A repository whose change brings one error, on a path that looks like a command to a runner.
struct OneError {
  Project project;
  OneError() {
    project.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL);\n");
    project.write("explaingate.json", R"({"schema": "schema.sql"})");
    project.commit();
    project.write("::stop, 100%.sql", "SELECT id FROM orders WHERE note = ?;\n");
  }
};

RunOptions in_actions(const std::string& summary) {
  return {"", {{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", summary}}, "", -1};
}

TEST_CASE("several formats in one run: text for the log, files for the tools") {
  OneError repository;
  const Project& project = repository.project;
  Ran ran = project.gate({"check", "--format", "text", "--format", "sarif=" + project.outside("a.sarif"), "--format",
                          "junit=" + project.outside("a.xml"), "--format", "jsonl=" + project.outside("a.jsonl")});
  CHECK(ran.code == 1);
  CHECK(ran.out.find("error: The query reads every row of orders") != std::string::npos);
  auto sarif = nlohmann::json::parse(read_file(project.outside("a.sarif")).value());
  auto result = sarif["runs"][0]["results"][0];
  CHECK(result["ruleId"] == "full-scan-growth");
  CHECK(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "%3A%3Astop%2C%20100%25.sql");
  CHECK(sarif["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"].get<std::string>().starts_with(
      "## What it does"));
  CHECK(read_file(project.outside("a.xml")).value().find("failures=\"1\"") != std::string::npos);
  std::string lines = read_file(project.outside("a.jsonl")).value();
  CHECK(lines.starts_with("{\"type\":\"finding\""));
  CHECK(lines.find("\n{\"type\":\"run\",") != std::string::npos);
}

TEST_CASE("within GitHub Actions annotations and the job's summary come by themselves") {
  OneError repository;
  const Project& project = repository.project;
  std::string summary = project.outside("summary.md");
  Ran ran = project.gate({"check"}, in_actions(summary));
  CHECK(ran.code == 1);
  REQUIRE(ran.out.starts_with("::stop-commands::"));
  size_t end = ran.out.find('\n');
  std::string word = ran.out.substr(17, end - 17);
  CHECK(word.size() == 32);
  size_t again = ran.out.find("\n::" + word + "::\n");
  REQUIRE(again != std::string::npos);
  std::string report = ran.out.substr(end, again - end), behind = ran.out.substr(again + word.size() + 6);
  CHECK(report.find("\n::stop, 100%.sql:1:1: error: ") != std::string::npos);
  CHECK(behind.starts_with("::error file=%3A%3Astop%2C 100%25.sql,line=1,title=explaingate%3A full-scan-growth::"));
  CHECK(read_file(summary).value().starts_with("### explaingate: 1 error, 0 warnings\n"));

  project.gate({"check"}, in_actions(summary));  // the next step of the job
  std::string both = read_file(summary).value();
  CHECK(both.find("### explaingate", 10) != std::string::npos);
}

TEST_CASE("a report for a tool on standard output stays what it is within GitHub Actions") {
  OneError repository;
  const Project& project = repository.project;
  std::string summary = project.outside("summary.md");
  Ran ran = project.gate({"check", "--format", "json"}, in_actions(summary));
  CHECK(nlohmann::json::parse(ran.out)["findings"].size() == 1);
  CHECK(!read_file(summary));
}

TEST_CASE("a summary that can't be written is an error, and hides no finding") {
  OneError repository;
  Ran ran = repository.project.gate({"check"}, in_actions(repository.project.outside("nowhere/summary.md")));
  CHECK(ran.code == 1);
  CHECK(ran.err.find("nowhere/summary.md: cannot be written to") != std::string::npos);
  repository.project.remove("::stop, 100%.sql");
  CHECK(repository.project.gate({"check"}, in_actions(repository.project.outside("nowhere/summary.md"))).code == 3);
}

}  // namespace
}  // namespace explaingate

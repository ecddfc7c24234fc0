// The rules in the repository and their fixtures belong together: each rule has a whole page and all three kinds of
// fixtures, no fixture is an orphan, and each rule gives in the sqlite3 shell what it gives here.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "base/file.h"
#include "base/output_of.h"
#include "facts_builder.h"
#include "rulebook/page.h"
#include "rulebook/rule_case.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = SOURCE_DIR;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

// A case's side as a folder of its own, on top of what its rule's cases share and of fixtures/shop.
TemporaryFolder laid(const fs::path& fixture, std::string_view side) {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder);
  fs::path shared[] = {kRoot / "fixtures/shop", fixture.parent_path()};
  REQUIRE(lay_case(shared, fixture, side, folder->path()));
  return std::move(*folder);
}

std::vector<fs::path> cases_of(const std::string& rule) {
  std::vector<fs::path> found;
  for (const std::string& name : names_in(kRoot / "fixtures/rules" / rule))
    if (!case_kind(name).empty()) found.push_back(kRoot / "fixtures/rules" / rule / name);
  return found;
}

TEST_CASE("the binary carries the rules of the repository, each with a whole page") {
  auto rules = built_in_rules();
  if (!rules) FAIL(to_text(rules.error()));
  std::vector<std::string> carried, there;
  for (const Rule& rule : *rules) {
    carried.push_back(rule.id + ".sql");
    CAPTURE(rule.id);
    CHECK(rule.built_in);
    CHECK(rule.summary.ends_with('.'));
    size_t at = 0;
    for (const char* section : {"## What it does\n", "## Why\n", "## Example\n```", "## Remedy\n",
                                "## Stays quiet when\n- ", "## Limits\n"}) {
      CAPTURE(std::string(section));
      size_t found = rule.page.find(section, at);
      REQUIRE(found != std::string::npos);
      at = found + std::string(section).size();
      CHECK(rule.page.substr(at, 1) != "\n");
    }
    for (const std::string& name : rule.after) CHECK(rule.sql.find("'" + name + "'") != std::string::npos);
  }
  for (const std::string& name : names_in(kRoot / "rules"))
    if (name.ends_with(".sql")) there.push_back(name);
  std::sort(carried.begin(), carried.end());  // by file name, as the folder is
  CHECK(carried == there);
}

TEST_CASE("no rule without fixtures that fire, stay quiet and are fixed; no fixture without a rule") {
  auto rules = built_in_rules();
  if (!rules) FAIL(to_text(rules.error()));
  std::set<std::string> ids;
  for (const Rule& rule : *rules) ids.insert(rule.id);
  std::vector<std::string> folders = names_in(kRoot / "fixtures" / "rules");
  CHECK(folders == std::vector<std::string>(ids.begin(), ids.end()));
  for (const std::string& id : folders) {
    std::map<std::string_view, int> kinds;
    for (const fs::path& folder : cases_of(id)) {
      CAPTURE(folder.string());
      std::string name = folder.filename().string();
      ++kinds[case_kind(name)];
      CHECK(fs::is_directory(folder));
      auto expected = expectations(laid(folder, "head").path()).value();
      for (const Expectation& each : expected) CHECK((ids.contains(each.rule) && !each.subject.empty()));
      bool fires = std::ranges::any_of(expected, [&](const Expectation& each) { return each.rule == id; });
      CHECK(fires == (case_kind(name) == "fires"));
      if (case_kind(name) == "fixed") CHECK(expected.empty());  // what is quiet can be another rule's business
    }
    CAPTURE(id);
    CHECK(kinds["fires"] >= 1);
    CHECK(kinds["quiet"] >= 2);
    CHECK(kinds["fixed"] >= 1);
  }
}

// What the sqlite3 shell prints for a rule's file on a saved fact base; "skipped" where the shell isn't installed.
std::string shell_output(const fs::path& base, const fs::path& rule) {
  return output_of("sqlite3 -readonly -bail -noheader '" + base.string() + "' < '" + rule.string() + "'");
}

TEST_CASE("rule files run unchanged in the sqlite3 shell on a saved fact base, and give as many rows") {
  if (shell_output(":memory:", "/dev/null").find("not found") != std::string::npos) {
    MESSAGE("skipped: there is no sqlite3 shell");
    return;
  }
  auto store = FactStore::create();
  REQUIRE(store);
  std::string facts = shop() + query({}) + node(1, {}) + where(1, {}) + trial(1, {});
  facts += query({.id = 2}) + node(2, {.relation = "items"}) + compared(2) + access(2, "items", "search", "scan");
  facts += query({.id = 3, .growth_class = 2}) + node(3, {.relation = "customers"}) + node(3, {}) +
           from(3, 0, "customers") + from(3, 1, "orders") + join(3, 0, 1, ",", 0);
  facts += "INSERT INTO not_analysed VALUES ('a.py', 1, 1, 'why', NULL, 1), ('a.py', 2, 1, 'why', NULL, 1);";
  REQUIRE(store->database().execute(facts));
  auto rules = built_in_rules();
  REQUIRE(rules);
  auto results = run_rules(*store, *rules, {});
  if (!results) FAIL(to_text(results.error()));
  auto folder = TemporaryFolder::create();
  REQUIRE(folder);
  REQUIRE(store->save((folder->path() / "facts.db").string()));
  std::map<std::string, long> counts;
  for (const Finding& finding : results->findings) ++counts[finding.rule];
  CHECK(counts == std::map<std::string, long>{
                      {"access-regression", 1}, {"cross-join", 1}, {"full-scan-growth", 1}, {"not-analysed", 2}});
  for (const Rule& rule : *rules) {
    CAPTURE(rule.id);
    std::string parameters;
    for (const RuleParameter& parameter : rule.parameters)
      parameters += fmt::format(".parameter set :{} {}\n", parameter.name, to_string(parameter.value));
    std::ofstream(folder->path() / "rule.sql") << parameters << read_file(kRoot / rule.file).value();
    std::string output = shell_output(folder->path() / "facts.db", folder->path() / "rule.sql");
    CAPTURE(output);
    for (const char* complaint : {"Parse error", "Runtime error", "Error: "})
      CHECK(output.find(complaint) == std::string::npos);
    // The shell knows nothing of `yields-to`.
    long yielded = 0;
    for (size_t at = 0; at < output.size(); at = output.find('\n', at) + 1)
      yielded += std::ranges::any_of(results->findings, [&](const Finding& finding) {
        return finding.statement_id && output.substr(at).starts_with(std::to_string(*finding.statement_id) + "|") &&
               std::ranges::find(rule.yields_to, finding.rule) != rule.yields_to.end();
      });
    CHECK(std::ranges::count(output, '\n') - yielded == counts[rule.id]);
  }
}

TEST_CASE("each built-in rule passes what a team's rule is held to") {
  auto rules = built_in_rules();
  REQUIRE(rules);
  for (const Rule& rule : *rules) {
    auto checked = parse_rule(rule.file, read_file(SOURCE_DIR "/" + rule.file).value());
    CAPTURE(rule.id);
    CHECK_MESSAGE(checked, (checked ? "" : checked.error().message));
  }
}

}  // namespace
}  // namespace explaingate

// fixtures/rules/<rule>/{fires,quiet,fixed}-<case>/: base committed, head as the working tree, laid over fixtures/shop
// and what the rule's cases share. What is expected stands on its line ("expect: RULE SUBJECT" or RULE=LEVEL); every
// other finding fails too. Every fixture is for both engines, unless the rule or its explaingate.json says otherwise.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "engine/postgres_support.h"
#include "rulebook/rule_case.h"
#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> found(const Ran& ran, const std::vector<Expectation>& expected, bool with_not_analysed) {
  std::vector<std::string> lines;
  auto report = nlohmann::json::parse(ran.out, nullptr, false);
  if (report.is_discarded()) return {fmt::format("no report (exit {}): {}{}", ran.code, ran.out, ran.err)};
  for (const auto& finding : report["findings"]) {
    if (finding["rule"] == "not-analysed" && !with_not_analysed) continue;
    lines.push_back(to_text(
        as_expected({finding["path"].get<std::string>(), finding["line"].get<int>(), finding["rule"].get<std::string>(),
                     finding["subject"].get<std::string>(), finding["level"].get<std::string>()},
                    expected)));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

void lay_side(const Project& project, const fs::path& fixture, const std::string& side) {
  project.clear();
  fs::path shared[] = {fs::path(SOURCE_DIR) / "fixtures/shop", fixture.parent_path()};
  REQUIRE(lay_case(shared, fixture, side, project.path()));
}

// An explaingate.json that names an engine is for that one alone, and says why.
bool is_for(const Project& project, const std::string& engine) {
  auto settings = nlohmann::json::parse(project.read("explaingate.json"), nullptr, true, true);
  return !settings.contains("engine") || settings["engine"] == engine;
}

// A fixture with seed data is run on it.
bool is_measured(const Project& project) {
  return nlohmann::json::parse(project.read("explaingate.json"), nullptr, true, true).contains("seed");
}

// Whether a line of the rule's header has the word.
bool header_says(const std::string& rule, const std::string& key, const std::string& word) {
  auto text = read_file(fs::path(SOURCE_DIR) / "rules" / (rule + ".sql"));
  REQUIRE(text.has_value());
  size_t line = text->find("\n-- " + key + ":");
  return line != std::string::npos &&
         text->substr(line, text->find('\n', line + 1) - line).find(word) != std::string::npos;
}

struct Judged {
  bool asked = true;
  std::vector<std::string> wanted, found;
};

Judged judge(const fs::path& fixture, const std::string& engine, const std::string& cache) {
  Judged judged;
  Project project;
  lay_side(project, fixture, "base");
  project.commit();
  lay_side(project, fixture, "head");
  std::string rule = fixture.parent_path().filename().string();
  judged.asked = header_says(rule, "engines", engine) && is_for(project, engine);
  if (!judged.asked) return judged;
  auto expected = expectations(project.path());
  REQUIRE(expected);
  for (const Expectation& each : *expected) judged.wanted.push_back(to_text(each));
  std::ranges::sort(judged.wanted);
  std::vector<std::string> arguments = {"check", "--engine", engine, "--format", "json"};
  if (is_measured(project)) arguments.emplace_back("--measure");
  // A loop may run a query whose text is known in part only.
  judged.found = found(project.gate(arguments, {"", {{"XDG_CACHE_HOME", cache}}, "", -1}), *expected,
                       !header_says(rule, "family", "n-plus-one"));
  return judged;
}

void check_all(const std::string& engine) {
  std::vector<fs::path> fixtures;
  for (const auto& rule : fs::directory_iterator(fs::path(SOURCE_DIR) / "fixtures/rules"))
    for (const auto& fixture : fs::directory_iterator(rule.path()))
      if (!case_kind(fixture.path().filename().string()).empty()) fixtures.push_back(fixture.path());
  std::sort(fixtures.begin(), fixtures.end());
  REQUIRE(fixtures.size() >= 39);
  auto cache = TemporaryFolder::create();
  REQUIRE(cache.has_value());
  std::vector<Judged> judged(fixtures.size());
  parallel_for(fixtures.size(), [&](size_t i) { judged[i] = judge(fixtures[i], engine, cache->path()); });
  for (size_t i = 0; i < fixtures.size(); ++i) {
    const auto& [asked, wanted, found] = judged[i];
    if (!asked) continue;
    const fs::path& fixture = fixtures[i];
    CAPTURE(fixture.string());
    CHECK(fmt::format("{}", fmt::join(found, "\n")) == fmt::format("{}", fmt::join(wanted, "\n")));
    std::string rule = " " + fixture.parent_path().filename().string() + " ";
    bool own =
        std::ranges::any_of(wanted, [&](const std::string& line) { return line.find(rule) != std::string::npos; });
    CHECK(own == (case_kind(fixture.filename().string()) == "fires"));
  }
}

TEST_CASE("every rule's fixtures") {
  check_all("sqlite");
}

TEST_CASE("every rule's fixtures on PostgreSQL") {
  if (!postgres::is_there()) return;
  check_all("postgres");
}

}  // namespace
}  // namespace explaingate

// fixtures/rules/<rule>/{fires,quiet,fixed}-<case>/: base/ committed, head/ as the working tree, on both sides the
// schema.sql and explaingate.json of the fixture, or those of fixtures/shop. What is expected stands on its line in
// head/ ("expect: RULE SUBJECT"); every other finding fails too. `not-analysed` lines count only where that rule's own
// fixtures ask for them. Every fixture is for both engines, unless the rule or its own explaingate.json says otherwise.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "engine/postgres_support.h"
#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> expectations(const fs::path& root) {
  constexpr std::string_view kMark = "expect: ";
  std::vector<std::string> wanted;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    auto text = read_file(entry.path());
    REQUIRE(text.has_value());
    int line = 1;
    for (size_t at = 0; at < text->size(); ++line) {
      size_t end = std::min(text->find('\n', at), text->size());
      std::string_view content = std::string_view(*text).substr(at, end - at);
      if (size_t mark = content.find(kMark); mark != std::string_view::npos)
        wanted.push_back(fmt::format("{}:{} {}", fs::relative(entry.path(), root).string(), line,
                                     content.substr(mark + kMark.size())));
      at = end + 1;
    }
  }
  std::sort(wanted.begin(), wanted.end());
  return wanted;
}

std::vector<std::string> found(const Ran& ran, const std::string& rule) {
  std::vector<std::string> lines;
  auto report = nlohmann::json::parse(ran.out, nullptr, false);
  if (report.is_discarded()) return {fmt::format("no report (exit {}): {}{}", ran.code, ran.out, ran.err)};
  for (const auto& finding : report["findings"]) {
    if (finding["rule"] == "not-analysed" && rule != "not-analysed") continue;
    lines.push_back(fmt::format("{}:{} {} {}", finding["path"].get<std::string>(), finding["line"].get<int>(),
                                finding["rule"].get<std::string>(), finding["subject"].get<std::string>()));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

void lay_side(const Project& project, const std::string& fixture, const std::string& side) {
  project.clear();
  for (const char* file : {"schema.sql", "explaingate.json"}) {
    fs::path own = fs::path(SOURCE_DIR) / fixture / file;
    fs::copy_file(fs::exists(own) ? own : fs::path(SOURCE_DIR) / "fixtures/shop" / file,
                  fs::path(project.path()) / file);
  }
  project.lay(fixture + "/" + side);
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

bool applies_to(const std::string& rule, const std::string& engine) {
  auto text = read_file(fs::path(SOURCE_DIR) / "rules" / (rule + ".sql"));
  REQUIRE(text.has_value());
  size_t engines = text->find("\n-- engines:");
  return text->substr(engines, text->find('\n', engines + 1) - engines).find(engine) != std::string::npos;
}

struct Judged {
  bool asked = true;
  std::vector<std::string> wanted, found;
};

Judged judge(const std::string& fixture, const std::string& engine, const std::string& cache) {
  Judged judged;
  Project project;
  lay_side(project, fixture, "base");
  project.commit();
  lay_side(project, fixture, "head");
  std::string rule = fs::path(fixture).parent_path().filename().string();
  judged.asked = applies_to(rule, engine) && is_for(project, engine);
  if (!judged.asked) return judged;
  judged.wanted = expectations(fs::path(project.path()));
  std::vector<std::string> arguments = {"check", "--engine", engine, "--format", "json"};
  if (is_measured(project)) arguments.emplace_back("--measure");
  judged.found = found(project.gate(arguments, {"", {{"XDG_CACHE_HOME", cache}}, "", -1}), rule);
  return judged;
}

void check_all(const std::string& engine) {
  std::vector<std::string> fixtures;
  for (const auto& rule : fs::directory_iterator(fs::path(SOURCE_DIR) / "fixtures/rules"))
    for (const auto& fixture : fs::directory_iterator(rule.path()))
      fixtures.push_back(fs::relative(fixture.path(), SOURCE_DIR).string());
  std::sort(fixtures.begin(), fixtures.end());
  REQUIRE(fixtures.size() >= 39);
  auto cache = TemporaryFolder::create();
  REQUIRE(cache.has_value());
  std::vector<Judged> judged(fixtures.size());
  parallel_for(fixtures.size(), [&](size_t i) { judged[i] = judge(fixtures[i], engine, cache->path()); });
  for (size_t i = 0; i < fixtures.size(); ++i) {
    const auto& [asked, wanted, found] = judged[i];
    if (!asked) continue;
    fs::path fixture = fixtures[i];
    CAPTURE(fixtures[i]);
    CHECK(fmt::format("{}", fmt::join(found, "\n")) == fmt::format("{}", fmt::join(wanted, "\n")));
    std::string rule = " " + fixture.parent_path().filename().string() + " ";
    bool own =
        std::ranges::any_of(wanted, [&](const std::string& line) { return line.find(rule) != std::string::npos; });
    CHECK(own == fixture.filename().string().starts_with("fires-"));
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

// fixtures/rules/<rule>/{fires,quiet,fixed}-<case>/: base/ committed, head/ as the working tree, on both sides the
// schema.sql and explaingate.json of the fixture, or those of fixtures/shop where it has no explaingate.json. What is
// expected stands on its line in head/ ("expect: RULE SUBJECT"); every other finding fails too. `not-analysed` lines
// count only where that rule's own fixtures ask for them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

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
  fs::path own = fs::path(SOURCE_DIR) / fixture;
  fs::path source = fs::exists(own / "explaingate.json") ? own : fs::path(SOURCE_DIR) / "fixtures/shop";
  for (const char* file : {"schema.sql", "explaingate.json"})
    if (fs::exists(source / file)) fs::copy_file(source / file, fs::path(project.path()) / file);
  project.lay(fixture + "/" + side);
}

TEST_CASE("every rule's fixtures") {
  std::vector<std::string> fixtures;
  for (const auto& rule : fs::directory_iterator(fs::path(SOURCE_DIR) / "fixtures/rules"))
    for (const auto& fixture : fs::directory_iterator(rule.path()))
      fixtures.push_back(fs::relative(fixture.path(), SOURCE_DIR).string());
  std::sort(fixtures.begin(), fixtures.end());
  REQUIRE(fixtures.size() >= 39);
  for (const std::string& fixture : fixtures) {
    Project project;
    lay_side(project, fixture, "base");
    project.commit();
    lay_side(project, fixture, "head");
    std::string rule = fs::path(fixture).parent_path().filename().string();
    std::vector<std::string> wanted = expectations(fs::path(project.path()));
    CAPTURE(fixture);
    CHECK(fmt::format("{}", fmt::join(found(project.gate({"check", "--format", "json"}), rule), "\n")) ==
          fmt::format("{}", fmt::join(wanted, "\n")));
    bool fires = fs::path(fixture).filename().string().starts_with("fires-");
    bool own = std::any_of(wanted.begin(), wanted.end(),
                           [&](const std::string& line) { return line.find(" " + rule + " ") != std::string::npos; });
    CHECK(own == fires);
  }
}

}  // namespace
}  // namespace explaingate

// What people read, whole: --help of every command, the text reports. tests/golden/NAME.txt holds each;
// EXPLAINGATE_UPDATE_GOLDENS=1 writes them anew (for this test alone: the tool itself refuses variables that it doesn't
// know).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/sqlite.h"
#include "sandbox.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(SOURCE_DIR) / "tests/golden";

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// What differs from machine to machine: SQLite's version, ids of commits and of the schema's content.
std::string masked(const Project& project, std::string text) {
  text = project.masked(std::move(text));
  replace_all(text, Sqlite::version(), "<version>");
  for (std::string_view before : {"HEAD ", "schema "}) {
    for (size_t at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
      size_t start = at + before.size();
      size_t end = std::min(text.find_first_not_of("0123456789abcdef", start), text.size());
      if (end - start >= 7) text.replace(start, end - start, "<id>");
    }
  }
  return text;
}

// Every golden by name, as it comes out now.
std::map<std::string, std::string> outputs() {
  std::map<std::string, std::string> all;
  Project project;
  project.lay("fixtures/incident/base");
  project.commit();
  auto keep = [&](const std::string& name, const std::vector<std::string>& arguments) {
    Ran ran = project.gate(arguments);
    all[name] = masked(project, fmt::format("{}{}[exit {}]\n", ran.out, ran.err, ran.code));
  };
  keep("help", {"--help"});
  for (const char* command :
       {"check", "baseline", "accept", "advise", "explain", "extract", "facts", "rules", "doctor", "stats", "publish"})
    keep(fmt::format("help-{}", command), {command, "--help"});
  for (const char* verb : {"update", "show", "prune"})
    keep(fmt::format("help-baseline-{}", verb), {"baseline", verb, "--help"});
  for (const char* verb : {"export", "import", "show"})
    keep(fmt::format("help-stats-{}", verb), {"stats", verb, "--help"});
  for (const char* verb : {"new", "test"}) keep(fmt::format("help-rules-{}", verb), {"rules", verb, "--help"});
  keep("check-nothing-changed", {"check"});
  project.gate({"baseline", "update"});
  keep("baseline-show", {"baseline", "show"});
  project.remove(".explaingate");
  project.lay("fixtures/incident/head");
  keep("check", {"check"});
  keep("check-color", {"check", "--color", "always"});
  keep("extract", {"extract", "shop"});
  keep("explain", {"explain", "SELECT id FROM orders WHERE warehouse = 'x' ORDER BY placed_at LIMIT 3"});
  keep("advise", {"advise"});
  keep("doctor", {"doctor"});
  return all;
}

TEST_CASE("texts are as their goldens, and no golden is left over") {
  auto all = outputs();
  const char* update = std::getenv("EXPLAINGATE_UPDATE_GOLDENS");
  if (update != nullptr && std::string_view(update) == "1") {
    fs::create_directories(kFolder);
    for (const auto& [name, text] : all) REQUIRE(write_file_atomic(kFolder / (name + ".txt"), text).has_value());
  }
  for (const auto& [name, text] : all) {
    CAPTURE(name);
    auto golden = read_file(kFolder / (name + ".txt"));
    REQUIRE(golden.has_value());
    CHECK(text == *golden);
  }
  for (const auto& file : fs::directory_iterator(kFolder)) {
    CAPTURE(file.path().string());
    CHECK(file.path().extension() == ".txt");
    CHECK(all.contains(file.path().stem().string()));
  }
}

}  // namespace
}  // namespace explaingate

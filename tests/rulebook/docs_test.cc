// docs/rules/ and docs/facts.md say what the rule files and schema.sql say. EXPLAINGATE_UPDATE_GOLDENS=1 (ci/docs)
// writes them anew.
#include <cstdlib>
#include <filesystem>
#include <map>

#include <doctest/doctest.h>

#include "base/file.h"
#include "base/text.h"
#include "facts_builder.h"
#include "rulebook/page.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

const fs::path kDocs = fs::path(SOURCE_DIR) / "docs";

std::string index_page(const std::vector<Rule>& rules) {
  std::string out =
      "# Rules\n\n`explaingate rules` lists them with the levels of your configuration, `explaingate rules RULE` is a "
      "rule's page. How to set levels and\nparameters: [configuration](../configuration.md#rules). How to write one: "
      "[writing rules](../writing-rules.md).\n";
  for (const auto& [family, members] : by_family(rules)) {
    out += fmt::format("\n## {}\n\n| rule | severity | |\n|---|---|---|\n", family);
    for (const Rule* rule : members)
      out += fmt::format("| [{0}]({0}.md) | {1} | {2} |\n", rule->id, to_string(rule->severity), rule->summary);
  }
  return out +
         "\nFour more names appear in reports, for what the comments and waivers of a project say of findings: "
         "`unused-suppression` and\n`suppression-without-reason` (warning), `expired-waiver` (error) and "
         "`unused-waiver` "
         "(warning). They have no file, and no level to set:\nwhat they are about are the other rules' findings.\n";
}

std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" ,");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" ,") - first + 1);
}

// Markdown's tables take a bar for a column's end.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

// One section a table, one row a column; schema.sql keeps to one column a line, its comment behind it.
std::string facts_page(std::string_view schema) {
  std::string out =
      "# Facts\n\nThe tables and views that rules and `explaingate facts --sql` read; from "
      "[`src/facts/schema.sql`](../src/facts/schema.sql). Sides: `base` is before the change,\n`head` after it. Scales "
      "number from 0, the last is the largest.\n";
  bool in_table = false;
  for (size_t at = 0; at < schema.size();) {
    size_t end = std::min(schema.find('\n', at), schema.size());
    std::string_view line = schema.substr(at, end - at);
    at = end + 1;
    size_t comment = line.find("-- ");
    std::string_view code = trimmed(line.substr(0, comment));
    std::string_view about = comment == std::string_view::npos ? "" : line.substr(comment + 3);
    constexpr std::string_view kTable = "CREATE TABLE ", kView = "CREATE VIEW ";
    bool view = code.starts_with(kView);
    if (view || code.starts_with(kTable)) {
      in_table = true;
      std::string_view rest = code.substr(view ? kView.size() : kTable.size());
      out += fmt::format("\n## {}\n\n{}{}{}| column | type | |\n|---|---|---|\n", rest.substr(0, rest.find(' ')),
                         view ? "View: " : "", about, about.empty() ? "" : "\n\n");
    } else if (code.starts_with(")")) {
      in_table = false;
    } else if (in_table && !code.starts_with("PRIMARY KEY")) {
      std::string_view name = code.substr(0, code.find(' '));
      std::string_view type = trimmed(code.substr(name.size()));
      out += fmt::format("| `{}` | {} | {} |\n", name, type, cell(about));
    }
  }
  return out;
}

TEST_CASE("docs/rules and docs/facts.md are what the rule files and schema.sql say") {
  auto rules = built_in_rules();
  REQUIRE(rules);
  std::map<fs::path, std::string> pages;
  pages["rules/README.md"] = index_page(*rules);
  pages["facts.md"] = facts_page(facts_schema());
  for (const Rule& rule : *rules) pages["rules/" + rule.id + ".md"] = rule_page(rule, true);
  const char* update = std::getenv("EXPLAINGATE_UPDATE_GOLDENS");
  bool write = update != nullptr && std::string_view(update) == "1";
  if (write) {
    fs::remove_all(kDocs / "rules");
    fs::create_directories(kDocs / "rules");
    for (const auto& [name, text] : pages) REQUIRE(write_file_atomic(kDocs / name, text));
  }
  for (const auto& [name, text] : pages) {
    CAPTURE(name.string());
    auto there = read_file(kDocs / name);
    bool same = there && *there == text;
    CHECK_MESSAGE(same, "differs from what its source says: run ci/docs");
  }
  for (const auto& entry : fs::directory_iterator(kDocs / "rules")) {
    CAPTURE(entry.path().string());
    CHECK(pages.contains("rules" / entry.path().filename()));
  }
  // Each column has a sentence, or a name that says all.
  CHECK(pages["facts.md"].find("\n## schema_actions\n\nwhat each schema statement") != std::string::npos);
  CHECK(pages["facts.md"].find("| `expires` | TEXT NOT NULL | YYYY-MM-DD |\n") != std::string::npos);
}

}  // namespace
}  // namespace explaingate

// `rules new`: a rule and its three fixtures, which fail until they are written.
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/cli.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

std::string rule_text(const std::string& id) {
  return fmt::format(R"(-- id: {}
-- severity: warning
-- engines: sqlite, postgres
-- needs: none
-- parameter: least_length integer 1000: bytes of a statement, from which on the rule speaks
-- since: 1.0
-- summary: One sentence that says what is wrong, for who reads a list of rules.
--
-- ## What it does
--
-- ## Why
--
-- ## Example
--
-- ## Remedy
--
-- ## Stays quiet when
SELECT
  s.statement_id,
  coalesce(nullif(s.name, ''), nullif(s.function, ''), 'query') AS subject,
  printf('The statement has %,d bytes.', length(s.text)) AS message,
  'What to do about it.' AS fix
FROM statements AS s
WHERE s.side = 'head' AND s.kind <> 'schema' AND s.changed = 1 AND length(s.text) >= :least_length;
)",
                     id);
}

bool is_rule_id(const std::string& id) {
  bool part = false;  // a letter or digit since the last hyphen
  for (char c : id) {
    bool letter = (c >= 'a' && c <= 'z') || (part && c >= '0' && c <= '9');
    if (!letter && (c != '-' || !part)) return false;
    part = letter;
  }
  return part;
}

}  // namespace

int rules_new_command(const std::string& id) {
  auto complain = [](std::string message, std::string hint) {
    return report_error(Error{ErrorKind::kUsage, std::move(message), "", 0, 0, "", std::move(hint)});
  };
  auto root = repository_root(".");
  if (!root) return complain("no git repository here", "a team's rules stand in its repository");
  if (!is_rule_id(id))
    return complain(fmt::format("\"{}\" is no rule id", id), "lower-case words with hyphens: orders-by-tenant");
  auto built_in = built_in_rules();
  if (!built_in) return report_error(built_in.error());
  for (const Rule& rule : *built_in)
    if (rule.id == id)
      return complain(fmt::format("a rule \"{}\" is built in", id),
                      "give yours another name; `explaingate rules` lists them");
  std::string rules(kRulesFolder);
  fs::path file = fs::path(*root) / (rules + id + ".sql"), folder = fs::path(*root) / (rules + id);
  if (fs::exists(file) || fs::exists(folder))
    return complain(fmt::format("{}{} is there already", rules, id), "give the new rule another name");
  std::vector<std::pair<fs::path, std::string>> files = {{file, rule_text(id)}};
  std::string query = "-- name: write_this\nSELECT id FROM orders;";
  files.emplace_back(folder / "schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER NOT NULL);\n");
  files.emplace_back(folder / "explaingate.json", "{\"schema\": \"schema.sql\"}\n");
  for (const char* kind : {"fires", "quiet", "fixed"}) {
    fs::path test = folder / (std::string(kind) + "-first");
    bool fires = std::string_view(kind) == "fires";
    files.emplace_back(test / "base/queries.sql", "-- what was there before the change\n");
    files.emplace_back(test / "head/queries.sql",
                       query + (fires ? fmt::format("  -- expect: {} write_this", id) : "") + "\n");
  }
  for (const auto& [path, text] : files) {
    std::error_code code;
    fs::create_directories(path.parent_path(), code);
    if (Status written = write_file_atomic(path, text); !written) return report_error(written.error());
  }
  return say(fmt::format(
      "{0}{1}.sql    the rule: its page and its SELECT\n"
      "{0}{1}/       cases: fires-first, quiet-first, fixed-first, on a schema.sql of their own\n"
      "Write them, and run `explaingate rules test {1}`; docs/writing-rules.md goes through it step by step.\n",
      rules, id));
}

}  // namespace explaingate

// explaingate.json and what overrides it. The file arrives with the pull request: it can't name a program or a server.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "extract/outline.h"
#include "rulebook/rulebook.h"
#include "schema/schema.h"
#include "statistics/statistics.h"

namespace explaingate {

inline constexpr std::string_view kConfigurationFile = "explaingate.json";

struct Settings {
  std::string file;               // relative to the root, empty = no file
  std::string engine = "sqlite";  // one of known_engines()
  bool engine_named = false;      // by the file
  std::string url;                // of a PostgreSQL server; empty = a cluster of our own. Never from the file
  SchemaSource schema;
  std::string seed;        // path, empty = none
  std::string statistics;  // path, empty = none
  std::map<std::string, TableSetting> tables;
  std::vector<std::string> include;  // shell patterns on paths, empty = everything; "*" also matches "/"
  std::vector<std::string> exclude;
  std::vector<std::string> include_prefixes;   // files and folders named on a command line; empty = everything
  std::vector<Externals::Wrapper> call_sites;  // functions of the project that execute SQL
  bool default_excludes = true;                // tests and vendored code are left out, too; false where `exclude` is []
  struct RuleSetting {
    std::string level;  // "error", "warning", "info", "off"; empty = the rule's own
    int line = 0;       // of `file`
    ParameterValues parameters;
    std::map<std::string, int> parameter_lines;
  };
  std::map<std::string, RuleSetting> rules;  // that there are such rules, and parameters, is load_rules()'s question
  std::string baseline;                      // path; default kBaselinePath
  bool baseline_required = false;
  std::map<std::string, double> limits;  // all known limits, with defaults filled in

  [[nodiscard]] Dialect dialect() const { return engine == "postgres" ? Dialect::kPostgres : Dialect::kSqlite; }
};

[[nodiscard]] const std::vector<std::string>& known_engines();

// Names, default values and bounds of `limits`, with what each means (for documentation and facts).
struct LimitInfo {
  std::string_view name;
  double value;
  double least, most;
  std::string_view meaning;
};
[[nodiscard]] const std::vector<LimitInfo>& known_limits();

// kConfiguration with file, line and the nearest known key for anything unknown; `text` may hold comments.
[[nodiscard]] Result<Settings> parse_settings(std::string_view text, const std::string& file);

// Applies EXPLAINGATE_* (name without the prefix, upper case -> value): ENGINE, SCHEMA, SEED, STATISTICS, BASELINE,
// PLAN_URL.
[[nodiscard]] Status apply_environment(Settings& settings, const std::map<std::string, std::string>& environment);

}  // namespace explaingate

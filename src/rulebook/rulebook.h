// Rules: one .sql file each. Loading refuses anything that isn't a well-formed rule; running is read-only and bounded.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "facts/store.h"
#include "rulebook/finding.h"

namespace explaingate {

// A value that the configuration gives a rule.
using ParameterValue = std::variant<bool, int64_t, double, std::string>;

// What a rule lets the configuration set: `-- parameter: min_rows integer 10000: rows from which on it speaks`.
struct RuleParameter {
  enum class Type { kBoolean, kInteger, kNumber, kText } type = Type::kInteger;
  std::string name;      // bound in the SELECT as `:name`
  ParameterValue value;  // the default; of the type's own alternative
  std::string meaning;
};
[[nodiscard]] std::string_view to_string(RuleParameter::Type type);  // "boolean", "integer", "number", "text"
[[nodiscard]] std::string to_string(const ParameterValue& value);    // as the configuration spells it: true, 3, "x"

inline constexpr std::string_view kRuleFamilies[] = {"regression", "plan",       "statement", "schema",
                                                     "migration",  "n-plus-one", "hygiene",   "team"};

struct Rule {
  std::string id;      // file stem
  std::string family;  // one of kRuleFamilies; "team" for a team's own rule that names none
  Level severity = Level::kError;
  std::vector<std::string> engines;  // "sqlite", "postgres"
  std::vector<std::string> needs;    // fact tables that must hold rows for the rule to mean anything: "trace_groups"
  std::vector<std::string>
      after;  // rules that must have run: this one looks at their findings and leaves out what they said
  std::vector<std::string> yields_to;  // rules that come first: where one of them has a finding, this one is silent
  std::vector<RuleParameter> parameters;
  std::string since;    // version
  std::string summary;  // one sentence
  std::string page;     // Markdown, without comment signs
  std::string sql;      // the SELECT
  std::string file;     // where it came from: "rules/cross-join.sql", ".explaingate/rules/ours.sql"
  int sql_line = 1;     // line of the SELECT in its file
  bool built_in = true;
};

// Text of one file. kConfiguration with file and line when a header is missing, unknown or repeated, the id differs
// from the file's stem, there is more or less than one SELECT, or its columns aren't statement_id, subject, message and
// optionally, in any order: fix, replacement, level, path, line, column, end_line, cause_statement_id. Checked by
// preparing it on an empty fact base under the authoriser. Headers: id, severity (error, warning, info), engines (a
// list), needs (a list of fact tables, or "none"), since, summary, family (required of built-in rules); where they are
// wanted: `yields-to` (a list of rules), `parameter` (NAME TYPE DEFAULT: MEANING; may be repeated, and the SELECT uses
// each as `:NAME`), and where the rule reads the `findings` of others, `after` (a list of rules). Bounds: 64 KiB a
// file.
[[nodiscard]] Result<Rule> parse_rule(const std::string& file, std::string_view text);

// The rules that travel with the binary, by id.
[[nodiscard]] Result<std::vector<Rule>> built_in_rules();

struct RuleStatus {
  std::string rule;
  enum class Outcome { kRan, kNotApplicable, kNotRun, kOff } outcome = Outcome::kRan;
  std::string reason;  // "facts missing: trace_groups", "not for sqlite", "off in the configuration"
  int findings = 0;
};

using ParameterValues = std::map<std::string, ParameterValue>;

struct RuleSettings {
  std::map<std::string, std::string> levels;          // rule -> "error", "warning", "info", "off"
  std::map<std::string, ParameterValues> parameters;  // rule -> what differs from the defaults
  std::string engine = "sqlite";
  int64_t step_limit = 200'000'000;  // virtual-machine steps a rule may take
};

struct RuleResults {
  std::vector<Finding> findings;   // sorted by path, line, column, rule, subject
  std::vector<RuleStatus> status;  // by rule id
};

// The value as the rule's parameter of that name takes it: an integer serves as a number. kConfiguration, without a
// place, when the rule has no such parameter or the value is of another type.
[[nodiscard]] Result<ParameterValue> parameter_value(const Rule& rule, const std::string& name,
                                                     const ParameterValue& value);

// Runs the rules under an authoriser that allows reading the facts only, each after those that its `after` and
// `yields_to` name, and fills the fact table `findings` as it goes. A finding on a statement on which a rule that it
// yields to has one is dropped. A rule that fails or goes over a limit (steps, 10,000 findings, 4 MB in
// one value, 1 GiB of memory) is an error of kind kConfiguration that names its file: a gate must not pass because a
// rule broke. So are two rules with one id, a name in `after`, in `yields_to` or in the levels that is no rule's, rules
// that wait for each other, and parameters that parameter_value() refuses. Level: the configuration's, else the row's,
// else the rule's severity. Place: the row's, else the statement's.
[[nodiscard]] Result<RuleResults> run_rules(FactStore& facts, const std::vector<Rule>& rules,
                                            const RuleSettings& settings);

// Installs the same authoriser for a query given by hand (`facts --sql`).
void allow_reading_only(Sqlite& database);

}  // namespace explaingate

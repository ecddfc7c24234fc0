// Whether a rule may run at all: its SELECT is prepared on an empty fact base under the authoriser.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/embedded.h"
#include "base/nearest.h"
#include "rulebook/authorizer.h"
#include "rulebook/rule_file.h"
#include "rulebook/sql_words.h"

namespace explaingate {
namespace {

constexpr std::array<std::string_view, 3> kRequiredColumns = {"statement_id", "subject", "message"};
constexpr std::array<std::string_view, 8> kOptionalColumns = {"fix",  "replacement", "level",    "path",
                                                              "line", "column",      "end_line", "cause_statement_id"};
const char* const kColumnsHint =
    "a rule gives statement_id, subject and message, and where it wants fix, replacement, level, path, line, column, "
    "end_line, cause_statement_id";

// An empty fact base, on which any number of rules are tried.
class Checker {
 public:
  static Result<Checker> create() {
    auto facts = FactStore::create();
    if (!facts) return fail(facts.error());
    auto log = std::make_shared<ReadingLog>();
    allow_rule(facts->database(), log);
    return Checker(std::move(*facts), std::move(log));
  }

  Result<Rule> check(const std::string& file, std::string_view text) {
    size_t start = 0;
    auto rule = split_rule_file(file, text, start);
    if (!rule) return rule;
    std::string_view sql = text.substr(start);
    std::vector<SqlWord> words = sql_words(sql);
    auto complain = [&](size_t offset, std::string message, std::string hint = {}) {
      return fail_at(file, text, start + offset, std::move(message), std::move(hint));
    };
    if (words.empty()) return complain(0, "there is no SELECT below the comments");
    if (words[0].text != "select" && words[0].text != "with")
      return complain(words[0].offset,
                      fmt::format("a rule is one SELECT, or WITH … SELECT; this begins with \"{}\"", words[0].text));
    if (std::string problem = too_much_unfolding(words); !problem.empty()) return complain(words[0].offset, problem);

    *log_ = {};
    size_t tail = 0;
    auto statement = facts_.database().prepare(sql, &tail);
    if (!log_->refused.empty())
      return complain(offset_of(words, log_->refused_word),
                      fmt::format("a rule may only read the facts: {} is refused", log_->refused));
    if (!statement)
      return complain(static_cast<size_t>(std::max(0, facts_.database().error_offset())), statement.error().message);
    for (const SqlWord& word : words)
      if (word.offset >= tail && word.text != ";")
        return complain(word.offset, "a rule is one SELECT; here a second statement begins");
    if (Status bound = parameters(*statement, *rule); !bound)
      return complain(std::min(sql.find(bound.error().hint), sql.size()), bound.error().message,
                      "a parameter stands in a header, `-- parameter: NAME TYPE DEFAULT: MEANING`, and as `:NAME` in "
                      "the SELECT");
    if (std::string problem = column_problem(*statement); !problem.empty()) return complain(0, problem, kColumnsHint);
    if (log_->findings && rule->after.empty())
      return complain(offset_of(words, "findings"), "the rule reads `findings`, and no header `-- after:` says whose");
    if (!log_->findings && !rule->after.empty())
      return complain(0, "the header `-- after:` names rules, and the SELECT doesn't read `findings`");
    if (auto known = needs_exist(*rule); !known) return complain_needs(file, text, known.error());
    return rule;
  }

 private:
  Checker(FactStore facts, std::shared_ptr<ReadingLog> log) : facts_(std::move(facts)), log_(std::move(log)) {}

  static size_t offset_of(const std::vector<SqlWord>& words, const std::string& text) {
    auto found = std::ranges::find_if(words, [&](const SqlWord& word) { return word.text == text; });
    return found == words.end() ? words[0].offset : found->offset;
  }

  static std::string column_problem(const SqliteStatement& statement) {
    std::vector<std::string> names;
    for (int i = 0; i < statement.column_count(); ++i) {
      std::string name(statement.column_name(i));
      bool known = std::ranges::find(kRequiredColumns, name) != kRequiredColumns.end() ||
                   std::ranges::find(kOptionalColumns, name) != kOptionalColumns.end();
      if (!known) return fmt::format("unknown column \"{}\" in the result", name);
      if (std::ranges::find(names, name) != names.end())
        return fmt::format("the result has the column \"{}\" twice", name);
      names.push_back(std::move(name));
    }
    for (std::string_view required : kRequiredColumns)
      if (std::ranges::find(names, required) == names.end())
        return fmt::format("the result has no column \"{}\"", required);
    if (std::ranges::find(names, "line") == names.end() &&
        (std::ranges::find(names, "column") != names.end() || std::ranges::find(names, "end_line") != names.end()))
      return "the result has a column \"column\" or \"end_line\" without \"line\"";
    return {};
  }

  // Headers and SELECT name the same parameters; an error's hint is the word to point at.
  static Status parameters(const SqliteStatement& statement, const Rule& rule) {
    std::set<std::string, std::less<>> used;
    for (int i = 1; i <= statement.parameter_count(); ++i) {
      std::string name(statement.parameter_name(i));
      bool known = name.starts_with(':') &&
                   std::ranges::find(rule.parameters, name.substr(1), &RuleParameter::name) != rule.parameters.end();
      if (!known)
        return fail(ErrorKind::kConfiguration,
                    name.empty() ? "the SELECT has a parameter without a name"
                                 : fmt::format("no header declares the parameter \"{}\"", name),
                    name.empty() ? "?" : name);
      used.insert(name.substr(1));
    }
    for (const RuleParameter& parameter : rule.parameters)
      if (!used.contains(parameter.name))
        return fail(ErrorKind::kConfiguration,
                    fmt::format("the SELECT doesn't use the parameter \":{}\"", parameter.name));
    return {};
  }

  // The unknown name, as an error's message and hint.
  Status needs_exist(const Rule& rule) {
    for (const std::string& table : rule.needs) {
      if (facts_.database().prepare(fmt::format("SELECT 1 FROM {}", table))) continue;
      return fail(ErrorKind::kConfiguration, fmt::format("there is no fact table \"{}\"", table),
                  nearest_hint(table, tables()));
    }
    return {};
  }
  static std::unexpected<Error> complain_needs(const std::string& file, std::string_view text, const Error& error) {
    return fail_at(file, text, text.find("-- needs:") == std::string_view::npos ? 0 : text.find("-- needs:"),
                   error.message, error.hint);
  }

  // Names of all fact tables, read off the schema's own text.
  static std::vector<std::string> tables() {
    std::vector<std::string> names;
    constexpr std::string_view kCreate = "\nCREATE TABLE ";
    std::string_view schema = facts_schema();
    for (size_t at = schema.find(kCreate); at != std::string_view::npos; at = schema.find(kCreate, at + 1)) {
      std::string_view rest = schema.substr(at + kCreate.size());
      names.emplace_back(rest.substr(0, rest.find(' ')));
    }
    return names;
  }

  FactStore facts_;
  std::shared_ptr<ReadingLog> log_;
};

}  // namespace

Result<Rule> parse_rule(const std::string& file, std::string_view text) {
  auto checker = Checker::create();
  if (!checker) return fail(checker.error());
  auto rule = checker->check(file, text);
  if (rule) rule->built_in = false;
  return rule;
}

Result<std::vector<Rule>> built_in_rules() {
  std::vector<Rule> rules;
  constexpr std::string_view kFolder = "rules/";
  for (const EmbeddedFile& file : embedded_files()) {
    if (!file.name.starts_with(kFolder) || !file.name.ends_with(".sql") ||
        file.name.find('/', kFolder.size()) != std::string_view::npos)
      continue;
    size_t select = 0;  // that of a built-in rule is checked by the tests
    auto rule = split_rule_file(std::string(file.name), file.text, select);
    if (!rule) return fail(rule.error());
    if (rule->family == "team")
      return fail_at(rule->file, file.text, 0, "the header \"family\" is missing: a built-in rule belongs to one",
                     fmt::format("families: {}", fmt::join(kRuleFamilies, ", ")));
    rules.push_back(std::move(*rule));
  }
  std::ranges::sort(rules, {}, &Rule::id);
  return rules;
}

}  // namespace explaingate

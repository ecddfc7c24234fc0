#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/hash.h"
#include "base/nearest.h"
#include "base/text.h"
#include "rulebook/authorizer.h"

#include "rulebook/rulebook.h"

namespace explaingate {
namespace {

constexpr size_t kRowLimit = 10'000;                // findings of one rule: more is a rule that reports everything
constexpr int kValueLimit = 8 << 20;                // bytes of one value that a rule makes or reads
constexpr int kUsualValueLimit = 1'000'000'000;     // SQLite's default
constexpr int64_t kMemoryLimit = int64_t{2} << 30;  // bytes that SQLite may hold in this process while rules run

std::optional<Level> level_named(std::string_view name) {
  if (name == "error") return Level::kError;
  if (name == "warning") return Level::kWarning;
  if (name == "info") return Level::kInfo;
  return std::nullopt;
}

std::unexpected<Error> broken(const Rule& rule, std::string message, std::string hint = {}) {
  return fail(Error{ErrorKind::kConfiguration, std::move(message), rule.file, rule.sql_line, 0, "", std::move(hint)});
}

// The authoriser and the limits, for as long as a rule runs.
class Confinement {
 public:
  Confinement(Sqlite& database, int64_t steps) : database_(database) {
    allow_rule(database_, std::make_shared<ReadingLog>());
    database_.set_limit("length", kValueLimit);
    database_.limit_steps(steps);
  }
  Confinement(const Confinement&) = delete;
  Confinement& operator=(const Confinement&) = delete;
  ~Confinement() {
    database_.limit_steps(0);
    database_.set_limit("length", kUsualValueLimit);
    database_.set_authorizer(nullptr);
  }

 private:
  Sqlite& database_;
};

// What a rule's row says, before it is given the place of its statement.
struct Row {
  std::optional<int64_t> statement_id, line, column, end_line, cause_statement_id;
  std::optional<std::string> path, level;
  std::string subject, message, fix, replacement;
};

struct Located {  // a finding, with what its fingerprint is made of
  Finding finding;
  std::string query;  // fingerprint of the statement, "" without
  [[nodiscard]] auto key() const {
    return std::tie(finding.path, finding.line, finding.column, finding.rule, finding.subject, finding.message,
                    finding.fix);
  }
};

// Rules in the order in which they run: each after those that it names, by id where that leaves a choice.
Result<std::vector<const Rule*>> order_rules(const std::vector<Rule>& rules) {
  std::map<std::string, const Rule*> waiting;
  std::vector<std::string> ids;
  ids.reserve(rules.size());
  for (const Rule& rule : rules) {
    auto [other, added] = waiting.try_emplace(rule.id, &rule);
    if (!added)
      return broken(rule, fmt::format("another rule is called \"{}\": {}", rule.id, other->second->file),
                    "give this one another id and file name");
    ids.push_back(rule.id);
  }
  for (const Rule& rule : rules)
    for (auto [header, names] : {std::pair("after", &rule.after), std::pair("yields-to", &rule.yields_to)})
      for (const std::string& name : *names)
        if (!waiting.contains(name))
          return broken(rule, fmt::format("the header \"{}\" names \"{}\", which is no rule", header, name),
                        nearest_hint(name, ids));
  auto waits = [&](const std::string& name) { return waiting.contains(name); };
  std::vector<const Rule*> ordered;
  while (!waiting.empty()) {
    auto ready = std::ranges::find_if(waiting, [&](const auto& entry) {
      return std::ranges::none_of(entry.second->after, waits) && std::ranges::none_of(entry.second->yields_to, waits);
    });
    if (ready == waiting.end()) {
      std::vector<std::string> stuck;
      stuck.reserve(waiting.size());
      for (const auto& [id, rule] : waiting) stuck.push_back(id);
      return broken(*waiting.begin()->second,
                    fmt::format("these rules wait for each other, or for such as do: {}", fmt::join(stuck, ", ")));
    }
    ordered.push_back(ready->second);
    waiting.erase(ready);
  }
  return ordered;
}

Status check_settings(const std::vector<Rule>& rules, const RuleSettings& settings) {
  std::vector<std::string> ids;
  ids.reserve(rules.size());
  for (const Rule& rule : rules) ids.push_back(rule.id);
  std::ranges::sort(ids);
  for (const auto& [id, level] : settings.levels) {
    if (!std::ranges::binary_search(ids, id))
      return fail(ErrorKind::kConfiguration,
                  fmt::format("the configuration sets a level for \"{}\", which is no rule", id),
                  nearest_hint(id, ids));
    if (level != "off" && !level_named(level))
      return fail(ErrorKind::kConfiguration,
                  fmt::format("\"{}\" is no level for the rule \"{}\": error, warning, info or off", level, id));
  }
  for (const auto& [id, values] : settings.parameters) {
    auto rule = std::ranges::find(rules, id, &Rule::id);
    if (rule == rules.end())
      return fail(ErrorKind::kConfiguration,
                  fmt::format("the configuration sets parameters of \"{}\", which is no rule", id),
                  nearest_hint(id, ids));
    for (const auto& [name, value] : values)
      if (auto fits = parameter_value(*rule, name, value); !fits) return fail(fits.error());
  }
  return {};
}

class Runner {
 public:
  Runner(FactStore& facts, const RuleSettings& settings) : database_(facts.database()), settings_(settings) {}

  Result<RuleResults> run(const std::vector<const Rule*>& rules) {
    // Rules join facts by the dozen: without statistics SQLite takes seconds where it needs hundredths of one.
    if (Status ready = database_.execute(
            "DELETE FROM findings; PRAGMA temp_store = MEMORY; PRAGMA analysis_limit = 1000; ANALYZE");
        !ready)
      return fail(ready.error());
    Sqlite::limit_memory(kMemoryLimit);
    for (const Rule* rule : rules) {
      auto status = judge(*rule);
      if (!status) return fail(status.error());
      results_.status.push_back(std::move(*status));
    }
    std::ranges::sort(results_.status, {}, &RuleStatus::rule);
    finish();
    return std::move(results_);
  }

 private:
  Result<RuleStatus> judge(const Rule& rule) {
    using Outcome = RuleStatus::Outcome;
    auto level = settings_.levels.find(rule.id);
    if (level != settings_.levels.end() && level->second == "off")
      return RuleStatus{rule.id, Outcome::kOff, "off in the configuration", 0};
    if (std::ranges::find(rule.engines, settings_.engine) == rule.engines.end())
      return RuleStatus{rule.id, Outcome::kNotApplicable, fmt::format("not for {}", settings_.engine), 0};
    std::vector<std::string> missing;
    for (const std::string& table : rule.needs) {
      auto has_rows = holds_rows(table);
      if (!has_rows) return broken(rule, has_rows.error().message);
      if (!*has_rows) missing.push_back(table);
    }
    if (!missing.empty())
      return RuleStatus{rule.id, Outcome::kNotRun, fmt::format("facts missing: {}", fmt::join(missing, ", ")), 0};
    auto rows = rows_of(rule);
    if (!rows) return fail(rows.error());
    std::vector<Located> found;
    std::set<int64_t> taken = statements_of(rule.yields_to);
    for (const Row& row : *rows) {
      if (row.statement_id && taken.contains(*row.statement_id)) continue;
      auto located = locate(rule, row);
      if (!located) return fail(located.error());
      found.push_back(std::move(*located));
    }
    std::ranges::sort(found, {}, &Located::key);
    if (Status kept = keep(found); !kept) return fail(kept.error());
    int count = static_cast<int>(found.size());
    found_.insert(found_.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    return RuleStatus{rule.id, Outcome::kRan, "", count};
  }

  // The statements on which these rules have findings.
  [[nodiscard]] std::set<int64_t> statements_of(const std::vector<std::string>& rules) const {
    std::set<int64_t> statements;
    for (const Located& located : found_)
      if (located.finding.statement_id && std::ranges::find(rules, located.finding.rule) != rules.end())
        statements.insert(*located.finding.statement_id);
    return statements;
  }

  // Each parameter of the rule: the configuration's value, else its default.
  Status bind_parameters(SqliteStatement& statement, const Rule& rule) {
    auto given = settings_.parameters.find(rule.id);
    for (int i = 1; i <= statement.parameter_count(); ++i) {
      std::string name(statement.parameter_name(i).substr(1));
      auto parameter = std::ranges::find(rule.parameters, name, &RuleParameter::name);
      if (parameter == rule.parameters.end())
        return broken(rule, fmt::format("the parameter \":{}\" is unknown", name));
      ParameterValue value = parameter->value;
      if (given != settings_.parameters.end() && given->second.contains(name)) {
        auto fitting = parameter_value(rule, name, given->second.at(name));
        if (!fitting) return fail(fitting.error());
        value = std::move(*fitting);
      }
      std::visit(
          [&](const auto& each) {
            if constexpr (std::is_same_v<std::decay_t<decltype(each)>, std::string>)
              statement.bind(i, std::string_view(each));
            else
              statement.bind(i, each);
          },
          value);
    }
    return {};
  }

  Result<bool> holds_rows(const std::string& table) {
    auto statement = database_.prepare(fmt::format("SELECT 1 FROM {} LIMIT 1", table));
    if (!statement) return fail(statement.error());
    return statement->step();
  }

  Result<std::vector<Row>> rows_of(const Rule& rule) {
    Confinement confinement(database_, settings_.step_limit);
    auto statement = database_.prepare(rule.sql);
    if (!statement) return broken(rule, statement.error().message);
    if (Status bound = bind_parameters(*statement, rule); !bound) return fail(bound.error());
    std::map<std::string, int, std::less<>> columns;
    for (int i = 0; i < statement->column_count(); ++i) columns.emplace(statement->column_name(i), i);
    std::vector<Row> rows;
    for (;;) {
      auto stepped = statement->step();
      if (!stepped && database_.step_limit_reached())
        return broken(
            rule,
            fmt::format("the rule took more than {} steps, and was stopped",
                        with_commas(static_cast<double>(settings_.step_limit))),
            "look for a join without a condition, or a recursion without an end; `limits.rule_steps` raises the limit");
      if (!stepped) return broken(rule, fmt::format("the rule failed: {}", stepped.error().message));
      if (!*stepped) return rows;
      if (rows.size() == kRowLimit)
        return broken(rule, fmt::format("the rule gave more than {} findings", with_commas(kRowLimit)));
      rows.push_back(read(*statement, columns));
    }
  }

  static Row read(const SqliteStatement& statement, const std::map<std::string, int, std::less<>>& columns) {
    auto column = [&](std::string_view name) {
      auto found = columns.find(name);
      return found == columns.end() || statement.is_null(found->second) ? -1 : found->second;
    };
    auto integer = [&](std::string_view name) {
      int at = column(name);
      return at < 0 ? std::nullopt : std::optional<int64_t>(statement.integer(at));
    };
    auto text = [&](std::string_view name) {
      int at = column(name);
      return at < 0 ? std::nullopt : std::optional<std::string>(statement.text(at));
    };
    Row row;
    row.statement_id = integer("statement_id");
    row.line = integer("line");
    row.column = integer("column");
    row.end_line = integer("end_line");
    row.cause_statement_id = integer("cause_statement_id");
    row.path = text("path");
    row.level = text("level");
    row.subject = text("subject").value_or("");
    row.message = text("message").value_or("");
    row.fix = text("fix").value_or("");
    row.replacement = text("replacement").value_or("");
    return row;
  }

  // The finding at its place. A row that can't be placed is the rule's fault.
  Result<Located> locate(const Rule& rule, const Row& row) {
    if (row.subject.empty() || row.message.empty())
      return broken(rule, fmt::format("the rule gave a row without {}", row.subject.empty() ? "subject" : "message"));
    Located located;
    Finding& finding = located.finding;
    finding.rule = rule.id;
    finding.statement_id = row.statement_id;
    if (row.statement_id) {
      auto placed = place(*row.statement_id, located);
      if (!placed) return fail(placed.error());
      if (!*placed)
        return broken(rule, fmt::format("the rule gave statement_id {}, which is no statement", *row.statement_id));
    } else if (!row.path || row.path->empty() || !row.line) {
      return broken(rule, "the rule gave a row without statement_id that lacks path or line");
    }
    if (row.path) finding.path = *row.path;
    if (row.line) {
      for (const auto& number : {row.line, row.column, row.end_line})
        if (number && (*number < 1 || *number > INT32_MAX))
          return broken(rule, fmt::format("the rule gave {} as a line or column", *number));
      finding.line = static_cast<int>(*row.line);
      finding.column = static_cast<int>(row.column.value_or(1));
      finding.end_line = static_cast<int>(std::max(*row.line, row.end_line.value_or(*row.line)));
    }
    if (row.cause_statement_id) {
      Located cause;
      auto placed = place(*row.cause_statement_id, cause);
      if (!placed) return fail(placed.error());
      if (!*placed)
        return broken(
            rule, fmt::format("the rule gave cause_statement_id {}, which is no statement", *row.cause_statement_id));
      finding.cause_statement_id = row.cause_statement_id;
    }
    auto configured = settings_.levels.find(rule.id);
    std::string_view level = configured != settings_.levels.end() ? std::string_view(configured->second)
                             : row.level                          ? std::string_view(*row.level)
                                                                  : to_string(rule.severity);
    if (!level_named(level))
      return broken(rule, fmt::format("the rule gave \"{}\" as a level: error, warning or info", level));
    finding.level = *level_named(level);
    finding.subject = row.subject;
    finding.message = row.message;
    finding.fix = row.fix;
    finding.replacement = row.replacement;
    return located;
  }

  // Sets the place of the statement; false = there is no such statement.
  Result<bool> place(int64_t statement_id, Located& located) {
    auto statement = database_.prepare(
        "SELECT path, line, \"column\", end_line, fingerprint FROM statements WHERE statement_id = ?1");
    if (!statement) return fail(statement.error());
    statement->bind(1, statement_id);
    auto row = statement->step();
    if (!row || !*row) return row;
    located.finding.path = statement->text(0);
    located.finding.line = static_cast<int>(statement->integer(1));
    located.finding.column = static_cast<int>(statement->integer(2));
    located.finding.end_line = static_cast<int>(statement->integer(3));
    located.query = statement->text(4);
    return true;
  }

  // Rows of the fact table `findings`, for the rules that come after this one.
  Status keep(const std::vector<Located>& found) {
    auto insert = database_.prepare("INSERT INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    if (!insert) return fail(insert.error());
    for (const Located& located : found) {
      const Finding& finding = located.finding;
      insert->bind(1, std::string_view(finding.rule));
      insert->bind(2, to_string(finding.level));
      insert->bind(3, finding.statement_id);
      insert->bind(4, std::string_view(finding.path));
      insert->bind(5, finding.line);
      insert->bind(6, std::string_view(finding.subject));
      insert->bind(7, std::string_view(finding.message));
      insert->bind(8, std::string_view(finding.fix));
      insert->bind(9, finding.cause_statement_id);
      if (auto stepped = insert->step(); !stepped) return fail(stepped.error());
      if (Status reset = insert->reset(); !reset) return reset;
    }
    return {};
  }

  // One text may be several statements: a constant that three functions execute, a query that is put together with and
  // without its LIMIT. What a rule says of the same subject at the same place is one finding then, of the worst level,
  // and it tells for how many. Each statement's own row stays among the facts.
  void merge_places() {
    auto place = [](const Located& located) {
      const Finding& finding = located.finding;
      return std::tie(finding.path, finding.line, finding.column, finding.rule, finding.subject);
    };
    std::ranges::sort(found_, [&](const Located& a, const Located& b) {
      return std::tuple(place(a), b.finding.level, a.key()) < std::tuple(place(b), a.finding.level, b.key());
    });
    std::vector<Located> merged;
    for (auto at = found_.begin(); at != found_.end();) {
      std::set<std::optional<int64_t>> statements;
      auto end = at;
      for (; end != found_.end() && place(*end) == place(*at); ++end) statements.insert(end->finding.statement_id);
      // Without statements, or several of one statement: the rule means them to be apart.
      bool one = statements.size() == static_cast<size_t>(end - at) && statements.size() > 1;
      if (one) {
        bool same = std::all_of(
            at, end, [&](const Located& other) { return other.finding.replacement == at->finding.replacement; });
        if (!same) at->finding.replacement.clear();  // what is right for one of them may be wrong for another
        at->finding.message += fmt::format(" The same holds for {} of the statements here.", statements.size());
        merged.push_back(std::move(*at));
      } else {
        std::move(at, end, std::back_inserter(merged));
      }
      at = end;
    }
    found_ = std::move(merged);
    for (RuleStatus& status : results_.status)
      if (status.outcome == RuleStatus::Outcome::kRan)
        status.findings = static_cast<int>(std::ranges::count(
            found_, status.rule, [](const Located& located) -> const std::string& { return located.finding.rule; }));
  }

  // Order, and fingerprints. The ordinal parts findings that are alike in all else: the first from the top of the file
  // is 0, the next 1. It is a count and no place, so that text moved about or added above changes no fingerprint;
  // taking away the first of two alike gives its fingerprint to the second, as it must: nothing else tells them apart.
  void finish() {
    merge_places();
    std::ranges::sort(found_, {}, &Located::key);
    std::map<std::string, int> seen;
    for (Located& located : found_) {
      Finding& finding = located.finding;
      int ordinal = seen[hash_fields({finding.rule, finding.path, located.query, finding.subject})]++;
      finding.fingerprint =
          hash_fields({finding.rule, finding.path, located.query, finding.subject, std::to_string(ordinal)});
      results_.findings.push_back(std::move(finding));
    }
  }

  Sqlite& database_;
  const RuleSettings& settings_;
  RuleResults results_;
  std::vector<Located> found_;
};

}  // namespace

Result<RuleResults> run_rules(FactStore& facts, const std::vector<Rule>& rules, const RuleSettings& settings) {
  if (Status known = check_settings(rules, settings); !known) return fail(known.error());
  auto ordered = order_rules(rules);
  if (!ordered) return fail(ordered.error());
  return Runner(facts, settings).run(*ordered);
}

}  // namespace explaingate

#include "engine/sqlite/measure.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "parse/scan.h"

namespace explaingate::sqlite_engine {
namespace {

constexpr int64_t kMostSteps = 100'000'000;  // some ten seconds
constexpr int64_t kRowsOfLimit = 10;
constexpr int kMaxParameters = 100'000;
constexpr double kOpenLower = 0.75, kOpenUpper = 0.25;  // of the column's values in order: where a bound stands
constexpr double kClosedLower = 0.375, kClosedUpper = 0.625;

std::string_view unquoted(std::string_view sql, const Token& token) {
  std::string_view text = token_text(sql, token);
  return token.kind == TokenKind::kQuotedName && text.size() >= 2 ? text.substr(1, text.size() - 2) : text;
}

bool is_name(const Token& token) {
  return token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedName;
}

bool is_comparison(std::string_view sql, const Token& token) {
  std::string_view text = token_text(sql, token);
  if (token.kind == TokenKind::kOperator)
    return text == "=" || text == "==" || text == "<" || text == ">" || text == "<=" || text == ">=" || text == "<>" ||
           text == "!=";
  for (std::string_view word : {"like", "glob", "is", "between"})
    if (is_word(sql, token, word)) return true;
  return false;
}

struct Parameter {
  std::string_view column;  // compared with; "" = none
  std::string_view table;   // its qualifier
  bool limit = false, offset = false;
  bool lower = false, upper = false;  // of a range
  double place = -1;                  // as of SeedData::bind()
};

// What the tokens in front of the parameter at `at` say: `t.x = ?`, `x IN (?, ?`, `x BETWEEN ? AND ?`, `LIMIT ?`.
Parameter describe(std::string_view sql, const std::vector<Token>& tokens, size_t at) {
  Parameter parameter;
  size_t i = at;
  auto back = [&] { return i > 0 ? tokens[--i] : Token{}; };
  Token before = back();
  if (is_word(sql, before, "limit")) parameter.limit = true;
  if (is_word(sql, before, "offset")) parameter.offset = true;
  while (token_text(sql, before) == "," || before.kind == TokenKind::kParameter || before.kind == TokenKind::kString ||
         before.kind == TokenKind::kNumber)
    before = back();
  if (is_word(sql, before, "limit")) parameter.limit = true;
  if (token_text(sql, before) == "(") {
    before = back();
    if (!is_word(sql, before, "in")) return parameter;
    before = back();
    if (is_word(sql, before, "not")) before = back();
  } else if (is_word(sql, before, "and")) {
    Token low = back();
    if (low.kind != TokenKind::kParameter || !is_word(sql, back(), "between")) return parameter;
    parameter.upper = true;
    before = back();
  } else {
    if (!is_comparison(sql, before)) return parameter;
    parameter.lower = token_text(sql, before).starts_with('>') || is_word(sql, before, "between");
    parameter.upper = token_text(sql, before) == "<" || token_text(sql, before) == "<=";
    before = back();
    if (is_word(sql, before, "not")) before = back();
  }
  if (!is_name(before)) return parameter;
  parameter.column = unquoted(sql, before);
  if (token_text(sql, back()) == ".")
    if (Token qualifier = back(); is_name(qualifier)) parameter.table = unquoted(sql, qualifier);
  return parameter;
}

void place_bounds(std::map<int, Parameter>& parameters) {
  for (auto& [number, parameter] : parameters) {
    if (!parameter.lower && !parameter.upper) continue;
    bool closed = std::ranges::any_of(parameters, [&](const auto& other) {
      return same_name(other.second.column, parameter.column) && same_name(other.second.table, parameter.table) &&
             (parameter.lower ? other.second.upper : other.second.lower);
    });
    parameter.place = parameter.lower ? (closed ? kClosedLower : kOpenLower) : (closed ? kClosedUpper : kOpenUpper);
  }
}

// By SQLite's numbering: ?NNN is itself, a new name or a bare ? is one more than the largest so far.
std::map<int, Parameter> parameters_of(std::string_view sql) {
  std::vector<Token> tokens;
  Scanner scanner(sql, Dialect::kSqlite);
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next())
    if (token.kind != TokenKind::kComment) tokens.push_back(token);
  std::map<int, Parameter> parameters;
  std::map<std::string_view, int> named;
  int largest = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != TokenKind::kParameter) continue;
    std::string_view text = token_text(sql, tokens[i]);
    int number = 0;
    if (text == "?") {
      number = ++largest;
    } else if (text.starts_with("?")) {
      std::from_chars(text.data() + 1, text.data() + text.size(), number);
      largest = std::max(largest, number);
    } else {
      auto [entry, inserted] = named.emplace(text, largest + 1);
      if (inserted) ++largest;
      number = entry->second;
    }
    if (number > 0 && number <= kMaxParameters) parameters.emplace(number, describe(sql, tokens, i));
  }
  place_bounds(parameters);
  return parameters;
}

const TableInfo* table_of(const Parameter& parameter, const Scope& scope) {
  for (const ScopeTable& table : scope.tables) {
    if (table.table == nullptr || table.table->column(parameter.column) < 0) continue;
    if (parameter.table.empty() || same_name(table.alias, parameter.table) || same_name(table.name, parameter.table))
      return table.table;
  }
  return nullptr;
}

}  // namespace

// As SQL writes it; "" = the column holds none.
Result<std::string> SeedData::literal(const std::string& table, std::string_view column, double place) {
  std::tuple key(table, std::string(column), place);
  if (auto known = literals_.find(key); known != literals_.end()) return known->second;
  std::string name = quote_name(column), from = quote_name(table);
  std::string order =
      place < 0 ? ""
                : fmt::format("ORDER BY {0} LIMIT 1 OFFSET (SELECT CAST(count({0}) * {1} AS INTEGER) FROM {2})", name,
                              place, from);
  database_.database().limit_steps(kMostSteps);
  auto value = database_.database().prepare(fmt::format("SELECT quote({0}) FROM {1} WHERE {0} IS NOT NULL {2}", name,
                                                        from, order.empty() ? "LIMIT 1" : order));
  if (!value) return fail(value.error());
  Result<bool> row = value->step();
  if (!row) return fail(row.error());
  return literals_[key] = *row ? std::string(value->text(0)) : std::string();
}

Status SeedData::bind(SqliteStatement& statement, int number, const std::string& table, std::string_view column,
                      double place) {
  auto found = literal(table, column, place);
  if (!found) return fail(found.error());
  if (found->empty()) return {};
  auto value = database_.database().prepare("SELECT " + *found);
  if (!value) return fail(value.error());
  Result<bool> row = value->step();
  if (!row) return fail(row.error());
  statement.bind_column(number, *value, 0);
  return {};
}

Status SeedData::build(const std::vector<CandidateIndex>& candidates) {
  if (built_ == candidates) return {};
  database_.guard(GuardedDatabase::Guard::kNone);
  Sqlite& database = database_.database();
  auto run = [&](const std::string& sql) {
    database.limit_steps(kMostSteps);
    return database.execute(sql);
  };
  while (!built_.empty()) {
    if (Status dropped = run("DROP INDEX main." + quote_name(built_.back().name())); !dropped) return dropped;
    built_.pop_back();
  }
  for (const CandidateIndex& candidate : candidates) {
    if (Status made = run(candidate.ddl()); !made) return made;
    built_.push_back(candidate);
    if (Status counted = run("ANALYZE main." + quote_name(candidate.name())); !counted) return counted;
  }
  return {};
}

Result<Measured> SeedData::measure(const std::vector<CandidateIndex>& candidates, const PlanRequest& request,
                                   const Names& names, ViewCache& views) {
  if (Status ready = build(candidates); !ready) return fail(ready.error());
  Sqlite& database = database_.database();
  database_.guard(GuardedDatabase::Guard::kReadOnly);
  Result<SqliteStatement> statement = database_.prepare_with_stand_ins(request.text);
  if (!statement) return std::unexpected(statement.error());
  if (!statement->read_only() || statement->is_explain())
    return fail(ErrorKind::kStatement, "only statements that read are measured");
  Scope scope;
  scope.build(request.parsed, request.text, names, views);
  for (const auto& [number, parameter] : parameters_of(request.text)) {
    if (number > statement->parameter_count()) continue;
    if (parameter.limit || parameter.offset) {
      statement->bind(number, parameter.limit ? kRowsOfLimit : int64_t{0});
      continue;
    }
    const TableInfo* table = parameter.column.empty() ? nullptr : table_of(parameter, scope);
    if (table == nullptr) continue;
    if (Status bound = bind(*statement, number, table->table->name, parameter.column, parameter.place); !bound)
      return fail(bound.error());
  }
  Measured measured;
  database.limit_steps(kMostSteps);
  while (true) {
    Result<bool> row = statement->step();
    if (!row && database.step_limit_reached())
      return fail(ErrorKind::kStatement, "took too many steps and was stopped");
    if (!row) return std::unexpected(row.error());
    if (!*row) break;
    ++measured.rows;
  }
  database.limit_steps(0);
  SqliteStatement::Work work = statement->take_work();
  measured.vm_steps = work.vm_steps;
  measured.full_scan_steps = work.full_scan_steps;
  measured.sorts = work.sorts;
  measured.automatic_index_rows = work.automatic_index_rows;
  return measured;
}

}  // namespace explaingate::sqlite_engine

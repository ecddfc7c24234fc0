#include "engine/sqlite/measure.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "parse/scan.h"

namespace explaingate::sqlite_engine {
namespace {

constexpr int64_t kMostSteps = 100'000'000;  // some ten seconds
constexpr int64_t kRowsOfLimit = 10;
constexpr int kMaxParameters = 100'000;

struct Parameter {
  std::string_view column;  // compared with; "" = none
  std::string_view table;   // its qualifier
  bool limit = false, offset = false;
};

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
    before = back();
  } else {
    if (!is_comparison(sql, before)) return parameter;
    before = back();
    if (is_word(sql, before, "not")) before = back();
  }
  if (!is_name(before)) return parameter;
  parameter.column = unquoted(sql, before);
  if (token_text(sql, back()) == ".")
    if (Token qualifier = back(); is_name(qualifier)) parameter.table = unquoted(sql, qualifier);
  return parameter;
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

Status bind_value(Sqlite& database, SqliteStatement& statement, int number, const Parameter& parameter,
                  const Scope& scope) {
  if (parameter.limit || parameter.offset) {
    statement.bind(number, parameter.limit ? kRowsOfLimit : int64_t{0});
    return {};
  }
  const TableInfo* table = parameter.column.empty() ? nullptr : table_of(parameter, scope);
  if (table == nullptr) return {};
  std::string column = quote_name(parameter.column);
  Result<SqliteStatement> value = database.prepare("SELECT " + column + " FROM " + quote_name(table->table->name) +
                                                   " WHERE " + column + " IS NOT NULL LIMIT 1");
  if (!value) return std::unexpected(value.error());
  Result<bool> row = value->step();
  if (!row) return std::unexpected(row.error());
  if (*row) statement.bind_column(number, *value, 0);
  return {};
}

}  // namespace

Result<Measured> measure_statement(GuardedDatabase& seeded, const PlanRequest& request, const Names& names,
                                   ViewCache& views) {
  Sqlite& database = seeded.database();
  seeded.guard(GuardedDatabase::Guard::kReadOnly);
  Result<SqliteStatement> statement = seeded.prepare_with_stand_ins(request.text);
  if (!statement) return std::unexpected(statement.error());
  if (!statement->read_only() || statement->is_explain())
    return fail(ErrorKind::kStatement, "only statements that read are measured");
  Scope scope;
  scope.build(request.parsed, request.text, names, views);
  database.limit_steps(kMostSteps);
  for (const auto& [number, parameter] : parameters_of(request.text))
    if (number <= statement->parameter_count())
      if (Status status = bind_value(database, *statement, number, parameter, scope); !status)
        return std::unexpected(status.error());
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

// How many values a column's declaration allows.
//
// Read from the CREATE TABLE text, token by token: inside each CHECK ( … ) the forms
//     x IN (item, …)          items counted, commas at depth 0
//     x = 0 OR x = 1 OR …     arms counted; every arm must compare x
//     x BETWEEN 0 AND 1       whole numbers, small
// qualify when the whole CHECK is that (a NULL arm, `x IS NULL OR …`, may stand before it). A near miss is
// `CHECK (x IN (1, 2) OR y > 3)`: x isn't bounded, and nothing is claimed.
#include <charconv>

#include "engine/sqlite/catalogue.h"
#include "parse/scan.h"

namespace explaingate::sqlite_engine {
namespace {

constexpr int kMaxAllowedValues = 1000;  // beyond that a column is as good as unbounded

struct Tokens {
  std::string_view text;
  std::vector<Token> list;
  [[nodiscard]] std::string_view at(size_t i) const {
    return i < list.size() ? token_text(text, list[i]) : std::string_view();
  }
  [[nodiscard]] bool word(size_t i, std::string_view keyword) const {
    return i < list.size() && is_word(text, list[i], keyword);
  }
  [[nodiscard]] bool is(size_t i, std::string_view operator_text) const {
    return i < list.size() && list[i].kind == TokenKind::kOperator && at(i) == operator_text;
  }
  [[nodiscard]] bool names(size_t i, std::string_view column) const {
    if (i >= list.size()) return false;
    std::string_view name = at(i);
    if (list[i].kind == TokenKind::kQuotedName && name.size() >= 2)
      return same_name(name.substr(1, name.size() - 2), column);
    return list[i].kind == TokenKind::kWord && same_name(name, column);
  }
  // Position behind the ")" of the "(" at i.
  [[nodiscard]] size_t behind_parenthesis(size_t i) const {
    int depth = 0;
    for (; i < list.size(); ++i) {
      if (is(i, "(")) ++depth;
      if (is(i, ")") && --depth == 0) return i + 1;
    }
    return i;
  }
};

int number_of_items(const Tokens& tokens, size_t open, size_t behind) {
  int depth = 0, items = 1;
  for (size_t i = open; i < behind; ++i) {
    if (tokens.is(i, "(")) ++depth;
    if (tokens.is(i, ")")) --depth;
    if (depth == 1 && tokens.is(i, ",")) ++items;
  }
  return items;
}

int between_values(const Tokens& tokens, size_t from) {
  int low = 0, high = 0;
  auto read = [&](size_t i, int& value) {
    std::string_view text = tokens.at(i);
    return std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size() &&
           !text.empty();
  };
  if (!read(from, low) || !tokens.word(from + 1, "and") || !read(from + 2, high)) return 0;
  int64_t values = int64_t{high} - low + 1;
  return values > 0 && values <= kMaxAllowedValues ? static_cast<int>(values) : 0;
}

// Tokens [i, end) are the inside of a CHECK.
int values_of_check(const Tokens& tokens, size_t i, size_t end, std::string_view column) {
  if (tokens.names(i, column) && tokens.word(i + 1, "is") && tokens.word(i + 2, "null") && tokens.word(i + 3, "or"))
    i += 4;
  if (!tokens.names(i, column)) return 0;
  if (tokens.word(i + 1, "in") && tokens.is(i + 2, "(")) {
    size_t behind = tokens.behind_parenthesis(i + 2);
    if (behind != end || tokens.word(i + 3, "select")) return 0;
    return number_of_items(tokens, i + 2, behind);
  }
  if (tokens.word(i + 1, "between") && i + 5 == end) return between_values(tokens, i + 2);
  int arms = 0;
  while (tokens.names(i, column) && (tokens.is(i + 1, "=") || tokens.is(i + 1, "=="))) {
    ++arms;
    if (i + 3 == end) return arms;
    if (!tokens.word(i + 3, "or")) return 0;
    i += 4;
  }
  return 0;
}

}  // namespace

int allowed_values(std::string_view create_table, std::string_view column, std::string_view type) {
  if (same_name(type, "BOOLEAN") || same_name(type, "BOOL")) return 2;
  Tokens tokens{create_table, {}};
  Scanner scanner(create_table, Dialect::kSqlite);
  bool any_check = false;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    if (token.kind == TokenKind::kComment) continue;
    any_check = any_check || is_word(create_table, token, "check");
    tokens.list.push_back(token);
  }
  if (!any_check) return 0;
  for (size_t i = 0; i + 1 < tokens.list.size(); ++i) {
    if (!tokens.word(i, "check") || !tokens.is(i + 1, "(")) continue;
    size_t behind = tokens.behind_parenthesis(i + 1);
    int values = values_of_check(tokens, i + 2, behind - 1, column);
    if (values > 0 && values <= kMaxAllowedValues) return values;
  }
  return 0;
}

}  // namespace explaingate::sqlite_engine

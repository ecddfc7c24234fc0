// How many values a CHECK constraint leaves a column.
//
// PostgreSQL writes constraints in its own form: `status IN ('a', 'b')` on a varchar comes back as
//     CHECK (((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))
// Without parentheses and casts that is  status = ANY ARRAY [ 'a' , 'b' ] , and these forms qualify when they are the
// whole constraint (`status IS NULL OR` may stand before it):
//     x = ANY ARRAY [ item , … ]     x = 0 OR x = 1 …     x >= 0 AND x <= 3     x = 0
// A near miss is `x = ANY ARRAY [ 1 , 2 ] OR y > 3`: x isn't bounded.
#include <charconv>
#include <optional>

#include "engine/postgres/plans/catalogue.h"
#include "parse/scan.h"

namespace explaingate::postgres {
namespace {

constexpr size_t kMaxAllowedValues = 1000;  // beyond that a column is as good as unbounded
constexpr int64_t kFarthest = 1'000'000'000;

// Tokens without CHECK, parentheses, comments and casts; quoted names without their quotes.
std::vector<std::string> bare_tokens(std::string_view text) {
  std::vector<std::string> tokens;
  Scanner scanner(text, Dialect::kPostgres);
  Token token = scanner.next();
  while (token.kind != TokenKind::kEnd) {
    std::string_view word = token_text(text, token);
    if (word == "::") {  // its type: words, perhaps (n) and []
      token = scanner.next();
      while (token.kind == TokenKind::kQuotedName || (token.kind == TokenKind::kWord && !is_word(text, token, "and") &&
                                                      !is_word(text, token, "or") && !is_word(text, token, "is")))
        token = scanner.next();
      word = token_text(text, token);
      if (word == "(") {
        while (token.kind != TokenKind::kEnd && token_text(text, token) != ")") token = scanner.next();
        if (token.kind != TokenKind::kEnd) token = scanner.next();
        word = token_text(text, token);
      }
      if (word == "[") {
        while (token.kind != TokenKind::kEnd && token_text(text, token) != "]") token = scanner.next();
        if (token.kind != TokenKind::kEnd) token = scanner.next();
      }
      continue;
    }
    bool skipped = token.kind == TokenKind::kComment || word == "(" || word == ")";
    if (token.kind == TokenKind::kQuotedName && word.size() >= 2) word = word.substr(1, word.size() - 2);
    if (!skipped) tokens.emplace_back(word);
    token = scanner.next();
  }
  if (!tokens.empty() && tokens.front() == "CHECK") tokens.erase(tokens.begin());
  return tokens;
}

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// 'it''s' → it's; other literals as they are.
std::string value_of(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '\'') return std::string(literal);
  std::string value;
  for (size_t i = 1; i + 1 < literal.size(); ++i) {
    value += literal[i];
    if (literal[i] == '\'') ++i;
  }
  return value;
}

std::vector<std::string> unless_many(std::vector<std::string> values) {
  if (values.size() > kMaxAllowedValues) values.clear();
  return values;
}

}  // namespace

std::vector<std::string> allowed_by_check(std::string_view definition, std::string_view column) {
  std::vector<std::string> tokens = bare_tokens(definition), values;
  auto at = [&](size_t i) { return i < tokens.size() ? std::string_view(tokens[i]) : std::string_view(); };
  size_t i = 0;
  if (at(0) == column && at(1) == "IS" && at(2) == "NULL" && at(3) == "OR") i = 4;
  if (at(i) != column) return {};
  if (at(i + 1) == "=" && at(i + 2) == "ANY" && at(i + 3) == "ARRAY" && at(i + 4) == "[") {
    size_t next = i + 5;
    for (; next + 1 < tokens.size() && (at(next + 1) == "," || at(next + 1) == "]"); next += 2)
      values.push_back(value_of(at(next)));
    return next == tokens.size() && at(next - 1) == "]" ? unless_many(std::move(values)) : std::vector<std::string>();
  }
  if (at(i + 1) == ">=" && at(i + 3) == "AND" && at(i + 4) == column && at(i + 5) == "<=" && i + 7 == tokens.size()) {
    auto low = number(at(i + 2)), high = number(at(i + 6));
    if (!low || !high || *high < *low || *low < -kFarthest || *high > kFarthest) return {};
    for (int64_t value = *low; value <= *high && values.size() <= kMaxAllowedValues; ++value)
      values.push_back(std::to_string(value));
    return unless_many(std::move(values));
  }
  for (; at(i) == column && at(i + 1) == "="; i += 4) {
    values.push_back(value_of(at(i + 2)));
    if (i + 3 == tokens.size()) return unless_many(std::move(values));
    if (at(i + 3) != "OR") return {};
  }
  return {};
}

}  // namespace explaingate::postgres

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

#include "engine/postgres/catalogue.h"
#include "parse/scan.h"

namespace explaingate::postgres {
namespace {

constexpr int kMaxAllowedValues = 1000;  // beyond that a column is as good as unbounded

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

std::optional<int64_t> number(const std::string& text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

int allowed_by_check(std::string_view definition, std::string_view column) {
  std::vector<std::string> tokens = bare_tokens(definition);
  auto at = [&](size_t i) { return i < tokens.size() ? std::string_view(tokens[i]) : std::string_view(); };
  size_t i = 0;
  if (at(0) == column && at(1) == "IS" && at(2) == "NULL" && at(3) == "OR") i = 4;
  if (at(i) != column) return 0;
  if (at(i + 1) == "=" && at(i + 2) == "ANY" && at(i + 3) == "ARRAY" && at(i + 4) == "[") {
    int items = 1;
    size_t end = i + 5;
    for (; end < tokens.size() && at(end) != "]"; ++end) items += at(end) == "," ? 1 : 0;
    return end + 1 == tokens.size() && items <= kMaxAllowedValues ? items : 0;
  }
  if (at(i + 1) == ">=" && at(i + 3) == "AND" && at(i + 4) == column && at(i + 5) == "<=" && i + 7 == tokens.size()) {
    auto low = number(tokens[i + 2]), high = number(tokens[i + 6]);
    if (!low || !high || *high < *low || *high - *low >= kMaxAllowedValues || *low < -kMaxAllowedValues) return 0;
    return static_cast<int>(*high - *low + 1);
  }
  for (int arms = 1; at(i) == column && at(i + 1) == "="; ++arms, i += 4) {
    if (i + 3 == tokens.size()) return arms <= kMaxAllowedValues ? arms : 0;
    if (at(i + 3) != "OR") return 0;
  }
  return 0;
}

}  // namespace explaingate::postgres

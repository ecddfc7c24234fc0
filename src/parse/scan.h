// A lexer for SQL as PostgreSQL and SQLite write it, lazy and tolerant: any bytes give tokens, nothing is refused. The
// splitter of .sql files and the dialect translation both stand on it; a test holds it against PostgreSQL's own
// scanner, token by token.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/dialect.h"

namespace explaingate {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
// Of a name or keyword without quotes.
inline bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
inline bool is_name_byte(char c) {
  return is_name_start(c) || is_digit(c) || c == '$';
}
// Of ASCII's letters.
[[nodiscard]] inline bool same_ignoring_case(std::string_view a, std::string_view b) {
  auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, fold, fold);
}

enum class TokenKind {
  kEnd,
  kWord,        // keyword or identifier without quotes
  kQuotedName,  // "x", `x`, [x] (the last two in SQLite's dialect)
  kString,      // 'x', E'x', x'ab', B'01', U&'x', $tag$x$tag$
  kNumber,
  kParameter,  // ? ?1 $1 :n @n $n %s %(n)s; a {} or {name} is kParameter only with brace_parameters
  kOperator,   // PostgreSQL's multi-character operators as one token; , . ( ) [ ] as single ones
  kSemicolon,
  kComment,       // -- to the end of the line, /* */ (nested in PostgreSQL's dialect)
  kUnterminated,  // a string, quoted name or block comment without an end: runs to the end of the text
  kOther,         // a byte that starts no token
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t offset = 0;
  uint32_t length = 0;
};

struct ScanOptions {
  bool percent_parameters = false;  // %s %(n)s are parameters, %% is an operator
  bool brace_parameters = false;    // {} {0} {name}
};

// Pull lexer: next() from `offset` on; whitespace is skipped, comments are returned.
class Scanner {
 public:
  Scanner(std::string_view text, Dialect dialect, ScanOptions options = {}, size_t offset = 0)
      : text_(text), dialect_(dialect), options_(options), at_(offset) {}
  Token next();
  Token next_code() {  // that is no comment
    Token token = next();
    while (token.kind == TokenKind::kComment) token = next();
    return token;
  }
  [[nodiscard]] size_t offset() const { return at_; }
  void seek(size_t offset) { at_ = offset; }

 private:
  std::string_view text_;
  Dialect dialect_;
  ScanOptions options_;
  size_t at_;
};

[[nodiscard]] inline std::string_view token_text(std::string_view sql, const Token& token) {
  return sql.substr(token.offset, token.length);
}
// ASCII case-insensitive comparison of a kWord with a keyword given in lower case.
[[nodiscard]] bool is_word(std::string_view sql, const Token& token, std::string_view lower_case_keyword);

}  // namespace explaingate

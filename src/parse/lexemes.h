// The tokens of one statement with what translation and analysis ask of them: which word, which bracket closes which.
// Stage-internal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "parse/scan.h"
#include "parse/words.h"

namespace explaingate {

struct Lexeme {
  uint32_t offset = 0;
  uint32_t length = 0;
  TokenKind kind = TokenKind::kEnd;
  Word word = Word::kNone;  // of a kWord
  char symbol = 0;          // the byte of an operator of one byte
  int match = -1;           // ( ) [ ]: the partner's index
  [[nodiscard]] uint32_t end() const { return offset + length; }
};

struct Lexemes {
  std::string_view sql;
  std::vector<Lexeme> tokens;   // comments left out; no kEnd
  std::vector<Token> comments;  // and, in SQLite's dialect, a block comment without an end

  [[nodiscard]] std::string_view text(size_t i) const { return sql.substr(tokens[i].offset, tokens[i].length); }
  [[nodiscard]] Word word(size_t i) const { return i < tokens.size() ? tokens[i].word : Word::kNone; }
  [[nodiscard]] char symbol(size_t i) const { return i < tokens.size() ? tokens[i].symbol : '\0'; }
  [[nodiscard]] TokenKind kind(size_t i) const { return i < tokens.size() ? tokens[i].kind : TokenKind::kEnd; }
  // Index of the token that covers or follows `offset`; tokens.size() when there is none.
  [[nodiscard]] size_t at(size_t offset) const;
  // Behind the token, or behind its partner when it opens a bracket.
  [[nodiscard]] size_t skip(size_t i) const {
    return tokens[i].match > static_cast<int>(i) ? static_cast<size_t>(tokens[i].match) + 1 : i + 1;
  }
  [[nodiscard]] bool is_name(size_t i) const {
    return kind(i) == TokenKind::kWord || kind(i) == TokenKind::kQuotedName;
  }
  // Any plain word, also one without a Word.
  [[nodiscard]] bool text_is(size_t i, std::string_view lower_case) const {
    return i < tokens.size() && is_word(sql, {tokens[i].kind, tokens[i].offset, tokens[i].length}, lower_case);
  }
  // A quoted or plain name without its quotes; a string's contents for SQLite's 'name'.
  [[nodiscard]] std::string name(size_t i) const;
};

// %s and %(n)s, {} are parameters where `placeholders` lists them.
[[nodiscard]] ScanOptions scan_options(std::string_view placeholders);

// Refuses what libpg_query or our own recursion could not bear: see kDeepest.
[[nodiscard]] Result<Lexemes> lex(std::string_view sql, Dialect dialect, std::string_view placeholders);

// kStatement, with column = offset + 1.
[[nodiscard]] std::unexpected<Error> statement_error(std::string message, size_t offset);

}  // namespace explaingate

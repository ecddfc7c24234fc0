#include "extract/host_text.h"

#include <algorithm>
#include <array>

#include "parse/scan.h"

namespace explaingate::host {
namespace {

constexpr std::array<std::string_view, 34> kVerbs = {
    "select", "insert",  "update",  "delete",   "with",    "create",   "alter",     "drop",    "replace",
    "pragma", "vacuum",  "analyze", "begin",    "commit",  "rollback", "savepoint", "release", "attach",
    "detach", "explain", "values",  "truncate", "merge",   "grant",    "revoke",    "set",     "show",
    "lock",   "copy",    "call",    "reindex",  "refresh", "comment",  "declare"};

// Words of a text up to a number, through PostgreSQL-neutral eyes; comments are skipped.
class WordReader {
 public:
  explicit WordReader(std::string_view text)
      : text_(text), scanner_(text, Dialect::kSqlite, {.percent_parameters = true}) {}
  Token next() {
    Token token = scanner_.next();
    while (token.kind == TokenKind::kComment) token = scanner_.next();
    return token;
  }
  // The first token that is no opening parenthesis.
  Token first() {
    Token token = next();
    while (token.kind == TokenKind::kOperator && token_text(text_, token) == "(") token = next();
    return token;
  }
  // Whether a word in capitals follows within `limit` tokens.
  bool finds(std::string_view word, int limit) {
    for (Token token = next(); token.kind != TokenKind::kEnd && limit > 0; token = next(), --limit)
      if (token_text(text_, token) == word) return true;
    return false;
  }

 private:
  std::string_view text_;
  Scanner scanner_;
};

}  // namespace

Value unknown(std::string reason) {
  Value value;
  value.reason = std::move(reason);
  return value;
}

Text text_piece(std::string text, size_t from, size_t length) {
  Piece piece;
  piece.text = std::move(text);
  piece.from = static_cast<uint32_t>(from);
  piece.length = static_cast<uint32_t>(length);
  return {std::move(piece)};
}

std::vector<Text> joined(const std::vector<Text>& left, const std::vector<Text>& right, bool& overflow) {
  std::vector<Text> all;
  for (const Text& head : left) {
    for (const Text& tail : right) {
      if (all.size() == kMostVariants) {
        overflow = true;
        return all;
      }
      all.push_back(head);
      all.back().insert(all.back().end(), tail.begin(), tail.end());
    }
  }
  return all;
}

bool plain_text(const Text& text, std::string& out) {
  out.clear();
  for (const Piece& piece : text) {
    if (piece.kind == Piece::Kind::kHole) return false;
    out += piece.text;
  }
  return true;
}

bool starts_like_sql(std::string_view text) {
  WordReader words(text);
  Token first = words.first();
  if (first.kind != TokenKind::kWord) return false;
  bool verb =
      std::any_of(kVerbs.begin(), kVerbs.end(), [&](std::string_view known) { return is_word(text, first, known); });
  if (!verb) return false;
  Token second = words.next();  // "select: …", "Update, please", "with-dashes" are prose
  if (second.kind == TokenKind::kOperator) {
    std::string_view sign = token_text(text, second);
    return sign == "*" || sign == "(" || sign == "-" || sign == "+";
  }
  return second.kind != TokenKind::kOther && second.kind != TokenKind::kUnterminated;
}

bool is_sql_in_capitals(std::string_view text) {
  WordReader words(text);
  Token first = words.first();
  if (first.kind != TokenKind::kWord) return false;
  std::string_view verb = token_text(text, first);
  constexpr int kFar = 400;
  if (verb == "SELECT") return words.finds("FROM", kFar);
  if (verb == "INSERT" || verb == "REPLACE") return words.finds("INTO", 3);
  if (verb == "UPDATE") return words.finds("SET", 6);
  if (verb == "DELETE") return words.finds("FROM", 1);
  if (verb == "WITH") return words.finds("AS", 40) && words.finds("(", 3);
  if (verb != "CREATE") return false;
  Token object = words.next();
  for (std::string_view known :
       {"TABLE", "INDEX", "UNIQUE", "VIEW", "TRIGGER", "TEMP", "TEMPORARY", "VIRTUAL", "MATERIALIZED", "OR"})
    if (token_text(text, object) == known) return true;
  return false;
}

bool has_upper_case_verb(std::string_view source) {
  for (std::string_view verb : {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "REPLACE"})
    if (source.find(verb) != std::string_view::npos) return true;
  return false;
}

}  // namespace explaingate::host

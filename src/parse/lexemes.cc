#include "parse/lexemes.h"

#include <algorithm>

namespace explaingate {
namespace {

// How deep a parse tree can get is known from the tokens alone. A bracket nests by one; without brackets, a tree
// deepens with tokens that stand in a row ("a || b || c", "NOT NOT a", "x::int::int"), and a comma, AND or OR ends the
// row, since PostgreSQL's grammar keeps those as flat lists; UNION and JOIN make left-deep trees whatever stands
// between. libpg_query bore 50,000 levels of each kind on an 8 MB stack here (its bison parser refuses nesting of
// brackets long before: "memory exhausted").
constexpr int kDeepestBrackets = 1'000;
constexpr int kLongestRow = 20'000;

struct Level {
  size_t open = 0;  // token index
  int row = 0;      // tokens since the last separator
  int chain = 0;    // UNION, JOIN …: never reset inside the level
};

bool chains(Word word) {
  return word == Word::kUnion || word == Word::kExcept || word == Word::kIntersect || word == Word::kJoin;
}
bool separates(const Lexeme& token) {
  return token.symbol == ',' || token.word == Word::kAnd || token.word == Word::kOr;
}

// In PostgreSQL's dialect a lone "?" is also a jsonb operator: "data ? 'key'". It is one where an operand ends before
// it. Qualifies: "data ? 'a'", "f(x) ? 'a'". Near miss: "WHERE ? = a", "LIMIT ?", "ROWS ? PRECEDING".
bool is_jsonb_operator(const Lexemes& lexed, const Lexeme& token) {
  if (token.kind != TokenKind::kParameter || lexed.sql.substr(token.offset, token.length) != "?") return false;
  if (lexed.tokens.empty()) return false;
  const Lexeme& before = lexed.tokens.back();
  switch (before.kind) {
    case TokenKind::kWord:
      return !has_flag(before.word, kOperandFollows) && !has_flag(before.word, kTypeWord);
    case TokenKind::kQuotedName:
    case TokenKind::kString:
    case TokenKind::kNumber:
    case TokenKind::kParameter:
      return true;
    case TokenKind::kOperator:
      return before.symbol == ')' || before.symbol == ']';
    default:
      return false;
  }
}

}  // namespace

std::unexpected<Error> statement_error(std::string message, size_t offset) {
  Error error;
  error.kind = ErrorKind::kStatement;
  error.message = std::move(message);
  error.column = static_cast<int>(offset) + 1;
  return fail(std::move(error));
}

size_t Lexemes::at(size_t offset) const {
  auto found = std::upper_bound(tokens.begin(), tokens.end(), offset,
                                [](size_t value, const Lexeme& token) { return value < token.end(); });
  return static_cast<size_t>(found - tokens.begin());
}

std::string Lexemes::name(size_t i) const {
  std::string_view raw = text(i);
  if (kind(i) == TokenKind::kWord || raw.size() < 2) return std::string(raw);
  if (raw.starts_with("U&") || raw.starts_with("u&")) raw.remove_prefix(2);
  char close = raw.back();
  std::string plain;
  for (size_t at = 1; at + 1 < raw.size(); ++at) {
    plain += raw[at];
    if (raw[at] == close && close != ']' && raw[at + 1] == close && at + 2 < raw.size()) ++at;
  }
  return plain;
}

ScanOptions scan_options(std::string_view placeholders) {
  ScanOptions options;
  options.percent_parameters =
      placeholders.find("%s") != std::string_view::npos || placeholders.find("%(") != std::string_view::npos;
  options.brace_parameters = placeholders.find("{}") != std::string_view::npos ||  // psycopg
                             placeholders.find("{0}") != std::string_view::npos;   // EF Core, jOOQ
  return options;
}

Result<Lexemes> lex(std::string_view sql, Dialect dialect, std::string_view placeholders) {
  Lexemes lexed;
  lexed.sql = sql;
  lexed.tokens.reserve(sql.size() / 5 + 8);
  Scanner scanner(sql, dialect, scan_options(placeholders), sql.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  std::vector<Level> levels(1);
  int rows_outside = 0;  // sum of the open levels' rows and chains
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    std::string_view text = token_text(sql, token);
    bool open_comment = token.kind == TokenKind::kUnterminated && text.starts_with("/*");
    if (token.kind == TokenKind::kComment || (open_comment && dialect == Dialect::kSqlite)) {
      lexed.comments.push_back(token);
      continue;
    }
    if (token.kind == TokenKind::kUnterminated)
      return statement_error(open_comment ? "unterminated /* comment" : "unterminated quoted string", token.offset);

    Lexeme next{.offset = token.offset, .length = token.length, .kind = token.kind};
    if (token.kind == TokenKind::kWord) next.word = find_word(text);
    if (token.kind == TokenKind::kOperator && text.size() == 1) next.symbol = text[0];
    if (dialect == Dialect::kPostgres && is_jsonb_operator(lexed, next)) next.kind = TokenKind::kOperator;

    Level& level = levels.back();
    if (separates(next)) level.row = 0;
    if (token.kind == TokenKind::kSemicolon) level = {.open = level.open};  // in a trigger's body
    ++level.row;
    if (chains(next.word)) ++level.chain;
    if (rows_outside + level.row + level.chain > kLongestRow)
      return statement_error("expression is too long", next.offset);
    auto index = lexed.tokens.size();
    if (next.symbol == '(' || next.symbol == '[') {
      if (levels.size() >= kDeepestBrackets) return statement_error("statement is nested too deep", next.offset);
      rows_outside += level.row + level.chain;
      levels.push_back({.open = index});
    } else if ((next.symbol == ')' || next.symbol == ']') && levels.size() > 1) {
      next.match = static_cast<int>(levels.back().open);
      lexed.tokens[levels.back().open].match = static_cast<int>(index);
      levels.pop_back();
      rows_outside -= levels.back().row + levels.back().chain;
    }
    lexed.tokens.push_back(next);
  }
  return lexed;
}

}  // namespace explaingate

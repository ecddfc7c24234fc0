// looks_like_sql(): the last gate against prose.
#include <algorithm>

#include "parse/grammar.h"
#include "parse/lexemes.h"
#include "parse/outline.h"
#include "parse/parse.h"

namespace explaingate {
namespace {

// PostgreSQL's grammar takes "select name", "delete from me", "drop table salt" and much other English. A text that it
// accepts is SQL when something in it is not English, or when it is long enough in the way of SQL:
//   - a mark that prose hasn't inside a sentence: an operator, a bracket, a placeholder, a quoted string, a dotted
//   name, a number;
//   - a keyword in capitals, with the statement's first word in capitals as well: "SELECT name FROM users";
//   - two clauses, each with its keyword: "select name from users where active".
// Qualifies: "delete from users where id = ?", "select 1". Near misses: "Select a file", "select all from list", "drop
// table", "with pleasure", "SELECT name" (a label of a form), "Update available".
struct Signs {
  int marks = 0;
  int capital_keywords = 0;
  int clauses = 0;
};

bool is_clause(Word word) {
  switch (word) {
    case Word::kFrom:
    case Word::kWhere:
    case Word::kInto:
    case Word::kValues:
    case Word::kSet:
    case Word::kJoin:
    case Word::kGroup:
    case Word::kOrder:
    case Word::kHaving:
    case Word::kLimit:
    case Word::kUnion:
    case Word::kReturning:
    case Word::kTable:
    case Word::kIndex:
    case Word::kView:
    case Word::kTrigger:
      return true;
    default:
      return false;
  }
}

bool in_capitals(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c < 'a' || c > 'z'; });
}

bool is_capitalised(std::string_view text) {  // "Select": how a sentence begins, and nobody's SQL
  return text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && !in_capitals(text.substr(1));
}

Signs signs(const Lexemes& lexed) {
  Signs found;
  for (size_t i = 0; i < lexed.tokens.size(); ++i) {
    const Lexeme& token = lexed.tokens[i];
    switch (token.kind) {
      case TokenKind::kString:
      case TokenKind::kNumber:
      case TokenKind::kParameter:
      case TokenKind::kQuotedName:
        ++found.marks;
        break;
      case TokenKind::kOperator:
        if (token.symbol != ',') ++found.marks;
        break;
      case TokenKind::kWord:
        if (is_clause(token.word)) {
          ++found.clauses;
          if (in_capitals(lexed.text(i))) ++found.capital_keywords;
        }
        break;
      default:
        break;
    }
  }
  return found;
}

// Statements of words alone, as scripts have them and sentences don't.
bool is_plain_command(const Lexemes& lexed, const Outline& shape) {
  size_t size = lexed.tokens.size();
  bool capitals = in_capitals(lexed.text(0));
  if (shape.kind == StatementKind::kTransaction)
    return size == 1 ? capitals : capitals || lexed.text_is(1, "transaction") || lexed.word(0) == Word::kSavepoint;
  if (shape.kind == StatementKind::kUtility)
    return lexed.word(0) == Word::kPragma ? size > 1 : capitals && (size > 1 || lexed.word(0) == Word::kVacuum);
  return false;
}

bool starts_statement(const Lexemes& lexed) {
  size_t first = 0;
  while (lexed.symbol(first) == '(') ++first;
  return lexed.kind(first) == TokenKind::kWord && has_flag(lexed.word(first), kStartsStatement);
}

bool reads_as_sql(const Lexemes& lexed, const Outline& shape) {
  Signs found = signs(lexed);
  std::string_view first = lexed.text(0);
  if (is_plain_command(lexed, shape)) return true;
  if (shape.kind == StatementKind::kUtility || shape.kind == StatementKind::kTransaction ||
      shape.kind == StatementKind::kOtherDdl)
    return found.marks > 0 && !is_capitalised(first);
  bool capitals = in_capitals(first);
  if (capitals && found.capital_keywords > 0) return true;
  if (is_capitalised(first)) return found.marks > 1 && found.clauses > 0;
  if (found.clauses == 0) return found.marks > 0;  // select 1, select now(), VALUES …
  return found.marks > 0 || found.clauses > 1;
}

}  // namespace

bool looks_like_sql(std::string_view text) {
  // Most strings of a program don't begin with a statement's word: told without lexing them whole.
  Token first = Scanner(text, Dialect::kSqlite).next();
  bool bracket = token_text(text, first) == "(";
  if (!bracket && (first.kind != TokenKind::kWord || !has_flag(find_word(token_text(text, first)), kStartsStatement)))
    return false;
  for (std::string_view placeholders : {"", "%s {}"}) {
    for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) {
      Result<Lexemes> lexed = lex(text, dialect, placeholders);
      if (!lexed || lexed->tokens.empty() || !starts_statement(*lexed)) continue;
      while (lexed->kind(lexed->tokens.size() - 1) == TokenKind::kSemicolon) lexed->tokens.pop_back();
      if (!reads_as_sql(*lexed, outline(*lexed))) continue;
      if (parse_query(text, dialect, placeholders)) return true;
    }
  }
  return false;
}

}  // namespace explaingate

// looks_like_sql(): the last gate against prose.
#include <algorithm>

#include "parse/lexemes.h"
#include "parse/outline.h"
#include "parse/parse.h"

namespace explaingate {
namespace {

// PostgreSQL's grammar takes "select name", "select-all", "delete from the list" and much other English. A text that it
// accepts is SQL when something in it is not English:
//   - "Select …": a sentence begins so, and hardly any SQL: two marks that prose hasn't (an operator, a bracket, a
//   quoted string,
//     a placeholder, a number) and a clause;
//   - with a clause (FROM, INTO, SET …): it is, unless there is no mark and an English word ("the", "your") or nothing
//   selected;
//   - without a clause: a literal, a placeholder, a comparison or a call: "select 1", "SELECT changes()".
// Qualifies: "select name from users". Near misses: "Select name from users", "select all from list", "SELECT (NONE)",
// "select 5 items", "select file(s)".
struct Signs {
  int marks = 0;   // anything but words and commas
  int values = 0;  // marks that make an expression
  int clauses = 0;
  bool english = false;
};

bool is_clause(Word word) {
  switch (word) {
    case Word::kFrom:
    case Word::kInto:
    case Word::kValues:
    case Word::kSet:
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

bool is_capitalised(std::string_view text) {
  return text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && !in_capitals(text.substr(1));
}

bool is_english(const Lexemes& lexed, size_t i) {
  for (std::string_view word : {"the", "an", "this", "that", "these", "those", "your", "you", "my", "our", "please"})
    if (lexed.text_is(i, word)) return true;
  return false;
}

// "name(" without a space, and not the "(s)" of a plural.
bool is_call(const Lexemes& lexed, size_t open) {
  if (open == 0 || lexed.kind(open - 1) != TokenKind::kWord ||
      lexed.tokens[open - 1].end() != lexed.tokens[open].offset)
    return false;
  return !lexed.text_is(open + 1, "s") && !lexed.text_is(open + 1, "es");
}

Signs signs(const Lexemes& lexed) {
  Signs found;
  for (size_t i = 0; i < lexed.tokens.size(); ++i) {
    const Lexeme& token = lexed.tokens[i];
    switch (token.kind) {
      case TokenKind::kNumber:
        ++found.marks;
        if (lexed.kind(i + 1) != TokenKind::kWord || lexed.word(i + 1) != Word::kNone) ++found.values;  // "5 items"
        break;
      case TokenKind::kString:
      case TokenKind::kParameter:
        ++found.values;
        [[fallthrough]];
      case TokenKind::kQuotedName:
        ++found.marks;
        break;
      case TokenKind::kOperator:
        if (token.symbol == ',') break;
        ++found.marks;
        if (token.symbol == '=' || token.symbol == '<' || token.symbol == '>') ++found.values;
        if (token.symbol == '(' && is_call(lexed, i)) ++found.values;
        break;
      case TokenKind::kWord:
        if (is_clause(token.word)) ++found.clauses;
        found.english = found.english || is_english(lexed, i);
        break;
      default:
        break;
    }
  }
  return found;
}

// Statements of words alone, as scripts have them and sentences don't.
bool is_plain_command(const Lexemes& lexed) {
  size_t size = lexed.tokens.size();
  bool capitals = in_capitals(lexed.text(0));
  switch (lexed.word(0)) {
    case Word::kBegin:
    case Word::kCommit:
    case Word::kRollback:
      return capitals || (size == 2 && lexed.text_is(1, "transaction"));
    case Word::kStart:
      return lexed.text_is(1, "transaction");
    case Word::kSavepoint:
      return size == 2;
    case Word::kRelease:
      return capitals || lexed.word(1) == Word::kSavepoint;
    case Word::kPragma:
      return size > 1;
    case Word::kVacuum:
      return capitals;
    case Word::kReindex:
    case Word::kAnalyze:
    case Word::kTruncate:
      return capitals && size > 1;
    case Word::kExplain:
      return capitals || lexed.text_is(1, "query");
    default:
      return false;
  }
}

bool starts_statement(const Lexemes& lexed) {
  size_t first = 0;
  while (lexed.symbol(first) == '(') ++first;
  return lexed.kind(first) == TokenKind::kWord && has_flag(lexed.word(first), kStartsStatement);
}

// SELECT with nothing to select, as in "select from list": PostgreSQL allows it.
bool selects_nothing(const Lexemes& lexed) {
  size_t i = 1;
  if (lexed.word(i) == Word::kAll || lexed.word(i) == Word::kDistinct) ++i;
  return lexed.word(0) == Word::kSelect && lexed.word(i) == Word::kFrom;
}

bool reads_as_sql(const Lexemes& lexed, const Outline& shape) {
  // "select-all" is a class name. An opening bracket, a quote or a star may touch the first word.
  if (lexed.tokens.size() > 1 && lexed.tokens[0].end() == lexed.tokens[1].offset &&
      lexed.kind(1) == TokenKind::kOperator && lexed.symbol(1) != '(' && lexed.symbol(1) != '*')
    return false;
  Signs found = signs(lexed);
  if (found.english && found.marks == 0) return false;
  if (is_plain_command(lexed)) return true;
  bool capitalised = is_capitalised(lexed.text(0));
  switch (shape.kind) {
    case StatementKind::kUtility:
    case StatementKind::kTransaction:
    case StatementKind::kOtherDdl:
      return found.marks > 0 && !capitalised;
    default:
      break;
  }
  if (capitalised) return found.marks > 1 && found.clauses > 0;
  if (found.clauses == 0) return found.values > 0;
  return found.marks > 0 || !selects_nothing(lexed);
}

}  // namespace

bool could_be_sql(std::string_view text) {
  Result<Lexemes> lexed = lex(text, Dialect::kSqlite, "%s {}");
  if (!lexed || lexed->tokens.empty()) {  // an apostrophe, or quotes of another dialect
    Scanner scanner(text, Dialect::kSqlite);
    Token token = scanner.next();
    if (in_capitals(token_text(text, token))) return true;
    while (token.kind != TokenKind::kEnd && token.kind != TokenKind::kOperator) token = scanner.next();
    return token.kind == TokenKind::kOperator;
  }
  Signs found = signs(*lexed);
  if (found.english && found.marks == 0) return false;
  size_t first = 0;
  while (lexed->symbol(first) == '(') ++first;
  auto has = [&](std::initializer_list<Word> words) {
    return std::ranges::any_of(lexed->tokens, [&](const Lexeme& token) {
      return std::find(words.begin(), words.end(), token.word) != words.end();
    });
  };
  switch (lexed->word(first)) {
    case Word::kSelect:
      if (found.clauses == 0) return found.values > 0 || lexed->symbol(first + 1) == '*';
      return found.marks > 0 || (!selects_nothing(*lexed) && !is_capitalised(lexed->text(first)));
    case Word::kUpdate:
      return has({Word::kSet});
    case Word::kInsert:
    case Word::kReplace:
      return found.marks > 0 || has({Word::kValues, Word::kSelect, Word::kDefault, Word::kSet});
    case Word::kWith:
      return found.marks > 0;
    default:
      return true;
  }
}

bool looks_like_sql(std::string_view text) {
  // Most strings of a program don't begin with a statement's word: told without lexing them whole.
  Token first = Scanner(text, Dialect::kSqlite).next_code();
  bool bracket = token_text(text, first) == "(";
  if (!bracket && (first.kind != TokenKind::kWord || !has_flag(find_word(token_text(text, first)), kStartsStatement)))
    return false;
  for (std::string_view placeholders : {"", "%s {}"}) {
    for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) {
      Result<Lexemes> lexed = lex(text, dialect, placeholders);
      if (!lexed || lexed->tokens.empty() || !starts_statement(*lexed)) continue;
      while (lexed->kind(lexed->tokens.size() - 1) == TokenKind::kSemicolon) lexed->tokens.pop_back();
      if (!reads_as_sql(*lexed, outline(*lexed, dialect))) continue;
      if (parse_query(text, dialect, placeholders)) return true;
    }
  }
  return false;
}

}  // namespace explaingate

#include "parse/translate.h"

#include <charconv>
#include <unordered_map>

#include "parse/edits.h"
#include "parse/translator.h"

namespace explaingate {

// One pass over the tokens. What a word is depends on its place, so the pass knows of each token whether an operand
// ended before it ("a" in "a GLOB b"), and of each bracket level its clause.
//
// Qualifies: "SELECT end FROM t": an operand is expected, no CASE is open, so "end" is a column and gets quotes.
// Near miss: "SELECT CASE WHEN a THEN b END FROM t": an operand (b) ended and a CASE is open: the keyword.
Translation Translator::run() {
  for (const Token& comment : lexed_.comments) edits_.replace(comment.offset, comment.length, " ");
  if (lexed_.sql.starts_with("\xEF\xBB\xBF")) edits_.replace(0, 3, " ");
  for (size_t i = 0; i < lexed_.tokens.size(); ++i) {
    if (!cast_types_.empty() && cast_types_.back().first == i) {
      i = cast_types_.back().second;
      cast_types_.pop_back();
      advance(true);
      if (i >= lexed_.tokens.size()) break;
    }
    advance(token(i));
  }
  if (sqlite_) drop_extra_conflict_clauses();
  edits_.apply(lexed_.sql, out_.text, out_.map);
  return std::move(out_);
}

// True when an operand ends with the token.
bool Translator::token(size_t i) {
  const Lexeme& token = lexed_.tokens[i];
  switch (token.kind) {
    case TokenKind::kParameter:
      parameter(i);
      return true;
    case TokenKind::kQuotedName:
      if (sqlite_) quoted_name(i);
      return true;
    case TokenKind::kString:
      if (sqlite_) string_as_name(i);
      return true;
    case TokenKind::kNumber:
      number(i);
      return true;
    case TokenKind::kOperator:
      return operator_token(i);
    case TokenKind::kWord:
      if (token.word == Word::kNone) return true;
      if (sqlite_ && quote_word(i)) return true;
      return keyword(i);
    default:
      return false;
  }
}

bool Translator::operator_token(size_t i) {
  const Lexeme& token = lexed_.tokens[i];
  std::string_view text = lexed_.text(i);
  switch (token.symbol) {
    case '(':
      open_bracket(i);
      return false;
    case '[':
      levels_.emplace_back();
      return false;
    case ')':
    case ']':
      if (levels_.size() > 1) levels_.pop_back();
      return true;
    case ',':
      if (sqlite_ && levels_.back().clause == Word::kLimit) {
        edits_.replace(token.offset, 1, " OFFSET ");
        out_.limit_commas.push_back(token.offset);
        levels_.back().clause = Word::kOffset;
      }
      return false;
    default:
      break;
  }
  if (text == "%%") edits_.replace(token.offset, 2, "%");
  if (sqlite_ && text == "==") edits_.replace(token.offset, 2, "=");
  // "a||-1" is two operators for SQLite, and one for PostgreSQL's scanner.
  if (sqlite_ && i > 0 && token.symbol != '.' && lexed_.tokens[i - 1].end() == token.offset &&
      lexed_.kind(i - 1) == TokenKind::kOperator &&
      std::string_view("().,").find(lexed_.symbol(i - 1)) == std::string_view::npos)
    edits_.insert(token.offset, " ");
  return false;
}

namespace {

// Follows a table or subquery in FROM, so it's no alias.
bool ends_table(Word word) {
  switch (word) {
    case Word::kOn:
    case Word::kUsing:
    case Word::kJoin:
    case Word::kLeft:
    case Word::kRight:
    case Word::kFull:
    case Word::kInner:
    case Word::kCross:
    case Word::kNatural:
    case Word::kOuter:
    case Word::kWhere:
    case Word::kGroup:
    case Word::kOrder:
    case Word::kHaving:
    case Word::kLimit:
    case Word::kUnion:
    case Word::kExcept:
    case Word::kIntersect:
    case Word::kWindow:
    case Word::kIndexed:
    case Word::kNot:
    case Word::kReturning:
    case Word::kSet:
    case Word::kOffset:
    case Word::kFetch:
    case Word::kFor:
    case Word::kTablesample:
    case Word::kWith:
      return true;
    default:
      return false;
  }
}

bool starts_query(Word word) {
  return word == Word::kSelect || word == Word::kValues || word == Word::kWith;
}
bool combines(Word word) {
  return word == Word::kUnion || word == Word::kExcept || word == Word::kIntersect;
}

}  // namespace

void Translator::put(size_t i, std::string_view text) {
  const Lexeme& token = lexed_.tokens[i];
  bool before = token.offset > 0 && is_name_byte(lexed_.sql[token.offset - 1]);
  bool after = token.end() < lexed_.sql.size() && is_name_byte(lexed_.sql[token.end()]);
  std::string padded = before ? " " : "";
  padded += text;
  if (after) padded += ' ';
  edits_.replace(token.offset, token.length, padded);
}

void Translator::parameter(size_t i) {
  std::string_view text = lexed_.text(i);
  int number = 0;
  if (text == "?" || text == "{}" || (text.starts_with('%') && !text.starts_with("%("))) {
    number = ++out_.placeholder_count;
  } else {
    auto [found, added] = named_.try_emplace(text, out_.placeholder_count + 1);
    if (added) ++out_.placeholder_count;
    number = found->second;
  }
  // Drivers that put the value into the text let it be a whole list: "IN %s", "VALUES %s".
  bool bare_list = i > 0 && (lexed_.word(i - 1) == Word::kIn || lexed_.word(i - 1) == Word::kValues);
  put(i, bare_list ? "($" + std::to_string(number) + ")" : "$" + std::to_string(number));
}

// 0x1F and 1_000 are newer than PostgreSQL 15. Literals are read from the statement itself, so any number does.
void Translator::number(size_t i) {
  std::string_view text = lexed_.text(i);
  if (text.starts_with("0x") || text.starts_with("0X") || text.find('_') != std::string_view::npos) put(i, "0");
}

// A bracket in FROM: a subquery without an alias gets one, "(t)" loses its brackets, "(a JOIN b)" goes on in FROM.
void Translator::open_bracket(size_t i) {
  Word before = i > 0 ? lexed_.word(i - 1) : Word::kNone;
  bool table_place =
      levels_.back().in_from && (before == Word::kFrom || before == Word::kJoin || before == Word::kUsing ||
                                 before == Word::kLateral || lexed_.symbol(i - 1) == ',');
  bool inside = levels_.back().in_from && i > 0 && lexed_.symbol(i - 1) == '(' && !starts_query(lexed_.word(i + 1));
  if (before == Word::kUsing && !deletes_) table_place = false;  // USING (column)
  Level level;
  auto close = static_cast<size_t>(std::max(lexed_.tokens[i].match, 0));
  bool nested = levels_.back().in_from && i > 0 && lexed_.symbol(i - 1) == '(';
  if (close > i && (table_place || nested)) {
    bool query = is_query(i);
    if (nested && query) {  // "((SELECT 1) UNION …)": a table only when a join goes on behind it
      Word next = lexed_.word(close + 1);
      query = ends_table(next) && !combines(next) && next != Word::kOrder && next != Word::kLimit;
      if (!query) query = lexed_.symbol(close + 1) == ',';
    }
    if (query && !has_alias(close + 1))
      edits_.insert(lexed_.tokens[close].end(), " AS \"" + std::string(kNoAlias) + "\"");
    if (!query && is_bracketed_name(i)) {
      edits_.replace(lexed_.tokens[i].offset, 1, " ");
      edits_.replace(lexed_.tokens[close].offset, 1, " ");
    }
    level.in_from = !starts_query(lexed_.word(i + 1)) && (table_place || inside);
  }
  levels_.push_back(level);
}

bool Translator::is_query(size_t open) const {
  size_t i = open + 1;
  while (lexed_.symbol(i) == '(') ++i;
  if (!starts_query(lexed_.word(i))) return false;
  // "((SELECT 1) JOIN b)" is a join: look at what follows each inner bracket.
  for (--i; i > open; --i) {
    if (lexed_.tokens[i].match < 0) return true;
    auto behind = static_cast<size_t>(lexed_.tokens[i].match) + 1;
    Word next = lexed_.word(behind);
    if (lexed_.symbol(behind) != ')' && !combines(next) && next != Word::kOrder && next != Word::kLimit) return false;
  }
  return true;
}

// "(t)", "((t))"
bool Translator::is_bracketed_name(size_t open) const {
  size_t name = open;
  while (lexed_.symbol(name) == '(') ++name;
  if (!lexed_.is_name(name) || starts_query(lexed_.word(name)) || lexed_.symbol(name + 1) != ')') return false;
  return static_cast<size_t>(lexed_.tokens[open].match) == name + (name - open);
}

bool Translator::has_alias(size_t i) const {
  if (lexed_.word(i) == Word::kAs || lexed_.kind(i) == TokenKind::kString) return true;
  return lexed_.is_name(i) && !ends_table(lexed_.word(i));
}

// Behind the table, its alias and its INDEXED BY, from the token after JOIN on.
size_t Translator::behind_table(size_t i) const {
  size_t size = lexed_.tokens.size();
  if (i >= size) return size;
  if (lexed_.symbol(i) != '(') {
    ++i;
    while (lexed_.symbol(i) == '.') i += 2;
  }
  if (lexed_.symbol(i) == '(') i = lexed_.skip(i);
  if (lexed_.word(i) == Word::kAs) {
    i += 2;
  } else if (has_alias(i)) {
    ++i;
  }
  if (lexed_.word(i) == Word::kIndexed) i += 3;
  if (lexed_.word(i) == Word::kNot && lexed_.word(i + 1) == Word::kIndexed) i += 2;
  return std::min(i, size);
}

Translation translate(Lexemes& lexed, Dialect dialect, StatementKind kind) {
  return Translator(lexed, dialect, kind).run();
}

}  // namespace explaingate

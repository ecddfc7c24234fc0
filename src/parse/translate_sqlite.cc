// What only SQLite's dialect has.
#include <algorithm>

#include "parse/translator.h"

namespace explaingate {
namespace {

// "name" with PostgreSQL's quotes.
std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text += '"';
}

bool names_table_or_alias(Word word) {
  return word == Word::kAs || word == Word::kFrom || word == Word::kJoin || word == Word::kInto ||
         word == Word::kUpdate || word == Word::kTable || word == Word::kIndex || word == Word::kView;
}

bool resolves_conflicts(Word word) {
  return word == Word::kRollback || word == Word::kAbort || word == Word::kReplace || word == Word::kFail ||
         word == Word::kIgnore;
}

bool modifies_join(Word word) {
  return word == Word::kJoin || word == Word::kOuter || word == Word::kLeft || word == Word::kRight ||
         word == Word::kFull || word == Word::kInner || word == Word::kCross;
}

}  // namespace

void Translator::blank(size_t first, size_t last) {
  size_t offset = lexed_.tokens[first].offset;
  edits_.replace(offset, lexed_.tokens[last].end() - offset, " ");
}

// True when the word is an operator after which an operand is expected.
bool Translator::sqlite_keyword(size_t i) {
  size_t size = lexed_.tokens.size();
  Word next = lexed_.word(i + 1);
  switch (lexed_.word(i)) {
    case Word::kGlob:
    case Word::kMatch:
      return pattern_operator(i, "ILIKE");
    case Word::kRegexp:
      return pattern_operator(i, "SIMILAR TO");
    case Word::kNot:
      if (next == Word::kNull && ended_ && !defines_) edits_.insert(lexed_.tokens[i].offset, "IS ");
      if (next == Word::kIndexed) blank(i, i + 1);
      return false;
    case Word::kIndexed:
      if (next == Word::kBy && i + 2 < size) blank(i, i + 2);
      return false;
    case Word::kInsert:
    case Word::kUpdate:
      if (next == Word::kOr && resolves_conflicts(lexed_.word(i + 2))) blank(i + 1, i + 2);
      return false;
    case Word::kReplace:
      if (next == Word::kInto && levels_.size() == 1) edits_.replace(lexed_.tokens[i].offset, 7, "INSERT");
      return false;
    case Word::kJoin:
      join(i);
      return false;
    case Word::kCast:
      cast(i);
      return false;
    case Word::kOn:
      if (next == Word::kConflict && inserts_ && levels_.size() == 1) conflicts_.push_back(i);
      return false;
    case Word::kOrder:
    case Word::kLimit:
      if (changes_rows_ && levels_.size() == 1 && out_.tail == 0) {
        out_.tail = i;
        blank(i, size - 1);
      }
      return false;
    case Word::kIf:  // CREATE VIEW IF NOT EXISTS
      if (next == Word::kNot && lexed_.word(i + 2) == Word::kExists && lexed_.word(i - 1) == Word::kView)
        blank(i, i + 2);
      return false;
    default:
      return false;
  }
}

// GLOB, MATCH and REGEXP become operators with LIKE's precedence (a generic operator would bind "a GLOB b || '*'" the
// wrong way); which one it was is read from the statement at the operator's offset. Near miss: "match(a, b)", "SELECT
// match FROM t".
bool Translator::pattern_operator(size_t i, std::string_view replacement) {
  bool infix = lexed_.word(i - 1) == Word::kNot ? ended_before_ : ended_;
  if (!infix || i + 1 >= lexed_.tokens.size()) return false;
  put(i, replacement);
  return true;
}

// Words that PostgreSQL reserves and SQLite lets be names. True when the word was one.
bool Translator::quote_word(size_t i) {
  Word word = lexed_.word(i);
  bool name = false;
  if (has_flag(word, kForeignReserved)) {
    name = true;
  } else if (has_flag(word, kSharedKeyword)) {
    name = is_name_here(i);
  } else if (has_flag(word, kTypeWord)) {
    name = lexed_.symbol(i + 1) == '(' && !defines_ && lexed_.text(i - (i > 0 ? 1 : 0)) != "::";
  } else if (lexed_.symbol(i - 1) == '.') {
    name =
        has_flag(word, kOperandFollows) || word == Word::kGlob;  // "t.order" is an error in both; "t.key" needs nothing
  }
  if (!name) return false;
  edits_.replace(lexed_.tokens[i].offset, lexed_.tokens[i].length, quoted(lexed_.text(i)));
  lexed_.tokens[i].word = Word::kNone;
  return true;
}

bool Translator::is_name_here(size_t i) const {
  if (lexed_.symbol(i - 1) == '.' || lexed_.symbol(i + 1) == '.') return true;
  const Level& level = levels_.back();
  Word next = lexed_.word(i + 1);
  switch (lexed_.word(i)) {
    case Word::kCross:
    case Word::kFull:
    case Word::kInner:
    case Word::kLeft:
    case Word::kNatural:
    case Word::kOuter:
    case Word::kRight:
      return !modifies_join(next) && lexed_.symbol(i + 1) != '(';
    case Word::kCast:
      return lexed_.symbol(i + 1) != '(';
    case Word::kEnd:
      return level.cases == 0 || !ended_;
    case Word::kOffset:
      return !ended_ || level.clause != Word::kLimit;
    case Word::kAsc:
    case Word::kDesc:
      return !ended_;
    case Word::kDo:
      return next != Word::kNothing && next != Word::kUpdate;
    case Word::kFor:
      return next != Word::kUpdate;
    case Word::kWindow:
      return !ended_ || !lexed_.is_name(i + 1) || lexed_.word(i + 2) != Word::kAs;
    case Word::kWith:
      return false;
    default:
      return !defines_;
  }
}

void Translator::quoted_name(size_t i) {
  std::string_view raw = lexed_.text(i);
  std::string name = lexed_.name(i);
  if (raw.front() == '"') {
    if (!is_quoted_string(i, name)) return;
    std::string text = "'";
    for (char c : name) {
      if (c == '\'') text += '\'';
      text += c;
    }
    edits_.replace(lexed_.tokens[i].offset, lexed_.tokens[i].length, text + "'");
    lexed_.tokens[i].kind = TokenKind::kString;
    return;
  }
  edits_.replace(lexed_.tokens[i].offset, lexed_.tokens[i].length, quoted(name));
}

// SQLite takes "x" for a string where no column has that name. Without the schema, the place tells: the right side of a
// comparison, or an element of an IN list or a VALUES row, when the statement doesn't write its names in such quotes.
// Qualifies: status = "open", status IN ("a", "b"). Near misses: "u"."id" = "o"."user_id"; "a" = "b"; a = "order" (a
// keyword has to be quoted to be a column).
bool Translator::is_quoted_string(size_t i, std::string_view name) const {
  if (name.empty()) return true;
  if (defines_ || i == 0 || lexed_.symbol(i - 1) == '.' || lexed_.symbol(i + 1) == '.' || lexed_.symbol(i + 1) == '(')
    return false;
  Word word = find_word(name);
  if (word != Word::kNone && (has_flag(word, kOperandFollows) || has_flag(word, kForeignReserved))) return false;
  size_t before = i - 1;
  if (lexed_.symbol(before) == ',' || lexed_.symbol(before) == '(') {
    while (before > 0 && lexed_.symbol(before) != '(') {  // to the bracket, over the elements
      if (lexed_.tokens[before].match >= 0) before = static_cast<size_t>(lexed_.tokens[before].match);
      if (before == 0) return false;
      --before;
      if (i - before > 2000) return false;
    }
    Word list = lexed_.word(before - 1);
    bool row = list == Word::kIn || list == Word::kValues || (lexed_.symbol(before - 1) == ',' && inserts_);
    return row && !(before >= 2 && list == Word::kIn && lexed_.text(before - 2).front() == '"');
  }
  std::string_view op = lexed_.text(before);
  bool compares = op == "=" || op == "==" || op == "<>" || op == "!=" || op == "<" || op == ">" || op == "<=" ||
                  op == ">=" || lexed_.word(before) == Word::kLike || lexed_.word(before) == Word::kGlob ||
                  lexed_.word(before) == Word::kMatch;
  return compares && before > 0 && lexed_.text(before - 1).front() != '"';
}

// SELECT a AS 'total' FROM 'orders'
void Translator::string_as_name(size_t i) {
  if (i == 0 || !names_table_or_alias(lexed_.word(i - 1))) return;
  edits_.replace(lexed_.tokens[i].offset, lexed_.tokens[i].length, quoted(lexed_.name(i)));
  lexed_.tokens[i].kind = TokenKind::kQuotedName;
}

// SQLite's joins need no ON, and a CROSS JOIN may have one.
void Translator::join(size_t i) {
  bool natural = false;
  for (size_t back = 1; back <= 3 && back <= i; ++back) {
    if (lexed_.word(i - back) == Word::kNatural) natural = true;
    if (!modifies_join(lexed_.word(i - back))) break;
  }
  size_t behind = behind_table(i + 1);
  bool conditioned = lexed_.word(behind) == Word::kOn || lexed_.word(behind) == Word::kUsing;
  if (i > 0 && lexed_.word(i - 1) == Word::kCross) {
    if (conditioned) edits_.replace(lexed_.tokens[i - 1].offset, lexed_.tokens[i - 1].length, " ");
  } else if (!natural && !conditioned && behind > i + 1) {
    edits_.insert(lexed_.tokens[behind - 1].end(), " ON TRUE");
  }
}

// SQLite takes any words for a type: CAST(a AS unsigned big int), CAST(a AS int(11)). What PostgreSQL's grammar takes
// stays.
void Translator::cast(size_t i) {
  if (lexed_.symbol(i + 1) != '(' || lexed_.tokens[i + 1].match < 0) return;
  auto close = static_cast<size_t>(lexed_.tokens[i + 1].match);
  size_t as = i + 2;
  while (as < close && lexed_.word(as) != Word::kAs) as = lexed_.skip(as);
  if (as + 1 >= close) return;
  size_t words = close - as - 1;
  Word word = lexed_.word(as + 1);
  if (words == 1 && lexed_.is_name(as + 1) && !has_flag(word, kSharedKeyword)) return;
  bool sized = word == Word::kDecimal || word == Word::kNumeric || word == Word::kVarchar || word == Word::kChar;
  if (sized && words >= 4 && lexed_.symbol(as + 2) == '(' && lexed_.skip(as + 2) == close) {
    cast_types_.emplace_back(as + 1, close);
    return;
  }
  size_t offset = lexed_.tokens[as + 1].offset;
  edits_.replace(offset, lexed_.tokens[close - 1].end() - offset, "text");
  cast_types_.emplace_back(as + 1, close);
}

// PostgreSQL takes one ON CONFLICT: the last stays.
void Translator::drop_extra_conflict_clauses() {
  for (size_t n = 1; n < conflicts_.size(); ++n) blank(conflicts_[n - 1], conflicts_[n] - 1);
}

}  // namespace explaingate

// Keywords that both dialects share.
#include "parse/translator.h"

namespace explaingate {

// True when an operand ends with the word.
bool Translator::keyword(size_t i) {
  Word word = lexed_.word(i);
  switch (word) {
    case Word::kCase:
      ++levels_.back().cases;
      return false;
    case Word::kEnd:
      if (levels_.back().cases > 0) --levels_.back().cases;
      return true;
    case Word::kIs:
      is_operator(i);
      return false;
    case Word::kIn:
      if (sqlite_) in_operator(i);
      return false;
    default:
      break;
  }
  clause(i);
  if (sqlite_ && sqlite_keyword(i)) return false;
  // As far as operands go, these are names or values, and ROWS, FIRST … are names more often than not.
  bool frame = word == Word::kRows || word == Word::kRange || word == Word::kGroups || word == Word::kZone ||
               word == Word::kNext || word == Word::kFirst;
  return frame || !has_flag(word, kOperandFollows);
}

void Translator::clause(size_t i) {
  Level& level = levels_.back();
  Word word = lexed_.word(i);
  switch (word) {
    case Word::kSelect:
    case Word::kDelete:
    case Word::kUpdate:
      if (i > 0 && (lexed_.word(i - 1) == Word::kFor || lexed_.word(i - 1) == Word::kDo)) return;
      level = {.clause = word, .query = true, .in_from = false, .cases = level.cases};
      return;
    case Word::kFrom:
      if (level.query && lexed_.word(i - 1) != Word::kDistinct) {
        level.clause = word;
        level.in_from = true;
      }
      return;
    case Word::kUsing:
      if (deletes_ && levels_.size() == 1) level.in_from = true;
      return;
    case Word::kWhere:
    case Word::kGroup:
    case Word::kHaving:
    case Word::kOrder:
    case Word::kLimit:
    case Word::kOffset:
    case Word::kWindow:
    case Word::kReturning:
    case Word::kSet:
    case Word::kUnion:
    case Word::kExcept:
    case Word::kIntersect:
    case Word::kFetch:
    case Word::kFor:
      level.clause = word;
      level.in_from = false;
      return;
    default:
      return;
  }
}

// "a IS b" compares any operands in SQLite; PostgreSQL spells it IS NOT DISTINCT FROM. Where a driver puts values into
// the text, "a IS %s" is used with PostgreSQL as well.
void Translator::is_operator(size_t i) {
  bool negated = lexed_.word(i + 1) == Word::kNot;
  size_t value = negated ? i + 2 : i + 1;
  switch (lexed_.word(value)) {
    case Word::kNull:
    case Word::kTrue:
    case Word::kFalse:
    case Word::kUnknown:
      return;
    case Word::kDistinct:
      if (lexed_.word(value + 1) == Word::kFrom) return;
      break;
    default:
      break;
  }
  if (!sqlite_ && lexed_.kind(value) != TokenKind::kParameter) return;
  if (negated) {
    put(i + 1, "DISTINCT FROM");
  } else {
    put(i, "IS NOT DISTINCT FROM");
  }
}

// "a IN ()" and "a IN table".
void Translator::in_operator(size_t i) {
  if (lexed_.symbol(i + 1) == '(' && lexed_.tokens[i + 1].match == static_cast<int>(i) + 2) {
    edits_.insert(lexed_.tokens[i + 1].end(), "NULL");
    return;
  }
  if (!lexed_.is_name(i + 1)) return;
  size_t last = i + 1;
  while (lexed_.symbol(last + 1) == '.' && lexed_.is_name(last + 2)) last += 2;
  if (lexed_.symbol(last + 1) == '(') last = lexed_.skip(last + 1) - 1;
  edits_.insert(lexed_.tokens[i + 1].offset, "(SELECT * FROM ");
  edits_.insert(lexed_.tokens[last].end(), ")");
}

}  // namespace explaingate

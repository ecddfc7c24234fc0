// Without what tells SQLite's planner how to plan:
//
//   FROM plays CROSS JOIN users ON …        FROM plays JOIN users ON …        (CROSS keeps the order of the tables)
//   FROM plays INDEXED BY plays_day         FROM plays
//   FROM plays NOT INDEXED                  FROM plays
//   WHERE +room = ? AND day > ?             WHERE room = ? AND day > ?        (+ keeps indexes from the column)
//
// Near misses: a + b, +1, +(a), a NATURAL or LEFT JOIN.
#include "parse/rewriting.h"

namespace explaingate {
namespace {

bool ends_operand(const Lexemes& lexed, size_t i) {
  switch (lexed.kind(i)) {
    case TokenKind::kWord:
      return !has_flag(lexed.word(i), kOperandFollows);
    case TokenKind::kOperator:
      return lexed.symbol(i) == ')' || lexed.symbol(i) == ']';
    default:
      return true;
  }
}

}  // namespace

std::optional<Rewrite> Rewriting::without_hints() const {
  if (!sqlite()) return std::nullopt;
  Edits edits;
  bool any = false, affinity = false;
  auto drop = [&](size_t first, size_t behind) {
    uint32_t start = lexed_.tokens[first].offset;
    edits.replace(start, lexed_.tokens[behind].offset - start, "");
    any = true;
  };
  size_t size = lexed_.tokens.size();
  for (size_t i = 1; i + 1 < size; ++i) {
    if (lexed_.word(i) == Word::kCross && lexed_.word(i + 1) == Word::kJoin) {
      drop(i, i + 1);
    } else if (lexed_.symbol(i) == '+' && lexed_.is_name(i + 1) && lexed_.symbol(i + 2) != '(' &&
               !ends_operand(lexed_, i - 1)) {
      drop(i, i + 1);
      affinity = true;
    } else if (bool named = lexed_.word(i) == Word::kIndexed && lexed_.word(i + 1) == Word::kBy;
               named || (lexed_.word(i) == Word::kNot && lexed_.word(i + 1) == Word::kIndexed)) {
      size_t last = named ? i + 2 : i + 1;
      if (last >= size) break;
      edits.replace(lexed_.tokens[i].offset - 1, lexed_.tokens[last].end() - lexed_.tokens[i].offset + 1, "");
      any = true;
      i = last;
    }
  }
  if (!any) return std::nullopt;
  std::vector<std::string> remarks;
  if (affinity)
    remarks.emplace_back("a column without + is compared by its type: text that looks like a number may match one");
  return make(RewriteKind::kWithoutHints, edits, std::move(remarks));
}

}  // namespace explaingate

// Without what tells SQLite's planner how to plan:
//
//   FROM plays CROSS JOIN users ON …        FROM plays JOIN users ON …        (CROSS keeps the order of the tables)
//   WHERE +room = ? AND day > ?             WHERE room = ? AND day > ?        (+ keeps indexes from the column)
//
// Near misses: a + b, +1, +(a), a NATURAL or LEFT JOIN; INDEXED BY, which names an index that somebody chose by
// measuring.
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
    }
  }
  if (!any) return std::nullopt;
  std::vector<std::string> remarks;
  if (affinity)
    remarks.emplace_back("a column without + is compared by its type: text that looks like a number may match one");
  return make(RewriteKind::kWithoutHints, edits, std::move(remarks));
}

}  // namespace explaingate

// Words, punctuation and their offsets in the SQL of a rule: just enough to point at a place and to bound the rule's
// size.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace explaingate {

struct SqlWord {
  enum class Kind { kWord, kQuotedName, kOpen, kClose, kOther } kind = Kind::kOther;
  std::string text;  // kWord and kQuotedName: in ASCII lower case, without quotes; otherwise the byte
  size_t offset = 0;
};

// Strings, numbers, comments and white space are left out. Any bytes give words; an unterminated quote runs to the end.
[[nodiscard]] std::vector<SqlWord> sql_words(std::string_view sql);

// Why SQLite must not even prepare this statement; empty = it may. SQLite unfolds each reference to a common table
// expression while it prepares, before any limit on steps counts: `a1 AS (SELECT 1 FROM a0, a0), a2 AS (SELECT 1 FROM
// a1, a1) …` doubles with each line, and thirty lines keep a processor busy for hours.
[[nodiscard]] std::string too_much_unfolding(const std::vector<SqlWord>& words);

}  // namespace explaingate

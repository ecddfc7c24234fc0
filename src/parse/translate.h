// A statement in either dialect, with any placeholders, as text that PostgreSQL's grammar accepts. Stage-internal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/dialect.h"
#include "base/source.h"
#include "parse/lexemes.h"
#include "parse/parse.h"

namespace explaingate {

// Alias given to a FROM subquery that has none: PostgreSQL 15's grammar wants one. Never shown.
inline constexpr std::string_view kNoAlias = "explaingate no alias";

struct Translation {
  std::string text;
  OffsetMap map;  // offset in `text` -> offset in the statement
  int placeholder_count = 0;
  std::vector<uint32_t> limit_commas;  // of SQLite's "LIMIT offset, count", in the statement
  size_t tail = 0;  // first token of the ORDER BY or LIMIT that was cut off an UPDATE or DELETE; 0 = none
};

// `lexed` without the closing semicolon. Words that turn out to be names lose their Word.
[[nodiscard]] Translation translate(Lexemes& lexed, Dialect dialect, StatementKind kind);

}  // namespace explaingate

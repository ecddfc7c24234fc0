// SQLite's commands that are neither queries nor definitions. Stage-internal.
#pragma once

#include <optional>

#include "parse/lexemes.h"

namespace explaingate {

// Index of the token at which a PRAGMA, ATTACH, BEGIN … stops being one (tokens.size(): something is missing); nullopt
// when all of it is. For EXPLAIN, what follows is the caller's to check: `query` becomes the index of its first token.
[[nodiscard]] std::optional<size_t> sqlite_command_stop(const Lexemes& lexed, size_t& query);

}  // namespace explaingate

// A fix that is text: lines of a source, and what they become. Made only where it is certain that the source then says
// what the fix says, so that a person can take it over with a click.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "extract/extract.h"

namespace explaingate {

struct Suggestion {
  int line = 0, end_line = 0;
  std::string original, replacement;  // whole lines, without the last one's line end
  bool operator==(const Suggestion&) const = default;
};

// `replacement` is the statement's text with its fix; the statement is of `source`, where its map leads. Nothing where
// it isn't written there byte for byte and in one piece: with holes, with escapes, or as "SELECT a" + " UNION SELECT
// b", which is two, of which other statements may be made, too. Nothing either where the fix would bring a character
// into a program's literal that may mean something there (a quote, a backslash, "%", "{"), or where the lines can't be
// shown as they are (well_formed).
[[nodiscard]] std::optional<Suggestion> suggest(std::string_view source, const Statement& statement,
                                                std::string_view replacement);

// Whether its lines are as many as it says, no more than a forge takes (100), and plain text that is the same when it
// is shown: nothing that printable() would change, no carriage return, no change of nothing.
[[nodiscard]] bool well_formed(const Suggestion& suggestion);

}  // namespace explaingate

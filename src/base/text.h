// Small operations on texts that several stages need.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace explaingate {

// Bytes of the valid UTF-8 sequence at the start of `text`, which isn't empty; 0 when there is none.
[[nodiscard]] size_t utf8_length(std::string_view text);

// White space folded to single spaces, none at the ends.
[[nodiscard]] std::string fold_spaces(std::string_view text);

// At most `bytes` bytes of the text, cut between characters, and then "…", one character more, where it was cut.
[[nodiscard]] std::string shorten(std::string_view text, size_t bytes);

// Invalid UTF-8 bytes replaced by U+FFFD; control characters other than tab and line feed, and those that turn the
// direction of writing, by a visible "\xNN" or "\u{NNNN}".
[[nodiscard]] std::string printable(std::string_view text);

// The same in one line: tab and line feed become visible too. For names, which may hold either and must not pass for
// lines of a report.
[[nodiscard]] std::string printable_line(std::string_view text);

// ASCII lower case.
[[nodiscard]] std::string lower(std::string_view text);

template <size_t N>
[[nodiscard]] bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// 1234567 -> "1,234,567"
[[nodiscard]] std::string with_commas(double number);

}  // namespace explaingate

#include "gate/suggestion.h"

#include <algorithm>

#include "base/text.h"

namespace explaingate {
namespace {

constexpr int kMostLines = 100;
constexpr size_t kMostBytes = 4000;

// What differs: bytes from..to of the one text, which become `written`.
struct Difference {
  size_t from = 0, to = 0;
  std::string_view written;
};

Difference difference(std::string_view text, std::string_view other) {
  size_t both = std::min(text.size(), other.size());
  size_t front = 0, back = 0;
  while (front < both && text[front] == other[front]) ++front;
  while (back < both - front && text[text.size() - 1 - back] == other[other.size() - 1 - back]) ++back;
  return {front, text.size() - back, other.substr(front, other.size() - back - front)};
}

// Where the statement stands in the source, byte for byte.
std::optional<size_t> verbatim(std::string_view source, const Statement& statement) {
  if (statement.dynamic || statement.map.pieces().size() != 1) return std::nullopt;
  size_t at = statement.map.pieces().front().from;
  bool same = at <= source.size() && source.substr(at, statement.text.size()) == statement.text;
  return same ? std::optional(at) : std::nullopt;
}

// Means nothing but itself in a literal of any language, nor in XML where there is no `markup`.
bool harmless(std::string_view written, bool markup) {
  constexpr std::string_view kSafe = " _,.()=*";
  return std::ranges::all_of(written, [&](char c) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || kSafe.find(c) != std::string_view::npos || (!markup && (c == '<' || c == '>'));
  });
}

}  // namespace

std::optional<Suggestion> suggest(std::string_view source, const Statement& statement, std::string_view replacement) {
  auto begin = verbatim(source, statement);
  if (!begin) return std::nullopt;
  Difference change = difference(statement.text, replacement);
  bool markup = statement.path.ends_with(".xml") || source.find("<script") != std::string_view::npos;
  if (!is_sql_file(statement.path) && !harmless(change.written, markup)) return std::nullopt;
  size_t at = *begin + change.from, end = *begin + change.to;
  LineIndex index(source);
  Suggestion made;
  made.line = index.position(at).line;
  made.end_line = index.position(end).line;
  size_t first = index.line_start(made.line), last = std::min(source.find('\n', end), source.size());
  made.original = source.substr(first, last - first);
  made.replacement = source.substr(first, at - first);
  made.replacement += change.written;
  made.replacement += source.substr(end, last - end);
  return well_formed(made) ? std::optional(std::move(made)) : std::nullopt;
}

bool well_formed(const Suggestion& suggestion) {
  auto lines = std::ranges::count(suggestion.original, '\n') + 1;
  for (const std::string* text : {&suggestion.original, &suggestion.replacement})
    if (text->empty() || text->size() > kMostBytes || printable(*text) != *text) return false;
  return suggestion.line >= 1 && lines <= kMostLines && suggestion.end_line - suggestion.line + 1 == lines &&
         suggestion.original != suggestion.replacement;
}

}  // namespace explaingate

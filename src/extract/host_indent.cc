// Indentation that isn't part of a text: text blocks, trimIndent() and trimMargin().
//
// Only what stands in the source as it is meant has lines: an escaped line break, an interpolated value and a hole are
// words of the line that they stand in.
#include <algorithm>
#include <limits>

#include "extract/host_text.h"

namespace explaingate::host {
namespace {

constexpr size_t kNoLine = std::numeric_limits<size_t>::max();

bool is_verbatim(const Piece& piece, size_t first, size_t last) {
  return piece.kind == Piece::Kind::kText && piece.text.size() == piece.length && piece.from >= first &&
         piece.from + piece.length <= last;
}

bool is_escaped_break(const Piece& piece) {
  return piece.kind == Piece::Kind::kText && piece.text.empty() && piece.length > 1;
}

// The least indentation of a line behind a line break; a blank line counts only when it is the last.
size_t shared_indent(const Text& text, size_t first, size_t last) {
  size_t least = kNoLine, indent = kNoLine;  // kNoLine: not at a line's start
  for (const Piece& piece : text) {
    if (!is_verbatim(piece, first, last)) {
      if (indent != kNoLine) least = std::min(least, indent);
      indent = is_escaped_break(piece) ? 0 : kNoLine;
      continue;
    }
    for (char c : piece.text) {
      if (c == '\n') {
        indent = 0;
      } else if (indent != kNoLine && (c == ' ' || c == '\t')) {
        ++indent;
      } else if (indent != kNoLine && c != '\r') {
        least = std::min(least, indent);
        indent = kNoLine;
      }
    }
  }
  return std::min(least, indent);
}

// Keeps of each verbatim piece the bytes for which `keep` says so.
template <class Keep>
void filter(Text& text, size_t first, size_t last, Keep keep) {
  Text out;
  for (const Piece& piece : text) {
    if (!is_verbatim(piece, first, last)) {
      keep(piece, kNoLine);
      out.push_back(piece);
      continue;
    }
    size_t start = kNoLine;
    auto flush = [&](size_t end) {
      if (start == kNoLine || start == end) return;
      Piece part = piece;
      part.text = piece.text.substr(start, end - start);
      part.from = piece.from + static_cast<uint32_t>(start);
      part.length = static_cast<uint32_t>(end - start);
      out.push_back(std::move(part));
    };
    for (size_t at = 0; at < piece.text.size(); ++at) {
      bool kept = keep(piece, at);
      if (kept && start == kNoLine) start = at;
      if (kept) continue;
      flush(at);
      start = kNoLine;
    }
    flush(piece.text.size());
  }
  text = std::move(out);
}

}  // namespace

void strip_indent(Text& text, size_t first, size_t last) {
  size_t indent = shared_indent(text, first, last);
  size_t left = 0;  // bytes of this line's start yet to go
  bool opening = true;
  filter(text, first, last, [&](const Piece& piece, size_t at) {
    if (at == kNoLine) {
      left = is_escaped_break(piece) ? indent : 0;
      opening = false;
      return true;
    }
    char c = piece.text[at];
    bool first_break = opening && c == '\n';
    if (c == '\n') {
      left = indent;
      opening = false;
      return !first_break;
    }
    if (opening && (c == ' ' || c == '\t' || c == '\r')) return false;
    opening = false;
    if (left > 0 && (c == ' ' || c == '\t')) {
      --left;
      return false;
    }
    left = 0;
    return true;
  });
}

void strip_margin(Text& text, char margin) {
  bool at_start = true;
  size_t until = 0;  // what goes from this line's start
  filter(text, 0, kNoLine, [&](const Piece& piece, size_t at) {
    if (at == kNoLine) {
      at_start = false;
      return true;
    }
    if (at == 0) until = 0;
    if (at_start) {
      at_start = false;
      size_t end = piece.text.find_first_not_of(" \t", at);
      if (end != std::string::npos && piece.text[end] == margin) until = end + 1;
    }
    at_start = piece.text[at] == '\n';
    return at >= until;
  });
}

}  // namespace explaingate::host

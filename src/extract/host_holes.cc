// The statement of a text: what stands in for its holes is written out, the ends are trimmed, and every byte keeps its
// place in the source.
#include <algorithm>

#include "extract/host_hole_kinds.h"

namespace explaingate::host {
namespace {

constexpr size_t kLongestExpression = 80;

Marked mark(const Text& text) {
  Marked marked;
  for (const Piece& piece : text) {
    if (piece.kind == Piece::Kind::kText) {
      marked.text += piece.text;
      continue;
    }
    marked.hole_offsets.push_back(marked.text.size());
    marked.holes.push_back(&piece);
    marked.text += kMark;
  }
  return marked;
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Cuts pieces at both ends: [first, last) of the whole text stays.
void append_cut(Filled& filled, std::string_view text, size_t offset, size_t first, size_t last, const Piece& piece) {
  size_t from = std::max(offset, first);
  size_t to = std::min(offset + text.size(), last);
  if (from >= to) return;
  bool verbatim = text.size() == piece.length && piece.kind == Piece::Kind::kText;
  filled.text += text.substr(from - offset, to - from);
  if (verbatim) {
    filled.map.add(to - from, piece.from + (from - offset), to - from);
  } else {
    filled.map.add(to - from, piece.from, piece.length);
  }
  if (filled.text.size() == to - from) filled.first = verbatim ? piece.from + (from - offset) : piece.from;
  size_t end = verbatim ? piece.from + (to - offset) : piece.from + piece.length;
  filled.last = end > 0 ? end - 1 : 0;
}

}  // namespace

Filled fill_holes(const Text& text, std::string_view source, Dialect dialect) {
  Marked marked = mark(text);
  auto [fills, table_hole, statement_hole] = fill_kinds(marked, dialect);
  std::string whole;
  size_t hole = 0;
  for (const Piece& piece : text) whole += piece.kind == Piece::Kind::kText ? piece.text : fills[hole++].text;
  size_t first = 0, last = whole.size();
  while (first < last && is_blank(whole[first])) ++first;
  while (last > first && (is_blank(whole[last - 1]) || whole[last - 1] == ';')) --last;

  Filled filled;
  size_t offset = 0;
  hole = 0;
  for (const Piece& piece : text) {
    if (piece.kind == Piece::Kind::kText) {
      append_cut(filled, piece.text, offset, first, last, piece);
      offset += piece.text.size();
      continue;
    }
    const Fill& fill = fills[hole++];
    std::string_view expression = source.substr(piece.from, std::min<size_t>(piece.length, kLongestExpression));
    if (!filled.starts_with_hole && filled.text.find_first_not_of("( \t\r\n") == std::string::npos) {
      filled.starts_with_hole = true;
      filled.start_reason = piece.reason;
    }
    if (table_hole == static_cast<int>(hole - 1)) {
      filled.table_hole = piece.node;
      filled.dynamic = fill.text == kSubquery              ? "its subquery is"
                       : fill.text.ends_with(kCommonTable) ? "the names of its common tables are"
                                                           : "the table's name is";
      filled.table_expression = expression;
    }
    if (statement_hole == static_cast<int>(hole - 1)) {
      filled.statement_hole = piece.node;
      filled.statement_expression = expression;
    }
    size_t at = filled.text.size();
    append_cut(filled, fill.text, offset, first, last, piece);
    offset += fill.text.size();
    if (offset < first) continue;
    // Its length is what is left of it: one behind the end stands there with no text.
    filled.hole_nodes.push_back(piece.node);
    filled.holes.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(filled.text.size() - at), fill.kind,
                            std::string(expression), fill.column});
  }
  return filled;
}

}  // namespace explaingate::host

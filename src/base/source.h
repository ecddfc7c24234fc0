// Places in source texts: line and column of an offset, and maps from one text to the text it was made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace explaingate {

// Lines and columns start at 1. Columns count bytes.
struct Position {
  int line = 1;
  int column = 1;
  bool operator==(const Position&) const = default;
};

struct LineRange {  // both ends included
  int first = 0;
  int last = 0;
  bool operator==(const LineRange&) const = default;
};

// Line starts of one text; a line ends at "\n" (a "\r" before it belongs to the line).
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);
  [[nodiscard]] Position position(size_t offset) const;
  [[nodiscard]] size_t line_start(int line) const;  // offset of the line's first byte; the text's size past its end
  [[nodiscard]] int line_count() const { return static_cast<int>(starts_.size()); }

 private:
  std::vector<size_t> starts_;
  size_t size_;
};

// Text of line `line` without its line end; empty when there is no such line.
[[nodiscard]] std::string_view line_text(std::string_view text, int line);

// A derived text as pieces of an original one. Each piece either stands for the same bytes (equal lengths) or replaces
// a stretch of the original (then every offset inside maps to the stretch's start). Pieces are appended in order of
// `to`.
class OffsetMap {
 public:
  struct Piece {
    uint32_t to;           // offset in the derived text
    uint32_t to_length;    // bytes in the derived text
    uint32_t from;         // offset in the original text
    uint32_t from_length;  // bytes in the original text
  };
  void add(size_t to_length, size_t from, size_t from_length);
  // Offset in the original of a byte of the derived text; an offset at or past the end maps to the end of the last
  // piece.
  [[nodiscard]] size_t original(size_t derived) const;
  // Offset in the derived text of a byte of the original; the nearest following piece when it has none of its own.
  [[nodiscard]] size_t derived(size_t original) const;
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] bool empty() const { return pieces_.empty(); }

 private:
  std::vector<Piece> pieces_;
};

}  // namespace explaingate

#include "base/source.h"

#include <algorithm>

namespace explaingate {

LineIndex::LineIndex(std::string_view text) : starts_{0}, size_(text.size()) {
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts_.push_back(at + 1);
}

Position LineIndex::position(size_t offset) const {
  auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  auto line = static_cast<size_t>(next - starts_.begin());
  return {static_cast<int>(line), static_cast<int>(offset - starts_[line - 1]) + 1};
}

size_t LineIndex::line_start(int line) const {
  if (line < 1) return 0;
  if (static_cast<size_t>(line) > starts_.size()) return size_;
  return starts_[static_cast<size_t>(line) - 1];
}

std::string_view line_text(std::string_view text, int line) {
  for (int n = 1;; ++n) {
    size_t end = text.find('\n');
    if (n == line) {
      std::string_view found = text.substr(0, end);
      if (found.ends_with('\r')) found.remove_suffix(1);
      return found;
    }
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
}

void OffsetMap::add(size_t to_length, size_t from, size_t from_length) {
  uint32_t to = pieces_.empty() ? 0 : pieces_.back().to + pieces_.back().to_length;
  auto narrow = [](size_t value) { return static_cast<uint32_t>(value); };
  if (!pieces_.empty() && to_length == from_length) {  // grow a verbatim piece that goes on
    Piece& last = pieces_.back();
    if (last.to_length == last.from_length && last.from + last.from_length == from) {
      last.to_length += narrow(to_length);
      last.from_length += narrow(from_length);
      return;
    }
  }
  pieces_.push_back({to, narrow(to_length), narrow(from), narrow(from_length)});
}

size_t OffsetMap::original(size_t derived) const {
  auto next = std::upper_bound(pieces_.begin(), pieces_.end(), derived,
                               [](size_t offset, const Piece& piece) { return offset < piece.to; });
  if (next == pieces_.begin()) return pieces_.empty() ? derived : pieces_.front().from;
  const Piece& piece = *std::prev(next);
  size_t inside = derived - piece.to;
  if (inside >= piece.to_length) return piece.from + piece.from_length;
  return piece.to_length == piece.from_length ? piece.from + inside : piece.from;
}

size_t OffsetMap::derived(size_t original) const {
  for (const Piece& piece : pieces_) {
    if (original < piece.from) return piece.to;
    if (original < piece.from + piece.from_length)
      return piece.to_length == piece.from_length ? piece.to + (original - piece.from) : piece.to;
  }
  return pieces_.empty() ? original : pieces_.back().to + pieces_.back().to_length;
}

}  // namespace explaingate

#include "parse/edits.h"

#include <algorithm>

namespace explaingate {

void Edits::apply(std::string_view original, std::string& text, OffsetMap& map) {
  auto earlier = [](const Edit& a, const Edit& b) { return a.offset < b.offset; };
  if (!std::ranges::is_sorted(edits_, earlier)) std::ranges::stable_sort(edits_, earlier);
  text.clear();
  text.reserve(original.size() + edits_.size() * 8);
  size_t at = 0;
  auto copy_until = [&](size_t end) {
    if (end > at) {
      text.append(original, at, end - at);
      map.add(end - at, at, end - at);
    }
    at = std::max(at, end);
  };
  for (const Edit& edit : edits_) {
    if (edit.offset < at) continue;
    copy_until(edit.offset);
    text += edit.text;
    if (!edit.text.empty()) map.add(edit.text.size(), edit.offset, edit.length);
    at = edit.offset + edit.length;
  }
  copy_until(original.size());
}

}  // namespace explaingate

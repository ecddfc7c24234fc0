// Replacements in a text, collected in any order and applied at once. Stage-internal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace explaingate {

class Edits {
 public:
  // `length` bytes from `offset` on become `text`. An edit that begins inside an earlier one is dropped.
  void replace(size_t offset, size_t length, std::string_view text) {
    edits_.push_back({offset, length, std::string(text)});
  }
  void insert(size_t offset, std::string_view text) { replace(offset, 0, text); }
  void apply(std::string_view original, std::string& text, OffsetMap& map);

 private:
  struct Edit {
    size_t offset;
    size_t length;
    std::string text;
  };
  std::vector<Edit> edits_;
};

}  // namespace explaingate

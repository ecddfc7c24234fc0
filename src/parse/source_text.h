// From places in the parsed text back to the statement as it was given: offsets, names as written, the text of an
// expression. Stage-internal.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "parse/lexemes.h"
#include "parse/translate.h"
#include "parse/tree.h"

namespace explaingate {

class SourceText {
 public:
  SourceText(const Tree& tree, const Lexemes& lexed, const Translation& translation, Dialect dialect)
      : tree_(tree), lexed_(lexed), translation_(translation), dialect_(dialect) {}

  struct Range {  // token indices, both included; first > last = unknown
    size_t first = 1;
    size_t last = 0;
    [[nodiscard]] bool known() const { return first <= last; }
  };

  [[nodiscard]] uint32_t offset(const Node& node) const { return offset(node.location); }
  [[nodiscard]] uint32_t offset(int32_t location) const;
  [[nodiscard]] size_t token(const Node& node) const { return lexed_.at(offset(node)); }
  [[nodiscard]] const Lexemes& lexed() const { return lexed_; }

  [[nodiscard]] Range range(const Node& node) const;
  [[nodiscard]] std::string_view text(const Range& range) const;
  [[nodiscard]] std::string_view text(const Node& node) const { return text(range(node)); }
  [[nodiscard]] uint32_t start(const Range& range) const {
    return range.known() ? lexed_.tokens[range.first].offset : 0;
  }
  [[nodiscard]] uint32_t length(const Range& range) const { return static_cast<uint32_t>(text(range).size()); }
  // Both and what is between them.
  [[nodiscard]] Range join(const Range& a, const Range& b) const;

  // A name of the tree as the statement writes it; valid as long as the statement and this. PostgreSQL folds unquoted
  // names to lower case and cuts names at 63 bytes, which is right for its own dialect only. `at` is the name's token.
  [[nodiscard]] std::string_view name(std::string_view folded, size_t at);
  // Going back from token `at`, the nearest token with one of the words; `at` without one.
  [[nodiscard]] size_t word_before(size_t at, std::initializer_list<Word> words) const;

 private:
  void reach(const Node& node, size_t& first, size_t& last, int depth) const;
  [[nodiscard]] size_t case_end(size_t at) const;
  void close_brackets(Range& range) const;

  const Tree& tree_;
  const Lexemes& lexed_;
  const Translation& translation_;
  Dialect dialect_;
  std::deque<std::string> long_names_;
};

}  // namespace explaingate

// The patterns of rules/languages/*.scm, and where they fit a tree. They are written in tree-sitter's query language,
// in the part of it that gives nodes roles; whatever else stands in a file is refused.
//
//   (call function: (identifier) @callee arguments: (_)? @arguments) @call
//   ((call !receiver method: (identifier) @_name) @return (#any-of? @_name "raise" "fail"))
//
//   (type …)  [(type) "text" …]  "text"  (_)  _    a node: of a type (or one of a supertype's), one of several, a sign,
//                                                  any with a name, any. The first node of a pattern has a type.
//   field: …   !field                              it has this field of its parent; it has no child with this field
//   … . …      . …   … .                           with no named node between; as the first; as the last
//   …?                                             left out where nothing fits
//   … @name                                        a role or a part (host_syntax.h); "@_name" for the conditions only
//   (#eq? @name "text")   (#any-of? @name "a" "b") what the captured node says
//
// A pattern fits a node in as many ways as its captures can be placed: each is a match of its own. What captures
// nothing is looked for once: (a (b) (c) @x) takes the first b, and each c behind it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "extract/host_syntax.h"

struct TSLanguage;

namespace explaingate::host {

constexpr uint16_t kErrorSymbol = UINT16_MAX;  // what the parser could make no sense of

// A node of the parser's tree, in pre-order.
struct PatternNode {
  uint16_t symbol = 0;
  uint16_t field = 0;  // of its parent; only where Patterns::looks_at_fields(parent's symbol)
  int32_t after = 0;   // index of the first node past this one's subtree
  bool named = false;
};

class Patterns {
 public:
  // The meaning of a capture; neither: it only serves conditions.
  struct Capture {
    std::string name;
    Role role = Role::kNone;
    Part part = Part::kCount;
  };
  struct Bound {
    uint16_t capture = 0;  // index in captures()
    int32_t node = 0;
  };
  struct Condition {
    uint16_t capture = 0;
    std::vector<std::string> texts;  // the captured node's text is one of these
  };
  struct Match {
    uint16_t pattern = 0;  // in the order of the files
    int32_t last = 0;      // the last node of the pattern's
    size_t first = 0, count = 0;
  };
  // Of one node; its memory is used again for the next.
  struct Matches {
    std::vector<Match> all;
    std::vector<Bound> bound;
    [[nodiscard]] std::span<const Bound> of(const Match& match) const {
      return std::span(bound).subspan(match.first, match.count);
    }
  };

  // Adds a file's patterns. kConfiguration, with file, line and column: not in the language above, or the grammar has
  // no such type, field or sign.
  [[nodiscard]] Status add(const TSLanguage* grammar, const std::string& path, std::string_view text);

  [[nodiscard]] bool begins_at(uint16_t symbol) const { return symbol < begins_.size() && !begins_[symbol].empty(); }
  [[nodiscard]] bool looks_at_fields(uint16_t symbol) const { return symbol < fields_.size() && fields_[symbol]; }
  [[nodiscard]] const std::vector<Capture>& captures() const { return captures_; }

  // What the captures of a pattern have to say. Patterns see no text: it's for the caller to look.
  [[nodiscard]] const std::vector<Condition>& conditions(uint16_t pattern) const {
    return patterns_[pattern].conditions;
  }

  // Every match that begins at the node, in the order in which they end; then that of the patterns. What is looked at
  // is taken from `budget`, counted in nodes; false: there was not enough. A pattern whose two captures fit all of n
  // children has n² / 2 matches.
  [[nodiscard]] bool find(std::span<const PatternNode> tree, int32_t root, uint64_t& budget, Matches& found) const;

 private:
  friend class PatternReader;
  friend class PatternSearch;

  static constexpr size_t kDeepest = 15;       // of a node below a pattern's first
  static constexpr size_t kMostCaptures = 24;  // of a pattern

  // One node of a pattern; those below it follow.
  struct Step {
    enum class Kind : uint8_t { kSymbol, kSet, kNamed, kAny, kEnd };
    Kind kind = Kind::kEnd;
    uint8_t depth = 0;
    bool anchored = false;  // the first named node behind the one before it
    bool last = false;      // no named node behind it
    bool optional = false;
    bool once = false;    // neither it nor what is below it captures anything
    uint16_t symbol = 0;  // kSet: index in sets_
    uint16_t field = 0;   // 0: any
    uint16_t absent = 0;  // a field that it doesn't have; 0: none
    uint16_t behind = 0;  // the step past those below this one
    uint16_t capture_count = 0;
    std::array<uint16_t, 2> captures{};
  };
  struct Pattern {
    uint16_t first = 0;  // index in steps_
    std::vector<Condition> conditions;
  };

  std::vector<Step> steps_;
  std::vector<std::vector<uint16_t>> sets_;  // symbols, sorted
  std::vector<Pattern> patterns_;
  std::vector<Capture> captures_;
  std::vector<std::vector<uint16_t>> begins_;  // patterns by the symbol of their first node
  std::vector<bool> fields_;                   // by symbol
};

}  // namespace explaingate::host

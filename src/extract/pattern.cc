// Where patterns fit. A pattern is a row of steps, one for each of its nodes in pre-order. A step looks for its node
// among the siblings behind the one that the step before it at the same depth has taken; then the next step has its
// turn, and when that has tried everything, this one goes on to its next sibling. So each way of placing the captures
// comes once, in the order of the nodes. A node at which no pattern begins costs nothing, and one at which a pattern
// does costs its children (and those of the children that are looked into), unless several captures compete for the
// same siblings: that is what the budget is for.
#include "extract/pattern.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace explaingate::host {

class PatternSearch {
 public:
  PatternSearch(const Patterns& patterns, std::span<const PatternNode> tree, uint64_t& budget, Patterns::Matches& found)
      : patterns_(patterns), tree_(tree), budget_(budget), found_(found) {}

  void begin(uint16_t pattern, int32_t root) {
    pattern_ = pattern;
    size_t first = patterns_.patterns_[pattern].first;
    if (fits(patterns_.steps_[first], root)) (void)with(first, root);
  }
  [[nodiscard]] bool spent() const { return budget_ == 0; }

 private:
  using Step = Patterns::Step;
  const Patterns& patterns_;
  std::span<const PatternNode> tree_;
  uint64_t& budget_;
  Patterns::Matches& found_;
  uint16_t pattern_ = 0;
  int32_t last_ = 0;
  std::array<int32_t, Patterns::kDeepest + 2> path_{};  // by depth: the node last taken there; -1 = none yet
  std::array<Patterns::Bound, Patterns::kMostCaptures> bound_{};
  size_t bound_count_ = 0;

  [[nodiscard]] const PatternNode& at(int32_t node) const { return tree_[static_cast<size_t>(node)]; }
  // One node was looked at.
  void spend() { budget_ -= budget_ > 0 ? 1 : 0; }

  // The step's node is `node`: whether the steps behind it fit in any way.
  [[nodiscard]] bool with(size_t index, int32_t node) {
    const Step& step = patterns_.steps_[index];
    path_[step.depth] = node;
    path_[step.depth + 1] = -1;
    size_t held = bound_count_;
    int32_t before = std::exchange(last_, node);
    for (size_t i = 0; i < step.capture_count; ++i) bound_[bound_count_++] = {step.captures[i], node};
    bool fitting = from(index + 1);
    bound_count_ = held;
    last_ = before;
    return fitting;
  }

  // The steps from this one on fit in any way. They go no deeper than a pattern has steps.
  [[nodiscard]] bool from(size_t index) {
    const Step& step = patterns_.steps_[index];
    if (step.kind == Step::Kind::kEnd) {
      found_.all.push_back({pattern_, last_, found_.bound.size(), bound_count_});
      found_.bound.insert(found_.bound.end(), bound_.begin(), bound_.begin() + static_cast<ptrdiff_t>(bound_count_));
      return true;
    }
    int32_t parent = path_[step.depth - 1U], previous = path_[step.depth], end = at(parent).after;
    int32_t first = previous < 0 ? parent + 1 : at(previous).after;
    bool fitting = false;
    for (int32_t node = first; node < end && budget_ > 0; node = at(node).after) {
      spend();
      bool here = fits(step, node) && (!step.last || none_named(at(node).after, end));
      if (here) fitting = with(index, node) || fitting;
      bool only = step.once && (fitting || step.behind == index + 1);
      if ((here && only) || (step.anchored && at(node).named)) break;
    }
    path_[step.depth] = previous;
    if (fitting || !step.optional || (step.last && !none_named(first, end))) return fitting;
    return from(step.behind);
  }

  [[nodiscard]] bool none_named(int32_t node, int32_t end) {
    for (; node < end && budget_ > 0; node = at(node).after) {
      spend();
      if (at(node).named) return false;
    }
    return true;
  }

  [[nodiscard]] bool fits(const Step& step, int32_t index) {
    const PatternNode& node = at(index);
    if (step.field != 0 && node.field != step.field) return false;
    switch (step.kind) {
      case Step::Kind::kSymbol:
        if (node.symbol != step.symbol) return false;
        break;
      case Step::Kind::kSet: {
        const std::vector<uint16_t>& symbols = patterns_.sets_[step.symbol];
        if (!std::binary_search(symbols.begin(), symbols.end(), node.symbol)) return false;
        break;
      }
      case Step::Kind::kNamed:
        if (!node.named || node.symbol == kErrorSymbol) return false;
        break;
      case Step::Kind::kAny:
        if (node.symbol == kErrorSymbol) return false;
        break;
      case Step::Kind::kEnd:
        return false;
    }
    return step.absent == 0 || !has_field(index, step.absent);
  }

  [[nodiscard]] bool has_field(int32_t parent, uint16_t field) {
    for (int32_t node = parent + 1; node < at(parent).after && budget_ > 0; node = at(node).after) {
      spend();
      if (at(node).field == field) return true;
    }
    return false;
  }
};

bool Patterns::find(std::span<const PatternNode> tree, int32_t root, uint64_t& budget, Matches& found) const {
  found.all.clear();
  found.bound.clear();
  uint16_t symbol = tree[static_cast<size_t>(root)].symbol;
  if (!begins_at(symbol)) return true;
  PatternSearch search(*this, tree, budget, found);
  for (uint16_t pattern : begins_[symbol]) search.begin(pattern, root);
  if (found.all.size() > 1)
    std::sort(found.all.begin(), found.all.end(), [](const Match& a, const Match& b) {
      return std::tie(a.last, a.pattern, a.first) < std::tie(b.last, b.pattern, b.first);
    });
  return !search.spent();
}

}  // namespace explaingate::host

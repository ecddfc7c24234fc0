// What a MyBatis element holds: every text that its conditions, choices and fragments can be put together as. The same
// markup stands in mapper files and in the <script> of an annotation.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "extract/host_syntax.h"
#include "extract/mybatis_text.h"

namespace explaingate::mybatis {

class Markup {
 public:
  explicit Markup(const host::Tree& tree) : tree_(tree) {}
  // <sql id="…"> of a mapper, by id; its namespace may stand before an id.
  void add_fragments(int root, std::string_view mapper_namespace);

  struct Ways {
    std::vector<host::Text> texts;
    bool cut = false;  // there are more: these are the one with every condition and the one with none
  };
  static constexpr std::string_view kCut =
      "the statement can be put together in more than 8 ways: looked at with all of its conditions, and with none";
  [[nodiscard]] Ways ways_of(int element);
  [[nodiscard]] std::vector<host::Text> with_all(int element);  // all conditions

  [[nodiscard]] int element_below(int node) const;
  [[nodiscard]] std::string_view name_of(int element) const;
  [[nodiscard]] std::string_view attribute(int element, std::string_view name) const;
  [[nodiscard]] std::vector<int> elements(int element) const;

 private:
  enum class Mode { kEach, kAll, kNone };
  using Texts = std::vector<host::Text>;

  const host::Tree& tree_;
  std::string_view namespace_;
  std::map<std::string_view, int> fragments_;
  std::vector<int> including_;  // fragments around what is looked at
  Mode mode_ = Mode::kEach;
  int steps_ = 0;
  bool sound_ = true;              // false: this variant has an empty SET or list, which is no statement
  std::set<std::string> choices_;  // tests, and the places of <choose>, of the statement

  [[nodiscard]] int tag(int element) const;
  [[nodiscard]] int content(int element) const;
  size_t count_ways(int element, int depth);
  [[nodiscard]] int fragment(int include) const;
  Texts body(int element, const Properties& properties, int depth);
  void walk(int node, Texts& texts, const Properties& properties, int depth);
  Texts dynamic(int element, const Properties& properties, int depth);
  Texts condition(int element, const Properties& properties, int depth);
  Texts choose(int element, const Properties& properties, int depth);
  Texts include(int element, const Properties& properties, int depth);
  Texts trimmed(int element, const Properties& properties, int depth, const std::string& prefix,
                const std::string& suffix, const std::vector<std::string>& before,
                const std::vector<std::string>& after);
  Texts list(int element, const Properties& properties, int depth);
};

}  // namespace explaingate::mybatis

// One plan on its way to the normal form. Internal to plan_shape.cc (what the nodes are) and plan_rows.cc (their rows).
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/postgres/plans/plan_rows.h"

namespace explaingate::postgres {

using Names = std::set<std::string, std::less<>>;

class Former {
 public:
  Former(RawNode& root, const PlanContext& context) : root_(root), context_(context) {}

  PlannedQuery run();

 private:
  struct Run {
    double starts = 1;     // executions of the node
    double share = 1;      // of its rows that are asked for
    double workers = 1;    // that divide the rows of parallel nodes among them (get_parallel_divisor)
    double processes = 1;  // that each run what isn't parallel
    double rereads = 0;    // further starts that only read again what was kept
  };
  struct Beside {
    const Relation* relation = nullptr;
    std::vector<Condition> conditions, filters;
    bool partial = false;  // its rows are one worker's
    bool outside = false;  // depends on a row from outside its subtree
    bool walks = false;    // a B-tree from end to end: its conditions leave out the first column
    Names defined, used;
  };

  PlanNode& at(const RawNode& node) { return out_.plan.nodes[node.at]; }

  void flatten(RawNode& raw, int parent, bool in_gather);
  void find_outside(const RawNode& raw);
  void classify(const RawNode& raw, Beside& beside, PlanNode& node);
  [[nodiscard]] bool walks(const RawNode& raw, const Beside& beside) const;

  double visit(const RawNode& raw, Run run);
  double flow(const RawNode& raw, Run run);
  double scan(const RawNode& raw, const Run& run);
  double index_rows(const RawNode& raw, double rows_out);
  double join(const RawNode& raw, Run run);
  double nested_inner(const RawNode& raw, const RawNode& inner, Run run, double outer_rows);
  double memoize_starts(const RawNode& memoize, double outer_rows);
  double limit(const RawNode& raw, Run run);
  double append(const RawNode& raw, Run run);
  void subplans(const RawNode& raw, const Run& run, double rows_out);
  double distinct(std::string_view alias, std::string_view column) const;
  [[nodiscard]] bool sparse(const RawNode& raw) const;
  [[nodiscard]] bool sparse_filter(const Condition& condition, const Relation* relation) const;
  [[nodiscard]] double tuples(const RawNode& raw) const;
  [[nodiscard]] double rows_of(const RawNode& raw, const Run& run) const {
    return raw.rows * (beside_[raw.at].partial ? run.workers : 1);
  }
  static double less(double value, const Run& run) { return std::max(std::min(value, run.starts), value * run.share); }

  RawNode& root_;
  const PlanContext& context_;
  PlannedQuery out_;
  std::vector<Beside> beside_;
  std::map<std::string, const Relation*, std::less<>> by_alias_;
  std::map<std::string, double, std::less<>> cte_rows_;
};

[[nodiscard]] bool is_index_scan(const RawNode& node);
[[nodiscard]] bool is_beside(const RawNode& node);  // no part of the flow of rows
[[nodiscard]] std::vector<const std::string*> conditions_of(const RawNode& node);

}  // namespace explaingate::postgres

// A planner that has some indexes and uses two of them makes the same plan where it has these two alone, or these two
// and some of the others. So a query's plans under all 2^n sets of candidates are few: it is planned with all of them,
// then, for each one that the plan uses, without that one, and so on. Example: with {a, b, c} it uses b; without b, so
// with {a, c}, it uses a; without a and b, with {c}, none. Three plans say what it costs under all eight sets: {b}, {a,
// b} and {b, c} are as {a, b, c}; {a} is as {a, c}; {} is as {c}. A query over two tables that could use two candidates
// on each has at most nine.
#include "advise/costs.h"

#include <algorithm>
#include <bit>

namespace explaingate::advise {
namespace {

constexpr size_t kMostPlans = 48;

Set used_by(const Plan& plan, const std::vector<std::string>& names) {
  Set used = 0;
  for (const PlanNode& node : plan.nodes)
    if (auto name = std::ranges::find(names, node.index); !node.index.empty() && name != names.end())
      used |= Set{1} << (name - names.begin());
  return used;
}

}  // namespace

Result<QueryCosts> QueryCosts::plan(Engine& engine, const PlanRequest& statement,
                                    const std::vector<CandidateIndex>& candidates, const Metrics& before) {
  QueryCosts costs;
  costs.none_ = {0, before.cost, before.rows_examined};
  costs.all_ = static_cast<Set>((uint64_t{1} << candidates.size()) - 1);
  std::vector<std::string> names;
  for (const CandidateIndex& candidate : candidates) names.push_back(candidate.name());
  std::vector<Set> open = {costs.all_};
  for (size_t next = 0; next < open.size() && costs.plans_.size() < kMostPlans; ++next) {
    Set set = open[next];
    if (set == 0 || costs.plans_.contains(set)) continue;
    std::vector<CandidateIndex> there;
    for (size_t i = 0; i < candidates.size(); ++i)
      if ((set >> i & 1) != 0) there.push_back(candidates[i]);
    Result<PlannedQuery> planned = engine.plan_with(there, statement);
    if (!planned && planned.error().kind != ErrorKind::kStatement) return fail(planned.error());
    PlanUnder plan = costs.none_;
    if (planned) plan = {used_by(planned->plan, names), planned->metrics.cost, planned->metrics.rows_examined};
    // What the candidates' presence alone changes (an estimate that an index's statistics sharpened) is none's doing.
    if (plan.used == 0) plan = costs.none_;
    costs.plans_.emplace(set, plan);
    for (Set rest = plan.used; rest != 0; rest &= rest - 1) open.push_back(set & ~(Set{1} << std::countr_zero(rest)));
  }
  return costs;
}

const PlanUnder& QueryCosts::under(Set set) const {
  Set there = all_;
  while (true) {
    auto plan = plans_.find(there);
    if (plan == plans_.end()) return none_;
    Set missing = plan->second.used & ~set;
    if (missing == 0) return plan->second;
    there &= ~(Set{1} << std::countr_zero(missing));
  }
}

double QueryCosts::least() const {
  double least = none_.cost;
  for (const auto& [set, plan] : plans_) least = std::min(least, plan.cost);
  return least;
}

}  // namespace explaingate::advise

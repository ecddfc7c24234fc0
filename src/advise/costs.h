// What one query costs under any set of its candidates, from few plans. Internal to this folder.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/engine.h"

namespace explaingate::advise {

using Set = uint32_t;  // of a query's candidates, by their position among those that are relevant to it

struct PlanUnder {
  Set used = 0;  // of the candidates that were there
  double cost = 0, rows_examined = 0;
};

[[nodiscard]] inline double with_look_ups(const Metrics& metrics, const CostModel& model) {
  return metrics.cost + model.look_up * metrics.look_ups;
}

class QueryCosts {
 public:
  // Plans `statement` with the engine as its scale is set. `before`: without any candidate. Errors end the run: a
  // statement that can't be planned any more costs what it did.
  static Result<QueryCosts> plan(Engine& engine, const PlanRequest& statement,
                                 const std::vector<CandidateIndex>& candidates, const Metrics& before);

  // Of any set: the plan that the engine made for it, or, behind kMostPlans of them, none of its candidates.
  [[nodiscard]] const PlanUnder& under(Set set) const;
  // All plans: what was tried.
  [[nodiscard]] const std::map<Set, PlanUnder>& plans() const { return plans_; }
  // The cheapest of all plans.
  [[nodiscard]] double least() const;

 private:
  std::map<Set, PlanUnder> plans_;  // by the candidates that were there
  PlanUnder none_;
  Set all_ = 0;
};

}  // namespace explaingate::advise

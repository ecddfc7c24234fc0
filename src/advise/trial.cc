// Trying candidates: the engine plans the statement with each of them at every scale.
#include <algorithm>
#include <tuple>

#include "advise/advise.h"

namespace explaingate {
namespace {

// Work that falls to less than this share is worth an index; growth that falls is at any size.
constexpr double kWorthwhile = 1.0 / 3;

bool uses(const Plan& plan, const CandidateIndex& candidate) {
  std::string name = candidate.name();
  return std::ranges::any_of(plan.nodes, [&](const PlanNode& node) { return node.index == name; });
}

bool lessens(double before, double after) {
  return before > 0 && after <= before * kWorthwhile;
}

bool helps(const Trial& trial) {
  if (!trial.used) return false;
  int before = growth_class(trial.before.work), after = growth_class(trial.after.work);
  if (after != before) return after < before;
  if (lessens(trial.rows_before, trial.rows_after)) return true;
  // Less sorting must not be bought with more reading.
  return lessens(trial.sorted_before, trial.sorted_after) && trial.rows_after <= trial.rows_before;
}

struct Attempt {
  CandidateIndex index;
  std::vector<PlannedQuery> scales;
  bool failed = false;
};

}  // namespace

Result<std::vector<Trial>> try_candidates(Engine& engine, const PlanRequest& request,
                                          const std::vector<PlannedQuery>& before) {
  if (!request.parsed || before.empty()) return std::vector<Trial>();
  std::vector<Attempt> attempts;
  for (CandidateIndex& index : candidates(*request.parsed, before.back().plan, engine.catalogue()))
    attempts.push_back({std::move(index), {}, false});
  if (attempts.empty()) return std::vector<Trial>();

  // Scale by scale: writing an engine's statistics anew costs more than planning.
  std::vector<double> factors;
  int scale_count = static_cast<int>(std::min<size_t>(before.size(), kScaleCount));
  for (int scale = 0; scale < scale_count; ++scale) {
    if (Status status = engine.set_scale(scale); !status) return std::unexpected(status.error());
    factors.push_back(engine.scale_factor(scale));
    for (Attempt& attempt : attempts) {
      if (attempt.failed) continue;
      Result<PlannedQuery> planned = engine.plan_with({attempt.index}, request);
      if (planned)
        attempt.scales.push_back(std::move(*planned));
      else
        attempt.failed = true;  // an index that can't be made is no advice
    }
  }

  std::vector<Trial> trials;
  const Metrics& old_metrics = before[static_cast<size_t>(scale_count) - 1].metrics;
  for (Attempt& attempt : attempts) {
    if (attempt.failed) continue;
    const PlannedQuery& last = attempt.scales.back();
    Trial trial;
    trial.relation = attempt.index.table;
    trial.before = growth_of({before.begin(), before.begin() + scale_count}, factors);
    trial.after = growth_of(attempt.scales, factors);
    trial.rows_before = old_metrics.rows_examined;
    trial.rows_after = last.metrics.rows_examined;
    trial.sorted_before = old_metrics.rows_sorted;
    trial.sorted_after = last.metrics.rows_sorted;
    trial.used = uses(last.plan, attempt.index);
    trial.index = std::move(attempt.index);
    if (helps(trial)) trials.push_back(std::move(trial));
  }
  std::ranges::sort(trials, {}, [](const Trial& trial) {
    return std::tuple(growth_class(trial.after.work), trial.rows_after, trial.sorted_after, trial.index.columns.size(),
                      trial.index.name());
  });
  return trials;
}

}  // namespace explaingate

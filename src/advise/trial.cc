// Trying candidates: the engine plans the statement with each of them at every scale.
#include <algorithm>
#include <tuple>

#include "advise/advise.h"
#include "advise/refusal.h"

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
  size_t request = 0;
  CandidateIndex index;
  std::vector<PlannedQuery> scales;     // metrics only: plans of all attempts together would take much memory
  std::vector<std::string> plan_after;  // where it is used: lines of the last scale's plan
  bool used = false;                    // by that plan
  std::string failed;                   // why it wasn't planned with it
};

// Attempts with one index in a row.
std::vector<Attempt> attempts_of(const Engine& engine, const std::vector<TrialRequest>& requests) {
  std::vector<Attempt> attempts;
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto& [statement, before] = requests[i];
    if (statement.parsed == nullptr || before == nullptr || before->empty()) continue;
    for (CandidateIndex& index : candidates(*statement.parsed, before->back().plan, engine.catalogue()))
      attempts.push_back({i, std::move(index), {}, {}, false, ""});
  }
  std::ranges::stable_sort(attempts, {}, &Attempt::index);
  return attempts;
}

Trial trial_of(Attempt& attempt, const std::vector<PlannedQuery>& before, const std::vector<double>& factors) {
  Trial trial;
  trial.relation = attempt.index.table;
  trial.before = growth_of(before, factors);
  trial.after = growth_of(attempt.scales, factors);
  trial.rows_before = before.back().metrics.rows_examined;
  trial.rows_after = attempt.scales.back().metrics.rows_examined;
  trial.sorted_before = before.back().metrics.rows_sorted;
  trial.sorted_after = attempt.scales.back().metrics.rows_sorted;
  trial.cost_before = before.back().metrics.cost;
  trial.cost_after = attempt.scales.back().metrics.cost;
  trial.plan_after = std::move(attempt.plan_after);
  trial.used = attempt.used;
  trial.index = std::move(attempt.index);
  return trial;
}

}  // namespace

Result<std::vector<Trials>> try_candidates(Engine& engine, const std::vector<TrialRequest>& requests) {
  std::vector<Attempt> attempts = attempts_of(engine, requests);
  std::vector<Trials> trials(requests.size());
  if (attempts.empty()) return trials;

  // Scale by scale: writing an engine's statistics anew costs more than planning.
  std::vector<double> factors;
  for (int scale = 0; scale < engine.scales(); ++scale) {
    if (Status status = engine.set_scale(scale); !status) return std::unexpected(status.error());
    factors.push_back(engine.scale_factor(scale));
    for (Attempt& attempt : attempts) {
      const auto& [statement, before] = requests[attempt.request];
      if (!attempt.failed.empty() || before->size() <= static_cast<size_t>(scale)) continue;
      Result<PlannedQuery> planned = engine.plan_with({attempt.index}, statement);
      if (!planned) {
        attempt.failed = planned.error().message;
        continue;
      }
      attempt.used = uses(planned->plan, attempt.index);
      if (attempt.used && scale == engine.scales() - 1) attempt.plan_after = planned->plan.lines();
      attempt.scales.push_back({{}, planned->metrics, {}});
    }
  }
  for (Attempt& attempt : attempts) {
    Trials& of_one = trials[attempt.request];
    if (!attempt.failed.empty()) {
      of_one.refused.push_back({std::move(attempt.index), "not tried: " + attempt.failed});
      continue;
    }
    const std::vector<PlannedQuery>& before = *requests[attempt.request].before;
    Trial trial = trial_of(attempt, before, factors);
    if (helps(trial))
      of_one.helpful.push_back(std::move(trial));
    else
      of_one.refused.push_back(
          {trial.index,
           trial.used ? advise::still_examined(trial.rows_before, trial.rows_after)
                      : advise::passed_over(engine, requests[attempt.request].statement, trial.index, before.back())});
  }
  for (Trials& of_one : trials)
    std::ranges::sort(of_one.helpful, {}, [](const Trial& trial) {
      return std::tuple(growth_class(trial.after.work), trial.rows_after, trial.sorted_after,
                        trial.index.columns.size(), trial.index.name());
    });
  return trials;
}

}  // namespace explaingate

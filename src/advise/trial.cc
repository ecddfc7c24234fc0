// Trying candidates: the engine plans the statement with each of them at every scale.
#include <algorithm>
#include <iterator>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "advise/advise.h"
#include "advise/refusal.h"

namespace explaingate {
namespace {

// Work that falls to less than this share is worth an index; growth that falls is at any size.
constexpr double kWorthwhile = 1.0 / 3;

bool uses(const Plan& plan, const std::vector<CandidateIndex>& candidates) {
  return std::ranges::all_of(candidates, [&](const CandidateIndex& candidate) {
    return std::ranges::any_of(plan.nodes,
                               [name = candidate.name()](const PlanNode& node) { return node.index == name; });
  });
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

// Several together are worth more than `one` of them alone.
bool beats(const Trial& several, const Trial& one) {
  int alone = growth_class(one.after.work), together = growth_class(several.after.work);
  return together != alone ? together < alone : lessens(one.rows_after, several.rows_after);
}

struct Attempt {
  size_t request = 0;
  std::vector<CandidateIndex> indexes;
  std::vector<PlannedQuery> scales;     // metrics only: plans of all attempts together would take much memory
  std::vector<std::string> plan_after;  // where it is used: lines of the last scale's plan
  bool used = false;                    // all of them, by that plan
  std::string failed;                   // why it wasn't planned with it
};

// Attempts with the same indexes in a row.
std::vector<Attempt> attempts_of(const Engine& engine, const std::vector<TrialRequest>& requests) {
  std::vector<Attempt> attempts;
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto& [statement, before] = requests[i];
    if (statement.parsed == nullptr || before == nullptr || before->empty()) continue;
    const Plan& plan = before->back().plan;
    for (CandidateIndex& index : candidates(*statement.parsed, plan, engine.catalogue()))
      attempts.push_back({i, {std::move(index)}, {}, {}, false, ""});
    for (std::vector<CandidateIndex>& indexes : candidates_together(*statement.parsed, plan, engine.catalogue()))
      attempts.push_back({i, std::move(indexes), {}, {}, false, ""});
  }
  std::ranges::stable_sort(attempts, {}, &Attempt::indexes);
  return attempts;
}

Trial trial_of(Attempt& attempt, const std::vector<PlannedQuery>& before, const std::vector<double>& factors) {
  Trial trial;
  trial.relation = attempt.indexes.front().table;
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
  trial.indexes = std::move(attempt.indexes);
  return trial;
}

std::string refusal(Engine& engine, const TrialRequest& request, const Trial& trial) {
  if (trial.used) return advise::still_examined(trial.rows_before, trial.rows_after);
  return advise::passed_over(engine, request.statement, trial.indexes[0], request.before->back());
}

size_t columns_of(const Trial& trial) {
  size_t columns = 0;
  for (const CandidateIndex& index : trial.indexes) columns += index.columns.size();
  return columns;
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
      Result<PlannedQuery> planned = engine.plan_with(attempt.indexes, statement);
      if (!planned) {
        attempt.failed = planned.error().message;
        continue;
      }
      attempt.used = uses(planned->plan, attempt.indexes);
      if (attempt.used && scale == engine.scales() - 1) attempt.plan_after = planned->plan.lines();
      attempt.scales.push_back({{}, planned->metrics, {}});
    }
  }
  std::vector<std::vector<Trial>> together(requests.size());
  for (Attempt& attempt : attempts) {
    Trials& of_one = trials[attempt.request];
    bool alone = attempt.indexes.size() == 1;
    if (!attempt.failed.empty()) {
      if (alone) of_one.refused.push_back({std::move(attempt.indexes[0]), "not tried: " + attempt.failed});
      continue;
    }
    const std::vector<PlannedQuery>& before = *requests[attempt.request].before;
    Trial trial = trial_of(attempt, before, factors);
    if (helps(trial))
      (alone ? of_one.helpful : together[attempt.request]).push_back(std::move(trial));
    else if (alone)
      of_one.refused.push_back({trial.indexes[0], refusal(engine, requests[attempt.request], trial)});
  }
  for (size_t i = 0; i < trials.size(); ++i) {
    std::vector<Trial>& helpful = trials[i].helpful;
    std::erase_if(together[i], [&](const Trial& several) {
      return !std::ranges::all_of(helpful, [&](const Trial& one) { return beats(several, one); });
    });
    std::ranges::move(together[i], std::back_inserter(helpful));
    std::ranges::sort(helpful, {}, [](const Trial& trial) {
      return std::tuple(growth_class(trial.after.work), trial.rows_after, trial.sorted_after, columns_of(trial),
                        trial.indexes.size(), trial.indexes[0].name());
    });
  }
  return trials;
}

std::string ddl_of(const std::vector<CandidateIndex>& indexes, bool concurrently) {
  std::vector<std::string> ddl;
  for (const CandidateIndex& index : indexes) ddl.push_back(index.ddl(concurrently));
  return fmt::format("{}", fmt::join(ddl, "; "));
}

}  // namespace explaingate

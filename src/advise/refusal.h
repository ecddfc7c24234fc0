// Why an index that was tried isn't advised, in words. Internal to this folder.
#pragma once

#include <string>

#include "engine/engine.h"

namespace explaingate::advise {

// The planner uses the candidate, and yet so many rows are examined, at the largest scale.
[[nodiscard]] std::string still_examined(double rows_before, double rows_after);

// The planner doesn't use it: what it keeps to, and why, as far as a plan without scans tells. `before`: the plan
// without the candidate. The engine stands at the largest scale.
[[nodiscard]] std::string passed_over(Engine& engine, const PlanRequest& statement, const CandidateIndex& candidate,
                                      const PlannedQuery& before);

}  // namespace explaingate::advise

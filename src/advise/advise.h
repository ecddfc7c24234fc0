// Index candidates for a statement, and their trial: an index is named only after the engine planned the statement with it.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "parse/parse.h"

namespace explaingate {

struct Trial {
  CandidateIndex index;
  std::string relation;
  Growth before, after;
  double rows_before = 0, rows_after = 0;  // examined, at the largest scale
  double sorted_before = 0, sorted_after = 0;
  bool used = false;   // the plan with it names it
};

// Candidates for the tables that `plan` scans, sorts or builds automatic indexes on: equality columns, then one range or the
// ordering; at most 8. Uses only sargable predicates and columns of the catalogue.
[[nodiscard]] std::vector<CandidateIndex> candidates(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue);

// Plans the statement with each candidate at every scale. Trials that were used and lessen the work, best first.
[[nodiscard]] Result<std::vector<Trial>> try_candidates(Engine& engine, const PlanRequest& request,
                                                        const std::vector<PlannedQuery>& before);

}  // namespace explaingate

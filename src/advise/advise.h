// Index candidates for a statement, and their trial: an index is named only after the engine planned the statement with
// it.
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
  bool used = false;  // the plan with it names it
};

// Candidates for the tables that `plan` scans, sorts, searches by the hundred rows or builds automatic indexes on, and
// for those beside them that are compared with a constant: equality columns, then one range or the ordering; at most 8,
// each table's most promising first. Only sargable predicates and columns of the catalogue count; views, virtual tables
// and CTEs get none. A column of few values (allowed_values, IS NULL) is never alone; a comparison with the column's
// own DEFAULT keeps most rows, and asks for no index. Indexes of expressions are not among them: rules about functions
// around columns tell of those. `plan` should be that of the largest scale.
[[nodiscard]] std::vector<CandidateIndex> candidates(const ParsedQuery& parsed, const Plan& plan,
                                                     const Catalogue& catalogue);

struct TrialRequest {
  PlanRequest statement;
  const std::vector<PlannedQuery>* before = nullptr;  // its plans as the schema is, scale 0 first
};

// Plans each statement with each of its candidates, one at a time, at every scale of `before`, and leaves the engine at
// the last. Statements that want the same index are planned while it stands, so that it is made once a scale. Gives for
// each request the trials that were used and lessen the work (a lower growth class, or at the largest scale a third of
// the rows examined, or of the rows sorted without reading more), best first: growth, rows, rows sorted, fewer columns,
// name.
[[nodiscard]] Result<std::vector<std::vector<Trial>>> try_candidates(Engine& engine,
                                                                     const std::vector<TrialRequest>& requests);

}  // namespace explaingate

// Index candidates for a statement, and their trial: an index is named only after the engine planned the statement with
// it.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "parse/parse.h"

namespace explaingate {

struct Trial {
  std::vector<CandidateIndex> indexes;  // one; or several, which together do what none of them does alone
  std::string relation;                 // of the first
  Growth before, after;
  double rows_before = 0, rows_after = 0;  // examined, at the largest scale
  double sorted_before = 0, sorted_after = 0;
  double cost_before = 0, cost_after = 0;  // in the engine's unit
  std::vector<std::string> plan_after;     // Plan::lines(), likewise
  bool used = false;                       // the plan with them names each
};

struct RefusedCandidate {
  CandidateIndex index;
  // What came of it: "the planner keeps the scan: by the index it would read 400,000 of 1,000,000 rows, at a cost of
  // …", "used, and 400,000 of 1,000,000 rows are still examined", "not worth it: …".
  std::string reason;
};

struct Trials {
  std::vector<Trial> helpful;             // best first
  std::vector<RefusedCandidate> refused;  // by table, then columns
};

// Candidates for the tables that `plan` scans, sorts, searches by the hundred rows or builds automatic indexes on, and
// for those beside them that are compared with a constant: equality columns, then one range or the ordering; at most 8,
// each table's most promising first. Only sargable predicates and columns of the catalogue count; views, virtual tables
// and CTEs get none. A column of few values (allowed_values, IS NULL) is never alone; a comparison with the column's
// own DEFAULT keeps most rows, and asks for no index. `plan` should be that of the largest scale.
[[nodiscard]] std::vector<CandidateIndex> candidates(const ParsedQuery& parsed, const Plan& plan,
                                                     const Catalogue& catalogue);

// Candidates that are of use together only: one for each arm of an OR; for a DELETE or UPDATE, those of all tables that
// refer to its rows, and its own. None of them is there already; two at least, sixteen at most.
[[nodiscard]] std::vector<std::vector<CandidateIndex>> candidates_together(const ParsedQuery& parsed, const Plan& plan,
                                                                           const Catalogue& catalogue);

// CREATE INDEX … of each, divided by "; ".
[[nodiscard]] std::string ddl_of(const std::vector<CandidateIndex>& indexes, bool concurrently);

struct TrialRequest {
  PlanRequest statement;
  const std::vector<PlannedQuery>* before = nullptr;  // its plans as the schema is, scale 0 first
};

// Plans each statement with each of its candidates, one at a time and those that belong together, at every scale of
// `before`, and leaves the engine at the last. Statements that want the same index are planned while it stands, so that
// it is made once a scale. Helpful are those that were used and lessen the work (a lower growth class, or at the
// largest scale a third of the rows examined, or of the rows sorted without reading more), several only where they
// lessen it that much beside each alone; by growth, rows, rows sorted, fewer columns, name; the others are refused,
// with the reason.
[[nodiscard]] Result<std::vector<Trials>> try_candidates(Engine& engine, const std::vector<TrialRequest>& requests);

}  // namespace explaingate

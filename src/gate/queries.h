// The queries of a run as a report shows them: their plans with the numbers of each step, what they cost at each size
// of the data, and the indexes that were tried for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gate/run.h"

namespace explaingate {

struct PlanStep {  // one node of a plan
  Access access = Access::kNone;
  double executions = 0, rows_examined = 0, rows_out = 0;  // all executions together
};

struct CostAtScale {
  double factor = 1;  // how many times the smallest size of the data
  double rows_examined = 0, rows_returned = 0;
};

struct PlanSummary {
  std::vector<std::string> plan;  // lines, indented
  double rows_examined = 0;       // at the largest scale
  std::optional<double> growth;   // exponent; nothing = not known
  // Of each line of `plan`, and from the smallest scale on; empty where a stored baseline or report is all there is.
  std::vector<PlanStep> steps{};
  std::vector<CostAtScale> scales{};
};

// Of the statement on the schema of that side; nothing where it wasn't planned.
[[nodiscard]] std::optional<PlanSummary> plan_of(const Run& run, const KnownStatement& statement, SideIndex side);
// Of the statement that this comparison has as "before": planned in this run, or from the baseline.
[[nodiscard]] std::optional<PlanSummary> plan_before(const Run& run, const Comparison& comparison);

struct QuerySite {
  std::string path;
  int line = 0;
  std::string function;  // "" = none
};

struct ReportedQuery {              // the statements of one text on the head side that have a plan
  std::string text;                 // of the first, at most kMostQueryText bytes
  std::vector<QuerySite> sites;     // by path and line
  std::vector<int64_t> statements;  // their ids, as Finding::statement_id
  bool changed = false;             // one of them is new or edited
  std::optional<PlanSummary> before;
  PlanSummary after;
};
inline constexpr size_t kMostQueryText = 10'000;

struct TriedIndex {  // the best that was found for some statement
  std::string ddl, table;
  struct Use {
    QuerySite site;
    double rows_before = 0, rows_after = 0;             // examined, at the largest scale
    std::optional<double> growth_before, growth_after;  // exponents; nothing = not known
    std::vector<std::string> plan_after;                // as PlanSummary::plan
  };
  std::vector<Use> uses;  // by path and line
};

struct RefusedIndex {  // one that was tried for a statement, and is no help
  std::string ddl, reason;
  QuerySite site;
};

struct ReportedWorkload {
  std::vector<ReportedQuery> queries;  // those that examine the most rows first
  std::vector<TriedIndex> indexes;     // those that spare the most rows first
  std::vector<RefusedIndex> refused;   // by path, line and index
};

[[nodiscard]] ReportedWorkload workload_of(const Run& run);

}  // namespace explaingate

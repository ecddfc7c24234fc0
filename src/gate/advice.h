// Index advice for the queries of a repository.
#pragma once

#include <string>
#include <vector>

#include "advise/workload.h"
#include "gate/outcome.h"
#include "gate/run.h"

namespace explaingate {

struct AdvisedQuery {  // statements of one text
  std::string text;    // of the first
  StatementKind kind = StatementKind::kSelect;
  std::vector<QuerySite> sites;  // by path and line
  std::string table;             // that it writes to; "" = none
  double calls = 1;
};

struct Advice {
  std::vector<AdvisedQuery> queries;  // what WorkloadAdvice numbers
  WorkloadAdvice workload;
  bool calls_known = false;                            // of some queries, from the baseline's traces
  bool concurrently = false;                           // an index can be built while the table is written
  std::string migration_tool, way_around_transaction;  // "" = none is needed
  Outcome outcome;  // engine, notes, what was not analysed, whether anything was planned; no findings
};

// The workload is every query of the head side that is planned. `paths`: advice is for the queries in these files and
// folders; the others count. Empty: for all.
[[nodiscard]] Result<Advice> advise(Run& run, const std::vector<std::string>& paths);

}  // namespace explaingate

// Index advice for a whole workload: the smallest set of indexes under which its queries cost least, each tried by the
// engine, weighed against what it costs the statements that write.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advise/rewrites.h"

namespace explaingate {

struct WorkloadQuery {
  PlanRequest statement;
  const std::vector<PlannedQuery>* before = nullptr;  // its plans as the schema is, scale 0 first
  double calls = 1;                                   // how often it runs, against the others
  bool advise = true;                                 // false: it counts, but nothing is advised for its sake
  std::string_view sql = {}, placeholders = {};       // as the program has it; "" = nobody could write it otherwise
};

struct MeasuredChange {  // of one run on the seed data: Measured::vm_steps
  int64_t before = 0, after = 0;
};

struct ServedQuery {
  size_t query = 0;
  Growth before, after;
  double rows_before = 0, rows_after = 0;  // examined, at the largest scale
  double cost_before = 0, cost_after = 0;  // likewise, in the engine's unit
  std::vector<std::string> plan_after;     // Plan::lines()
  double look_ups_spared = 0;              // rows of tables that the indexes' columns make needless, likewise
  std::optional<MeasuredChange> measured;  // as it is, and with all advised indexes built
};

struct SlowedWrite {
  size_t query = 0;
  double percent = 0;  // more entries that it writes, table and indexes together, than before
};

struct AdvisedIndex {
  CandidateIndex index;
  double rows = 0;                     // of its table, at the largest scale
  double bytes = 0;                    // about, at the largest scale
  std::vector<ServedQuery> serves;     // those whose plan uses it and which cost less, by query
  std::vector<std::string> redundant;  // existing indexes that it takes the place of
  std::vector<SlowedWrite> slows;
};

// A query whose work grows with its tables and that no index was found for.
struct UnservedQuery {
  size_t query = 0;
  std::vector<RefusedCandidate> tried;
};

// A query that another form serves far better than all indexes serve this one.
struct RewrittenQuery {
  size_t query = 0;
  RewriteTrial trial;  // beside the advised indexes
};

struct WorkloadAdvice {
  std::vector<AdvisedIndex> indexes;       // by table, then columns
  std::vector<UnservedQuery> unserved;     // by query
  std::vector<RewrittenQuery> rewrites;    // by query, the best of each first
  double cost_before = 0, cost_after = 0;  // all queries, times their calls, at the largest scale
  // No set of the candidates costs less than this, whatever its size: how far `cost_after` can be from the best.
  double least_cost = 0;
  bool exact = true;  // false: somewhere there were too many candidates to look at every set
  size_t candidates = 0, plans = 0;
};

struct WorkloadOptions {
  std::function<void(std::string_view what, size_t of)> progress;  // may be empty
  Dialect dialect = Dialect::kSqlite;
  std::function<void(ParsedQuery&)> settle;  // as for try_rewrites()
};

// `engines`: one or more over one schema, each used by one thread; the plans in `before` are theirs. They are left at
// any scale. Deterministic, however many engines there are.
[[nodiscard]] Result<WorkloadAdvice> advise_workload(const std::vector<Engine*>& engines,
                                                     const std::vector<WorkloadQuery>& queries,
                                                     const WorkloadOptions& options);

}  // namespace explaingate

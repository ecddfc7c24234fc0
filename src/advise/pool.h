// The candidates of a whole workload: each statement's own, and such as serve several. Internal to this folder.
#pragma once

#include <cstddef>
#include <vector>

#include "advise/workload.h"

namespace explaingate::advise {

struct PoolCandidate {
  CandidateIndex index;
  size_t equalities = 0;       // so many of its first columns may stand in any order
  std::vector<size_t> wanted;  // queries that it was made for, ascending
};

struct Pool {
  std::vector<PoolCandidate> candidates;  // by table, then columns
  std::vector<std::vector<size_t>>
      relevant;  // per query: candidates that it could use, ascending, at most kMostRelevant
};

inline constexpr size_t kMostRelevant = 12;    // for one query
inline constexpr size_t kMostOfOneTable = 32;  // the ones that most queries want

// `factors`: of the scales of the plans. Statements whose work grows with their tables, or which sort, have candidates.
[[nodiscard]] Pool pool_of(const std::vector<WorkloadQuery>& queries, const Catalogue& catalogue,
                           const std::vector<double>& factors);

}  // namespace explaingate::advise

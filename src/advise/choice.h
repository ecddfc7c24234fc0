// From what each query costs under each set of candidates to the set that is advised. Internal to this folder.
#pragma once

#include <cstddef>
#include <vector>

#include "advise/costs.h"

namespace explaingate::advise {

struct WeighedQuery {
  double calls = 1;
  double before = 0;  // cost without any candidate
  bool advise = true;
  std::vector<size_t> relevant;  // candidates, ascending: bit i of a Set is relevant[i]
  const QueryCosts* costs = nullptr;
};

struct Choice {
  std::vector<size_t> chosen;  // ascending
  double cost = 0;             // of all queries, times calls
  double least = 0;            // no set costs less
  bool exact = true;
};

// `charge`: per candidate, what having it costs, in the queries' unit. `small`: a cost that doesn't matter.
[[nodiscard]] Choice choose(const std::vector<WeighedQuery>& queries, const std::vector<double>& charge, double small);

}  // namespace explaingate::advise

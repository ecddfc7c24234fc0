// Candidates of one statement with what merging them over a workload needs to know. Internal to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "parse/parse.h"

namespace explaingate::advise {

struct Variant {
  CandidateIndex index;
  size_t equalities = 0;  // so many of its first columns may stand in any order
};

// As candidates(); with `all`, three more at most that hold some rows alone or what the statement returns, too.
[[nodiscard]] std::vector<Variant> variants_of(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue,
                                               bool all);

// Both begin with the same columns, as many as the shorter has, in the same directions or all against each other: what
// the shorter does, the longer does too.
[[nodiscard]] bool begin_alike(const std::vector<CatalogueIndexColumn>& indexed,
                               const std::vector<std::string>& columns);

// An index of all rows begins with these columns: it does whatever the candidate would.
[[nodiscard]] bool exists(const CatalogueTable& table, const std::vector<std::string>& columns);

// What came of a candidate that isn't advised: RefusedCandidate::reason. Rows are those examined, at the largest scale.
[[nodiscard]] std::string refusal(bool used, double rows_before, double rows_after);

}  // namespace explaingate::advise

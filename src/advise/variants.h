// Candidates of one statement with what merging them over a workload needs to know. Internal to this folder.
#pragma once

#include <optional>
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

// As candidates(); with `all`, three more at most that hold some rows alone or what the statement returns, too, and
// BRIN ones.
[[nodiscard]] std::vector<Variant> variants_of(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue,
                                               bool all);

// The index with the columns behind it that the statement reads beside: the table needn't be touched then. Nothing
// where that isn't known, where there are none, or too many.
[[nodiscard]] std::optional<CandidateIndex> widened(const CandidateIndex& index, const ParsedQuery& parsed,
                                                    const Plan& plan, const Catalogue& catalogue);

// Both begin with the same columns, as many as the shorter has, in the same directions or all against each other: what
// the shorter does, the longer does too.
[[nodiscard]] bool begin_alike(const std::vector<CatalogueIndexColumn>& indexed,
                               const std::vector<std::string>& columns);

// An index of all rows begins with these columns: it does whatever the candidate would.
[[nodiscard]] bool exists(const CatalogueTable& table, const std::vector<std::string>& columns);

}  // namespace explaingate::advise

// Candidates of one statement with what merging them over a workload needs to know. Internal to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "parse/parse.h"

namespace explaingate::advise {

// A candidate's column without its suffix.
[[nodiscard]] inline std::string_view plain(std::string_view column) {
  return without_suffix(column);
}

// An index gives its rows in the order of these columns, from one end or the other: how its column stands to that.
enum class Direction { kSame, kOpposite, kNeither };
[[nodiscard]] Direction direction_of(const CatalogueIndexColumn& indexed, std::string_view column);

struct Variant {
  CandidateIndex index;
  size_t equalities = 0;  // so many of its first columns may stand in any order
};

// As candidates(); with `all`, three more at most that hold some rows alone or what the statement returns, too.
[[nodiscard]] std::vector<Variant> variants_of(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue,
                                               bool all);

// An index begins with these columns, all in their direction or all against it: it does whatever the candidate would.
[[nodiscard]] bool exists(const CatalogueTable& table, const std::vector<std::string>& columns);

// What came of a candidate that isn't advised: RefusedCandidate::reason. Rows are those examined, at the largest scale.
[[nodiscard]] std::string refusal(bool used, double rows_before, double rows_after);

}  // namespace explaingate::advise

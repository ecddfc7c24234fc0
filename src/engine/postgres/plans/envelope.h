// The values that a statement's parameters may have, as far as statistics know them: what the generic plan averages
// over.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/plans/parameters.h"

namespace explaingate::postgres {

// The table of the statement that the column belongs to; nullptr where that doesn't show.
[[nodiscard]] const CatalogueTable* table_of(const ParsedQuery& parsed, const Catalogue& catalogue,
                                             const ComparedColumn& compared);

struct Binding {
  std::string name;                 // "common value", "rare value", "absent value"
  std::vector<std::string> values;  // SQL literals for $1 …
};

// Empty where a parameter is compared with nothing whose values are known: a plan for NULL in its place would be none.
[[nodiscard]] std::vector<Binding> envelope_of(const PreparedText& prepared, const PlanRequest& request,
                                               const Catalogue& catalogue, const Statistics& statistics);

}  // namespace explaingate::postgres

// What one comparison of a statement asks of an index. Internal to this folder.
#pragma once

#include <string>
#include <string_view>

#include "engine/engine.h"
#include "parse/parse.h"

namespace explaingate::advise {

[[nodiscard]] bool is_equality(const Predicate& predicate);
[[nodiscard]] bool is_range(const Predicate& predicate);

// What a range's part of an index must have, of kPartSuffixes, so that the comparison goes by it; "" = nothing.
[[nodiscard]] std::string_view range_suffix(const Predicate& predicate, const CatalogueColumn& column,
                                            const IndexKinds& kinds);

// The part of a GIN index that serves the operator; "" = none does.
[[nodiscard]] std::string gin_part(const Predicate& predicate, const CatalogueColumn& column, const IndexKinds& kinds);

// hidden = 0 for `hidden INTEGER DEFAULT 0`: what a row has that nobody said otherwise of, most rows. Statistics that
// are assumed know of no value that is more frequent than the others.
[[nodiscard]] bool is_default(const CatalogueColumn& column, const Predicate& predicate);

// IndexCondition::test of an equality with a literal: "= 'new'", "= 3", "= true". Literals that would need more than
// quotes give "": they come from the repository, and the index is made by a superuser.
[[nodiscard]] std::string equality_test(const Predicate& predicate);

}  // namespace explaingate::advise

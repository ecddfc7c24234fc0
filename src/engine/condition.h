// How many rows a partial index holds, by what is known of its condition's column.
#pragma once

#include <optional>

#include "engine/engine.h"
#include "statistics/postgres.h"

namespace explaingate {

// Of the table's rows; nothing where the statistics don't tell.
[[nodiscard]] std::optional<double> share_of_condition(const IndexCondition& condition,
                                                       const PostgresColumn& statistics);

}  // namespace explaingate

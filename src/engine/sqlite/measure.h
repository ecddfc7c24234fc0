// Runs one read-only statement on seed data and counts SQLite's exact work.
#pragma once

#include "engine/sqlite/guarded.h"
#include "engine/sqlite/scope.h"

namespace explaingate::sqlite_engine {

// Parameters get a value that stands in the column they are compared with, 10 behind LIMIT, 0 behind OFFSET, else NULL.
[[nodiscard]] Result<Measured> measure_statement(GuardedDatabase& seeded, const PlanRequest& request,
                                                 const Names& names, ViewCache& views);

}  // namespace explaingate::sqlite_engine

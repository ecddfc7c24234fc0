// Runs a statement on seed data, and says what it took.
#pragma once

#include "engine/engine.h"
#include "engine/postgres/plans/catalogue.h"
#include "engine/postgres/server/connection.h"

namespace explaingate::postgres {

// Parameters get the middle value of the column that they are compared with, else NULL. In a read-only transaction that
// is rolled back, under a time limit. kStatement where the statement is no SELECT, or refused.
[[nodiscard]] Result<Measured> measure_statement(Connection& connection, const SchemaCatalogue& schema,
                                                 const PlanRequest& request);

}  // namespace explaingate::postgres

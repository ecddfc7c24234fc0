// Statistics that CREATE STATISTICS declared, written into pg_statistic_ext_data. Internal to this folder.
#pragma once

#include <string>
#include <vector>

#include "engine/postgres/server/connection.h"
#include "engine/postgres/statistics/statistics_numbers.h"

namespace explaingate::postgres {

// Adds what the server didn't take to `notes`. Errors: those of the connection.
[[nodiscard]] Status write_extended(Connection& superuser, const Relations& relations, const DatabaseNumbers& numbers,
                                    std::vector<std::string>& notes);

}  // namespace explaingate::postgres

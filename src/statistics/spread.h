// How the number of different values of a column behaves when its table grows. Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "statistics/statistics.h"

namespace explaingate {

// Rows per value of a column that nothing is known of and that counts as selective; SQLite's own default for an index's
// first column (src/analyze.c, "sqlite3DefaultRowEst").
inline constexpr double kSelectiveRows = 10;

// Below this number of rows a distinct count is a coincidence unless values repeat often.
inline constexpr double kTinyRows = 100;

// A set of values that doesn't grow with its table (a status, a country) rather than one that does (a customer, a day).
[[nodiscard]] bool few_values(double distinct, double rows);

// Absolute number of different values from a statistic that may be a negative fraction of the rows; nothing for 0 (a
// column that is all NULL tells nothing of the values to come).
[[nodiscard]] std::optional<double> absolute_distinct(const ColumnStatistics& column, double rows);

// The index's rows per distinct value of its first column, over indexes of the whole table (partial ones see a part).
[[nodiscard]] std::optional<double> leading_index_rows(const TableStatistics& statistics, const TableShape& table,
                                                       const std::string& column);

}  // namespace explaingate

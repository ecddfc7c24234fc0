// What a server in production knows of its tables, for the statistics file: read in one snapshot, without a write, a
// long lock or a superuser's rights.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/postgres/server/connection.h"
#include "statistics/statistics.h"

namespace explaingate::postgres {

struct ExportOptions {
  bool values = true;                // common values, histograms and combinations, too
  std::vector<std::string> schemas;  // empty = all but the system's
  double least_days = 1;  // that the server must have counted rows for, before it is said how fast tables grow
  std::optional<Statistics> former;  // an earlier export: tables that stood still since are `fixed`
};

struct Exported {
  Statistics statistics;
  std::vector<std::string> unseen;  // what the role could not see and why, one sentence each, sorted
};

// Ends whatever transaction the connection is in. Errors: kStatement where the server refuses, kUnverified where the
// connection is lost.
[[nodiscard]] Result<Exported> export_statistics(Connection& connection, const ExportOptions& options);

// Takes every value of a row out of the statistics: common values, histograms, common elements, ranges and
// combinations. Counts, frequencies, widths, correlations and settings stay.
void drop_values(Statistics& statistics);

}  // namespace explaingate::postgres

// pg_statistic for a column of which only the number of different values is known, or assumed.
#pragma once

#include <string>
#include <vector>

#include "engine/postgres/statistics/relations.h"
#include "statistics/postgres.h"

namespace explaingate::postgres {

struct AssumedColumn {
  double distinct = 0;  // absolute; 0 = unknown
  bool growing = false;
  double null_fraction = 0;
  std::vector<std::string> allowed;  // values of a boolean, an enum, a CHECK (x IN (…)); empty = unknown
};

[[nodiscard]] PostgresColumn assumed_column(const ColumnInfo& column, const TypeInfo& type, bool ordered_as_stored,
                                            double rows, const AssumedColumn& known);

}  // namespace explaingate::postgres

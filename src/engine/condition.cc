#include "engine/condition.h"

#include <algorithm>

#include <fmt/format.h>

namespace explaingate {

std::optional<double> share_of_condition(const IndexCondition& condition, const PostgresColumn& statistics) {
  if (condition.test == "IS NULL") return statistics.null_fraction;
  if (condition.test == "IS NOT NULL") {
    if (!statistics.null_fraction) return std::nullopt;
    return 1 - *statistics.null_fraction;
  }
  const std::vector<std::string>& values = statistics.common_values;
  for (size_t i = 0; i < std::min(values.size(), statistics.common_frequencies.size()); ++i) {
    std::string plain = values[i] == "t" ? "true" : values[i] == "f" ? "false" : values[i];
    if (condition.test == "= " + plain || condition.test == fmt::format("= '{}'", values[i]))
      return statistics.common_frequencies[i];
  }
  // Negative: a fraction of the rows, so that the table's size would have to be known.
  if (statistics.distinct.value_or(0) <= 0) return std::nullopt;
  return (1 - statistics.null_fraction.value_or(0)) / *statistics.distinct;
}

}  // namespace explaingate

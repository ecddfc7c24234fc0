// A row in pg_statistic changes what the planner does with constants, so it must say enough:
//
//   x = $1             1 / distinct
//   x BETWEEN 1 AND 9  without a histogram each half counts as one half, and both together as nothing at all: one row
//                      (clauselist_selectivity_ext takes a sum of exactly 1 for round-off)
//
// The second would hide every range. Therefore numbers get a histogram of 1 to `distinct`, days and times one of the
// years 2000 to 2040, and a column of few values one common value of average frequency that is not named: it changes
// no equality, and makes the planner fall back on its defaults for ranges. Near miss: a column that nothing is known of
// gets no row; the planner's own defaults are for that.
#include "engine/postgres/statistics/assumed_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "engine/postgres/statistics/sizes.h"

namespace explaingate::postgres {
namespace {

constexpr double kFewValues = 100;  // ANALYZE keeps as many common values by default
constexpr int kGroups = 100;        // of a histogram, by default
constexpr int kFirstYear = 2000, kLastYear = 2040;

double largest_number(std::string_view type) {
  if (type == "int2") return 32767;
  if (type == "int4" || type == "float4") return 2147483647;
  if (type == "int8" || type == "numeric" || type == "float8") return 9e15;
  return 0;
}

std::vector<std::string> histogram_of(const std::string& type, int modifier, double distinct) {
  std::vector<std::string> bounds;
  double largest = largest_number(type);
  if (type == "numeric" && modifier >= 4) {  // digits in front of the point
    int packed = modifier - 4, precision = (packed >> 16) & 0xffff, scale = packed & 0x7ff;
    largest = std::min(largest, std::pow(10.0, std::clamp(precision - scale, 0, 15)) - 1);
  }
  if (largest > 1 && distinct > 1) {
    double last = std::min(distinct, largest);
    double groups = std::min<double>(kGroups, last - 1);
    for (double i = 0; i <= groups; ++i)
      bounds.push_back(fmt::format("{}", static_cast<int64_t>(1 + std::floor((last - 1) * i / groups))));
  }
  bool day = type == "date", time = type == "timestamp", zoned = type == "timestamptz";
  for (int year = kFirstYear; (day || time || zoned) && year <= kLastYear; ++year)
    bounds.push_back(fmt::format("{}-01-01{}", year, day ? "" : time ? " 00:00:00" : " 00:00:00+00"));
  return bounds;
}

}  // namespace

PostgresColumn assumed_column(const ColumnInfo& column, const TypeInfo& type, bool ordered_as_stored, double rows,
                              const AssumedColumn& known) {
  PostgresColumn statistics;
  statistics.null_fraction = known.null_fraction;
  statistics.width = assumed_width(type, column.modifier);
  double distinct = std::min(known.distinct, std::max(1.0, rows));
  if (!known.allowed.empty()) {
    double values = static_cast<double>(known.allowed.size());
    statistics.distinct = values;
    statistics.common_values = known.allowed;
    statistics.common_frequencies.assign(known.allowed.size(), (1 - known.null_fraction) / values);
    return statistics;
  }
  if (distinct <= 0) {
    statistics.distinct = 0;
    return statistics;
  }
  statistics.distinct = known.growing && rows > 0 ? -distinct / rows : distinct;
  statistics.histogram =
      distinct > kFewValues ? histogram_of(type.name, column.modifier, distinct) : std::vector<std::string>();
  if (distinct <= kFewValues) statistics.common_frequencies = {(1 - known.null_fraction) / distinct};
  if (ordered_as_stored) statistics.correlation = 1;
  return statistics;
}

}  // namespace explaingate::postgres

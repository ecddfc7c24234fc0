// A year, a month, a day as a half-open range of the moments in it, written in SQL. Stage-internal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/dialect.h"

namespace explaingate {

enum class PeriodUnit { kYear, kQuarter, kMonth, kWeek, kDay, kHour, kMinute };

struct Period {
  PeriodUnit unit = PeriodUnit::kDay;
  enum class Form {
    kText,    // the period as text: "2024", "2024-05", "2024-05-31"
    kNumber,  // the year, as a number
    kMoment,  // its first moment, of a type for moments (PostgreSQL)
    kDate,    // its first day, of type date (PostgreSQL)
  } form = Form::kText;
  bool epoch = false;  // the column holds seconds since 1970 (SQLite)
};

// In SQL: the first moment, and the first of the next period.
struct PeriodBounds {
  std::string first, next;
};

// "2024-05-31" of `period`, computed. Nothing where the text isn't a period's, or not its first moment.
[[nodiscard]] std::optional<PeriodBounds> literal_bounds(const Period& period, std::string_view value);
// Of the year `year`.
[[nodiscard]] std::optional<PeriodBounds> literal_bounds(const Period& period, int year);

// `value`: SQL that gives the period in its form; on PostgreSQL one of kMoment or kDate has the type already.
[[nodiscard]] PeriodBounds computed_bounds(const Period& period, const std::string& value, Dialect dialect);

// "day", "month"; of PostgreSQL's date_trunc() and extract().
[[nodiscard]] std::optional<PeriodUnit> find_period_unit(std::string_view name);

}  // namespace explaingate

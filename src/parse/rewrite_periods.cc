#include "parse/rewrite_periods.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace explaingate {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using std::chrono::years;

constexpr int kLastYear = 9998;  // the next one is still of four digits

// "2024", "2024-05" or "2024-05-31", as `unit` wants it.
std::optional<year_month_day> read_day(PeriodUnit unit, std::string_view text, bool whole) {
  std::array<int, 3> parts = {0, 1, 1};  // year, month, day
  size_t wanted = whole || unit == PeriodUnit::kDay ? 3 : unit == PeriodUnit::kMonth ? 2 : 1;
  constexpr std::array<size_t, 3> kWidth = {4, 2, 2};
  size_t at = 0;
  for (size_t i = 0; i < wanted; ++i) {
    if (i > 0 && !text.substr(at).starts_with('-')) return std::nullopt;
    at += i > 0 ? 1 : 0;
    if (text.size() - at < kWidth[i]) return std::nullopt;
    std::string_view digits = text.substr(at, kWidth[i]);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parts[i]);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    at += kWidth[i];
  }
  year_month_day day(std::chrono::year(parts[0]), std::chrono::month(static_cast<unsigned>(parts[1])),
                     std::chrono::day(static_cast<unsigned>(parts[2])));
  bool good = at == text.size() && day.ok() && parts[0] >= 1 && parts[0] <= kLastYear;
  return good ? std::optional(day) : std::nullopt;
}

bool begins(PeriodUnit unit, const year_month_day& day) {
  unsigned month = static_cast<unsigned>(day.month()), number = static_cast<unsigned>(day.day());
  switch (unit) {
    case PeriodUnit::kYear:
      return month == 1 && number == 1;
    case PeriodUnit::kQuarter:
      return month % 3 == 1 && number == 1;
    case PeriodUnit::kMonth:
      return number == 1;
    case PeriodUnit::kWeek:
      return std::chrono::weekday(sys_days(day)) == std::chrono::Monday;
    case PeriodUnit::kDay:
      return true;
    default:
      return false;  // what is within a day isn't computed here
  }
}

year_month_day behind(PeriodUnit unit, const year_month_day& day) {
  switch (unit) {
    case PeriodUnit::kYear:
      return day + years(1);
    case PeriodUnit::kQuarter:
      return day + months(3);
    case PeriodUnit::kMonth:
      return day + months(1);
    case PeriodUnit::kWeek:
      return sys_days(day) + days(7);
    default:
      return sys_days(day) + days(1);
  }
}

std::string spelled(const Period& period, const year_month_day& day) {
  if (period.epoch) return fmt::format("{}", std::chrono::seconds(sys_days(day).time_since_epoch()).count());
  return fmt::format("'{:04d}-{:02d}-{:02d}'", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

PeriodBounds spelled_bounds(const Period& period, const year_month_day& day) {
  return {spelled(period, day), spelled(period, behind(period.unit, day))};
}

std::string_view length_of(PeriodUnit unit) {
  switch (unit) {
    case PeriodUnit::kYear:
      return "1 year";
    case PeriodUnit::kQuarter:
      return "3 months";
    case PeriodUnit::kMonth:
      return "1 month";
    case PeriodUnit::kWeek:
      return "7 days";
    case PeriodUnit::kDay:
      return "1 day";
    case PeriodUnit::kHour:
      return "1 hour";
    case PeriodUnit::kMinute:
      return "1 minute";
  }
  return "1 day";
}

// SQLite: the period's first day as text.
std::string first_day(const Period& period, const std::string& value) {
  if (period.form == Period::Form::kNumber)  // of NULL, printf() makes 0
    return fmt::format("nullif(printf('%04d-01-01', {}), '0000-01-01')", value);
  if (period.unit == PeriodUnit::kYear) return value + " || '-01-01'";
  return period.unit == PeriodUnit::kMonth ? value + " || '-01'" : value;
}

PeriodBounds sqlite_bounds(const Period& period, const std::string& value) {
  std::string first = first_day(period, value);
  std::string length = fmt::format("'+{}'", length_of(period.unit));
  if (!period.epoch) return {first, fmt::format("date({}, {})", first, length)};
  return {fmt::format("CAST(strftime('%s', {}) AS INTEGER)", first),
          fmt::format("CAST(strftime('%s', {}, {}) AS INTEGER)", first, length)};
}

PeriodBounds postgres_bounds(const Period& period, const std::string& value) {
  if (period.form == Period::Form::kNumber)
    return {fmt::format("make_date(CAST({} AS integer), 1, 1)", value),
            fmt::format("make_date(CAST({} AS integer) + 1, 1, 1)", value)};
  std::string first = value;
  if (period.form == Period::Form::kText)
    first = fmt::format("CAST({}{} AS date)", value,
                        period.unit == PeriodUnit::kYear    ? " || '-01-01'"
                        : period.unit == PeriodUnit::kMonth ? " || '-01'"
                                                            : "");
  return {first, fmt::format("{} + interval '{}'", first, length_of(period.unit))};
}

}  // namespace

std::optional<PeriodBounds> literal_bounds(const Period& period, std::string_view value) {
  if (period.form == Period::Form::kNumber) return std::nullopt;
  auto day = read_day(period.unit, value, period.form == Period::Form::kMoment || period.form == Period::Form::kDate);
  return day && begins(period.unit, *day) ? std::optional(spelled_bounds(period, *day)) : std::nullopt;
}

std::optional<PeriodBounds> literal_bounds(const Period& period, int year) {
  if (period.form != Period::Form::kNumber || year < 1 || year > kLastYear) return std::nullopt;
  return spelled_bounds(period, std::chrono::year(year) / std::chrono::January / 1);
}

PeriodBounds computed_bounds(const Period& period, const std::string& value, Dialect dialect) {
  return dialect == Dialect::kSqlite ? sqlite_bounds(period, value) : postgres_bounds(period, value);
}

std::optional<PeriodUnit> find_period_unit(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, PeriodUnit>, 7> kUnits = {{{"year", PeriodUnit::kYear},
                                                                                     {"quarter", PeriodUnit::kQuarter},
                                                                                     {"month", PeriodUnit::kMonth},
                                                                                     {"week", PeriodUnit::kWeek},
                                                                                     {"day", PeriodUnit::kDay},
                                                                                     {"hour", PeriodUnit::kHour},
                                                                                     {"minute", PeriodUnit::kMinute}}};
  auto found = std::ranges::find(kUnits, name, &std::pair<std::string_view, PeriodUnit>::first);
  return found == kUnits.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace explaingate

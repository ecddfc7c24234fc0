// What a constant expression gives, as far as the statement alone tells. Stage-internal.
#pragma once

#include <optional>
#include <string>

#include "parse/rewrite_periods.h"
#include "parse/rewriting.h"

namespace explaingate {

// kExact: of hours, minutes, seconds. kDays: of days, too, which the session's time zone may make longer. kMonths: of
// months or years.
enum class IntervalKind { kNone, kExact, kDays, kMonths };

// A literal's text, also of `DATE '2024-05-31'`.
[[nodiscard]] std::optional<std::string> literal_of(const Rewriting& r, const Node& value);
// PostgreSQL: of type date, for certain.
[[nodiscard]] bool gives_date(const Rewriting& r, const Node& value);
// date_trunc() to this unit.
[[nodiscard]] bool truncates(const Rewriting& r, const Node& value, PeriodUnit unit);
[[nodiscard]] bool gives_number(const Rewriting& r, const Node& value);
// The moment at which the transaction began.
[[nodiscard]] bool is_now(const Rewriting& r, const Node& value);
[[nodiscard]] bool gives_moment(const Rewriting& r, const Node& value);
[[nodiscard]] IntervalKind interval_kind(const Rewriting& r, const Node& value);

}  // namespace explaingate

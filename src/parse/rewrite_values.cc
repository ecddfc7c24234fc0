#include "parse/rewrite_values.h"

#include <algorithm>
#include <array>

namespace explaingate {
namespace {

// "7 days", "1 month 2 hours", "01:30:00"
IntervalKind kind_of_interval(std::string_view text) {
  static constexpr std::array<std::string_view, 17> kExactUnits = {
      "s",       "sec", "secs", "second", "seconds", "m",     "min",          "mins",        "minute",
      "minutes", "h",   "hr",   "hrs",    "hour",    "hours", "milliseconds", "microseconds"};
  static constexpr std::array<std::string_view, 6> kDayUnits = {"d", "day", "days", "w", "week", "weeks"};
  static constexpr std::array<std::string_view, 8> kMonthUnits = {"mon", "mons", "month", "months",
                                                                  "y",   "yr",   "year",  "years"};
  if (std::ranges::all_of(text, [](char c) { return is_digit(c) || c == ' '; }))
    return IntervalKind::kNone;  // INTERVAL '7' DAY: the unit stands elsewhere
  IntervalKind kind = IntervalKind::kExact;
  for (size_t at = 0; at < text.size();) {
    bool letter = (text[at] | 0x20) >= 'a' && (text[at] | 0x20) <= 'z';
    size_t end = at + 1;
    while (letter && end < text.size() && (text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z') ++end;
    if (letter) {
      std::string word(text.substr(at, end - at));
      std::ranges::transform(word, word.begin(), [](char c) { return char(c | 0x20); });
      if (std::ranges::find(kMonthUnits, word) != kMonthUnits.end())
        kind = IntervalKind::kMonths;
      else if (std::ranges::find(kDayUnits, word) != kDayUnits.end())
        kind = std::max(kind, IntervalKind::kDays);
      else if (std::ranges::find(kExactUnits, word) == kExactUnits.end())
        return IntervalKind::kNone;
    }
    at = end;
  }
  return kind;
}

}  // namespace

std::optional<std::string> literal_of(const Rewriting& r, const Node& value) {
  const Node* plain = &value;
  if (value.type == Type::kTypeCast && !r.sqlite()) {
    const Node* type = r.tree().child(value, Key::kTypeName);
    std::string_view name = type == nullptr ? "" : r.last_name(*type, Key::kNames);
    plain = name == "date" || name == "timestamp" || name == "timestamptz" ? r.tree().child(value, Key::kArg) : nullptr;
  }
  return plain == nullptr ? std::nullopt : r.string_of(*plain);
}

bool gives_date(const Rewriting& r, const Node& value) {
  if (value.type == Type::kSQLValueFunction) return r.tree().text(value, Key::kOp) == "SVFOP_CURRENT_DATE";
  if (value.type == Type::kTypeCast) {
    const Node* type = r.tree().child(value, Key::kTypeName);
    return type != nullptr && r.last_name(*type, Key::kNames) == "date";
  }
  if (std::string name = r.function_name(value); name == "date" || name == "make_date" || name == "to_date")
    return true;
  std::string_view op = r.operator_of(value);
  const Node* left = r.tree().child(value, Key::kLexpr);
  const Node* right = r.tree().child(value, Key::kRexpr);
  return (op == "+" || op == "-") && left != nullptr && right != nullptr && gives_date(r, *left) && r.number_of(*right);
}

bool truncates(const Rewriting& r, const Node& value, PeriodUnit unit) {
  std::vector<const Node*> arguments = r.arguments(value);
  if (r.function_name(value) != "date_trunc" || arguments.size() != 2) return false;
  std::optional<std::string> name = r.string_of(*arguments[0]);
  return name && find_period_unit(*name) == unit;
}

bool gives_number(const Rewriting& r, const Node& value) {
  if (value.type == Type::kParamRef) return true;
  if (value.type == Type::kAConst) return r.number_of(value).has_value();
  std::string_view op = r.operator_of(value);
  const Node* left = r.tree().child(value, Key::kLexpr);
  const Node* right = r.tree().child(value, Key::kRexpr);
  return (op == "+" || op == "-") && left != nullptr && right != nullptr && gives_number(r, *left) &&
         gives_number(r, *right);
}

bool is_now(const Rewriting& r, const Node& value) {
  std::string name = r.function_name(value);
  if (name == "now" || name == "transaction_timestamp") return true;
  std::string_view op = value.type == Type::kSQLValueFunction ? r.tree().text(value, Key::kOp) : "";
  return op.starts_with("SVFOP_CURRENT_TIMESTAMP") || op.starts_with("SVFOP_LOCALTIMESTAMP");
}

bool gives_moment(const Rewriting& r, const Node& value) {
  return value.type == Type::kParamRef || is_now(r, value) || literal_of(r, value) || gives_date(r, value) ||
         r.function_name(value) == "date_trunc";
}

IntervalKind interval_kind(const Rewriting& r, const Node& value) {
  if (r.operator_of(value) == "*") {
    const Node* left = r.tree().child(value, Key::kLexpr);
    const Node* right = r.tree().child(value, Key::kRexpr);
    if (left == nullptr || right == nullptr) return IntervalKind::kNone;
    return gives_number(r, *right)  ? interval_kind(r, *left)
           : gives_number(r, *left) ? interval_kind(r, *right)
                                    : IntervalKind::kNone;
  }
  const Node* type = value.type == Type::kTypeCast ? r.tree().child(value, Key::kTypeName) : nullptr;
  if (type == nullptr || r.last_name(*type, Key::kNames) != "interval") return IntervalKind::kNone;
  const Node* argument = r.tree().child(value, Key::kArg);
  std::optional<std::string> text = argument == nullptr ? std::nullopt : r.string_of(*argument);
  return text ? kind_of_interval(*text) : IntervalKind::kNone;
}

}  // namespace explaingate

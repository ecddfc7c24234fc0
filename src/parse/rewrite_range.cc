// Comparisons of something computed from a column, as comparisons of the column: the computation goes to the other
// side, where it is done once.
//
//   date(placed_at) = ?                      placed_at >= ? AND placed_at < date(?, '+1 day')
//   extract(year FROM placed_at) = 2024      placed_at >= '2024-01-01' AND placed_at < '2025-01-01'
//   total + 5 > $1                           total > $1 - 5
//   placed_at + interval '1 day' < now()     placed_at < now() - interval '1 day'
//   left(code, 2) = 'DE'                     code LIKE 'DE%'
//
// Near misses: lower(email) = ? (no range of emails), date(placed_at) = date(other) (nothing that is known before the
// row is read), total * 2 = 7 (integers have no half), extract(month FROM placed_at) = 5 (a range in every year),
// NOT date(placed_at) = ? (two ranges).
#include <algorithm>

#include <fmt/format.h>

#include "parse/rewrite_periods.h"
#include "parse/rewrite_values.h"
#include "parse/rewriting.h"

namespace explaingate {
namespace {

struct Compared {
  const Node* left = nullptr;  // the column's side
  std::string op;              // "=", "<", "<=", ">", ">=", "BETWEEN"
  const Node* low = nullptr;   // the other side
  const Node* high = nullptr;  // of BETWEEN
};

struct Column {
  std::string text;  // as the statement has it
  std::string type;  // as the catalogue has it; SQLite: upper case
  const Node* node = nullptr;
};

constexpr const char* kClockRemark =
    "days are counted on the other side, which differs by an hour where the session's time zone sets its clocks";
constexpr const char* kYearRemark = "the value has to be a whole year, 1 to 9998";
constexpr const char* kMidnightRemark =
    "periods begin at midnight of the session's time zone, as before; on a day whose midnight its clocks skip or "
    "repeat the results differ";
constexpr const char* kMonthRemark = "months aren't of one length: near their ends the results differ";

bool is_comparison(std::string_view op) {
  return op == "=" || op == "<" || op == ">" || op == "<=" || op == ">=";
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return result;
}

class Ranges {
 public:
  explicit Ranges(const Rewriting& rewriting) : r_(rewriting), tree_(rewriting.tree()) {}

  std::optional<Rewrite> run() {
    Edits edits;
    bool any = false;
    r_.each_conjunct([&](const Node& conjunct) {
      std::string written = of(conjunct);
      if (written.empty()) return;
      SourceText::Range range = r_.source().range(conjunct);
      r_.write(edits, r_.source().start(range), r_.source().length(range), written);
      any = true;
    });
    return any ? std::optional(r_.make(RewriteKind::kRange, edits, remarks_)) : std::nullopt;
  }

 private:
  // "" = there is no range.
  std::string of(const Node& conjunct) {
    std::optional<Compared> compared = read(conjunct);
    const Node* node = compared ? r_.only_column(*compared->left) : nullptr;
    if (node == nullptr || node == compared->left) return {};
    const Predicate* predicate = r_.predicate_of(conjunct);
    if (predicate == nullptr || !predicate->collation.empty()) return {};
    const RewriteColumn* known =
        r_.column_of(r_.table_of(predicate->table, predicate->block, predicate->column), predicate->column);
    if (known == nullptr) return {};
    Column column{r_.text(*node), r_.sqlite() ? upper(known->type) : known->type, node};
    for (auto attempt : {&Ranges::period, &Ranges::moment, &Ranges::shifted, &Ranges::elapsed, &Ranges::prefix}) {
      std::vector<std::string> remarks;
      std::string written = (this->*attempt)(*compared, column, remarks);
      if (written.empty()) continue;
      remarks_.insert(remarks_.end(), remarks.begin(), remarks.end());
      return written;
    }
    return {};
  }

  std::optional<Compared> read(const Node& conjunct) const {
    const Node* left = tree_.child(conjunct, Key::kLexpr);
    const Node* right = tree_.child(conjunct, Key::kRexpr);
    if (conjunct.type != Type::kAExpr || left == nullptr || right == nullptr) return std::nullopt;
    if (tree_.text(conjunct, Key::kKind) == "AEXPR_BETWEEN") {
      const Node* items = tree_.child(*right, Key::kItems);
      const Node* low = items == nullptr ? nullptr : tree_.first(*items);
      const Node* high = low == nullptr ? nullptr : tree_.next(*low);
      if (high == nullptr || !r_.is_constant(*low) || !r_.is_constant(*high)) return std::nullopt;
      return Compared{left, "BETWEEN", low, high};
    }
    std::string_view op = r_.operator_of(conjunct);
    if (!is_comparison(op)) return std::nullopt;
    if (r_.is_constant(*right)) return Compared{left, std::string(op), right, nullptr};
    if (r_.is_constant(*left)) return Compared{right, std::string(flipped(op)), left, nullptr};
    return std::nullopt;
  }

  // The column's own moments in a period: date(), strftime(), date_trunc(), extract(), to_char(), a cast to date.
  std::string period(const Compared& compared, const Column& column, std::vector<std::string>& remarks) {
    std::optional<Period> found =
        r_.sqlite() ? sqlite_period(*compared.left, column) : postgres_period(*compared.left, column);
    if (!found || (found->form == Period::Form::kNumber && percent() && r_.sqlite())) return {};
    auto low = bounds(*found, *compared.low, column, remarks);
    auto high = compared.high == nullptr ? low : bounds(*found, *compared.high, column, remarks);
    if (!low || !high) return {};
    if (compared.op == "=" && r_.has_positional_parameter(*compared.low))
      remarks.emplace_back("the value is passed twice");
    if (r_.sqlite() && !found->epoch)
      remarks.push_back(fmt::format(
          "the same where {} holds texts like '2024-05-31 12:00:00', all of one time zone and without its offset",
          column.text));
    if (!r_.sqlite() && column.type.ends_with("with time zone")) remarks.emplace_back(kMidnightRemark);
    if (compared.op == ">=") return fmt::format("{} >= {}", column.text, low->first);
    if (compared.op == ">") return fmt::format("{} >= {}", column.text, low->next);
    if (compared.op == "<") return fmt::format("{} < {}", column.text, low->first);
    if (compared.op == "<=") return fmt::format("{} < {}", column.text, low->next);
    return fmt::format("{0} >= {1} AND {0} < {2}", column.text, low->first, high->next);
  }

  std::optional<Period> sqlite_period(const Node& side, const Column& column) const {
    if (side.type == Type::kTypeCast) {  // CAST(strftime('%Y', x) AS INTEGER)
      const Node* inner = tree_.child(side, Key::kArg);
      const Node* type = tree_.child(side, Key::kTypeName);
      std::string_view name = type == nullptr ? "" : r_.last_name(*type, Key::kNames);
      std::optional<Period> year = inner == nullptr ? std::nullopt : sqlite_period(*inner, column);
      if (!year || year->unit != PeriodUnit::kYear || !upper(name).starts_with("INT")) return std::nullopt;
      year->form = Period::Form::kNumber;
      return year;
    }
    std::string name = r_.function_name(side);
    std::vector<const Node*> arguments = r_.arguments(side);
    Period period;
    if (name == "strftime" && !arguments.empty()) {
      std::optional<std::string> format = r_.string_of(*arguments[0]);
      arguments.erase(arguments.begin());
      if (!format || (*format != "%Y" && *format != "%Y-%m" && *format != "%Y-%m-%d")) return std::nullopt;
      period.unit = *format == "%Y" ? PeriodUnit::kYear : *format == "%Y-%m" ? PeriodUnit::kMonth : PeriodUnit::kDay;
    } else if (name != "date") {
      return std::nullopt;
    }
    if (arguments.empty() || arguments[0] != column.node) return std::nullopt;
    if (arguments.size() == 2 && r_.string_of(*arguments[1]) == "unixepoch") {
      period.epoch = true;
      return holds_text(column) || percent() ? std::nullopt : std::optional(period);
    }
    return arguments.size() == 1 && holds_dates(column) ? std::optional(period) : std::nullopt;
  }

  std::optional<Period> postgres_period(const Node& side, const Column& column) const {
    bool timestamp = column.type.starts_with("timestamp");
    if (!timestamp && column.type != "date") return std::nullopt;
    if (side.type == Type::kTypeCast) {
      const Node* type = tree_.child(side, Key::kTypeName);
      bool to_date =
          tree_.child(side, Key::kArg) == column.node && type != nullptr && r_.last_name(*type, Key::kNames) == "date";
      return to_date && timestamp ? std::optional(Period{PeriodUnit::kDay, Period::Form::kDate}) : std::nullopt;
    }
    std::string name = r_.function_name(side);
    std::vector<const Node*> arguments = r_.arguments(side);
    if (name == "date" && arguments.size() == 1 && arguments[0] == column.node && timestamp)
      return Period{PeriodUnit::kDay, Period::Form::kDate};
    if (arguments.size() != 2) return std::nullopt;
    if (name == "to_char" && arguments[0] == column.node) {
      std::optional<std::string> format = r_.string_of(*arguments[1]);
      if (format == "YYYY") return Period{PeriodUnit::kYear, Period::Form::kText};
      if (format == "YYYY-MM") return Period{PeriodUnit::kMonth, Period::Form::kText};
      if (format == "YYYY-MM-DD") return Period{PeriodUnit::kDay, Period::Form::kText};
      return std::nullopt;
    }
    std::optional<std::string> unit_name = r_.string_of(*arguments[0]);
    std::optional<PeriodUnit> unit = unit_name ? find_period_unit(*unit_name) : std::nullopt;
    if (!unit || arguments[1] != column.node) return std::nullopt;
    if (name == "date_trunc" && timestamp) return Period{*unit, Period::Form::kMoment};
    if ((name == "extract" || name == "date_part") && unit == PeriodUnit::kYear)
      return Period{PeriodUnit::kYear, Period::Form::kNumber};
    return std::nullopt;
  }

  std::optional<PeriodBounds> bounds(const Period& period, const Node& value, const Column& column,
                                     std::vector<std::string>& remarks) const {
    if (std::optional<std::string> literal = literal_of(r_, value)) return literal_bounds(period, *literal);
    if (std::optional<int> year = r_.number_of(value)) return literal_bounds(period, *year);
    if (value.type == Type::kAConst) return std::nullopt;
    std::string text = r_.text(value);
    if (period.form == Period::Form::kNumber) {
      remarks.emplace_back(kYearRemark);
    } else if (period.form == Period::Form::kText) {
      if (value.type != Type::kParamRef && !gives_text(period, value)) return std::nullopt;
      if (value.type == Type::kParamRef)
        remarks.push_back(fmt::format("the value has to be like '{}'", period.unit == PeriodUnit::kYear ? "2024"
                                                                       : period.unit == PeriodUnit::kMonth
                                                                           ? "2024-05"
                                                                           : "2024-05-31"));
    } else if (value.type == Type::kParamRef) {
      bool date = period.form == Period::Form::kDate;
      text = fmt::format("CAST({} AS {})", text, date ? "date" : plain_type(column.type));
      if (!date) remarks.emplace_back("the value has to be the first moment of its period");
    } else if (!(period.unit == PeriodUnit::kDay && gives_date(r_, value)) && !truncates(r_, value, period.unit)) {
      return std::nullopt;
    }
    return computed_bounds(period, text, r_.sqlite() ? Dialect::kSqlite : Dialect::kPostgres);
  }

  // SQLite's datetime(x): the moment itself, written in one way.
  std::string moment(const Compared& compared, const Column& column, std::vector<std::string>& remarks) {
    std::vector<const Node*> arguments = r_.arguments(*compared.left);
    if (!r_.sqlite() || r_.function_name(*compared.left) != "datetime" || arguments.size() != 1 ||
        arguments[0] != column.node || !holds_dates(column))
      return {};
    for (const Node* value : {compared.low, compared.high}) {
      if (value == nullptr) continue;
      bool current = value->type == Type::kSQLValueFunction || r_.function_name(*value) == "datetime";
      if (!current && value->type != Type::kParamRef && !literal_of(r_, *value)) return {};
    }
    remarks.push_back(
        fmt::format("the same where {} holds texts like '2024-05-31 12:00:00', all of one time zone", column.text));
    if (compared.high != nullptr)
      return fmt::format("{} BETWEEN {} AND {}", column.text, r_.text(*compared.low), r_.text(*compared.high));
    return fmt::format("{} {} {}", column.text, compared.op, r_.text(*compared.low));
  }

  // x + 1 > ?, 10 - x < ?, x + interval '1 day' < now()
  std::string shifted(const Compared& compared, const Column& column, std::vector<std::string>& remarks) {
    std::string_view op = r_.operator_of(*compared.left);
    const Node* left = tree_.child(*compared.left, Key::kLexpr);
    const Node* right = tree_.child(*compared.left, Key::kRexpr);
    if ((op != "+" && op != "-") || left == nullptr || right == nullptr || compared.high != nullptr) return {};
    bool first = left == column.node;
    if (!first && right != column.node) return {};
    const Node& step = first ? *right : *left;
    const Node& value = *compared.low;
    bool number = is_whole_number(column) && gives_number(r_, step) && gives_number(r_, value);
    if (number && r_.sqlite() && (step.type == Type::kParamRef || value.type == Type::kParamRef))
      remarks.emplace_back("the values have to be numbers");
    bool time = !number && (first || op == "+") && is_time_step(step, value, column, remarks);
    if (!number && !time) return {};
    bool step_goes_first = !first && op == "-";
    bool step_stood_first = r_.source().start(r_.source().range(step)) < r_.source().start(r_.source().range(value));
    if (step_goes_first != step_stood_first && r_.has_positional_parameter(step) && r_.has_positional_parameter(value))
      return {};  // each would take the other's value
    if (step_goes_first)
      return fmt::format("{} {} {} - {}", column.text, flipped(compared.op), operand(step, column),
                         operand(value, column));
    return fmt::format("{} {} {} {} {}", column.text, compared.op, operand(value, column), op == "+" ? "-" : "+",
                       number && step.type == Type::kParamRef ? operand(step, column) : bracketed(step));
  }

  bool is_time_step(const Node& step, const Node& value, const Column& column,
                    std::vector<std::string>& remarks) const {
    if (r_.sqlite() || !column.type.starts_with("timestamp")) return false;
    IntervalKind kind = interval_kind(r_, step);
    if (kind == IntervalKind::kNone || !gives_moment(r_, value)) return false;
    bool zoneless =
        !column.type.ends_with("with time zone") && (value.type == Type::kParamRef || literal_of(r_, value));
    if (kind == IntervalKind::kMonths) remarks.emplace_back(kMonthRemark);
    if (kind == IntervalKind::kDays && !zoneless) remarks.emplace_back(kClockRemark);
    return true;
  }

  // now() - x > interval '7 days'
  std::string elapsed(const Compared& compared, const Column& column, std::vector<std::string>& remarks) {
    const Node* left = tree_.child(*compared.left, Key::kLexpr);
    const Node* right = tree_.child(*compared.left, Key::kRexpr);
    if (r_.sqlite() || r_.operator_of(*compared.left) != "-" || right != column.node || compared.high != nullptr ||
        left == nullptr || !column.type.starts_with("timestamp") || !is_now(r_, *left))
      return {};
    IntervalKind kind = interval_kind(r_, *compared.low);
    if (kind != IntervalKind::kExact && kind != IntervalKind::kDays) return {};
    if (kind == IntervalKind::kDays) remarks.emplace_back(kClockRemark);
    return fmt::format("{} {} {} - {}", column.text, flipped(compared.op), r_.text(*left), r_.text(*compared.low));
  }

  // substr(x, 1, 3) = 'abc'
  std::string prefix(const Compared& compared, const Column& column, std::vector<std::string>& /*remarks*/) {
    std::string name = r_.function_name(*compared.left);
    std::vector<const Node*> arguments = r_.arguments(*compared.left);
    bool left = !r_.sqlite() && name == "left" && arguments.size() == 2;
    bool part = (name == "substr" || name == "substring") && arguments.size() == 3 && r_.number_of(*arguments[1]) == 1;
    if (compared.op != "=" || percent() || (!left && !part) || arguments[0] != column.node) return {};
    bool text =
        r_.sqlite() ? holds_text(column) : column.type == "text" || column.type.starts_with("character varying");
    std::optional<std::string> literal = r_.string_of(*compared.low);
    std::optional<int> length = r_.number_of(*arguments.back());
    if (!text || !literal || literal->empty() || !length) return {};
    auto plain = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             std::string_view(" -.:/+#").find(c) != std::string_view::npos;
    };
    if (static_cast<int>(literal->size()) != *length || !std::ranges::all_of(*literal, plain)) return {};
    return r_.sqlite() ? fmt::format("{} GLOB '{}*'", column.text, *literal)
                       : fmt::format("{} LIKE '{}%'", column.text, *literal);
  }

  [[nodiscard]] bool percent() const { return r_.percent_parameters(); }

  // By SQLite's rules of affinity, and what people name their types.
  static bool holds_text(const Column& column) {
    if (column.type.find("INT") != std::string::npos) return false;
    return column.type.find("CHAR") != std::string::npos || column.type.find("CLOB") != std::string::npos ||
           column.type.find("TEXT") != std::string::npos;
  }
  static bool holds_dates(const Column& column) {
    if (column.type.find("INT") != std::string::npos) return false;
    return column.type.empty() || holds_text(column) || column.type.find("DATE") != std::string::npos ||
           column.type.find("TIME") != std::string::npos;
  }
  bool is_whole_number(const Column& column) const {
    if (r_.sqlite()) return column.type.find("INT") != std::string::npos;
    return column.type == "integer" || column.type == "bigint" || column.type == "smallint";
  }

  // SQLite: text in the period's own form.
  bool gives_text(const Period& period, const Node& value) const {
    if (!r_.sqlite()) return false;
    std::string name = r_.function_name(value);
    bool day = period.unit == PeriodUnit::kDay;
    if (value.type == Type::kSQLValueFunction) return day && tree_.text(value, Key::kOp) == "SVFOP_CURRENT_DATE";
    if (name == "date") return day;
    std::vector<const Node*> arguments = r_.arguments(value);
    if (name != "strftime" || arguments.empty()) return false;
    return r_.string_of(*arguments[0]) == (period.unit == PeriodUnit::kYear ? "%Y" : day ? "%Y-%m-%d" : "%Y-%m");
  }

  [[nodiscard]] std::string bracketed(const Node& value) const {
    return value.type == Type::kAExpr ? "(" + r_.text(value) + ")" : r_.text(value);
  }

  // A value beside "+ x" or "- x", of the column's type where it wouldn't say so itself.
  [[nodiscard]] std::string operand(const Node& value, const Column& column) const {
    bool typeless = value.type == Type::kParamRef || r_.string_of(value);
    if (r_.sqlite() || !typeless) return bracketed(value);
    // Of the widest type: what a narrower one has no room for was compared before, too.
    return fmt::format("CAST({} AS {})", r_.text(value), is_whole_number(column) ? "bigint" : plain_type(column.type));
  }

  static std::string plain_type(std::string_view type) {
    if (!type.starts_with("timestamp")) return std::string(type);
    return type.ends_with("with time zone") ? "timestamptz" : "timestamp";
  }

  const Rewriting& r_;
  const Tree& tree_;
  std::vector<std::string> remarks_;
};

}  // namespace

std::optional<Rewrite> Rewriting::ranges() const {
  return Ranges(*this).run();
}

}  // namespace explaingate

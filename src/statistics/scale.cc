// The same database, larger.
//
// Every table that isn't fixed is multiplied by one factor; what a query costs at several factors is its growth. For
// that, each column needs one answer: do its different values become more when the table grows?
//
//   a key                                      one value a row
//   a foreign key                              as many values as the parent has rows (or the share of them that was
//   seen):
//                                              children per parent stay, unless the parent is fixed
//   boolean, enum, CHECK (x IN (...))          the number of values stays
//   known distinct count                       a fraction (negative) grows; an absolute one grows unless few_values()
//   "shop_id" beside a table "shops", the rows   as a foreign key: few declare them all
//   of both stated, nothing known
//   first column of an index, nothing known    counts as selective: kSelectiveRows rows a value
//   anything else                              not in the map; the engine's default applies
//
// Rows per distinct prefix of an index follow from that: they stay when one of the columns grows, and grow with the
// table when none does. orders(status) with 4 statuses: a quarter of the rows at every scale. Near miss: orders(status,
// customer_id) begins with the same quarter, but a customer's open orders stay a handful.
//
// A column's answer doesn't depend on which indexes there are as long as statistics know the column; so dropping an
// index changes what a query must read, not what it returns.
#include <algorithm>
#include <cmath>

#include "statistics/names.h"
#include "statistics/spread.h"
#include "statistics/statistics.h"

namespace explaingate {

// Two rules of thumb part look-up values from growing ones: PostgreSQL's ANALYZE calls a column constant up to a tenth
// of the rows (src/backend/commands/analyze.c, compute_distinct_stats); an index with ten values or fewer isn't
// selective. They agree at 100 rows and drift apart above: 9,000 customers in 120,000 orders are no look-up values, 50
// states in 10,000 addresses are. The square root lies in the (geometric) middle of the two.
bool few_values(double distinct, double rows) {
  return distinct <= std::sqrt(std::max(0.0, rows));
}

std::optional<double> absolute_distinct(const ColumnStatistics& column, double rows) {
  if (!column.distinct || *column.distinct == 0 || !std::isfinite(*column.distinct)) return std::nullopt;
  double distinct = *column.distinct < 0 ? -*column.distinct * rows : *column.distinct;
  return std::clamp(distinct, 1.0, std::max(1.0, rows));
}

std::optional<double> leading_index_rows(const TableStatistics& statistics, const TableShape& table,
                                         const std::string& column) {
  for (const IndexShape& index : table.indexes) {
    if (index.partial || index.columns.empty() || index.columns[0] != column) continue;
    auto known = statistics.index_rows.find(index.name);
    if (known != statistics.index_rows.end() && !known->second.empty() && known->second[0] > 0)
      return std::clamp(known->second[0], 1.0, std::max(1.0, statistics.rows));
  }
  return std::nullopt;
}

namespace {

constexpr double kSmallest = 10000;  // rows of the largest growing table at scale 0, at least
constexpr double kStep = 10;         // from one scale to the next

enum class Spread { kUnknown, kConstant, kGrows };
struct ColumnSpread {
  Spread spread = Spread::kUnknown;
  double distinct = 0;  // at scale 0, in a table that may have fewer rows
};

// One table at scale 0 beside the numbers it comes from.
struct Basis {
  const TableShape& shape;
  const TableStatistics& statistics;
  double rows;    // at scale 0
  double growth;  // these over the known rows
  double step;    // from scale 0 to the scale asked for
};

double selective_distinct(double rows) {
  return std::max(1.0, rows / kSelectiveRows);
}

// Everything is worked out at scale 0; a larger scale multiplies what grows, so that ratios are kept exactly.
class Scaler {
 public:
  Scaler(const Statistics& statistics, const std::vector<TableShape>& tables, double first_factor, double step)
      : statistics_(statistics),
        tables_(tables),
        names_(NameIndex::of_keys(statistics.tables)),
        first_factor_(first_factor),
        step_(step) {}

  void run(ScaledStatistics& scaled) const {
    for (const TableShape& shape : tables_) {
      auto known = statistics_.tables.find(shape.name);
      if (known == statistics_.tables.end()) continue;
      double rows = first_rows(known->second);
      double growth = known->second.rows > 0 ? rows / known->second.rows : 1;
      double step = known->second.fixed || rows == 0 ? 1 : step_;
      scaled.tables[shape.name] = scaled_table({shape, known->second, rows, growth, step});
    }
  }

 private:
  // Whole numbers at scale 0, so that the steps between scales are exact.
  double first_rows(const TableStatistics& table) const {
    return table.fixed ? table.rows : std::round(table.rows * first_factor_);
  }

  ScaledTable scaled_table(const Basis& basis) const {
    ScaledTable table;
    table.rows = basis.rows * basis.step;
    table.step = basis.step;
    for (const ColumnShape& column : basis.shape.columns) {
      ColumnSpread spread = spread_of(column, basis);
      if (spread.spread == Spread::kUnknown) continue;
      bool grows = spread.spread == Spread::kGrows;
      double distinct = std::clamp(spread.distinct, 1.0, std::max(1.0, basis.rows));
      table.distinct[column.name] = distinct * (grows ? basis.step : 1);
      if (grows) table.growing.insert(column.name);
    }
    // Indexes that statistics know come first: the others find their common prefixes there.
    for (const IndexShape& index : basis.shape.indexes) {
      auto known = basis.statistics.index_rows.find(index.name);
      if (known != basis.statistics.index_rows.end())
        table.index_rows[index.name] = known_prefix_rows(table, basis, index, known->second);
    }
    for (const IndexShape& index : basis.shape.indexes)
      if (!table.index_rows.contains(index.name))
        table.index_rows[index.name] = index_prefix_rows(table, basis.shape, index);
    return table;
  }

  ColumnSpread spread_of(const ColumnShape& column, const Basis& basis) const {
    if (column.unique) return {Spread::kGrows, basis.rows};
    if (!column.parent_table.empty()) return foreign_key_spread(column, basis);
    if (column.allowed_values > 0) return {Spread::kConstant, static_cast<double>(column.allowed_values)};
    auto known = basis.statistics.columns.find(column.name);
    if (known != basis.statistics.columns.end() && known->second.distinct)
      if (auto distinct = absolute_distinct(known->second, basis.statistics.rows)) {
        bool grows = *known->second.distinct < 0 || !few_values(*distinct, basis.statistics.rows);
        return {grows ? Spread::kGrows : Spread::kConstant, *distinct * (grows ? basis.growth : 1)};
      }
    if (auto rows = leading_index_rows(basis.statistics, basis.shape, column.name)) {
      double distinct = basis.statistics.rows / *rows;
      bool grows = !few_values(distinct, basis.statistics.rows);
      return {grows ? Spread::kGrows : Spread::kConstant, distinct * (grows ? basis.growth : 1)};
    }
    if (const TableStatistics* parent = parent_by_name(column, basis))
      return {parent->fixed ? Spread::kConstant : Spread::kGrows, first_rows(*parent)};
    bool leads_index = std::ranges::any_of(basis.shape.indexes, [&](const IndexShape& index) {
      return !index.partial && !index.columns.empty() && index.columns[0] == column.name;
    });
    if (leads_index) return {Spread::kGrows, selective_distinct(basis.rows)};
    return {};
  }

  [[nodiscard]] const TableStatistics* parent_by_name(const ColumnShape& column, const Basis& basis) const {
    std::string_view name = column.name;
    if (basis.statistics.source == RowSource::kAssumed || name.size() < 4) return nullptr;
    if (!name.ends_with("_id") && !name.ends_with("Id")) return nullptr;
    std::string one(name.substr(0, name.size() - (name.ends_with("_id") ? 3 : 2)));
    std::string many = one.ends_with('y') ? one.substr(0, one.size() - 1) + "ies" : one + "s";
    for (const std::string& candidate : {one, many, one + "es"}) {
      const std::string* found = names_.find(candidate);
      if (found == nullptr || same_name(*found, basis.shape.name)) continue;
      const TableStatistics& parent = statistics_.tables.at(*found);
      if (parent.source != RowSource::kAssumed && parent.rows > 0) return &parent;
    }
    return nullptr;
  }

  ColumnSpread foreign_key_spread(const ColumnShape& column, const Basis& basis) const {
    const std::string* parent_name = names_.find(column.parent_table);
    bool to_itself = same_name(column.parent_table, basis.shape.name);
    if (!parent_name) return {Spread::kGrows, selective_distinct(basis.rows)};
    const TableStatistics& parent = statistics_.tables.at(*parent_name);
    Spread spread = parent.fixed ? Spread::kConstant : Spread::kGrows;
    double parent_rows = first_rows(parent);
    std::optional<double> distinct;
    auto known = basis.statistics.columns.find(column.name);
    if (known != basis.statistics.columns.end()) distinct = absolute_distinct(known->second, basis.statistics.rows);
    if (!distinct)
      if (auto rows = leading_index_rows(basis.statistics, basis.shape, column.name))
        distinct = basis.statistics.rows / *rows;
    if (distinct && parent.rows > 0) return {spread, std::min(1.0, *distinct / parent.rows) * parent_rows};
    return {spread, to_itself ? selective_distinct(basis.rows) : parent_rows};
  }

  static std::vector<double> known_prefix_rows(const ScaledTable& table, const Basis& basis, const IndexShape& index,
                                               const std::vector<double>& known) {
    std::vector<double> result = index_prefix_rows(table, basis.shape, index);
    bool any_grows = false, all_constant = true;
    double limit = std::max(1.0, table.rows), known_rows = std::max(1.0, basis.statistics.rows);
    for (size_t i = 0; i < result.size(); ++i) {
      bool grows = table.growing.contains(index.columns[i]);
      any_grows = any_grows || grows;
      all_constant = all_constant && !grows && table.distinct.contains(index.columns[i]);
      bool is_key = index.unique && i + 1 == result.size();
      if (!is_key && i < known.size() && known[i] > 0) {
        double rows = std::clamp(known[i], 1.0, known_rows);
        bool constant = all_constant || (!any_grows && few_values(known_rows / rows, known_rows));
        result[i] = rows * (constant ? basis.growth * basis.step : 1);
      }
      limit = result[i] = std::clamp(result[i], 1.0, limit);
    }
    return result;
  }

  const Statistics& statistics_;
  const std::vector<TableShape>& tables_;
  NameIndex names_;
  double first_factor_;
  double step_;
};

// A key of the table lies within the first `count` columns of the index: one row at most for each prefix.
bool holds_key(const TableShape& table, const IndexShape& index, size_t count) {
  auto in_prefix = [&](const std::string& name) {
    return !name.empty() && std::find(index.columns.begin(), index.columns.begin() + static_cast<std::ptrdiff_t>(count),
                                      name) != index.columns.begin() + static_cast<std::ptrdiff_t>(count);
  };
  if (index.unique && count == index.columns.size()) return true;
  for (const ColumnShape& column : table.columns)
    if (column.unique && in_prefix(column.name)) return true;
  return std::ranges::any_of(table.indexes, [&](const IndexShape& other) {
    return other.unique && !other.partial && !other.columns.empty() && std::ranges::all_of(other.columns, in_prefix);
  });
}

// Rows per distinct combination of the first `count` columns, where another index begins with the same ones in any
// order.
std::optional<double> rows_of_same_prefix(const ScaledTable& scaled, const TableShape& table, const IndexShape& index,
                                          size_t count) {
  auto prefix = [count](const IndexShape& of) {
    std::vector<std::string> columns(of.columns.begin(), of.columns.begin() + static_cast<std::ptrdiff_t>(count));
    std::ranges::sort(columns);
    return columns;
  };
  std::vector<std::string> wanted = prefix(index);
  if (std::ranges::find(wanted, std::string()) != wanted.end()) return std::nullopt;  // an expression is not its name
  for (const IndexShape& other : table.indexes) {
    if (other.partial || other.columns.size() < count || prefix(other) != wanted) continue;
    auto known = scaled.index_rows.find(other.name);
    if (known != scaled.index_rows.end() && known->second.size() >= count) return known->second[count - 1];
  }
  return std::nullopt;
}

}  // namespace

std::vector<double> index_prefix_rows(const ScaledTable& scaled, const TableShape& table, const IndexShape& index) {
  std::vector<double> result;
  double first_rows = std::max(1.0, scaled.rows / scaled.step);
  double combinations = 1, limit = std::max(1.0, scaled.rows);
  bool grows = false;
  for (size_t i = 0; i < index.columns.size(); ++i) {
    const std::string& name = index.columns[i];
    auto column = std::ranges::find_if(table.columns, [&](const auto& c) { return same_name(c.name, name); });
    auto distinct = column == table.columns.end() ? scaled.distinct.end() : scaled.distinct.find(column->name);
    if (distinct != scaled.distinct.end()) {
      bool growing = scaled.growing.contains(distinct->first);
      combinations *= std::max(1.0, distinct->second / (growing ? scaled.step : 1));
      grows = grows || growing;
    } else if (column != table.columns.end() && column->allowed_values > 0) {
      combinations *= column->allowed_values;
    } else {
      combinations *= selective_distinct(first_rows);
      grows = true;
    }
    // Columns are independent at best, and never give more than one combination a row.
    combinations = std::min(combinations, first_rows);
    double each = first_rows / combinations * (grows ? 1 : scaled.step);
    if (auto same = rows_of_same_prefix(scaled, table, index, i + 1)) each = *same;
    if (holds_key(table, index, i + 1)) each = 1;
    limit = std::clamp(each, 1.0, limit);
    result.push_back(limit);
  }
  return result;
}

ScaledStatistics scale(const Statistics& statistics, const std::vector<TableShape>& tables, int scale_number) {
  // Also tables that this schema lacks count as long as the statistics have them: the base and the head of a change
  // must get the same factor, or dropping the largest table would resize all others.
  double largest = 0;
  for (const auto& [name, table] : statistics.tables)
    if (!table.fixed) largest = std::max(largest, table.rows);
  double first_factor = largest > 0 && largest < kSmallest ? kSmallest / largest : 1;
  double step = std::pow(kStep, std::clamp(scale_number, 0, kScaleCount - 1));
  ScaledStatistics scaled;
  scaled.factor = first_factor * step;
  Scaler(statistics, tables, first_factor, step).run(scaled);
  return scaled;
}

ScaledStatistics unscaled(const Statistics& statistics, const std::vector<TableShape>& tables) {
  ScaledStatistics scaled;
  Scaler(statistics, tables, 1, 1).run(scaled);
  return scaled;
}

}  // namespace explaingate

// From a statement and its plan to the few indexes that are worth a trial.
//
// An index serves the columns compared for equality, in any order, and after them one more thing: a range, or the order
// in which rows come out. So for
//
//   SELECT … FROM orders WHERE customer_id = ? AND placed_at > ? ORDER BY total
//
// (customer_id, placed_at) and (customer_id, total) are candidates, and (customer_id) alone. Near misses: (placed_at,
// customer_id) would read every later order of all customers; (customer_id, placed_at, total) can't give the order
// after a range; status = ? where CHECK allows four values gets no index of its own, since it would read a quarter of
// the table; price * 2 = ? gets none at all, and lower(email) = ? one of the expression. In a join, a column compared
// with another table's column counts as equality, but only where that table's loop is outside: so there are candidates
// with and without the join columns, and the planner chooses.
#include <algorithm>
#include <cmath>

#include "advise/advise.h"
#include "advise/variants.h"
#include "advise/wishes.h"

namespace explaingate {
namespace {

using advise::SortColumn;
using advise::Variant;
using advise::WishedColumn;
using advise::Wishes;
using Columns = std::vector<std::string>;

constexpr size_t kMaxCandidates = 8;
constexpr size_t kMaxEqualities = 3;  // a fourth column costs every write and saves little
constexpr size_t kMaxColumns = 5;
constexpr size_t kMostExtra = 3;
constexpr size_t kMostIncluded = 4;
constexpr size_t kMostTogether = 16;
constexpr double kCorrelated = 0.9;  // from here on a range's rows stand together on disk

bool contains(const Columns& columns, std::string_view name) {
  return std::ranges::any_of(columns, [&](const std::string& column) { return without_suffix(column) == name; });
}

// `columns` followed by the order, as an index must have it: columns held constant drop out; when all go the same way
// the index is read backwards, so that only a mixed order needs DESC. With `nulls` they stand where the order wants
// them: PostgreSQL's index on (score) read backwards is no help for ORDER BY score DESC NULLS LAST; SQLite's is, and it
// refuses an index with such words.
Columns with_order(Columns columns, const std::vector<SortColumn>& order, bool nulls = false) {
  std::vector<SortColumn> rest;
  for (const SortColumn& column : order)
    if (!contains(columns, column.name) &&
        std::ranges::none_of(rest, [&](const SortColumn& other) { return other.name == column.name; }))
      rest.push_back(column);
  bool as_written =
      nulls || std::ranges::any_of(rest, [&](const SortColumn& c) { return c.descending != rest[0].descending; });
  for (const SortColumn& column : rest) {
    std::string part = column.name;
    if (as_written && column.descending) part += " DESC";
    if (nulls && column.odd_nulls) part += column.descending ? " NULLS LAST" : " NULLS FIRST";
    columns.push_back(std::move(part));
  }
  return columns;
}

enum class Joins { kAll, kNone, kOnly };

Columns equalities(const Wishes& wishes, Joins joins) {
  Columns columns;
  for (const WishedColumn& column : wishes.equalities) {
    bool fits = joins == Joins::kAll || (joins == Joins::kOnly) == column.join;
    if (fits && columns.size() < kMaxEqualities) columns.push_back(column.name);
  }
  return columns;
}

// A column list, and how many of its first columns are compared for equality, so that their order is free.
struct List {
  Columns columns;
  size_t equalities = 0;
};

// All column lists for one table reference, the most promising first.
class Variants {
 public:
  explicit Variants(const Wishes& wishes) : wishes_(wishes) {}

  std::vector<List> run() {
    for (const Columns& columns : wishes_.given) add(columns, columns.size());
    for (Joins joins : {Joins::kAll, Joins::kNone}) {
      Columns base = equalities(wishes_, joins);
      if (!wishes_.ranges.empty()) add(with(base, wishes_.ranges[0]), base.size());
      for (const std::vector<SortColumn>& order : wishes_.orders) add_order(base, order);
      if (wishes_.ranges.empty()) add(base, base.size());
    }
    Columns only = equalities(wishes_, Joins::kOnly), all = equalities(wishes_, Joins::kAll);
    add(only, only.size());
    for (const WishedColumn& column : wishes_.equalities) add({column.name}, 1);
    for (const std::string& column : wishes_.alternatives) add({column}, 1);
    for (size_t i = 1; i < wishes_.ranges.size(); ++i) add(with(all, wishes_.ranges[i]), all.size());
    return std::move(variants_);
  }

 private:
  static Columns with(Columns columns, const std::string& column) {
    columns.push_back(column);
    return columns;
  }

  // A key at the end of an order decides between equal rows only; the engine may hold it in every index anyway.
  void add_order(const Columns& base, const std::vector<SortColumn>& order) {
    if (std::ranges::any_of(order, &SortColumn::odd_nulls)) add(with_order(base, order, true), base.size());
    add(with_order(base, order), base.size());
    if (order.size() > 1 && advise::is_key(*wishes_.table, order.back().name))
      add(with_order(base, {order.begin(), order.end() - 1}), base.size());
  }

  void add(const Columns& columns, size_t equalities) {
    if (columns.empty() || columns.size() > kMaxColumns || advise::is_key(*wishes_.table, without_suffix(columns[0])))
      return;
    if (std::ranges::none_of(columns, [&](const std::string& column) { return selective(without_suffix(column)); }))
      return;
    if (std::ranges::find(variants_, columns, &List::columns) == variants_.end())
      variants_.push_back({columns, equalities});
  }

  bool selective(std::string_view name) const {
    for (const WishedColumn& column : wishes_.equalities)
      if (column.name == name) return column.selective;
    const CatalogueColumn* column = advise::find_column(*wishes_.table, name);
    return column && column->allowed_values == 0;
  }

  const Wishes& wishes_;
  std::vector<List> variants_;
};

}  // namespace

namespace advise {

bool begin_alike(const std::vector<CatalogueIndexColumn>& indexed, const std::vector<std::string>& columns) {
  size_t count = std::min(indexed.size(), columns.size()), opposite = 0;
  for (size_t i = 0; i < count; ++i) {
    std::string_view column = columns[i], name = without_suffix(column), suffix = column.substr(name.size());
    bool descending = suffix.starts_with(" DESC");
    bool odd_nulls = suffix.ends_with(" NULLS LAST") || suffix.ends_with(" NULLS FIRST");
    bool ordinary = suffix.empty() || descending || odd_nulls;
    if (indexed[i].name != name || indexed[i].odd_nulls != odd_nulls || !ordinary) return false;
    opposite += indexed[i].descending != descending;
  }
  return opposite == 0 || opposite == count;
}

bool exists(const CatalogueTable& table, const std::vector<std::string>& columns) {
  return std::ranges::any_of(table.indexes, [&](const CatalogueIndex& index) {
    return !index.partial && index.columns.size() >= columns.size() && begin_alike(index.columns, columns);
  });
}

namespace {

// Of the rows alone that a constant in the statement asks for: (placed_at) WHERE status = 'new'. Where nothing but the
// constant is asked for, of its own column, if the planner can tell a rare value from a frequent one (SQLite's
// doesn't).
void add_partial(const Wishes& wishes, const IndexKinds& kinds, std::vector<Variant>& extra) {
  for (const IndexCondition& condition : wishes.conditions) {
    Wishes rest = wishes;
    std::erase_if(rest.equalities, [&](const WishedColumn& column) { return column.name == condition.column; });
    std::vector<List> lists = Variants(rest).run();
    std::erase_if(lists, [&](const List& list) { return contains(list.columns, condition.column); });
    if (lists.empty() && kinds.knows_values) lists.push_back({{condition.column}, 1});
    if (lists.empty()) continue;
    if (exists(*wishes.table, lists[0].columns)) continue;
    extra.push_back(
        {{.table = wishes.table->name, .columns = lists[0].columns, .condition = condition}, lists[0].equalities});
  }
}

// Of a column whose values rise (or fall) with the rows' places, the least and the greatest of each range of pages.
void add_summary(const Wishes& wishes, std::vector<Variant>& variants) {
  for (const std::string& range : wishes.ranges) {
    const CatalogueColumn* column = find_column(*wishes.table, range);
    if (column == nullptr || std::abs(column->correlation) < kCorrelated || exists(*wishes.table, {column->name}))
      continue;
    Variant variant{{.table = wishes.table->name, .columns = {column->name}, .method = "brin"}, 0};
    if (std::ranges::find(variants, variant.index, &Variant::index) == variants.end())
      variants.push_back(std::move(variant));
  }
}

// With everything that the statement reads of the table, which then needn't be touched. An index that is there with the
// same columns is widened so: the new one takes its place.
void add_covering(const Wishes& wishes, std::vector<Variant>& extra) {
  std::vector<List> lists = Variants(wishes).run();
  if (lists.empty() || wishes.read.empty()) return;
  CandidateIndex index{.table = wishes.table->name, .columns = lists[0].columns};
  for (const std::string& column : wishes.read)
    if (!contains(index.columns, column)) index.included.push_back(column);
  if (!index.included.empty() && index.included.size() <= kMostIncluded)
    extra.push_back({std::move(index), lists[0].equalities});
}

}  // namespace

std::optional<CandidateIndex> widened(const CandidateIndex& index, const ParsedQuery& parsed, const Plan& plan,
                                      const Catalogue& catalogue) {
  CandidateIndex wide = index;
  for (const Wishes& wishes : wishes_of(parsed, plan, catalogue)) {
    if (wishes.table->name != index.table) continue;
    if (wishes.read.empty()) return std::nullopt;
    for (const std::string& column : wishes.read)  // a key of one column is in every index
      if (!contains(wide.columns, column) && !is_key(*wishes.table, column)) wide.columns.push_back(column);
  }
  size_t added = wide.columns.size() - index.columns.size();
  return added == 0 || added > kMostIncluded ? std::nullopt : std::optional(std::move(wide));
}

std::vector<Variant> variants_of(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue, bool all) {
  std::vector<Wishes> wishes = wishes_of(parsed, plan, catalogue);
  std::vector<std::vector<List>> lists;
  size_t rounds = 0;
  for (const Wishes& each : wishes) {
    lists.push_back(Variants(each).run());
    rounds = std::max(rounds, lists.back().size());
  }
  std::vector<Variant> result, extra;
  for (const Wishes& each : wishes)
    for (const CandidateIndex& index : each.special)
      if (result.size() < kMaxCandidates) result.push_back({index, 0});
  for (size_t round = 0; round < rounds; ++round)  // each table's best before any table's second best
    for (size_t i = 0; i < wishes.size(); ++i) {
      if (round >= lists[i].size() || result.size() >= kMaxCandidates) continue;
      const CatalogueTable& table = *wishes[i].table;
      CandidateIndex index{.table = table.name, .columns = lists[i][round].columns};
      bool known = std::ranges::find(result, index, &Variant::index) != result.end();
      if (!known && !exists(table, index.columns)) result.push_back({std::move(index), lists[i][round].equalities});
    }
  if (!all) return result;
  for (const Wishes& each : wishes) {
    if (catalogue.index_kinds.included) add_covering(each, extra);
    add_partial(each, catalogue.index_kinds, extra);
  }
  size_t most = result.size() + kMostExtra;
  for (Variant& variant : extra)
    if (result.size() < most && std::ranges::find(result, variant.index, &Variant::index) == result.end())
      result.push_back(std::move(variant));
  for (const Wishes& each : wishes)
    if (catalogue.index_kinds.brin) add_summary(each, result);
  return result;
}

}  // namespace advise

std::vector<std::vector<CandidateIndex>> candidates_together(const ParsedQuery& parsed, const Plan& plan,
                                                             const Catalogue& catalogue) {
  std::vector<std::vector<CandidateIndex>> result;
  auto add = [](std::vector<CandidateIndex>& indexes, const CatalogueTable& table, const Columns& columns) {
    CandidateIndex index{.table = table.name, .columns = columns};
    bool known = std::ranges::find(indexes, index) != indexes.end();
    if (!known && !advise::is_key(table, columns[0]) && !advise::exists(table, columns))
      indexes.push_back(std::move(index));
  };
  std::vector<CandidateIndex> changing;  // for the rows that are changed, and those that refer to them
  bool referring = false;
  for (const Wishes& wishes : advise::wishes_of(parsed, plan, catalogue)) {
    for (const advise::OrColumns& group : wishes.ors) {
      std::vector<CandidateIndex>& arms = result.emplace_back();
      for (const auto& [arm, column] : group.by_arm) add(arms, *wishes.table, {column.name});
    }
    std::vector<List> lists = Variants(wishes).run();
    if (!lists.empty()) add(changing, *wishes.table, lists[0].columns);
    referring = referring || wishes.referring;
  }
  std::ranges::sort(changing);
  if (referring) result.push_back(std::move(changing));
  std::erase_if(result, [](const auto& indexes) { return indexes.size() < 2 || indexes.size() > kMostTogether; });
  return result;
}

std::vector<CandidateIndex> candidates(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue) {
  std::vector<CandidateIndex> result;
  for (Variant& variant : advise::variants_of(parsed, plan, catalogue, false))
    result.push_back(std::move(variant.index));
  return result;
}

}  // namespace explaingate

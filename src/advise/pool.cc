// What one statement asks for can be had of an index that begins with what another asks for:
//
//   WHERE customer_id = ? AND status = ?      (customer_id, status), or as well (status, customer_id)
//   WHERE status = ? ORDER BY placed_at       (status, placed_at)
//   WHERE status = ?                          (status): the first is as good, once it is (status, customer_id)
//
// So the columns that are compared for equality are put in such an order, too, that another candidate is a prefix. Near
// miss: (placed_at, status) is none of (status, placed_at)'s orders, since placed_at is there for the order.
#include "advise/pool.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "advise/variants.h"
#include "advise/wishes.h"
#include "base/text.h"

namespace explaingate::advise {
namespace {

using Found = std::map<CandidateIndex, PoolCandidate>;

void add(Found& found, const CandidateIndex& index, size_t equalities, const std::vector<size_t>& wanted) {
  auto [place, fresh] = found.try_emplace(index, PoolCandidate{index, equalities, {}});
  place->second.equalities = std::min(place->second.equalities, equalities);
  std::vector<size_t> both;
  std::ranges::set_union(place->second.wanted, wanted, std::back_inserter(both));
  place->second.wanted = std::move(both);
}

bool all_rows(const CandidateIndex& index) {
  return !index.is_partial() && index.method.empty() && index.included.empty();
}

// `longer` with the columns of `first` in front, or nothing where that isn't an order of its equalities.
std::vector<std::string> reordered(const PoolCandidate& longer, const PoolCandidate& first) {
  size_t count = first.index.columns.size();
  if (first.equalities != count || longer.equalities <= count) return {};
  if (!all_rows(first.index) || !all_rows(longer.index)) return {};
  auto end = longer.index.columns.begin() + static_cast<std::ptrdiff_t>(longer.equalities);
  for (const std::string& column : first.index.columns)
    if (std::find(longer.index.columns.begin(), end, column) == end) return {};
  std::vector<std::string> columns = first.index.columns;
  for (const std::string& column : longer.index.columns)
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
  return columns;
}

// Those that most queries want, of each table.
void keep_most_wanted(Found& found) {
  std::map<std::string, std::vector<const PoolCandidate*>> by_table;
  for (const auto& [index, candidate] : found) by_table[index.table].push_back(&candidate);
  std::set<CandidateIndex> dropped;
  for (auto& [table, list] : by_table) {
    std::ranges::stable_sort(list, std::ranges::greater{},
                             [](const PoolCandidate* candidate) { return candidate->wanted.size(); });
    for (size_t i = kMostOfOneTable; i < list.size(); ++i) dropped.insert(list[i]->index);
  }
  std::erase_if(found, [&](const auto& entry) { return dropped.contains(entry.first); });
}

// Columns that the statement compares, sorts or groups by, in lower case: an index with none of them is of
// no use to it.
// DELETE and UPDATE look for children by their foreign keys.
std::set<std::string> asked_columns(const ParsedQuery& parsed, const Catalogue& catalogue,
                                    const std::set<std::string_view>& tables) {
  std::set<std::string> columns;
  if (parsed.kind == StatementKind::kDelete || parsed.kind == StatementKind::kUpdate)
    for (std::string_view name : tables)
      if (const CatalogueTable* table = find_table(catalogue, name))
        for (const CatalogueForeignKey& key : table->foreign_keys)
          if (!key.columns.empty()) columns.insert(lower(key.columns[0]));
  for (const Predicate& predicate : parsed.predicates) columns.insert(lower(predicate.column));
  for (const Ordering& ordering : parsed.orderings) columns.insert(lower(ordering.column));
  return columns;
}

using ByTable = std::map<std::string, std::pair<size_t, size_t>, std::less<>>;  // first, one behind the last

ByTable by_table(const std::vector<PoolCandidate>& candidates) {
  ByTable tables;
  for (size_t i = 0; i < candidates.size(); ++i)
    tables.try_emplace(candidates[i].index.table, i, i).first->second.second = i + 1;
  return tables;
}

std::vector<size_t> relevant_to(size_t query, const WorkloadQuery& of, const Catalogue& catalogue, const Pool& pool,
                                const ByTable& by_table) {
  std::set<std::string_view> tables;
  for (const PlanNode& node : of.before->back().plan.nodes) tables.insert(node.relation);
  std::set<std::string> columns = asked_columns(*of.statement.parsed, catalogue, tables);
  std::vector<size_t> own, others;
  for (std::string_view table : tables) {
    auto range = by_table.find(table);
    if (range == by_table.end()) continue;
    for (size_t i = range->second.first; i < range->second.second; ++i) {
      const PoolCandidate& candidate = pool.candidates[i];
      if (std::ranges::binary_search(candidate.wanted, query))
        own.push_back(i);
      else if (candidate.index.is_partial() && !columns.contains(lower(candidate.index.condition.column)))
        continue;
      else if (std::ranges::any_of(candidate.index.columns, [&](const std::string& part) {
                 return columns.contains(lower(indexed_column(without_suffix(part))));
               }))
        others.push_back(i);
    }
  }
  std::ranges::stable_sort(others, std::ranges::greater{}, [&](size_t i) { return pool.candidates[i].wanted.size(); });
  own.insert(own.end(), others.begin(), others.end());
  own.resize(std::min(own.size(), kMostRelevant));
  std::ranges::sort(own);
  return own;
}

}  // namespace

Pool pool_of(const std::vector<WorkloadQuery>& queries, const Catalogue& catalogue,
             const std::vector<double>& factors) {
  Found found;
  for (size_t i = 0; i < queries.size(); ++i) {
    const WorkloadQuery& query = queries[i];
    bool gains =
        growth_class(growth_of(*query.before, factors).work) > 0 || query.before->back().metrics.rows_sorted >= 1;
    if (!query.advise || !gains) continue;
    for (const Variant& variant : variants_of(*query.statement.parsed, query.before->back().plan, catalogue, true))
      add(found, variant.index, variant.equalities, {i});
  }
  keep_most_wanted(found);
  std::vector<PoolCandidate> first;
  for (const auto& [index, candidate] : found) first.push_back(candidate);
  for (const auto& [table, range] : by_table(first))
    for (size_t i = range.first; i < range.second; ++i)
      for (size_t k = range.first; k < range.second; ++k) {
        std::vector<std::string> columns = reordered(first[i], first[k]);
        if (columns.empty() || exists(*find_table(catalogue, table), columns)) continue;
        add(found, {table, std::move(columns)}, first[k].index.columns.size(), first[i].wanted);
      }
  keep_most_wanted(found);
  Pool pool;
  for (auto& [index, candidate] : found) pool.candidates.push_back(std::move(candidate));
  ByTable tables = by_table(pool.candidates);
  for (size_t i = 0; i < queries.size(); ++i)
    pool.relevant.push_back(relevant_to(i, queries[i], catalogue, pool, tables));
  return pool;
}

}  // namespace explaingate::advise

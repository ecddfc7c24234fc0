#include "advise/writes.h"

#include <algorithm>
#include <array>

#include "advise/variants.h"
#include "advise/wishes.h"
#include "base/text.h"
#include "engine/condition.h"

namespace explaingate::advise {
namespace {

constexpr double kColumn =
    0.001;  // of the charge, for each column after the first: of two that are as good, the narrower
constexpr double kIncluded = 0.25;     // for each column that is only carried along: it makes every entry larger
constexpr double kPartial = 0.01;      // of two that are as good, the one that serves other values, too
constexpr double kReplacing = 0.5;     // of the charge, where another index goes: no more of them than before
constexpr double kEntryOverhead = 12;  // header and pointer of an entry
constexpr double kFill = 0.9;          // of a page
constexpr double kSummarised = 1e-4;   // entries of a BRIN index for each row: 128 pages of some 80 rows have one
constexpr double kVaryingBytes = 24;   // of a value whose type says nothing of its length

// Words in the names of types whose values are of one length.
struct TypeBytes {
  std::string_view word;
  double bytes;
};
constexpr std::array<TypeBytes, 11> kTypeBytes = {{{"bool", 1},
                                                   {"uuid", 16},
                                                   {"bigint", 8},
                                                   {"smallint", 2},
                                                   {"int", 4},
                                                   {"serial", 8},
                                                   {"timestamp", 8},
                                                   {"date", 8},
                                                   {"real", 8},
                                                   {"double", 8},
                                                   {"numeric", 8}}};

double bytes_of(const CatalogueTable& table, std::string_view name, const Statistics& statistics) {
  const CatalogueColumn* column = find_column(table, name);
  if (column == nullptr) return kVaryingBytes;
  if (auto known = statistics.tables.find(table.name); known != statistics.tables.end() && known->second.postgres)
    if (auto own = known->second.postgres->columns.find(column->name); own != known->second.postgres->columns.end())
      if (own->second.width) return *own->second.width;
  std::string type = lower(column->type);
  for (const TypeBytes& known : kTypeBytes)
    if (type.find(known.word) != std::string::npos) return known.bytes;
  return kVaryingBytes;
}

bool holds_any(const std::vector<std::string>& assigned, std::string_view column) {
  return std::ranges::find(assigned, lower(indexed_column(without_suffix(column)))) != assigned.end();
}

double rows_written(const WorkloadQuery& query, const std::string& table) {
  double rows = 1;
  for (const PlanNode& node : query.before->back().plan.nodes)
    if (same_name(node.relation, table)) rows = std::max(rows, node.rows_out);
  return rows;
}

}  // namespace

Writes::Writes(const std::vector<WorkloadQuery>& queries, const Catalogue& catalogue, CostModel model,
               const Statistics& statistics)
    : queries_(queries), catalogue_(catalogue), model_(model), statistics_(statistics) {
  for (size_t i = 0; i < queries.size(); ++i) {
    const ParsedQuery& parsed = *queries[i].statement.parsed;
    if (parsed.kind != StatementKind::kInsert && parsed.kind != StatementKind::kUpdate &&
        parsed.kind != StatementKind::kDelete)
      continue;
    for (const TableRef& ref : parsed.tables) {
      if (ref.role != TableRef::Role::kTarget) continue;
      const CatalogueTable* table = find_table(catalogue, ref.name);
      if (table == nullptr && !ref.schema.empty()) table = find_table(catalogue, ref.schema + "." + ref.name);
      if (table == nullptr) continue;
      Write write{i, parsed.kind, rows_written(queries[i], table->name), {}};
      for (const std::string& column : parsed.assigned) write.assigned.push_back(lower(column));
      by_table_[table->name].push_back(std::move(write));
    }
  }
}

// Of one row: the row itself, and an entry in each index that it concerns.
double Writes::entries(const CatalogueTable& table, const Write& write, const CandidateIndex* added) const {
  std::vector<std::string> gone = added == nullptr ? std::vector<std::string>() : redundant_with(*added, catalogue_);
  double all = 0, changed = 0;
  for (const CatalogueIndex& index : table.indexes) {
    if (std::ranges::find(gone, index.name) != gone.end()) continue;
    ++all;
    changed += std::ranges::any_of(
        index.columns, [&](const CatalogueIndexColumn& column) { return holds_any(write.assigned, column.name); });
  }
  if (added != nullptr) {
    double share = share_of(*added, catalogue_, statistics_);
    auto holds = [&](const std::string& column) { return holds_any(write.assigned, column); };
    all += share;
    if (std::ranges::any_of(added->columns, holds) || std::ranges::any_of(added->included, holds) ||
        holds(added->condition.column))
      changed += share;
  }
  if (write.kind != StatementKind::kUpdate) return 1 + all;
  return 1 + (model_.versions_rows && changed > 0 ? all : changed);
}

double Writes::charge(const CandidateIndex& index) const {
  double parts = redundant_with(index, catalogue_).empty() ? 1 : kReplacing;
  double charge =
      model_.small * (parts + kColumn * static_cast<double>(index.columns.size() - 1) +
                      kIncluded * static_cast<double>(index.included.size()) + (index.is_partial() ? kPartial : 0));
  auto writes = by_table_.find(index.table);
  const CatalogueTable* table = find_table(catalogue_, index.table);
  if (writes == by_table_.end() || table == nullptr) return charge;
  for (const Write& write : writes->second) {
    double more = entries(*table, write, &index) - entries(*table, write, nullptr);
    charge += std::max(0.0, more) * model_.entry * write.rows * queries_[write.query].calls;
  }
  return charge;
}

double Writes::charge_of_width(const CandidateIndex& index, const CandidateIndex& wide) const {
  auto more = static_cast<double>(wide.columns.size() - index.columns.size());
  return charge(wide) - charge(index) + model_.small * kIncluded * more;
}

std::vector<SlowedWrite> Writes::slowed(const CandidateIndex& index) const {
  std::vector<SlowedWrite> slowed;
  auto writes = by_table_.find(index.table);
  const CatalogueTable* table = find_table(catalogue_, index.table);
  if (writes == by_table_.end() || table == nullptr) return slowed;
  for (const Write& write : writes->second) {
    double before = entries(*table, write, nullptr), after = entries(*table, write, &index);
    if (after > before) slowed.push_back({write.query, (after / before - 1) * 100});
  }
  return slowed;
}

std::vector<std::string> redundant_with(const CandidateIndex& index, const Catalogue& catalogue) {
  std::vector<std::string> names;
  const CatalogueTable* table = find_table(catalogue, index.table);
  if (table == nullptr || index.is_partial() || !index.method.empty()) return names;
  for (const CatalogueIndex& other : table->indexes) {
    if (!other.plain || other.unique || other.partial || other.origin != "create" || other.columns.empty() ||
        other.columns.size() > index.columns.size())
      continue;
    if (begin_alike(other.columns, index.columns)) names.push_back(other.name);
  }
  return names;
}

double share_of(const CandidateIndex& index, const Catalogue& catalogue, const Statistics& statistics) {
  if (index.method == "brin") return kSummarised;
  if (!index.is_partial()) return 1;
  const CatalogueTable* table = find_table(catalogue, index.table);
  const CatalogueColumn* column = table == nullptr ? nullptr : find_column(*table, index.condition.column);
  if (column == nullptr) return 1;
  auto known = statistics.tables.find(index.table);
  PostgresColumn of_column;
  if (known != statistics.tables.end()) {
    if (known->second.postgres)
      if (auto own = known->second.postgres->columns.find(column->name); own != known->second.postgres->columns.end())
        of_column = own->second;
    if (auto own = known->second.columns.find(column->name); own != known->second.columns.end()) {
      of_column.distinct = own->second.distinct;
      of_column.null_fraction = own->second.null_fraction;
    }
  }
  if (auto share = share_of_condition(index.condition, of_column)) return *share;
  if (index.condition.test.starts_with("IS ")) return 1;
  return column->allowed_values > 0 ? 1.0 / column->allowed_values : 1;
}

double size_of(const CandidateIndex& index, double rows, const Catalogue& catalogue, const Statistics& statistics) {
  const CatalogueTable* table = find_table(catalogue, index.table);
  if (table == nullptr) return 0;
  double entry = kEntryOverhead;
  for (const std::string& column : index.columns)
    entry += bytes_of(*table, indexed_column(without_suffix(column)), statistics);
  for (const std::string& column : index.included) entry += bytes_of(*table, column, statistics);
  return rows * share_of(index, catalogue, statistics) * entry / kFill;
}

}  // namespace explaingate::advise

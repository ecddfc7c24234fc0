#include "engine/postgres/statistics/statistics_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "engine/postgres/statistics/assumed_column.h"
#include "engine/postgres/statistics/sizes.h"
#include "statistics/names.h"

namespace explaingate::postgres {
namespace {

constexpr double kPartialShare = 0.25;  // of the rows in a partial index, where nothing tells
// Each segment of a relation is a file: a hostile statistics file must not fill the disk with names.
constexpr double kMostFiles = 50000;
constexpr double kMostPages = 4294967294;  // MaxBlockNumber

template <class Map>
const typename Map::mapped_type* find_named(const Map& map, const NameIndex& names, const std::string& name) {
  const std::string* spelling = names.find(name);
  if (!spelling) return nullptr;
  auto found = map.find(*spelling);
  return found == map.end() ? nullptr : &found->second;
}

template <class Map>
const typename Map::mapped_type* find_named(const Map& map, const std::string& name) {
  auto found = map.find(name);
  if (found != map.end()) return &found->second;
  for (const auto& [spelling, value] : map)
    if (same_name(spelling, name)) return &value;
  return nullptr;
}

bool is_table(const RelationInfo& relation) {
  return relation.kind == 'r' || relation.kind == 'm' || relation.kind == 'p';
}

const RelationNumbers* find_numbers(const DatabaseNumbers& database, Oid oid) {
  auto found = database.relations.find(oid);
  return found == database.relations.end() ? nullptr : &found->second;
}

double absolute(const PostgresColumn& column, double rows) {
  double distinct = column.distinct.value_or(0);
  return distinct < 0 ? -distinct * rows : distinct;
}

// What is known of one table: by its own name, or, of a partition, by its parent's.
struct Source {
  const TableStatistics* statistics = nullptr;
  const ScaledTable* scaled = nullptr;
  double share = 1;  // of the rows in `scaled`
};

class Builder {
 public:
  Builder(const Relations& relations, const Statistics& completed, const ScaledStatistics& scaled,
          const AllowedValues& allowed)
      : relations_(relations),
        completed_(completed),
        scaled_(scaled),
        allowed_(allowed),
        completed_names_(NameIndex::of_keys(completed.tables)),
        scaled_names_(NameIndex::of_keys(scaled.tables)) {
    for (const auto& [oid, relation] : relations_.all) {
      if (relation.unique && relation.key_columns == 1 && !relation.partial)
        keys_.emplace(relation.table, relation.keys[0]);
      if (relation.kind == 'r' && relation.parent != 0)
        for (Oid at : ancestors(relation)) ++leaves_[at];
    }
  }

  DatabaseNumbers run() {
    for (const auto& [oid, relation] : relations_.all)
      if (is_table(relation)) table(relation);
    for (const auto& [oid, relation] : relations_.all) {
      if (relation.kind == 'i') index(relation);
      if (relation.kind == 't') toast(relation);
    }
    extended();
    limit_files();
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::vector<Oid> ancestors(const RelationInfo& relation) const {
    std::vector<Oid> all;
    for (Oid at = relation.parent; at != 0 && all.size() < 100;) {
      all.push_back(at);
      auto parent = relations_.all.find(at);
      at = parent == relations_.all.end() ? 0 : parent->second.parent;
    }
    return all;
  }

  // Rows stay, so that each page holds more of them.
  void limit_files() {
    double files = 0;
    for (auto& [oid, numbers] : result_.relations) {
      files += std::ceil(numbers.pages / relations_.segment_blocks);
      if (files <= kMostFiles || numbers.pages <= relations_.segment_blocks) continue;
      const RelationInfo& relation = relations_.all.at(oid);
      result_.notes.push_back(
          fmt::format("{}: planned with fewer pages than the {:.0f} it would have: all tables together exceed {:.0f} "
                      "files of 1 GiB",
                      relation_key(relation.schema, relation.name), numbers.pages, kMostFiles));
      numbers.pages = relations_.segment_blocks;
      numbers.all_visible = std::min(numbers.all_visible, numbers.pages);
    }
  }

  [[nodiscard]] Source named(const RelationInfo& relation) const {
    std::string key = relation_key(relation.schema, relation.name);
    return {find_named(completed_.tables, completed_names_, key), find_named(scaled_.tables, scaled_names_, key), 1};
  }

  [[nodiscard]] Source source_of(const RelationInfo& relation) const {
    Source own = named(relation);
    bool counted = own.statistics && own.statistics->source != RowSource::kAssumed;
    if (relation.parent == 0 || (counted && own.scaled)) return own;
    for (Oid oid : ancestors(relation)) {
      auto ancestor = relations_.all.find(oid);
      if (ancestor == relations_.all.end()) continue;
      Source above = named(ancestor->second);
      if (!above.scaled) continue;
      auto leaves = leaves_.find(oid);
      above.share = relation.kind == 'p' || leaves == leaves_.end() ? 1 : 1.0 / leaves->second;
      if (counted && above.statistics && above.statistics->rows > 0) {
        above.share = own.statistics->rows / above.statistics->rows;
        above.statistics = own.statistics;
      }
      return above;
    }
    return own;
  }

  void table(const RelationInfo& relation) {
    Source source = source_of(relation);
    if (!source.scaled) return;
    double rows = source.scaled->rows * source.share;
    const PostgresTable* known = source.statistics ? source.statistics->postgres.get() : nullptr;
    if (source.share != 1 && named(relation).statistics != source.statistics) known = nullptr;
    RelationNumbers numbers;
    numbers.rows = std::round(rows);
    if (known && known->rows <= 0) known = nullptr;
    double factor = known ? rows / known->rows : 0;
    for (const ColumnInfo& column : relation.columns) {
      const PostgresColumn* counted = known ? find_named(known->columns, column.name) : nullptr;
      if (counted)
        numbers.columns.push_back({column.number, relation.kind == 'p', multiplied(*counted, column, source, factor)});
      else
        assume(relation, column, source, numbers);
      const PostgresColumn* inherited = known ? find_named(known->inherited, column.name) : nullptr;
      if (inherited) numbers.columns.push_back({column.number, true, multiplied(*inherited, column, source, factor)});
    }
    if (known && known->pages > 0) {
      numbers.pages = std::ceil(known->pages * factor);
      numbers.all_visible = std::min(numbers.pages, std::floor(known->all_visible * factor));
    } else if (relation.kind != 'p') {
      numbers.pages = heap_pages(rows, widths(relation, numbers), relation.fill_factor, relations_.block_size);
      numbers.all_visible = numbers.pages;
    }
    numbers.pages = std::min(numbers.pages, kMostPages);
    numbers.all_visible = std::min(numbers.all_visible, numbers.pages);
    result_.relations.emplace(relation.oid, std::move(numbers));
  }

  // Frequencies and histograms stay as the table grows; an absolute number of values grows where its column does.
  [[nodiscard]] static PostgresColumn multiplied(const PostgresColumn& known, const ColumnInfo& column,
                                                 const Source& source, double factor) {
    PostgresColumn result = known;
    if (known.distinct.value_or(0) > 0 && source.scaled->growing.contains(column.name))
      result.distinct = std::round(std::min(*known.distinct * factor, std::max(1.0, source.scaled->rows)));
    return result;
  }

  void assume(const RelationInfo& relation, const ColumnInfo& column, const Source& source, RelationNumbers& numbers) {
    auto type = relations_.types.find(column.type);
    if (type == relations_.types.end()) return;
    const ColumnStatistics* counted = source.statistics ? find_named(source.statistics->columns, column.name) : nullptr;
    AssumedColumn known;
    known.null_fraction = counted ? counted->null_fraction.value_or(0) : 0;
    if (const double* distinct = find_named(source.scaled->distinct, column.name)) {
      known.growing = source.scaled->growing.contains(column.name);
      known.distinct = *distinct * (known.growing ? source.share : 1);
    }
    auto table_values = allowed_.find(relation_key(relation.schema, relation.name));
    if (table_values != allowed_.end())
      if (auto values = table_values->second.find(column.name); values != table_values->second.end())
        known.allowed = values->second;
    if (known.allowed.empty() && !known.growing) known.allowed = values_of_type(column.type);
    bool nothing = known.distinct <= 0 && known.allowed.empty() && !(counted && counted->null_fraction);
    if (nothing) return;
    bool serial_key = column.serial && keys_.contains({relation.oid, column.number});
    double rows = source.scaled->rows * source.share;
    numbers.columns.push_back(
        {column.number, relation.kind == 'p', assumed_column(column, type->second, serial_key, rows, known)});
  }

  [[nodiscard]] std::vector<std::string> values_of_type(Oid oid) const {
    const TypeInfo& type = relations_.types.at(oid);
    auto base = relations_.types.find(type.base);
    const TypeInfo& stored = base == relations_.types.end() ? type : base->second;
    if (stored.name == "bool") return {"t", "f"};
    return stored.labels;
  }

  [[nodiscard]] std::vector<StoredColumn> widths(const RelationInfo& relation, const RelationNumbers& numbers) const {
    std::vector<StoredColumn> all;
    for (const ColumnInfo& column : relation.columns) {
      auto type = relations_.types.find(column.type);
      const TypeInfo unknown;
      const TypeInfo& of = type == relations_.types.end() ? unknown : type->second;
      StoredColumn stored = stored_column(of, assumed_width(of, column.modifier));
      auto known = std::ranges::find_if(numbers.columns, [&](const auto& c) { return c.number == column.number; });
      if (known != numbers.columns.end()) {
        if (known->statistics.width) stored.width = *known->statistics.width;
        stored.width *= 1 - std::clamp(known->statistics.null_fraction.value_or(0), 0.0, 1.0);
      }
      all.push_back(stored);
    }
    return all;
  }

  void index(const RelationInfo& relation) {
    const RelationNumbers* table = find_numbers(result_, relation.table);
    if (!table) return;
    const RelationInfo& owner = relations_.all.at(relation.table);
    Source source = named(owner);
    const PostgresTable* known = source.statistics ? source.statistics->postgres.get() : nullptr;
    const PostgresIndex* counted = known && known->rows > 0 ? find_named(known->indexes, relation.name) : nullptr;
    // A dump of PostgreSQL's own has indexes beside the tables, under their names.
    PostgresIndex beside;
    if (!counted && known && known->rows > 0)
      if (const TableStatistics* entry = named(relation).statistics; entry && entry->postgres) {
        beside.pages = entry->postgres->pages;
        beside.rows = entry->rows;
        for (const ColumnInfo& column : relation.columns)
          if (auto each = entry->postgres->columns.find(std::to_string(column.number));
              each != entry->postgres->columns.end())
            beside.expressions[column.number] = each->second;
        counted = &beside;
      }
    RelationNumbers numbers = index_numbers(relations_, relation, result_);
    if (counted) {
      double factor = table->rows / known->rows;
      numbers.rows = std::round(counted->rows * factor);
      numbers.pages = std::clamp(std::ceil(counted->pages * factor), 1.0, kMostPages);
      bool same = factor == 1 && counted->height;
      numbers.height =
          same ? *counted->height
               : btree_height(numbers.pages, key_widths(relations_, relation, result_), relations_.block_size);
      for (const auto& [position, statistics] : counted->expressions)
        numbers.columns.push_back({position, false, statistics});
    }
    result_.relations.emplace(relation.oid, std::move(numbers));
  }

  void toast(const RelationInfo& relation) {
    const RelationNumbers* table = find_numbers(result_, relation.table);
    if (!table) return;
    Source source = named(relations_.all.at(relation.table));
    const PostgresTable* known = source.statistics ? source.statistics->postgres.get() : nullptr;
    if (!known || known->rows <= 0 || known->toast_pages <= 0) return;
    RelationNumbers numbers;
    numbers.pages = std::min(kMostPages, std::ceil(known->toast_pages * table->rows / known->rows));
    numbers.rows = numbers.pages * 4;  // TOAST_TUPLES_PER_PAGE
    numbers.all_visible = numbers.pages;
    result_.relations.emplace(relation.oid, std::move(numbers));
  }

  void extended() {
    for (const ExtendedInfo& info : relations_.extended) {
      auto owner = relations_.all.find(info.table);
      if (owner == relations_.all.end() || !result_.relations.contains(info.table)) continue;
      Source source = named(owner->second);
      const PostgresTable* known = source.statistics ? source.statistics->postgres.get() : nullptr;
      if (!known) continue;
      if (const PostgresExtended* counted = find_named(known->extended, info.name))
        result_.extended.push_back({&info, *counted});
    }
  }

 public:
  static std::vector<StoredColumn> key_widths(const Relations& relations, const RelationInfo& index,
                                              const DatabaseNumbers& database) {
    std::vector<StoredColumn> keys;
    const RelationNumbers* table = find_numbers(database, index.table);
    for (const ColumnInfo& column : index.columns) {
      auto type = relations.types.find(column.type);
      if (type == relations.types.end()) continue;
      StoredColumn stored = stored_column(type->second, assumed_width(type->second, column.modifier));
      size_t position = static_cast<size_t>(column.number - 1);
      int key = position < index.keys.size() ? index.keys[position] : 0;
      if (table && key > 0) {
        auto known = std::ranges::find_if(table->columns, [&](const auto& c) { return c.number == key; });
        if (known != table->columns.end() && known->statistics.width) stored.width = *known->statistics.width;
      }
      keys.push_back(stored);
    }
    return keys;
  }

 private:
  const Relations& relations_;
  const Statistics& completed_;
  const ScaledStatistics& scaled_;
  const AllowedValues& allowed_;
  NameIndex completed_names_, scaled_names_;
  std::map<Oid, int> leaves_;
  std::set<std::pair<Oid, int>> keys_;  // columns that alone are one
  DatabaseNumbers result_;
};

}  // namespace

DatabaseNumbers numbers_for(const Relations& relations, const Statistics& completed, const ScaledStatistics& scaled,
                            const AllowedValues& allowed) {
  return Builder(relations, completed, scaled, allowed).run();
}

RelationNumbers index_numbers(const Relations& relations, const RelationInfo& index, const DatabaseNumbers& database) {
  RelationNumbers numbers;
  const RelationNumbers* table = find_numbers(database, index.table);
  if (!table) return numbers;
  numbers.rows = std::round(table->rows * (!index.partial ? 1 : index.share > 0 ? index.share : kPartialShare));
  double combinations = 1;
  for (size_t i = 0; i < index.key_columns && i < index.keys.size(); ++i) {
    auto known = std::ranges::find_if(table->columns, [&](const auto& c) { return c.number == index.keys[i]; });
    double distinct = known == table->columns.end() ? 0 : absolute(known->statistics, table->rows);
    combinations *= distinct > 0 ? distinct : std::max(1.0, table->rows);
  }
  double rows_per_key = index.unique ? 1 : std::max(1.0, table->rows / std::max(1.0, combinations));
  IndexSize size = index_size(index, numbers.rows, rows_per_key, Builder::key_widths(relations, index, database),
                              table->pages, relations);
  numbers.pages = std::min(size.pages, kMostPages);
  numbers.height = size.height;
  return numbers;
}

}  // namespace explaingate::postgres

#include "engine/postgres/statistics/statistics_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/postgres/statistics/export_queries.h"
#include "engine/postgres/statistics/exporter.h"

namespace explaingate::postgres {

std::string oid_list(const std::vector<Oid>& oids) {
  return fmt::format("{{{}}}", fmt::join(oids, ","));
}

Result<Exported> Exporter::run() {
  if (Status begun = connection_.run_script(kBegin); !begun) return fail(begun.error());
  for (auto part : {&Exporter::settings, &Exporter::tables, &Exporter::growth, &Exporter::columns, &Exporter::indexes,
                    &Exporter::sizes, &Exporter::statistics, &Exporter::ranges, &Exporter::extended})
    if (Status status = (this->*part)(); !status) {
      if (connection_.is_open())
        if (Status left = connection_.run("ROLLBACK"); !left) return fail(left.error());
      return fail(status.error());
    }
  if (Status ended = connection_.run("ROLLBACK"); !ended) return fail(ended.error());
  conclude();
  return std::move(result_);
}

double Exporter::pages_now(Oid oid, double otherwise) const {
  auto known = bytes_.find(oid);
  return known == bytes_.end() ? otherwise : std::floor(known->second / result_.statistics.postgres->block_size);
}

// What the planner would make of it now: the density of the last ANALYZE, the size of today.
void Exporter::size(Oid oid, Table& table) {
  double pages = table.kind == 'p' ? 0 : pages_now(oid, table.pages);
  if (table.kind == 'p')
    table.statistics.rows = std::max(0.0, table.tuples);
  else if (table.pages > 0 && table.tuples > 0)
    table.statistics.rows = std::round(table.tuples / table.pages * pages);
  table.postgres.pages = pages;
  table.postgres.all_visible = std::min(table.postgres.all_visible, pages);
  if (table.toast != 0) table.postgres.toast_pages = pages_now(table.toast, 0);
  table.postgres.rows = table.statistics.rows;
}

void Exporter::conclude() {
  for (auto& [oid, table] : tables_) size(oid, table);
  for (const auto& [oid, index] : indexes_) {
    PostgresIndex& to = tables_.at(index.table).postgres.indexes[index.name];
    to.pages = pages_now(oid, index.pages);
    bool counted = index.pages > 1 && index.tuples > 0;  // the first page holds no entries
    to.rows = counted ? std::round(index.tuples / (index.pages - 1) * std::max(0.0, to.pages - 1))
                      : std::max(0.0, index.tuples);
  }
  for (auto& [oid, table] : tables_) {
    report(oid, table);
    for (const auto& [name, column] : table.postgres.columns) {
      ColumnStatistics& to = table.statistics.columns[name];
      if (column.distinct != 0) to.distinct = column.distinct;
      to.null_fraction = column.null_fraction;
    }
    compare(table);
    table.statistics.source = RowSource::kFile;
    table.statistics.postgres = std::make_shared<const PostgresTable>(std::move(table.postgres));
    result_.statistics.tables[table.key] = std::move(table.statistics);
  }
  if (!options_.values) drop_values(result_.statistics);
  std::ranges::sort(result_.unseen);
}

void Exporter::report(Oid oid, const Table& table) {
  if (locked_.contains(oid))
    result_.unseen.push_back(
        fmt::format("{}: its size of today (it is locked); that of the last ANALYZE is taken", table.key));
  auto denied = denied_.find(table.key);
  size_t hidden = denied == denied_.end() ? 0 : denied->second.size();
  if (hidden > 0 && hidden == table.columns.size())
    result_.unseen.push_back(fmt::format("{}: no column: the role may not SELECT from it", table.key));
  else if (hidden > 0)
    result_.unseen.push_back(
        fmt::format("{}: columns that the role may not SELECT: {}", table.key, fmt::join(denied->second, ", ")));
  else if (table.hidden_rows)
    result_.unseen.push_back(fmt::format("{}: no column: row-level security holds for the role", table.key));
  else if (!table.any_column && (table.tuples != 0 || pages_now(oid, table.pages) > 0))
    result_.unseen.push_back(fmt::format("{}: not analysed yet; run ANALYZE", table.key));
}

// Growth: what a person declared stays; a table with the rows of the former export that took no insert stands still.
void Exporter::compare(Table& table) const {
  if (!options_.former) return;
  auto former = options_.former->tables.find(table.key);
  if (former == options_.former->tables.end()) return;
  bool still = former->second.rows > 0 && former->second.rows == table.statistics.rows && table.inserted == 0;
  table.statistics.fixed = former->second.fixed || still;
}

namespace {

void drop_values(PostgresColumn& column) {
  column.common_values.clear();
  column.histogram.clear();
  column.common_elements.clear();
  column.range_bounds.clear();
  column.range_lengths.clear();
}

}  // namespace

void drop_values(Statistics& statistics) {
  for (auto& [name, table] : statistics.tables) {
    if (!table.postgres) continue;
    auto bare = std::make_shared<PostgresTable>(*table.postgres);
    for (auto& [key, column] : bare->columns) drop_values(column);
    for (auto& [key, column] : bare->inherited) drop_values(column);
    for (auto& [key, index] : bare->indexes)
      for (auto& [position, column] : index.expressions) drop_values(column);
    for (auto& [key, extended] : bare->extended) {
      extended.combinations.clear();
      extended.columns.clear();
    }
    table.postgres = std::move(bare);
  }
}

Result<Exported> export_statistics(Connection& connection, const ExportOptions& options) {
  return Exporter(connection, options).run();
}

}  // namespace explaingate::postgres

// The part of an export that says what ANALYZE found in columns: pg_stats, ranges, and CREATE STATISTICS.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/postgres/statistics/export_queries.h"
#include "engine/postgres/statistics/exporter.h"

namespace explaingate::postgres {
namespace {

using nlohmann::json;

std::vector<std::string> texts_at(const Rows& rows, int row, int column) {
  std::vector<std::string> texts;
  if (rows.is_null(row, column)) return texts;
  json list = json::parse(rows.text(row, column), nullptr, false);
  if (!list.is_array()) return texts;
  for (const json& each : list)
    if (each.is_string()) texts.push_back(each.get<std::string>());
  return texts;
}

std::vector<double> numbers_at(const Rows& rows, int row, int column) {
  std::vector<double> numbers;
  if (rows.is_null(row, column)) return numbers;
  json list = json::parse(rows.text(row, column), nullptr, false);
  if (!list.is_array()) return numbers;
  for (const json& each : list)
    if (each.is_number()) numbers.push_back(each.get<double>());
  return numbers;
}

std::optional<double> real_at(const Rows& rows, int row, int column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return rows.real(row, column);
}

// "1, 3" and "1, 3 => 2": numbers of columns, negative ones of expressions.
std::vector<std::string> names_in(const std::map<int, std::string>& columns, const std::string& text) {
  std::vector<std::string> names;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    long number = std::strtol(at, &end, 10);
    if (end == at) {
      ++at;
      continue;
    }
    auto column = columns.find(static_cast<int>(number));
    names.push_back(column == columns.end() ? std::to_string(number) : column->second);
    at = end;
  }
  return names;
}

void combinations(const Rows& rows, int row, PostgresExtended& one) {
  json values = json::parse(rows.text(row, 6), nullptr, false);
  std::vector<double> frequencies = numbers_at(rows, row, 7), base = numbers_at(rows, row, 8);
  if (!values.is_array() || values.size() != frequencies.size() || base.size() != frequencies.size()) return;
  std::vector<std::string> columns = texts_at(rows, row, 5);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_array() || values[i].size() != columns.size()) return;  // expressions are among them
    PostgresExtended::Combination& combination = one.combinations.emplace_back();
    for (const json& each : values[i])
      combination.values.push_back(each.is_string() ? std::optional(each.get<std::string>()) : std::nullopt);
    combination.frequency = frequencies[i];
    combination.base_frequency = base[i];
  }
  one.columns = std::move(columns);
}

}  // namespace

PostgresColumn* Exporter::column_of(Oid oid, const std::string& name, bool inherited) {
  if (auto table = tables_.find(oid); table != tables_.end()) {
    table->second.any_column = true;
    bool parent = inherited && table->second.kind != 'p';
    return parent ? &table->second.postgres.inherited[name] : &table->second.postgres.columns[name];
  }
  auto index = indexes_.find(oid);
  if (index == indexes_.end()) return nullptr;
  auto position = index->second.columns.find(name);
  if (position == index->second.columns.end()) return nullptr;
  PostgresTable& table = tables_.at(index->second.table).postgres;
  return &table.indexes[index->second.name].expressions[position->second];
}

Status Exporter::statistics() {
  std::vector<Oid> all = oids_;
  all.insert(all.end(), index_oids_.begin(), index_oids_.end());
  bool ranges = connection_.version() >= 170000;
  return each(fmt::format(fmt::runtime(kStatistics), ranges ? kRangeColumns : "NULL, NULL, NULL"), {oid_list(all)},
              [&](const Rows& rows, int row) {
                PostgresColumn* column =
                    column_of(oid_at(rows, row, 0), std::string(rows.text(row, 1)), rows.boolean(row, 2));
                if (!column) return;
                column->null_fraction = rows.real(row, 3);
                column->width = rows.real(row, 4);
                column->distinct = rows.real(row, 5);
                column->common_values = texts_at(rows, row, 6);
                column->common_frequencies = numbers_at(rows, row, 7);
                column->histogram = texts_at(rows, row, 8);
                column->correlation = real_at(rows, row, 9);
                column->common_elements = texts_at(rows, row, 10);
                column->element_frequencies = numbers_at(rows, row, 11);
                column->element_counts = numbers_at(rows, row, 12);
                column->range_bounds = texts_at(rows, row, 13);
                column->range_lengths = numbers_at(rows, row, 14);
                column->range_empty = real_at(rows, row, 15);
              });
}

Status Exporter::ranges() {
  if (connection_.version() >= 170000 || oids_.empty()) return {};
  bool allowed = false, used = false;
  Status read = each(
      "SELECT has_table_privilege('pg_catalog.pg_statistic', 'SELECT'), EXISTS (SELECT 1 FROM pg_attribute a JOIN "
      "pg_type t ON t.oid = a.atttypid WHERE a.attrelid = ANY ($1::oid[]) AND t.typtype = 'r')",
      {oid_list(oids_)}, [&](const Rows& rows, int row) {
        allowed = rows.boolean(row, 0);
        used = rows.boolean(row, 1);
      });
  if (!read || !used) return read;
  if (!allowed) {
    result_.unseen.emplace_back(
        "columns of range types: how their values are spread is shown to superusers only before "
        "PostgreSQL 17");
    return {};
  }
  return each(kRanges, {oid_list(oids_)}, [&](const Rows& rows, int row) {
    PostgresColumn* column = column_of(oid_at(rows, row, 0), std::string(rows.text(row, 1)), rows.boolean(row, 2));
    if (!column) return;
    if (rows.integer(row, 3) == 7) {
      column->range_bounds = texts_at(rows, row, 4);
      return;
    }
    for (const std::string& length : texts_at(rows, row, 4))
      column->range_lengths.push_back(std::strtod(length.c_str(), nullptr));
    if (auto empty = numbers_at(rows, row, 5); !empty.empty()) column->range_empty = empty[0];
  });
}

Status Exporter::extended() {
  // Over a table and its children (version 15 and later tell them apart): plans of the table alone don't use them.
  const char* own = connection_.version() >= 150000 ? "AND (NOT s.inherited OR c.relkind = 'p')" : "";
  return each(fmt::format(fmt::runtime(kExtended), own), {oid_list(oids_)}, [&](const Rows& rows, int row) {
    Table& table = tables_.at(oid_at(rows, row, 0));
    PostgresExtended& one = table.postgres.extended[relation_key(rows.text(row, 1), rows.text(row, 2))];
    json distinct = json::parse(rows.text(row, 3), nullptr, false);
    if (distinct.is_object())
      for (const auto& [columns, values] : distinct.items())
        if (values.is_number()) one.distinct.push_back({names_in(table.columns, columns), values.get<double>()});
    json dependencies = json::parse(rows.text(row, 4), nullptr, false);
    if (dependencies.is_object())
      for (const auto& [columns, degree] : dependencies.items())
        if (degree.is_number()) one.dependencies.push_back({names_in(table.columns, columns), degree.get<double>()});
    combinations(rows, row, one);
  });
}

}  // namespace explaingate::postgres

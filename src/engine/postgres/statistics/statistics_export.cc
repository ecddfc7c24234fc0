#include "engine/postgres/statistics/statistics_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/postgres/statistics/export_queries.h"
#include "engine/postgres/statistics/relations.h"

namespace explaingate::postgres {
namespace {

using nlohmann::json;

struct Table {
  std::string key, schema, name;
  char kind = 'r';
  double pages = 0, tuples = 0;  // at the last ANALYZE
  Oid toast = 0;
  double inserted = 0;
  bool hidden_rows = false;  // row-level security holds for this role
  TableStatistics statistics;
  PostgresTable postgres;
  std::map<int, std::string> columns;  // by number
  bool any_column = false;
};

struct Index {
  Oid table = 0;
  std::string name;
  double pages = 0, tuples = 0;
  std::map<std::string, int> columns;  // names that PostgreSQL made up
};

std::string oid_list(const std::vector<Oid>& oids) {
  return fmt::format("{{{}}}", fmt::join(oids, ","));
}

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

Oid oid_at(const Rows& rows, int row, int column) {
  return static_cast<Oid>(rows.integer(row, column));
}

class Exporter {
 public:
  Exporter(Connection& connection, const ExportOptions& options) : connection_(connection), options_(options) {}

  Result<Exported> run() {
    if (Status begun = connection_.run_script(kBegin); !begun) return fail(begun.error());
    for (auto part : {&Exporter::settings, &Exporter::tables, &Exporter::columns, &Exporter::indexes, &Exporter::sizes,
                      &Exporter::statistics, &Exporter::ranges, &Exporter::extended})
      if (Status status = (this->*part)(); !status) {
        if (connection_.is_open())
          if (Status left = connection_.run("ROLLBACK"); !left) return fail(left.error());
        return fail(status.error());
      }
    if (Status ended = connection_.run("ROLLBACK"); !ended) return fail(ended.error());
    conclude();
    return std::move(result_);
  }

 private:
  template <class Function>
  Status each(const std::string& sql, const std::vector<std::optional<std::string>>& values, Function function) {
    auto rows = connection_.query(sql, values);
    if (!rows) return fail(rows.error());
    for (int row = 0; row < rows->count(); ++row) function(*rows, row);
    return {};
  }

  Status settings() {
    PostgresServer server;
    server.version = connection_.version();
    Status read = each(
        fmt::format("SELECT name, current_setting(name) FROM pg_settings WHERE {} AND setting IS DISTINCT "
                    "FROM boot_val ORDER BY name",
                    kPlannerSetting),
        {}, [&](const Rows& rows, int row) { server.settings[std::string(rows.text(row, 0))] = rows.text(row, 1); });
    if (!read) return read;
    read = each("SELECT current_setting('block_size')", {},
                [&](const Rows& rows, int row) { server.block_size = rows.real(row, 0); });
    result_.statistics.postgres = std::move(server);
    return read;
  }

  Status tables() {
    std::optional<std::string> schemas;
    if (!options_.schemas.empty()) {
      schemas = "{";
      for (const std::string& name : options_.schemas) {
        if (schemas->size() > 1) *schemas += ',';
        *schemas += quote_element(name);
      }
      *schemas += "}";
    }
    std::set<std::string> seen;
    Status read = each(kTables, {schemas}, [&](const Rows& rows, int row) {
      Table table;
      table.schema = rows.text(row, 1);
      table.name = rows.text(row, 2);
      table.key = relation_key(table.schema, table.name);
      table.kind = rows.text(row, 3)[0];
      table.pages = rows.real(row, 4);
      table.tuples = rows.real(row, 5);
      table.postgres.all_visible = rows.real(row, 6);
      table.toast = oid_at(rows, row, 7);
      table.hidden_rows = rows.boolean(row, 8);
      table.inserted = rows.real(row, 9);
      seen.insert(table.schema);
      Oid oid = oid_at(rows, row, 0);
      oids_.push_back(oid);
      tables_.emplace(oid, std::move(table));
    });
    for (const std::string& name : options_.schemas)
      if (read && !seen.contains(name))
        result_.unseen.push_back(fmt::format("schema {}: there is no table in it", name));
    return read;
  }

  static std::string quote_element(const std::string& text) {
    std::string quoted = "\"";
    for (char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + "\"";
  }

  Status columns() {
    return each(kColumns, {oid_list(oids_)}, [&](const Rows& rows, int row) {
      Table& table = tables_.at(oid_at(rows, row, 0));
      std::string name(rows.text(row, 1));
      if (!rows.boolean(row, 3)) denied_[table.key].push_back(name);
      table.columns.emplace(static_cast<int>(rows.integer(row, 2)), std::move(name));
    });
  }

  Status indexes() {
    Status read = each(kIndexes, {oid_list(oids_)}, [&](const Rows& rows, int row) {
      Oid oid = oid_at(rows, row, 0);
      index_oids_.push_back(oid);
      indexes_[oid] = {oid_at(rows, row, 1), std::string(rows.text(row, 2)), rows.real(row, 3), rows.real(row, 4), {}};
    });
    if (!read) return read;
    return each(kColumns, {oid_list(index_oids_)}, [&](const Rows& rows, int row) {
      indexes_.at(oid_at(rows, row, 0)).columns.emplace(rows.text(row, 1), static_cast<int>(rows.integer(row, 2)));
    });
  }

  // Asking for a file's length takes a lock, for which a table under ALTER TABLE makes us wait: then one by one.
  Status sizes() {
    std::vector<Oid> all = oids_;
    all.insert(all.end(), index_oids_.begin(), index_oids_.end());
    for (const auto& [oid, table] : tables_)
      if (table.toast != 0) all.push_back(table.toast);
    if (Status mark = connection_.run("SAVEPOINT sizes"); !mark) return mark;
    const std::string sql = "SELECT o, pg_relation_size(o) FROM unnest($1::oid[]) o";
    auto take = [&](const Rows& rows, int row) { bytes_[oid_at(rows, row, 0)] = rows.real(row, 1); };
    Status read = each(sql, {oid_list(all)}, take);
    if (read || connection_.last_error().sqlstate != "55P03") return read;
    for (Oid oid : all) {
      if (Status back = connection_.run("ROLLBACK TO SAVEPOINT sizes"); !back) return back;
      read = each(sql, {oid_list({oid})}, take);
      if (!read && connection_.last_error().sqlstate != "55P03") return read;
      if (!read) locked_.insert(oid);
    }
    return connection_.run("ROLLBACK TO SAVEPOINT sizes");
  }

  double pages_now(Oid oid, double otherwise) const {
    auto known = bytes_.find(oid);
    return known == bytes_.end() ? otherwise : std::floor(known->second / result_.statistics.postgres->block_size);
  }

  PostgresColumn* column_of(Oid oid, const std::string& name, bool inherited) {
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

  Status statistics() {
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

  Status ranges() {
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

  Status extended() {
    // Over a table and its children (version 15 and later tell them apart): plans of the table alone don't use them.
    const char* own = connection_.version() >= 150000 ? "AND (NOT s.inherited OR c.relkind = 'p')" : "";
    return each(fmt::format(fmt::runtime(kExtended), own), {oid_list(oids_)}, [&](const Rows& rows, int row) {
      Table& table = tables_.at(oid_at(rows, row, 0));
      PostgresExtended& one = table.postgres.extended[relation_key(rows.text(row, 1), rows.text(row, 2))];
      json distinct = json::parse(rows.text(row, 3), nullptr, false);
      if (distinct.is_object())
        for (const auto& [columns, values] : distinct.items())
          if (values.is_number()) one.distinct.push_back({names_in(table, columns), values.get<double>()});
      json dependencies = json::parse(rows.text(row, 4), nullptr, false);
      if (dependencies.is_object())
        for (const auto& [columns, degree] : dependencies.items())
          if (degree.is_number()) one.dependencies.push_back({names_in(table, columns), degree.get<double>()});
      combinations(rows, row, one);
    });
  }

  // "1, 3" and "1, 3 => 2": numbers of columns, negative ones of expressions.
  static std::vector<std::string> names_in(const Table& table, const std::string& text) {
    std::vector<std::string> names;
    const char* at = text.c_str();
    while (*at != '\0') {
      char* end = nullptr;
      long number = std::strtol(at, &end, 10);
      if (end == at) {
        ++at;
        continue;
      }
      auto column = table.columns.find(static_cast<int>(number));
      names.push_back(column == table.columns.end() ? std::to_string(number) : column->second);
      at = end;
    }
    return names;
  }

  static void combinations(const Rows& rows, int row, PostgresExtended& one) {
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

  // What the planner would make of it now: the density of the last ANALYZE, the size of today.
  void size(Oid oid, Table& table) {
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

  void conclude() {
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

  void report(Oid oid, const Table& table) {
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
  void compare(Table& table) const {
    if (!options_.former) return;
    auto former = options_.former->tables.find(table.key);
    if (former == options_.former->tables.end()) return;
    bool still = former->second.rows > 0 && former->second.rows == table.statistics.rows && table.inserted == 0;
    table.statistics.fixed = former->second.fixed || still;
  }

  Connection& connection_;
  const ExportOptions& options_;
  Exported result_;
  std::vector<Oid> oids_, index_oids_;
  std::map<Oid, Table> tables_;
  std::map<Oid, Index> indexes_;
  std::map<Oid, double> bytes_;
  std::set<Oid> locked_;
  std::map<std::string, std::vector<std::string>> denied_;
};

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

// The part of an export that says which tables, columns and indexes there are, how large they are and how fast they
// grow.
#include <fmt/format.h>

#include <cmath>

#include "engine/postgres/statistics/export_queries.h"
#include "engine/postgres/statistics/exporter.h"

namespace explaingate::postgres {
namespace {

std::string quote_element(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// Two digits say what there is to say, and two exports soon after each other say the same.
double rough(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 1);
  return std::round(value / unit) * unit;
}

}  // namespace

Status Exporter::settings() {
  PostgresServer server;
  server.version = connection_.version();
  Status read =
      each(fmt::format("SELECT name, current_setting(name) FROM pg_settings WHERE {} AND setting IS DISTINCT "
                       "FROM boot_val ORDER BY name",
                       kPlannerSetting),
           {}, [&](const Rows& rows, int row) { server.settings[std::string(rows.text(row, 0))] = rows.text(row, 1); });
  if (!read) return read;
  read = each("SELECT current_setting('block_size')", {},
              [&](const Rows& rows, int row) { server.block_size = rows.real(row, 0); });
  result_.statistics.postgres = std::move(server);
  return read;
}

Status Exporter::tables() {
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
    table.gained = rows.real(row, 10);
    seen.insert(table.schema);
    Oid oid = oid_at(rows, row, 0);
    oids_.push_back(oid);
    tables_.emplace(oid, std::move(table));
  });
  for (const std::string& name : options_.schemas)
    if (read && !seen.contains(name)) result_.unseen.push_back(fmt::format("schema {}: there is no table in it", name));
  return read;
}

// What was inserted less what was deleted since the server's counters began, a day.
Status Exporter::growth() {
  std::optional<double> days;
  Status read = each(kDays, {}, [&](const Rows& rows, int row) {
    if (!rows.is_null(row, 0)) days = rows.real(row, 0);
  });
  if (!read) return read;
  if (!days || *days < options_.least_days) {
    result_.unseen.emplace_back(
        days ? "how fast tables grow: the server has counted for less than a day"
             : "how fast tables grow: the server does not say since when it counts (pg_stat_database.stats_reset)");
    return {};
  }
  for (auto& [oid, table] : tables_) table.statistics.rows_per_day = rough(table.gained / *days);
  return {};
}

Status Exporter::columns() {
  return each(kColumns, {oid_list(oids_)}, [&](const Rows& rows, int row) {
    Table& table = tables_.at(oid_at(rows, row, 0));
    std::string name(rows.text(row, 1));
    if (!rows.boolean(row, 3)) denied_[table.key].push_back(name);
    table.columns.emplace(static_cast<int>(rows.integer(row, 2)), std::move(name));
  });
}

Status Exporter::indexes() {
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
Status Exporter::sizes() {
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

}  // namespace explaingate::postgres

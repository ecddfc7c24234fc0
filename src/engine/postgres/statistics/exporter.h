// An export at work, for statistics_export.cc, export_tables.cc and export_values.cc. Internal to this folder.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/postgres/server/connection.h"
#include "engine/postgres/statistics/relations.h"
#include "engine/postgres/statistics/statistics_export.h"

namespace explaingate::postgres {

class Exporter {
 public:
  Exporter(Connection& connection, const ExportOptions& options) : connection_(connection), options_(options) {}
  Result<Exported> run();

 private:
  struct Table {
    std::string key, schema, name;
    char kind = 'r';
    double pages = 0, tuples = 0;  // at the last ANALYZE
    Oid toast = 0;
    double inserted = 0, gained = 0;  // rows since the counters began: inserted, and those less the deleted ones
    bool hidden_rows = false;         // row-level security holds for this role
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

  template <class Function>
  Status each(const std::string& sql, const std::vector<std::optional<std::string>>& values, Function function) {
    auto rows = connection_.query(sql, values);
    if (!rows) return fail(rows.error());
    for (int row = 0; row < rows->count(); ++row) function(*rows, row);
    return {};
  }

  // export_tables.cc: what there is, and how large it is.
  Status settings();
  Status tables();
  Status growth();
  Status columns();
  Status indexes();
  Status sizes();
  // export_values.cc: what ANALYZE found in it.
  Status statistics();
  Status ranges();
  Status extended();
  PostgresColumn* column_of(Oid oid, const std::string& name, bool inherited);
  // statistics_export.cc
  double pages_now(Oid oid, double otherwise) const;
  void size(Oid oid, Table& table);
  void conclude();
  void report(Oid oid, const Table& table);
  void compare(Table& table) const;

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

// As PostgreSQL writes an array of oids.
[[nodiscard]] std::string oid_list(const std::vector<Oid>& oids);

}  // namespace explaingate::postgres

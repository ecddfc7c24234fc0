// Reads a schema's catalogue, and the names in it as planning needs them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/sqlite.h"
#include "engine/engine.h"
#include "statistics/statistics.h"

namespace explaingate::sqlite_engine {

// ASCII case-insensitive, as SQLite compares names.
[[nodiscard]] bool same_name(std::string_view left, std::string_view right);
[[nodiscard]] std::string quote_name(std::string_view name);  // "a""b"

struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const;
};
struct NameEqual {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const { return same_name(left, right); }
};
template <class T>
using NameMap = std::unordered_map<std::string, T, NameHash, NameEqual>;  // for look-up; never iterated

// One index with the numbers of the scale that is set.
struct IndexInfo {
  std::string name;
  size_t table = 0;  // position in Names::tables
  const CatalogueIndex* index = nullptr;
  bool unique = false, partial = false;
  std::vector<std::string> columns;            // "" for an expression
  std::vector<std::string> condition_columns;  // of a partial index: columns that its WHERE names
  double entries = 0;
  std::vector<double> prefix_rows;
};

struct TableInfo {
  const CatalogueTable* table = nullptr;
  std::vector<std::string> databases;  // "main", and attached ones where a copy stands
  std::string rowid_column;            // name of the INTEGER PRIMARY KEY, "" = none
  std::vector<size_t> indexes;         // positions in Names::indexes
  double rows = 0;
  std::vector<double> distinct;  // a column each, 0 = unknown
  [[nodiscard]] bool is_view() const { return table->type == "view"; }
  [[nodiscard]] int column(std::string_view name) const;  // position, -1 = none
};

struct Names {
  std::vector<TableInfo> tables;  // as Catalogue::tables
  std::vector<IndexInfo> indexes;
  NameMap<size_t> table_by_name;
  NameMap<size_t> index_by_name;
};

// Every table, view, virtual and shadow table of `database` and of attached databases (a name that stands in two is
// taken from the first); sorted by name. Views that can't be compiled have no columns. `databases` gets the place of
// each table.
[[nodiscard]] Result<Catalogue> read_catalogue(Sqlite& database, std::vector<std::string>& databases);

[[nodiscard]] Names names_of(const Catalogue& catalogue, const std::vector<std::string>& databases);

// What scaling needs: tables and virtual tables.
[[nodiscard]] std::vector<TableShape> shapes_of(const Catalogue& catalogue);

// Number of values that the declaration of `column` allows: BOOLEAN type (2), CHECK (x IN (…)), CHECK (x = 0 OR x = 1),
// CHECK (x BETWEEN 0 AND 1); 0 = not bounded by anything that is read here.
[[nodiscard]] int allowed_values(std::string_view create_table, std::string_view column, std::string_view type);

}  // namespace explaingate::sqlite_engine

// The relations of one database as far as statistics need them: files, columns, types with the operators that ANALYZE
// takes for them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/postgres/server/connection.h"

namespace explaingate::postgres {

using Oid = uint32_t;
[[nodiscard]] inline Oid oid_at(const Rows& rows, int row, int column) {
  return static_cast<Oid>(rows.integer(row, column));
}

struct TypeInfo {
  std::string name;  // typname: "int4", "_text"
  char kind = 'b';   // typtype: base, domain, enum, range, multirange, composite, pseudo
  Oid base = 0;      // of a domain, to its end; else the type itself
  Oid element = 0;   // of an array
  int length = -1;   // typlen; -1 varying
  int alignment = 4;
  Oid collation = 0;
  Oid less = 0, equal = 0;          // default operators; 0 = none
  std::vector<std::string> labels;  // of an enum
  bool own_statistics = false;      // an extension's ANALYZE makes them, and its estimators ask for nothing else
};

struct ColumnInfo {
  int number = 0;
  std::string name;
  Oid type = 0;
  int modifier = -1;
  Oid collation = 0;
  bool serial = false;  // identity, or its default draws from a sequence
};

struct RelationInfo {
  Oid oid = 0;
  std::string schema, name;
  char kind = 'r';  // relkind: r table, m materialised view, p partitioned table, i index, I partitioned index, t TOAST
  std::string path;     // below PGDATA, in the database that was asked: "base/16384/16390"; "" = no file, or elsewhere
  std::string method;   // "heap", "btree", "gin" …
  int fill_factor = 0;  // per cent, 0 = the method's default
  Oid table = 0;        // of an index or a TOAST relation
  Oid parent = 0;       // of a partition
  std::vector<int> keys;   // of an index: column numbers of its table, 0 = expression; INCLUDE columns behind
  size_t key_columns = 0;  // without INCLUDE columns
  bool unique = false, primary = false, partial = false;
  double share = 0;  // of a partial index: of its table's rows, 0 = not known
  std::vector<ColumnInfo> columns;
  [[nodiscard]] const ColumnInfo* column(int number) const;
};

struct ExtendedInfo {  // CREATE STATISTICS
  Oid oid = 0;
  Oid table = 0;
  std::string name;
  std::vector<int> keys;  // column numbers, ascending
  std::string kinds;      // of 'd' distinct, 'f' dependencies, 'm' most common combinations
};

struct Relations {
  std::map<Oid, RelationInfo> all;  // tables, indexes and TOAST of users, not the system's
  std::map<Oid, TypeInfo> types;
  std::vector<ExtendedInfo> extended;
  double block_size = 8192;
  double segment_blocks = 131072;
  int version = 0;
  bool checksums = false;
};

// A table's name in statistics and configuration: "orders" in schema public, "sales.orders" elsewhere.
[[nodiscard]] std::string relation_key(std::string_view schema, std::string_view name);

// The type that a superuser may read texts of `type` as; 0 = none. Reading a value of a domain runs the domain's CHECK,
// and what that calls was written in the repository; a domain's own values are read as those of its base type.
[[nodiscard]] Oid readable_type(Oid type, const Relations& relations);

// `connection`: any role's; its search_path is pg_catalog afterwards.
[[nodiscard]] Result<Relations> read_relations(Connection& connection);

}  // namespace explaingate::postgres

// Reads a schema's catalogue from pg_catalog: what the facts need, and beside it what PostgreSQL's plans and files are
// about (oids, partitions, values that are allowed).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/server/connection.h"
#include "statistics/statistics.h"

namespace explaingate::postgres {

struct RelationColumn {
  std::string name;
  int number = 0;                    // attnum
  std::vector<std::string> allowed;  // by a CHECK (x IN (…)), of the column or its domain
};

struct RelationIndex {
  int64_t oid = 0;
  std::string name;
  std::string method;        // "btree", "hash", "gin" …
  std::vector<int> columns;  // attnum, 0 for an expression; without INCLUDE's
  bool unique = false, partial = false;
};

// One relation of the schema; partitions, too.
struct Relation {
  int64_t oid = 0;
  std::string schema, name;
  char kind = 'r';    // relkind: r table, p partitioned, v view, m materialised view, f foreign
  int64_t root = 0;   // of a partition: the oid of the table at the top; 0 = is none
  std::string shown;  // name in the catalogue and in plans: of a partition its root's
  std::vector<RelationColumn> columns;
  std::vector<RelationIndex> indexes;
};

struct SchemaCatalogue {
  Catalogue catalogue;                                            // sorted by name; partitions are not in it
  std::vector<Relation> relations;                                // sorted by oid
  std::map<std::pair<std::string, std::string>, size_t> by_name;  // schema and name -> position in relations
  std::map<std::string, std::vector<size_t>, std::less<>>
      by_shown;     // table's name -> itself, or its partitions' leaves
  int version = 0;  // of the server: 150018

  [[nodiscard]] const Relation* find(std::string_view schema, std::string_view name) const;
};

// Tables are named by relation_key(): "orders", "audit.log". What an extension brought is left out. Run it as the role
// that owns the schema.
[[nodiscard]] Result<SchemaCatalogue> read_catalogue(Connection& connection);

// Rows, different values and NULLs of a database that ANALYZE has seen, as RowSource::kSeed.
[[nodiscard]] Result<Statistics> count_rows(Connection& connection, const SchemaCatalogue& schema);

// What scaling needs: the tables, and materialised views.
[[nodiscard]] std::vector<TableShape> shapes_of(const Catalogue& catalogue);

// The values that CHECK constraint `definition` (as pg_get_constraintdef writes it) leaves `column`; none = unbounded.
[[nodiscard]] std::vector<std::string> allowed_by_check(std::string_view definition, std::string_view column);

}  // namespace explaingate::postgres

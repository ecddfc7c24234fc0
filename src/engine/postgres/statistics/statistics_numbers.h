// The numbers that one scale of one schema is planned under, relation by relation: from the PostgreSQL part of a
// statistics file, multiplied, and made up from rows and distinct values where there is none. No database here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/postgres/statistics/relations.h"
#include "statistics/statistics.h"

namespace explaingate::postgres {

struct ColumnNumbers {
  int number = 0;          // of the column in its relation
  bool inherited = false;  // over the table and its children
  PostgresColumn statistics;
};

struct RelationNumbers {
  double pages = 0, rows = 0, all_visible = 0;
  int height = 0;  // of a B-tree
  std::vector<ColumnNumbers> columns;
};

struct ExtendedNumbers {
  const ExtendedInfo* info = nullptr;  // of the Relations
  PostgresExtended statistics;
};

struct DatabaseNumbers {
  std::map<Oid, RelationNumbers> relations;
  std::vector<ExtendedNumbers> extended;
  std::vector<std::string> notes;  // what is planned otherwise than the statistics say, one sentence each
};

// Values that a column's type or CHECK allows, by table and column.
using AllowedValues = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

// `completed` and `scaled`: of one schema, tables by relation_key(). Relations that neither knows are left out.
// Partitions that the file is silent of share their parent's rows evenly. The result refers to `relations`.
[[nodiscard]] DatabaseNumbers numbers_for(const Relations& relations, const Statistics& completed,
                                          const ScaledStatistics& scaled, const AllowedValues& allowed = {});

// Of an index that the statistics don't know (a candidate), on a table of `database`.
[[nodiscard]] RelationNumbers index_numbers(const Relations& relations, const RelationInfo& index,
                                            const DatabaseNumbers& database);

}  // namespace explaingate::postgres

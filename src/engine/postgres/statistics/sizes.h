// How many pages a table or an index takes, from rows and widths: PostgreSQL's page layout in arithmetic, for tables
// that nothing is known of but their rows.
#pragma once

#include <map>
#include <vector>

#include "engine/postgres/statistics/relations.h"
#include "statistics/postgres.h"

namespace explaingate::postgres {

// A column as it lies in a row.
struct StoredColumn {
  double width = 4;   // average bytes, header of a varying type included
  int alignment = 4;  // 1 for varying types, whose short values aren't aligned
};

// Bytes of an average value where no statistics tell: the type's length, or what PostgreSQL's planner takes for it
// (get_typavgwidth in src/backend/utils/cache/lsyscache.c).
[[nodiscard]] double assumed_width(const TypeInfo& type, int modifier);
[[nodiscard]] StoredColumn stored_column(const TypeInfo& type, double width);

// Pages of a heap with these rows; at least 1 where there are rows.
[[nodiscard]] double heap_pages(double rows, const std::vector<StoredColumn>& columns, int fill_factor,
                                double block_size);

struct IndexSize {
  double pages = 1;
  int height = 0;  // of a B-tree
};
// `rows_per_key`: rows that share all key columns, for deduplication (1 = none).
[[nodiscard]] IndexSize index_size(const RelationInfo& index, double rows, double rows_per_key,
                                   const std::vector<StoredColumn>& keys, double table_pages,
                                   const Relations& relations);
// Levels above the leaves of a B-tree that has so many pages.
[[nodiscard]] int btree_height(double pages, const std::vector<StoredColumn>& keys, double block_size);

}  // namespace explaingate::postgres

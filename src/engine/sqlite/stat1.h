// sqlite_stat1: what SQLite's planner believes about sizes. Read after ANALYZE of seed data; written for a scale.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/sqlite/catalogue.h"
#include "engine/sqlite/guarded.h"
#include "statistics/statistics.h"

namespace explaingate::sqlite_engine {

// Loads `seed` on top of `schema` into `database` (empty before), runs ANALYZE and counts. Tables without rows are left
// out. Rows of the seed that fail are passed over.
[[nodiscard]] Result<Statistics> seed_statistics(GuardedDatabase& database, const std::vector<SchemaStatement>& schema,
                                                 const std::vector<SchemaStatement>& seed);

// Puts the numbers of one scale into `names` (rows, distinct, prefix_rows, entries).
void set_numbers(Names& names, const ScaledStatistics& scaled);

// Entries of a partial index, as a share of the table's rows: its WHERE is taken to hold for one value of its column
// where the number of values is known, else for SQLite's own default of an unknown equality, a quarter.
[[nodiscard]] double partial_share(const TableInfo& table, const IndexInfo& index);

// Makes the planner believe the numbers in `names`: rewrites sqlite_stat1 of every database and has it loaded. Reads no
// table. `copies`: tables of attached databases that stand for main's.
Status write_stat1(Sqlite& database, const Names& names, const std::map<std::string, std::set<std::string>>& copies);

// The same for one index of main that was just made, on top of what stands there.
Status add_stat1(Sqlite& database, const Names& names, const IndexInfo& index);

}  // namespace explaingate::sqlite_engine

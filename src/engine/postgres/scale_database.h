// A database as large as production, without its rows: the schema's files are sparse, its catalogues say what they
// hold.
//
// PostgreSQL's planner multiplies reltuples / relpages by the file's real number of blocks, so a catalogue that is
// written alone does nothing. Files are lengthened before the first connection (no page is read, none written), then
// pg_class and pg_statistic are set.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/postgres/catalogue.h"
#include "engine/postgres/cluster.h"

namespace explaingate::postgres {

inline constexpr double kPage = 8192;

// What one relation or index holds.
struct Extent {
  double rows = 0;
  double pages = 0;
};

// Of the relation's files at this scale, from the width of its columns; partitions share their root's rows.
[[nodiscard]] Extent extent_of(const Relation& relation, double rows);
[[nodiscard]] Extent extent_of(const Relation& relation, const RelationIndex& index, double rows);

// Makes the file that `path` begins (further ones: path.1 …) that long, in pages; the part that is new is sparse.
Status lengthen(const std::string& path, double pages);

// The superuser's way into one of our databases: what the database's owner may have set for it doesn't hold.
[[nodiscard]] Result<Connection> open_as_superuser(const Cluster& cluster, const std::string& database);

// A copy of database `side`, to which nobody may be connected, with the numbers of one scale; found again by `key`,
// which names contents: side, statistics, scale. Gives its name.
[[nodiscard]] Result<std::string> scale_database(const Cluster& cluster, const std::string& side,
                                                 const SchemaCatalogue& schema, const ScaledStatistics& scaled,
                                                 const std::string& key);

}  // namespace explaingate::postgres

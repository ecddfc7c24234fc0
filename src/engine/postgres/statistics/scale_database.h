// A database as large as production, without its rows, for one scale of one side.
#pragma once

#include <string>
#include <vector>

#include "engine/postgres/plans/catalogue.h"
#include "engine/postgres/server/cluster.h"
#include "engine/postgres/statistics/statistics_load.h"

namespace explaingate::postgres {

struct ScaleDatabase {
  std::string name;
  Oid oid = 0;
  DatabaseNumbers numbers;         // refers to the relations that it was made from
  std::vector<std::string> notes;  // what of the numbers wasn't taken, a sentence each
};

// The superuser's way into one of our databases: what the database's owner may have set for it doesn't hold.
[[nodiscard]] Result<Connection> open_as_superuser(const Cluster& cluster, const std::string& database);

// A copy of database `side`, to which nobody may be connected meanwhile, under the numbers of one scale. `key` says
// which numbers these are: a second call with the same gives the database that is there.
[[nodiscard]] Result<ScaleDatabase> scale_database(const Cluster& cluster, const std::string& side,
                                                   const Relations& relations, const SchemaCatalogue& schema,
                                                   const Statistics& completed, const ScaledStatistics& scaled,
                                                   const std::string& key);

}  // namespace explaingate::postgres

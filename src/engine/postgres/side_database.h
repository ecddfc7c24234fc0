// One side's schema in a database of its own: a template for the scales.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/cluster.h"

namespace explaingate::postgres {

struct SideDatabase {
  std::string name;
  std::vector<SchemaFailure> failures;
};

// Applies the statements one after the other, as the role that owns the schema. The same statements a second time give
// the database that is there. `seed` is data to load afterwards and to ANALYZE.
[[nodiscard]] Result<SideDatabase> side_database(const Cluster& cluster, const std::vector<SchemaStatement>& schema,
                                                 const std::vector<SchemaStatement>& seed);

}  // namespace explaingate::postgres

// One side's schema in a database of its own: a template for the scales.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/schema/schema_database.h"
#include "engine/postgres/server/cluster.h"

namespace explaingate::postgres {

// Names what a database with this schema and seed holds.
[[nodiscard]] std::string content_hash(const std::vector<SchemaStatement>& schema,
                                       const std::vector<SchemaStatement>& seed);

// Errors: kConfiguration, at its place, for the first statement of the seed that the server refuses.
[[nodiscard]] Status load_seed(const SchemaServer& server, const std::vector<SchemaStatement>& seed);

struct SideDatabase {
  std::string name;
  std::vector<SchemaFailure> failures;
};

// Applies the statements one after the other, as the role that owns the schema. The same statements a second time give
// the database that is there. `seed` is data to load afterwards and to ANALYZE.
[[nodiscard]] Result<SideDatabase> side_database(const Cluster& cluster, const std::vector<SchemaStatement>& schema,
                                                 const std::vector<SchemaStatement>& seed);

}  // namespace explaingate::postgres

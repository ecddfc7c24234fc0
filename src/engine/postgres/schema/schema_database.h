// A schema from a repository in a database of its own: statement by statement, as the role without rights, with limits
// that the statements can't lift.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/postgres/server/cluster.h"

namespace explaingate::postgres {

struct SchemaLimits {
  std::chrono::milliseconds statement = std::chrono::seconds(10);
  std::chrono::milliseconds whole = std::chrono::minutes(2);
  uint64_t disk =
      uint64_t{4} << 30;  // bytes that it may add, as the file system counts them; at most a quarter of what is free
};

// Where a schema is applied.
struct SchemaServer {
  std::string database;
  Target session;                   // as the role that owns the database, in it
  Target control;                   // elsewhere on the server: may end that role's sessions
  std::optional<Target> superuser;  // in the database
  // Of a private cluster, whose roles and settings are ours as well; "" = somebody's server, of which nothing but the
  // database is.
  std::filesystem::path data_folder;
};
[[nodiscard]] SchemaServer schema_server(const Cluster& cluster, const std::string& database);

// An empty database that kSchemaRole owns. Errors: as Connection's.
[[nodiscard]] Status create_schema_database(const Cluster& cluster, const std::string& database);

// Applies the statements in their order; one that fails is reported with the server's words, and the rest still
// applied. Ours are: CONCURRENTLY and TABLESPACE, which are left out; roles, of which every one that a statement names
// is made, without login or rights (on somebody's server none is); extensions that only a superuser may create, where
// they are known not to reach out of the database. A file's BEGIN and COMMIT count, and what is left of its session
// ends with it. Errors are for what ends a run: the server is gone.
[[nodiscard]] Result<std::vector<SchemaFailure>> apply_schema(const SchemaServer& server,
                                                              const std::vector<SchemaStatement>& statements,
                                                              const SchemaLimits& limits = {});
[[nodiscard]] Result<std::vector<SchemaFailure>> apply_schema(const Cluster& cluster, const std::string& database,
                                                              const std::vector<SchemaStatement>& statements,
                                                              const SchemaLimits& limits = {});

}  // namespace explaingate::postgres

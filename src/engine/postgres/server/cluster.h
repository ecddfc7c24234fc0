// A private PostgreSQL cluster: made, started and removed by this process; a Unix socket in a folder of its own, no
// TCP. What is in it is lost with it. When this process is killed, a small process beside the server stops the server
// and removes the folder; when that is killed as well, the server ends and the next run removes the folder.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/postgres/server/connection.h"

namespace explaingate::postgres {

// The cluster's superuser: statistics, copies of databases. It never runs or plans text from a repository, since the
// planner runs functions that the text names, and these may SET ROLE back; nor does it cast to a type that a schema
// made (a domain's CHECK is a function). Its sessions find nothing but pg_catalog without a schema's name.
inline constexpr const char* kSuperuser = "explaingate-server";
// Owns the databases that schemas are applied to and statements planned in: no superuser, no rights outside them.
// A schema that revokes something from a role of its own must not mean this one, so both have names that nobody gives.
inline constexpr const char* kSchemaRole = "explaingate-schema";

class Cluster {
 public:
  // Also removes what runs that were killed left behind. Errors: kUnverified where no server is installed or it doesn't
  // start, with the server's own words; kUsage where EXPLAINGATE_PG_BINDIR names a folder without one.
  static Result<std::shared_ptr<Cluster>> start();
  ~Cluster();  // stops the server, removes the folder
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] Target target(const std::string& database, const std::string& role) const;
  [[nodiscard]] const std::filesystem::path& data_folder() const;  // PGDATA; its files belong to the server's user
  [[nodiscard]] std::string version() const;                       // "15.18"

 private:
  struct State;
  explicit Cluster(std::unique_ptr<State> state);
  Status prepare();
  std::unique_ptr<State> state_;
};

}  // namespace explaingate::postgres

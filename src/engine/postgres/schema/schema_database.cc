#include "engine/postgres/schema/schema_database.h"

#include <fmt/format.h>

#include <set>

#include "engine/postgres/schema/extensions.h"
#include "engine/postgres/schema/schema_session.h"
#include "parse/server_command.h"

namespace explaingate::postgres {
namespace {

using Kind = ServerCommand::Kind;

constexpr size_t kMostRoles = 1'000;  // of one schema
// Of all schemas in a cluster: a role is made by one of them at a time.
constexpr const char* kRoleLock = "SELECT pg_catalog.pg_advisory_xact_lock(1)";

class Application {
 public:
  Application(const SchemaServer& server, const SchemaLimits& limits)
      : server_(server), session_(server, limits), extensions_(server) {}

  Result<std::vector<SchemaFailure>> apply(const std::vector<SchemaStatement>& statements) {
    if (Status opened = session_.open(); !opened) return fail(opened.error());
    std::vector<ServerCommand> commands;
    commands.reserve(statements.size());
    for (const SchemaStatement& statement : statements) commands.push_back(read_server_command(statement.text));
    if (Status made = extensions_.install_first(commands); !made) return fail(made.error());
    std::vector<SchemaFailure> failures;
    for (size_t i = 0; i < statements.size(); ++i) {
      Result<std::string> refused = session_.limit_passed();
      if (refused->empty()) refused = one(commands[i]);
      bool last_of_file = i + 1 == statements.size() || statements[i + 1].path != statements[i].path;
      if (refused && refused->empty() && last_of_file) refused = session_.end_file();
      if (!refused) return fail(refused.error());
      if (!refused->empty()) failures.push_back({i, std::move(*refused)});
    }
    if (server_.data_folder.empty()) return failures;
    if (Status kept = keep_search_path(); !kept) return fail(kept.error());
    return failures;
  }

 private:
  // "" = applied, else why not.
  Result<std::string> one(const ServerCommand& command) {
    for (const std::string& role : command.roles) {
      auto made = make_role(role);
      if (!made || !made->empty()) return made;
    }
    switch (command.kind) {
      case Kind::kNoEffect:
        return "";
      case Kind::kDropRole:
        for (const std::string& role : command.roles) created_.erase(role);
        return "";
      case Kind::kCreateRole:
        if (created_.insert(command.roles.front()).second) return "";
        return fmt::format("role \"{}\" already exists", command.roles.front());
      case Kind::kDatabaseSetting:
        return session_.run(command.kind,
                            fmt::format("ALTER DATABASE {} {}", quote_identifier(server_.database), command.text));
      case Kind::kCreateExtension: {
        auto answer = extensions_.at(command, session_.connection());
        if (!answer) return fail(answer.error());
        if (!answer->run) return std::move(answer->refused);
        return session_.run(command.kind, command.text);
      }
      default:
        break;
    }
    auto refused = session_.run(command.kind, command.text);
    for (std::string role; refused && !(role = missing_role(*refused)).empty() && !made_.contains(role);) {
      auto made = make_role(role);  // of a statement that a DO block puts together
      if (!made || !made->empty()) return made;
      refused = session_.run(command.kind, command.text);
    }
    return refused && !refused->empty() && for_nobody(command) ? std::string() : refused;
  }

  // The name in PostgreSQL's own words, which say it nowhere else; "" = no role is missing, or none may be made.
  [[nodiscard]] std::string missing_role(std::string_view refused) const {
    constexpr std::string_view kBefore = "role \"", kBehind = "\" does not exist";
    if (server_.data_folder.empty() || !refused.starts_with(kBefore) || !refused.ends_with(kBehind)) return {};
    refused.remove_prefix(kBefore.size());
    refused.remove_suffix(kBehind.size());
    return is_ours(std::string(refused)) ? std::string() : std::string(refused);
  }

  // Rights of a role that somebody's server doesn't have.
  [[nodiscard]] bool for_nobody(const ServerCommand& command) {
    return server_.data_folder.empty() && command.only_rights && session_.connection().last_error().sqlstate == "42704";
  }

  [[nodiscard]] static bool is_ours(const std::string& role) {
    return role.starts_with("pg_") || role == kSuperuser || role == kSchemaRole;
  }

  // A role without login or rights, that the schema's role is in: it can be granted things and have a schema.
  Result<std::string> make_role(const std::string& role) {
    if (server_.data_folder.empty() || is_ours(role) || !made_.insert(role).second) return "";
    if (made_.size() > kMostRoles) return fmt::format("a schema may name no more than {} roles", kMostRoles);
    Connection& control = session_.control();
    std::string name = quote_identifier(role);
    Status done = control.run("BEGIN");
    if (done) done = control.run(kRoleLock);
    if (done) {
      auto there = control.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", {role});
      if (!there) done = fail(there.error());
      if (there && there->count() == 0) {
        done = control.run(fmt::format("CREATE ROLE {}", name));
        if (done) done = control.run(fmt::format("GRANT {} TO {}", name, quote_identifier(kSchemaRole)));
      }
    }
    Status ended = control.run(done ? "COMMIT" : "ROLLBACK");
    if (!ended) return fail(ended.error());
    return done ? std::string() : done.error().message;
  }

  // Settings of the database and of the role would reach sessions of the superuser and of the other side.
  Status keep_search_path() {
    constexpr const char* kStatements[] = {
        "DELETE FROM pg_catalog.pg_db_role_setting WHERE setrole <> 0",
        "UPDATE pg_catalog.pg_db_role_setting SET setconfig = ARRAY(SELECT s FROM pg_catalog.unnest(setconfig) s WHERE "
        "pg_catalog.starts_with(s, 'search_path='))",
        "DELETE FROM pg_catalog.pg_db_role_setting WHERE setconfig = '{}'"};
    for (const char* statement : kStatements)
      if (Status done = session_.control().run(statement); !done) return done;
    return {};
  }

  SchemaServer server_;
  SchemaSession session_;
  Extensions extensions_;
  std::set<std::string> made_;     // roles that are there, for all that this schema knows
  std::set<std::string> created_;  // by a CREATE ROLE of this schema
};

// initdb's own database becomes the first: copying one is a third of the time of a cold start on a disk. What is
// special about it (its comment, its rights) goes.
Status take_first(Connection& control, const std::string& database) {
  return control.run_script(
      fmt::format("COMMENT ON DATABASE template1 IS NULL; ALTER DATABASE template1 IS_TEMPLATE false;"
                  "ALTER DATABASE template1 OWNER TO {}; ALTER DATABASE template1 RENAME TO {};"
                  "UPDATE pg_database SET datacl = NULL WHERE datname = {}",
                  quote_identifier(kSchemaRole), quote_identifier(database), quote_literal(database)));
}

}  // namespace

SchemaServer schema_server(const Cluster& cluster, const std::string& database) {
  return {database, cluster.target(database, kSchemaRole), cluster.target("postgres", kSuperuser),
          cluster.target(database, kSuperuser), cluster.data_folder()};
}

Status create_schema_database(const Cluster& cluster, const std::string& database) {
  auto control = Connection::open(cluster.target("postgres", kSuperuser));
  if (!control) return fail(control.error());
  if (Status taken = take_first(*control, database); !taken) {
    if (taken.error().kind != ErrorKind::kStatement) return taken;
    // From PostgreSQL 15 on, the default way of copying writes all of it to the log first: twice the time.
    const char* copied = control->version() >= 150000 ? " STRATEGY FILE_COPY" : "";
    Status made = control->run(fmt::format("CREATE DATABASE {} TEMPLATE template0 OWNER {}{}",
                                           quote_identifier(database), quote_identifier(kSchemaRole), copied));
    if (!made) return made;
  }
  auto inside = Connection::open(cluster.target(database, kSuperuser));
  if (!inside) return fail(inside.error());
  return inside->run_script(
      fmt::format("ALTER SCHEMA public OWNER TO {0}; UPDATE pg_extension SET extowner = {1}::regrole;"
                  "REVOKE EXECUTE ON FUNCTION pg_terminate_backend, pg_cancel_backend FROM PUBLIC",
                  quote_identifier(kSchemaRole), quote_literal(quote_identifier(kSchemaRole))));
}

Result<std::vector<SchemaFailure>> apply_schema(const Cluster& cluster, const std::string& database,
                                                const std::vector<SchemaStatement>& statements,
                                                const SchemaLimits& limits) {
  return apply_schema(schema_server(cluster, database), statements, limits);
}

Result<std::vector<SchemaFailure>> apply_schema(const SchemaServer& server,
                                                const std::vector<SchemaStatement>& statements,
                                                const SchemaLimits& limits) {
  return Application(server, limits).apply(statements);
}

}  // namespace explaingate::postgres

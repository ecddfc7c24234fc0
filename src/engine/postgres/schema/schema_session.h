// The session in which a repository's statements run: as the role without rights, each with limits that it can't lift.
// Stage-internal.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/postgres/schema/schema_database.h"
#include "engine/postgres/server/connection.h"
#include "parse/server_command.h"

namespace explaingate::postgres {

// A session can be lost: to a statement that doesn't listen when it is cancelled, above all. What it was by then, its
// settings and the transaction that was open, is made again from the statements that led there.
class SchemaSession {
 public:
  SchemaSession(const SchemaServer& server, const SchemaLimits& limits);
  Status open();
  // "" = done; else why not: the server's words, or the limit. Errors: the server is gone.
  Result<std::string> run(ServerCommand::Kind kind, const std::string& text);
  // Commits what a file left open, and takes back its settings. Answers as run().
  Result<std::string> end_file();
  // "" or what limit of the whole was passed: nothing more is applied.
  [[nodiscard]] std::string limit_passed();
  [[nodiscard]] Connection& connection() { return session_; }
  [[nodiscard]] Connection& control() { return control_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Done {
    ServerCommand::Kind kind;
    std::string text;
  };
  Status connect();
  Status settle(bool guarded, bool done);
  Status end_session();
  Status again();
  void remember(ServerCommand::Kind kind, const std::string& text);
  bool disk_is_full();
  [[nodiscard]] uint64_t disk_use();
  [[nodiscard]] std::chrono::milliseconds statement_limit() const;
  [[nodiscard]] bool in_transaction() const;

  SchemaServer server_;
  SchemaLimits limits_;
  Connection session_, control_;
  int pid_ = 0;  // of the session's process
  std::vector<std::string> settings_;
  std::vector<Done> transaction_;  // since BEGIN
  Clock::time_point until_, measured_;
  uint64_t disk_before_ = 0;
  bool disk_is_full_ = false;
};

}  // namespace explaingate::postgres

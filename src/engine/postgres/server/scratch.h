// A database of our own on somebody's server: made, used, and dropped again. No other database is touched, and nothing
// of the server's but one database and, for a powerful role, one role without rights.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/postgres/schema/schema_database.h"
#include "engine/postgres/server/connection.h"

namespace explaingate::postgres {

class Scratch {
 public:
  // `url`: as libpq takes it, of a role that may make databases. Also drops what runs that were killed left on the
  // server. What a schema says could reach as far as the role that says it. So a role that is a superuser, or may make
  // roles, makes one without rights for the run; any other has to be one that owns no other database and can't reach
  // files or programs of the server. `content` is what is going to be in it (a schema's hash), part of the name.
  // Errors: kUsage for a URL that can't be read; kUnverified where the server can't be reached, or the role lacks a
  // right or has one too many, with what to do.
  static Result<std::unique_ptr<Scratch>> open(const std::string& url, const std::string& content);
  ~Scratch();  // drops it; where that fails, a later run does
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const SchemaServer& server() const { return server_; }  // for apply_schema()
  [[nodiscard]] const Target& target() const { return server_.session; }
  [[nodiscard]] std::string version() const;  // "15.18"
  // What can't be done on a server whose files aren't ours, each a sentence for the report.
  [[nodiscard]] std::vector<std::string> limits() const;

 private:
  Scratch() = default;
  Status look_at_role();
  Status drop_left_over();
  Status make();
  void drop();
  Connection control_;  // its application_name says that we are alive
  SchemaServer server_;
  std::string role_;  // of the session
  bool superuser_ = false, own_role_ = false, made_role_ = false, made_ = false;
};

}  // namespace explaingate::postgres

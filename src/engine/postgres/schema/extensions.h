// CREATE EXTENSION for a schema that isn't trusted. Stage-internal.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/postgres/schema/schema_database.h"
#include "engine/postgres/server/connection.h"
#include "parse/server_command.h"

namespace explaingate::postgres {

// Extensions that PostgreSQL itself trusts are the schema's own to create. Others are the superuser's, and made by it
// where they are known to give no way out of the database. An extension's script runs with its creator's rights, and
// finds what stands in the schemas of its search path: a superuser's therefore runs only where nothing but extensions
// stands, which is so before the first statement of a schema.
class Extensions {
 public:
  explicit Extensions(const SchemaServer& server) : server_(server) {}
  // Makes the superuser's extensions that the schema will ask for.
  Status install_first(const std::vector<ServerCommand>& commands);
  struct Answer {
    bool run = false;     // the statement may run as it is
    std::string refused;  // why there is nothing to run; "" = the extension is there
  };
  // At its place in the schema.
  Result<Answer> at(const ServerCommand& command, Connection& session);

 private:
  struct Version {
    std::string version, schema;     // schema: "" = any
    std::vector<std::string> needs;  // other extensions
    bool for_anyone = false;         // needs no superuser
    bool by_default = false;
  };
  Status connect();
  [[nodiscard]] const Version* find(const std::string& name, const std::string& version) const;
  [[nodiscard]] std::string judge(const ServerCommand& command, bool& needs_superuser) const;
  Result<bool> is_there(const std::string& name);
  Result<std::string> make(const ServerCommand& command, const std::string& schema);

  SchemaServer server_;
  Connection superuser_;  // opened when it is needed; where there is none, the session's role
  std::multimap<std::string, Version> available_;
  std::map<std::string, std::string> first_;  // made by install_first() and not yet asked for: "" or why it failed
};

}  // namespace explaingate::postgres

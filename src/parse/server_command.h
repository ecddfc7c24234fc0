// What a statement of a schema does to the server around its database, or to the session: for an engine that applies
// schemas it doesn't trust. PostgreSQL's dialect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace explaingate {

struct ServerCommand {
  enum class Kind {
    kOther,            // stays inside its database, or is nothing that the parser knows
    kBegin,            // BEGIN, START TRANSACTION
    kEnd,              // COMMIT, ROLLBACK, PREPARE TRANSACTION
    kSavepoint,        // SAVEPOINT, RELEASE, ROLLBACK TO
    kDatabaseSetting,  // ALTER DATABASE x SET …, ALTER ROLE x SET search_path …: `text` is "SET …" (or RESET)
    kSetting,          // SET, RESET, SELECT set_config(…): later statements of the session may need it
    kCreateRole,       // `roles`: the new role first
    kDropRole,         // `roles`
    kCreateExtension,  // `name`, `schema`, `version`
    // Nothing that a plan depends on when one role does everything: who owns what and is in which role, SET ROLE;
    // other databases; maintenance.
    kNoEffect,
  };
  Kind kind = Kind::kOther;
  // As given, but without CONCURRENTLY and TABLESPACE, which need more than one empty database, without ON COMMIT DROP
  // and ON COMMIT DELETE ROWS, and in a DO block without what would be kNoEffect or about roles by itself.
  std::string text;
  std::vector<std::string> roles;  // all that the statement names, in its order, each once; no CURRENT_USER, PUBLIC
  std::string name, schema, version;
  bool sets_path = false;                // SET, RESET or set_config() of search_path
  std::vector<std::string> search_path;  // that it leaves; empty = the default
  bool only_rights = false;              // GRANT, REVOKE, ALTER DEFAULT PRIVILEGES
};

// Linear in the text's size. Text that PostgreSQL 15's grammar refuses is kOther, unchanged: newer servers know more.
[[nodiscard]] ServerCommand read_server_command(std::string_view sql);

}  // namespace explaingate

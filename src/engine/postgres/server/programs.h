// The PostgreSQL server that is installed here, and the user it runs as.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace explaingate::postgres {

struct Programs {
  std::filesystem::path folder;  // with initdb and postgres
  // Of these very programs, without running them: paths, sizes, times of change, file numbers.
  [[nodiscard]] std::string identity() const;
};

// In this order: $EXPLAINGATE_PG_BINDIR, what pg_config on the PATH says, the PATH, then the places that Debian, Red
// Hat, Alpine, PostgreSQL's own build and Homebrew use, the newest version first. Errors: kUsage for a folder in the
// variable that holds no server, kUnverified where none is found.
[[nodiscard]] Result<Programs> find_programs();

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
};

// PostgreSQL refuses root, for whom it runs as the user postgres, or nobody; nullopt: as ourselves.
[[nodiscard]] Result<std::optional<User>> server_user();

}  // namespace explaingate::postgres

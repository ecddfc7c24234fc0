// Sources for another database than the one that plans, as far as paths tell.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "gate/run.h"

namespace explaingate {

// A file is one where its path names another database and the same place has something for ours: mysql.go beside
// sqlite.go, storage/sqlite3 beside storage/postgres. Near miss: oracle/prices.go, with nothing beside it.
class OtherDatabases {
 public:
  explicit OtherDatabases(const Run& run) : run_(run) {}
  [[nodiscard]] Result<bool> holds(const std::string& path);

 private:
  const Run& run_;
  std::optional<std::set<std::string>>
      ours_;  // schema::database_part() of the sources for ours; found when first asked
};

}  // namespace explaingate

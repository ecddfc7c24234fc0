// Seed data in a database of its own: read-only statements are run on it, and SQLite's exact work is counted.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/sqlite/guarded.h"
#include "engine/sqlite/scope.h"

namespace explaingate::sqlite_engine {

class SeedData {
 public:
  explicit SeedData(GuardedDatabase database) : database_(std::move(database)) {}

  // As Engine::measure_with(). Parameters get a value that stands in the column they are compared with, 10 behind
  // LIMIT, 0 behind OFFSET, else NULL. Bounds of a range get such values that it holds a quarter of the rows, be it
  // open or closed: what planners assume of an open one.
  [[nodiscard]] Result<Measured> measure(const std::vector<CandidateIndex>& candidates, const PlanRequest& request,
                                         const Names& names, ViewCache& views);

 private:
  Status build(const std::vector<CandidateIndex>& candidates);
  // `place` of the value among the column's, in order, from 0 to 1; below 0 = any.
  Status bind(SqliteStatement& statement, int number, const std::string& table, std::string_view column, double place);
  [[nodiscard]] Result<std::string> literal(const std::string& table, std::string_view column, double place);

  GuardedDatabase database_;
  std::vector<CandidateIndex> built_;
  std::map<std::tuple<std::string, std::string, double>, std::string> literals_;  // by table, column, place
};

}  // namespace explaingate::sqlite_engine

// Candidate indexes in a scale database: made once, hidden from the planner, shown to one statement at a time.
//
// An index can't be built on a table whose file is longer than its rows. So its table is locked, the file is cut to
// nothing, CREATE INDEX finds an empty table, and the file gets its length again before the lock goes: nobody plans on
// the table meanwhile. The index then stands in pg_index as invalid, which the planner passes over. A trial is a
// transaction that is rolled back: valid, EXPLAIN. So several connections can try different candidates at once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/plans/plan_json.h"
#include "engine/postgres/statistics/scale_database.h"

namespace explaingate::postgres {

class Candidates {
 public:
  // Everything is kept by reference.
  Candidates(const Cluster& cluster, const ScaleDatabase& database, const Relations& relations,
             const SchemaCatalogue& schema)
      : cluster_(cluster), database_(database), relations_(relations), schema_(schema) {}

  // The candidate's indexes, one for each partition of its table. kStatement where there is no such table or column, or
  // its type has no order.
  [[nodiscard]] Result<std::vector<int64_t>> make(const CandidateIndex& candidate);

  // Gives the indexes in the plan the names of their candidates.
  void rename(RawNode& root) const;

 private:
  struct Made {
    std::vector<int64_t> oids;
    std::optional<Error> refused;
  };
  Made make_all(const CandidateIndex& candidate);
  Result<int64_t> make_one(const CandidateIndex& candidate, const Relation& table, const std::string& name);
  Result<int64_t> create(Connection& connection, const CandidateIndex& candidate, const RelationInfo& table,
                         const std::string& name);
  static Result<std::string> definition_by_place(Connection& connection, const CandidateIndex& candidate);
  Status settle(Connection& connection, const CandidateIndex& candidate, const RelationInfo& table,
                const std::string& name, int64_t index);
  [[nodiscard]] std::string path_of(const std::string& file) const;

  const Cluster& cluster_;
  const ScaleDatabase& database_;
  const Relations& relations_;
  const SchemaCatalogue& schema_;
  std::optional<Connection> connection_;                   // never looks at a table that has its length
  std::map<std::string, Made> made_;                       // by candidate
  std::map<std::string, std::string, std::less<>> shown_;  // name in the database -> the candidate's
};

}  // namespace explaingate::postgres

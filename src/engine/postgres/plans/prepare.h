// One statement from text to PostgreSQL's plan: its parameters made ready, then PREPARE and EXPLAIN in one round trip.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/postgres/plans/parameters.h"
#include "engine/postgres/server/connection.h"

namespace explaingate::postgres {

// A connection that plans and does nothing else; always in pipeline mode.
class Explainer {
 public:
  using Settings = std::map<std::string, std::string>;
  // As the role that owns the schema, in read-only transactions with a time limit for each statement. `settings`: the
  // planner's, as a statistics file has them; names that are none of the planner's are passed over.
  static Result<Explainer> open(const Target& target, const Settings& settings = {});

  // The generic plan as JSON text. kStatement in the server's words where it refuses; `column` (a byte, from 1) says
  // where, as long as nothing in front of it was rewritten.
  // `candidates`: oids of candidate indexes that the planner is shown this once.
  // `no_scans`: with enable_seqscan off.
  [[nodiscard]] Result<std::string> explain(std::string_view text, const std::vector<int64_t>& candidates = {},
                                            bool no_scans = false);
  // The plan for these values of its parameters, SQL literals.
  [[nodiscard]] Result<std::string> explain_for(const PreparedText& prepared, const std::vector<int64_t>& candidates,
                                                const std::vector<std::string>& values);

 private:
  struct Outcome {
    std::string json;  // the first column of the last row
    Refusal refusal;   // message empty = none
  };
  Explainer(Target target, Settings settings, Connection connection)
      : target_(std::move(target)), settings_(std::move(settings)), connection_(std::move(connection)) {}
  Result<Outcome> send(const PreparedText& prepared, const std::vector<int64_t>& candidates,
                       const std::vector<std::string>& values, bool no_scans = false);
  Result<Outcome> receive(int syncs);
  Result<PreparedText> without_domains(const PreparedText& prepared);
  Status reconnect();

  Target target_;
  Settings settings_;
  Connection connection_;
  bool lost_ = false;
};

}  // namespace explaingate::postgres

// One statement from text to PostgreSQL's plan: its parameters made ready, then PREPARE and EXPLAIN in one round trip.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/postgres/connection.h"

namespace explaingate::postgres {

// A statement as it is prepared. A parameter in LIMIT or OFFSET becomes a number: for an unknown one the planner takes
// a tenth of the table, and would then neither plan nor count as for the page that is asked for.
struct PreparedText {
  std::string text;
  std::vector<unsigned> types;  // of $1 …: an oid, 0 = the server infers it
};
[[nodiscard]] PreparedText prepare_text(std::string_view text);

// Begins like a statement that has a plan: SELECT, WITH, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE.
[[nodiscard]] bool can_be_planned(std::string_view text);

// A connection that plans and does nothing else; always in pipeline mode.
class Explainer {
 public:
  // As the role that owns the schema, in read-only transactions with a time limit for each statement.
  static Result<Explainer> open(const Target& target);

  // The generic plan as JSON text. kStatement in the server's words where it refuses; `column` (a byte, from 1) says
  // where, as long as nothing in front of it was rewritten.
  [[nodiscard]] Result<std::string> explain(std::string_view text);

  [[nodiscard]] Connection& connection() { return connection_; }  // not while explain() runs

 private:
  struct Outcome {
    std::string json;
    std::string message, sqlstate;
    size_t position = 0;  // in characters from 1; 0 = none
  };
  Explainer(Target target, Connection connection) : target_(std::move(target)), connection_(std::move(connection)) {}
  Result<Outcome> send(const PreparedText& prepared);

  Target target_;
  Connection connection_;
  bool lost_ = false;
};

}  // namespace explaingate::postgres

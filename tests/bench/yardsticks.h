// What explaingate is measured against: the two libraries that it can't do without, called in a loop on one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/timing.h"
#include "bench/workload.h"

namespace explaingate::bench {

// pg_query_parse and pg_query_fingerprint of every query.
[[nodiscard]] Time time_grammar(const std::vector<Query>& queries);

// The schema in SQLite, with the statistics that explaingate's engine gives it.
class Planner {
 public:
  static Result<Planner> open(const Workload& workload);
  Planner(Planner&&) noexcept;
  Planner& operator=(Planner&&) noexcept;
  ~Planner();
  // Prepares and steps EXPLAIN QUERY PLAN of every query at every scale. Not in the time: writing a scale's statistics.
  [[nodiscard]] Result<Time> time_all();

 private:
  struct State;
  explicit Planner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace explaingate::bench

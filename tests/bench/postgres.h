// PostgreSQL beside itself: the engine's plans, and a loop over libpq that asks the same server for the same plans.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/timing.h"
#include "bench/workload.h"

namespace explaingate::bench {

class PostgresPlanner {
 public:
  // A private cluster, the workload's schema in it, one database a scale, two engines over them.
  static Result<PostgresPlanner> open(const Workload& workload);
  PostgresPlanner(PostgresPlanner&&) noexcept;
  PostgresPlanner& operator=(PostgresPlanner&&) noexcept;
  ~PostgresPlanner();

  // PREPARE, EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE and DEALLOCATE of each query at each scale: one connection, one
  // statement after the other, answers thrown away.
  [[nodiscard]] Result<Time> time_loop();
  // The engine's plan() of each query at each scale, on so many engines (1 or 2), a thread each.
  [[nodiscard]] Result<Time> time_engines(size_t engines);
  [[nodiscard]] size_t planned() const;  // of the queries; the others are refused by the server

 private:
  struct State;
  explicit PostgresPlanner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Measures and prints; 0, or 2 with a message.
int run_postgres(size_t count, int rounds);

}  // namespace explaingate::bench

// A private cluster for the tests of one file or of all, where PostgreSQL is installed.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "engine/postgres/server/cluster.h"
#include "engine/postgres/server/programs.h"

namespace explaingate::postgres {

// False, with a message; CI=true makes that a failure.
inline bool skip(const Error& error) {
  const char* ci = std::getenv("CI");
  REQUIRE_MESSAGE((ci == nullptr || std::string_view(ci) != "true"), error.message);
  MESSAGE("skipped: " << error.message);
  return false;
}

inline bool is_there() {
  auto programs = find_programs();
  return programs ? true : skip(programs.error());
}

// nullptr where no server is installed.
inline std::shared_ptr<Cluster> test_cluster() {
  static const Result<std::shared_ptr<Cluster>> cluster = Cluster::start();
  if (cluster) return *cluster;
  skip(cluster.error());
  return nullptr;
}

}  // namespace explaingate::postgres

// A private cluster for the tests of one file or of all, where PostgreSQL is installed.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "engine/postgres/cluster.h"

namespace explaingate::postgres {

// nullptr, with a message, where no server is installed; CI=true makes that a failure.
inline std::shared_ptr<Cluster> test_cluster() {
  static const Result<std::shared_ptr<Cluster>> cluster = Cluster::start();
  if (cluster) return *cluster;
  const char* ci = std::getenv("CI");
  REQUIRE_MESSAGE((ci == nullptr || std::string_view(ci) != "true"), cluster.error().message);
  MESSAGE("skipped: " << cluster.error().message);
  return nullptr;
}

}  // namespace explaingate::postgres

// The private cluster of the tests as somebody's server: roles as people have them, and what runs leave on it.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "engine/postgres/server/cluster.h"
#include "engine/postgres_support.h"

namespace explaingate::postgres {

inline std::string url(const std::string& role, const std::string& database = "postgres") {
  Target target = test_cluster()->target(database, role);
  return fmt::format("host={} port=5432 user={} dbname={}", target["host"], role, database);
}

inline Connection superuser() {
  auto connection = Connection::open(test_cluster()->target("postgres", kSuperuser));
  REQUIRE(connection.has_value());
  return std::move(*connection);
}

inline void run(const std::string& sql) {
  Status done = superuser().run(sql);
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
}

// A role, dropped at the end of the block.
struct Role {
  std::string name;
  Role(std::string given, const std::string& options) : name(std::move(given)) {
    run(fmt::format("CREATE ROLE {} LOGIN {}", name, options));
  }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  ~Role() {
    Status dropped = superuser().run(fmt::format("DROP ROLE {}", name));
    CHECK_MESSAGE(dropped.has_value(), (dropped ? "" : dropped.error().message));
  }
};

// Databases and roles named as those of runs are.
inline std::string left_over() {
  auto rows = superuser().query(
      "SELECT string_agg(name, ' ') FROM (SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles) n(name) "
      "WHERE name LIKE 'explaingate\\_%'");
  REQUIRE(rows.has_value());
  return std::string(rows->text(0, 0));
}

}  // namespace explaingate::postgres

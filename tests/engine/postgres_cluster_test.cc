#include <doctest/doctest.h>
#include <cstdlib>

#include "engine/postgres/server/cluster.h"

namespace explaingate::postgres {
namespace {

TEST_CASE("a private cluster answers, and a role without rights stays without") {
  auto cluster = Cluster::start();
  REQUIRE_MESSAGE(cluster.has_value(), (cluster ? "" : cluster.error().message));
  auto connection = Connection::open((*cluster)->target("postgres", kSchemaRole));
  REQUIRE(connection.has_value());
  auto rows = connection->query("SELECT $1::int + 1, NULL, true", {"41"});
  REQUIRE(rows.has_value());
  CHECK(rows->integer(0, 0) == 42);
  CHECK(rows->is_null(0, 1));
  CHECK(rows->boolean(0, 2));
  auto refused = connection->query("COPY (SELECT 1) TO PROGRAM 'true'");
  REQUIRE(!refused.has_value());
  CHECK(refused.error().kind == ErrorKind::kStatement);
  CHECK(connection->last_error().sqlstate == "42501");
  connection->set_limit(std::chrono::milliseconds(50));
  CHECK(!connection->query("SELECT pg_sleep(60)").has_value());
  CHECK(connection->last_error().sqlstate == "57014");
  CHECK(connection->query("SELECT 1").has_value());
}

TEST_CASE("the server has nothing of our environment but where programs and temporary files are") {
  ::setenv("GITHUB_TOKEN", "ghs_secret", 1);
  auto cluster = Cluster::start();
  ::unsetenv("GITHUB_TOKEN");
  REQUIRE_MESSAGE(cluster.has_value(), (cluster ? "" : cluster.error().message));
  auto connection = Connection::open((*cluster)->target("postgres", kSuperuser));
  REQUIRE(connection.has_value());
  REQUIRE(connection->run("CREATE TEMP TABLE settings (line text)").has_value());
  REQUIRE(connection->run("COPY settings FROM PROGRAM 'env'").has_value());
  auto ours = connection->query("SELECT count(*) FROM settings WHERE line LIKE 'TZ=UTC'");
  auto secrets = connection->query("SELECT count(*) FROM settings WHERE line LIKE '%ghs_secret%'");
  REQUIRE(ours.has_value());
  REQUIRE(secrets.has_value());
  CHECK(ours->integer(0, 0) == 1);
  CHECK(secrets->integer(0, 0) == 0);
}

}  // namespace
}  // namespace explaingate::postgres

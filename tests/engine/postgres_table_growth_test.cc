// How fast tables grow, from a server's own counters.
#include <doctest/doctest.h>

#include <algorithm>

#include "engine/postgres/statistics/statistics_export.h"
#include "engine/postgres_support.h"

namespace explaingate::postgres {
namespace {

Connection connect(const std::string& database) {
  auto connection = Connection::open(test_cluster()->target(database, kSuperuser));
  REQUIRE_MESSAGE(connection.has_value(), (connection ? "" : connection.error().message));
  REQUIRE(connection->run("SET search_path = public").has_value());
  return std::move(*connection);
}

Statistics export_of(Connection& connection, double least_days, std::vector<std::string>& unseen) {
  ExportOptions options;
  options.least_days = least_days;
  auto exported = export_statistics(connection, options);
  REQUIRE_MESSAGE(exported.has_value(), (exported ? "" : exported.error().message));
  unseen = exported->unseen;
  return std::move(exported->statistics);
}

TEST_CASE("rows that tables gain a day are exported, once the server has counted for a day") {
  if (!test_cluster()) return;
  Connection control = connect("postgres");
  REQUIRE(control.run("CREATE DATABASE table_growth TEMPLATE template0").has_value());
  {
    Connection writing = connect("table_growth");
    Status done = writing.run_script(
        "CREATE TABLE grows (id int); CREATE TABLE shrinks (id int); CREATE TABLE stands (id int);"
        "CREATE TABLE parts (id int) PARTITION BY RANGE (id);"
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (500);"
        "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (500) TO (1000);"
        "INSERT INTO shrinks SELECT generate_series(1, 1000); INSERT INTO stands SELECT 1");
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  }
  std::vector<std::string> unseen;
  {
    Connection reading = connect("table_growth");
    Statistics statistics = export_of(reading, 0, unseen);
    CHECK(!statistics.tables.at("grows").rows_per_day);
    CHECK(std::ranges::count(unseen,
                             "how fast tables grow: the server does not say since when it counts "
                             "(pg_stat_database.stats_reset)") == 1);
    REQUIRE(reading.query("SELECT pg_catalog.pg_stat_reset()").has_value());
  }
  {
    Connection writing = connect("table_growth");
    Status done = writing.run_script(
        "INSERT INTO grows SELECT generate_series(1, 3000); DELETE FROM grows WHERE id <= 1000;"
        "DELETE FROM shrinks; INSERT INTO parts SELECT generate_series(0, 999)");
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  }  // what a session counted is the server's when it ends
  Connection reading = connect("table_growth");
  Statistics day = export_of(reading, 1, unseen);
  CHECK(!day.tables.at("grows").rows_per_day);
  CHECK(std::ranges::count(unseen, "how fast tables grow: the server has counted for less than a day") == 1);
  Statistics statistics = export_of(reading, 0, unseen);
  auto rate = [&](const char* table) { return statistics.tables.at(table).rows_per_day.value_or(-1e9); };
  REQUIRE(rate("parts") > 0);
  CHECK(rate("grows") / rate("parts") == doctest::Approx(2).epsilon(0.06));  // 2,000 and 1,000, of two digits each
  CHECK(rate("shrinks") / rate("parts") == doctest::Approx(-1).epsilon(0.06));
  CHECK(rate("parts_1") / rate("parts") == doctest::Approx(0.5).epsilon(0.06));
  CHECK(rate("stands") == 0);
  CHECK(parse_statistics(to_json(statistics), "s.json")->tables.at("parts").rows_per_day.has_value());
}

}  // namespace
}  // namespace explaingate::postgres

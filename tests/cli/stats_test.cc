// `explaingate stats` from the outside, with a real server.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/postgres/server/cluster.h"
#include "sandbox.h"

namespace explaingate {
namespace {

using postgres::Cluster;
using postgres::Connection;

std::string url_of(const std::shared_ptr<Cluster>& cluster, const std::string& role) {
  auto target = cluster->target("shop", role);
  return fmt::format("host={} dbname=shop user={}", target.at("host"), role);
}

void run(const std::shared_ptr<Cluster>& cluster, const std::string& database, const std::string& sql) {
  auto connection = Connection::open(cluster->target(database, postgres::kSuperuser));
  REQUIRE_MESSAGE(connection.has_value(), (connection ? "" : connection.error().message));
  auto done = connection->run_script(sql);
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
}

TEST_CASE("a server's statistics are exported, shown, and say what the role could not see") {
  auto cluster = Cluster::start();
  REQUIRE_MESSAGE(cluster.has_value(), (cluster ? "" : cluster.error().message));
  run(*cluster, "postgres", "CREATE DATABASE shop");
  run(*cluster, "shop", R"(
    SET search_path = public;
    CREATE ROLE app LOGIN;
    CREATE TABLE country (id int PRIMARY KEY, name text);
    INSERT INTO country SELECT i, 'land ' || i FROM generate_series(1, 50) i;
    CREATE TABLE orders (id serial PRIMARY KEY, country_id int, secret text);
    INSERT INTO orders (country_id, secret) SELECT i % 50, 'hush' FROM generate_series(1, 1000) i;
    CREATE TABLE hidden (id int); INSERT INTO hidden VALUES (1);
    CREATE TABLE fresh (id int); INSERT INTO fresh VALUES (1);
    CREATE SCHEMA other; CREATE TABLE other.thing (id int); INSERT INTO other.thing VALUES (1);
    ANALYZE country, orders, hidden, other.thing;
    GRANT USAGE ON SCHEMA other TO app; GRANT SELECT ON country, fresh, other.thing TO app;
    GRANT SELECT (id, country_id) ON orders TO app;
    ALTER ROLE app SET random_page_cost = 1.1;)");
  Project project;
  std::string file = project.outside("statistics.json");
  Ran whole = project.gate({"stats", "export", "--url", url_of(*cluster, "app"), "--output", file});
  CHECK(whole.code == 0);
  CHECK(whole.out.empty());
  CHECK(whole.err ==
        "5 tables, 5 columns\n"
        "not seen: fresh: not analysed yet; run ANALYZE\n"
        "not seen: hidden: no column: the role may not SELECT from it\n"
        "not seen: how fast tables grow: the server does not say since when it counts (pg_stat_database.stats_reset)\n"
        "not seen: orders: columns that the role may not SELECT: secret\n");
  auto text = read_file(file);
  REQUIRE(text.has_value());
  CHECK(text->find("\"land 7\"") != std::string::npos);
  CHECK(text->find("hush") == std::string::npos);
  CHECK(text->find("\"random_page_cost\": \"1.1\"") != std::string::npos);

  RunOptions environment;
  environment.environment["EXPLAINGATE_STATS_URL"] = url_of(*cluster, "app");
  Ran again = project.gate({"stats", "export"}, environment);
  CHECK(again.out == *text);

  Ran bare = project.gate({"stats", "export", "--no-values", "--schema", "public", "--schema", "none"}, environment);
  CHECK(bare.code == 0);
  CHECK(bare.out.find("land") == std::string::npos);
  CHECK(bare.out.find("other.thing") == std::string::npos);
  CHECK(bare.err.find("kept: names, rows, pages") != std::string::npos);
  CHECK(bare.err.find("not seen: schema none: there is no table in it") != std::string::npos);

  Ran show = project.gate({"stats", "show", file});
  CHECK(show.code == 0);
  CHECK(show.out.find("setting random_page_cost = 1.1\n") != std::string::npos);
  std::string line = fmt::format("{:<11} {:>15} {:>12} {:>8}\n", "orders", 1000, 6, 2);
  CHECK_MESSAGE(show.out.find(line) != std::string::npos, show.out);
  CHECK(show.out.find("holds values from the rows of ") != std::string::npos);

  // What a person declared in an earlier file stays.
  project.write("former.json", R"({"explaingate_statistics": 1, "tables": {"country": {"rows": 40, "fixed": true}}})");
  Ran later = project.gate({"stats", "export", "--previous", "former.json", "--output", "later.json"}, environment);
  CHECK(later.code == 0);
  Ran fixed = project.gate({"stats", "show", "later.json"});
  CHECK_MESSAGE(fixed.out.find(fmt::format("{:<11} {:>15} {:>12} {:>8}  doesn't grow\n", "country", 50, 1, 2)) !=
                    std::string::npos,
                fixed.out);
  CHECK(fixed.out.find("doesn't grow") == fixed.out.rfind("doesn't grow"));
}

TEST_CASE("an export that can't be made says why, and shows no password") {
  Project project;
  Ran none = project.gate({"stats", "export"});
  CHECK(none.code == 2);
  CHECK(none.err.find("no server was named") != std::string::npos);
  Ran nobody = project.gate({"stats", "export", "--url", "postgresql://me:hunter2@127.0.0.1:1/shop"});
  CHECK(nobody.code == 3);
  CHECK(nobody.err.find("hunter2") == std::string::npos);
  Ran broken = project.gate({"stats", "export", "--url", "postgresql://me:hunter2@[::1/shop"});
  CHECK(broken.code == 2);
  CHECK(broken.err.find("hunter2") == std::string::npos);
  project.write("s.json", "{\n  \"explaingate_statistics\": 1,\n  \"tabels\": {}\n}\n");
  Ran wrong = project.gate({"stats", "show", "s.json"});
  CHECK(wrong.code == 2);
  CHECK(wrong.err.find("s.json:3:3: unknown key \"tabels\"") != std::string::npos);
  CHECK(wrong.err.find("the nearest known one is \"tables\"") != std::string::npos);
}

}  // namespace
}  // namespace explaingate

// An empty copy of a schema is planned as the database that it stands for.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/postgres/server/cluster.h"
#include "engine/postgres/statistics/statistics_load.h"

namespace explaingate::postgres {
namespace {

using nlohmann::json;

Connection connect(const std::shared_ptr<Cluster>& cluster, const std::string& database) {
  auto connection = Connection::open(cluster->target(database, kSuperuser));
  REQUIRE_MESSAGE(connection.has_value(), (connection ? "" : connection.error().message));
  return std::move(*connection);
}

void run(Connection& connection, const std::string& sql) {
  REQUIRE(connection.run("SET search_path = public").has_value());  // the superuser's sessions see only pg_catalog
  Status status = connection.run_script(sql);
  REQUIRE_MESSAGE(status.has_value(), sql << ": " << (status ? "" : status.error().message));
}

json explain(Connection& connection, const std::string& sql) {
  REQUIRE(connection.run("SET search_path = public").has_value());
  auto rows = connection.query("EXPLAIN (FORMAT JSON) " + sql);
  REQUIRE_MESSAGE(rows.has_value(), sql << ": " << (rows ? "" : rows.error().message));
  return json::parse(rows->text(0, 0))[0]["Plan"];
}

// A copy of `original` under `numbers`; what was left out comes back.
std::vector<std::string> load(const std::shared_ptr<Cluster>& cluster, const std::string& original,
                              const std::string& copy, const Relations& relations, const DatabaseNumbers& numbers) {
  Connection postgres = connect(cluster, "postgres");
  auto made = postgres.run(fmt::format("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", copy, original));
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
  auto oid = postgres.query("SELECT oid FROM pg_database WHERE datname = $1", {copy});
  REQUIRE(oid.has_value());
  auto grown = grow_files(cluster->data_folder(), static_cast<Oid>(oid->integer(0, 0)), relations, numbers);
  REQUIRE_MESSAGE(grown.has_value(), (grown ? "" : grown.error().message));
  Connection connection = connect(cluster, copy);
  auto written = write_catalogue(connection, relations, numbers);
  REQUIRE_MESSAGE(written.has_value(), (written ? "" : written.error().message));
  grown->insert(grown->end(), written->begin(), written->end());
  return *grown;
}

Relations relations_of(const std::shared_ptr<Cluster>& cluster, const std::string& database) {
  Connection connection = connect(cluster, database);
  auto relations = read_relations(connection);
  REQUIRE_MESSAGE(relations.has_value(), (relations ? "" : relations.error().message));
  return *relations;
}

constexpr const char* kShop = R"(
  CREATE TYPE state AS ENUM ('open', 'paid', 'sent', 'lost');
  CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(20) UNIQUE, since date);
  CREATE TABLE orders (id serial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, status state NOT NULL,
    gift boolean NOT NULL, placed_at timestamptz NOT NULL, note text);
  CREATE INDEX orders_customer ON orders (customer_id);
  CREATE INDEX orders_placed ON orders (placed_at);)";

ScaledStatistics shop_numbers(double orders) {
  ScaledStatistics scaled;
  scaled.tables["customer"].rows = orders / 10;
  scaled.tables["customer"].distinct = {{"id", orders / 10}, {"email", orders / 10}};
  scaled.tables["customer"].growing = {"id", "email"};
  scaled.tables["orders"].rows = orders;
  scaled.tables["orders"].distinct = {
      {"id", orders}, {"customer_id", orders / 10}, {"status", 4}, {"gift", 2}, {"placed_at", orders / 10}};
  scaled.tables["orders"].growing = {"id", "customer_id", "placed_at"};
  return scaled;
}

TEST_CASE("an empty PostgreSQL plans for the assumed rows, and a key stays one row") {
  auto cluster = Cluster::start();
  REQUIRE_MESSAGE(cluster.has_value(), (cluster ? "" : cluster.error().message));
  run(*std::make_unique<Connection>(connect(*cluster, "postgres")), "CREATE DATABASE shop TEMPLATE template0");
  {
    Connection shop = connect(*cluster, "shop");
    run(shop, kShop);
  }
  Relations relations = relations_of(*cluster, "shop");
  for (double rows : {1e4, 1e6, 1e9}) {
    CAPTURE(rows);
    DatabaseNumbers numbers = numbers_for(relations, {}, shop_numbers(rows));
    std::string name = fmt::format("shop_{:.0f}", rows);
    CHECK(load(*cluster, "shop", name, relations, numbers).empty());
    Connection copy = connect(*cluster, name);
    json scan = explain(copy, "SELECT * FROM orders");
    CHECK(scan["Node Type"] == "Seq Scan");
    CHECK(scan["Plan Rows"].get<double>() == doctest::Approx(rows).epsilon(1e-5));
    json key = explain(copy, "SELECT * FROM orders WHERE id = 17");
    CHECK(key["Node Type"] == "Index Scan");
    CHECK(key["Plan Rows"] == 1);
    CHECK(key["Total Cost"].get<double>() < 10);
    json customer = explain(copy, "SELECT * FROM orders WHERE customer_id = 17");
    CHECK(customer["Plan Rows"] == 10);
    json range =
        explain(copy, fmt::format("SELECT * FROM orders WHERE customer_id BETWEEN {0} AND {0} + 9", rows / 20));
    CHECK(range["Plan Rows"].get<double>() == doctest::Approx(100).epsilon(0.3));
    json month = explain(copy, "SELECT * FROM orders WHERE placed_at >= '2025-03-01' AND placed_at < '2025-04-01'");
    CHECK(month["Plan Rows"].get<double>() == doctest::Approx(rows / 480).epsilon(0.05));
    CHECK(explain(copy, "SELECT * FROM orders WHERE status = 'paid'")["Plan Rows"].get<double>() ==
          doctest::Approx(rows / 4).epsilon(0.001));
    CHECK(explain(copy, "SELECT * FROM orders WHERE gift")["Plan Rows"].get<double>() ==
          doctest::Approx(rows / 2).epsilon(0.001));
    // The planner walks the tree to its end for this one: a tree without pages would be an error.
    json last = explain(copy, fmt::format("SELECT * FROM orders WHERE id > {}", rows));
    CHECK(last["Plan Rows"].get<double>() <= rows * 1e-4);
    CHECK(explain(copy, "SELECT max(id) FROM orders")["Total Cost"].get<double>() < 1);
    auto executed = copy.query("SELECT count(*) FROM orders WHERE id = 5");
    REQUIRE(executed.has_value());
    CHECK(executed->integer(0, 0) == 0);
  }
}

TEST_CASE("made-up sizes are those of a table that holds such rows") {
  auto cluster = Cluster::start();
  REQUIRE_MESSAGE(cluster.has_value(), (cluster ? "" : cluster.error().message));
  run(*std::make_unique<Connection>(connect(*cluster, "postgres")), "CREATE DATABASE shop TEMPLATE template0");
  Connection shop = connect(*cluster, "shop");
  run(shop, kShop);
  run(shop, R"(
    INSERT INTO customer (email, since) SELECT 'customer' || i + 100000000000, '2020-01-01' FROM generate_series(1, 20000) i;
    INSERT INTO orders (customer_id, status, gift, placed_at, note)
      SELECT 1 + i * 7919 % 20000, 'paid', false, '2020-01-01'::timestamptz + (i / 10) * interval '1 minute',
        repeat('x', 31) FROM generate_series(1, 200000) i;
    REINDEX TABLE customer; REINDEX TABLE orders; ANALYZE;)");
  Relations relations = relations_of(*cluster, "shop");
  ScaledStatistics scaled = shop_numbers(200000);
  DatabaseNumbers numbers = numbers_for(relations, {}, scaled);
  for (const auto& [oid, relation] : relations.all) {
    if (relation.schema != "public") continue;
    CAPTURE(relation.name);
    auto real = shop.query("SELECT relpages FROM pg_class WHERE oid = $1", {std::to_string(oid)});
    REQUIRE(real.has_value());
    REQUIRE(numbers.relations.contains(oid));
    CHECK(numbers.relations.at(oid).pages == doctest::Approx(real->real(0, 0)).epsilon(0.1));
  }
}

TEST_CASE("a file's numbers grow with the rows that are asked for: pages and entries do, frequencies don't") {
  Relations relations;
  relations.types[23] = {"int4", 'b', 23, 0, 4, 4, 0, 97, 96, {}};
  RelationInfo orders, index;
  orders.oid = 20000;
  orders.schema = "public";
  orders.name = "orders";
  orders.columns = {{1, "id", 23}, {2, "status", 23}, {3, "customer_id", 23}};
  index.oid = 20001;
  index.schema = "public";
  index.name = "orders_customer";
  index.kind = 'i';
  index.method = "btree";
  index.table = 20000;
  index.keys = {3};
  index.key_columns = 1;
  index.columns = {{1, "customer_id", 23}};
  relations.all = {{20000, orders}, {20001, index}};
  Statistics file;
  file.tables["orders"].rows = 120000;
  PostgresTable part;
  part.rows = 100000;  // the configuration says 120,000
  part.pages = 1000;
  part.all_visible = 900;
  part.indexes["orders_customer"] = {300, 90000, 1, {}};
  part.columns["id"].distinct = -1;
  part.columns["status"].distinct = 4;
  part.columns["status"].common_values = {"1", "2"};
  part.columns["status"].common_frequencies = {0.9, 0.05};
  part.columns["customer_id"].distinct = 5000;
  file.tables["orders"].postgres = std::make_shared<const PostgresTable>(part);
  ScaledStatistics scaled;
  scaled.tables["orders"].rows = 1200000;
  scaled.tables["orders"].growing = {"id", "customer_id"};
  DatabaseNumbers numbers = numbers_for(relations, file, scaled);
  const RelationNumbers& table = numbers.relations.at(20000);
  CHECK(table.rows == 1200000);
  CHECK(table.pages == 12000);
  CHECK(table.all_visible == 10800);
  REQUIRE(table.columns.size() == 3);
  CHECK(table.columns[0].statistics.distinct == -1);
  CHECK(table.columns[1].statistics.distinct == 4);
  CHECK(table.columns[1].statistics.common_frequencies == std::vector<double>{0.9, 0.05});
  CHECK(table.columns[2].statistics.distinct == 60000);
  CHECK(numbers.relations.at(20001).pages == 3600);
  CHECK(numbers.relations.at(20001).rows == 1080000);
  CHECK(numbers.relations.at(20001).height == 2);
}

TEST_CASE("absurd sizes end in fewer files, not in fewer rows") {
  Relations relations;
  ScaledStatistics scaled;
  for (Oid oid = 20000; oid < 20010; ++oid) {
    RelationInfo& table = relations.all[oid];
    table.oid = oid;
    table.schema = "public";
    table.name = fmt::format("t{}", oid);
    table.method = "heap";
    scaled.tables[table.name].rows = 1e15;
  }
  DatabaseNumbers numbers = numbers_for(relations, {}, scaled);
  double files = 0;
  for (const auto& [oid, one] : numbers.relations) {
    CHECK(one.rows == 1e15);
    files += std::ceil(one.pages / relations.segment_blocks);
  }
  CHECK(files <= 50010);
  CHECK(numbers.notes.size() == 9);
  CHECK(numbers.notes[0] ==
        "t20001: planned with fewer pages than the 4294967294 it would have: all tables together exceed 50000 files of "
        "1 GiB");
}

}  // namespace
}  // namespace explaingate::postgres

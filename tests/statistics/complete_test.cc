// Assumed sizes: the foreign-key ladder, circles, and what is kept of partial knowledge.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>
#include <string>
#include <vector>

#include "schema_text.h"

using namespace explaingate;

namespace {

std::string dump(const Statistics& statistics) {
  static const char* const kSources[] = {"file", "seed", "configured", "assumed"};
  std::vector<std::string> lines;
  for (const auto& [name, table] : statistics.tables)
    lines.push_back(fmt::format("{} {:.15g}{} {}", name, table.rows, table.fixed ? " fixed" : "",
                                kSources[static_cast<int>(table.source)]));
  return fmt::format("{}", fmt::join(lines, ", "));
}

// "orders 120000 file, country 250 fixed file"
Statistics known_from(const std::string& text) {
  Statistics statistics;
  for (const std::string& one : pieces(text, ',')) {
    std::istringstream stream(one);
    std::string name;
    stream >> name;
    TableStatistics& table = statistics.tables[name];
    stream >> table.rows;
    for (std::string word; stream >> word;) {
      if (word == "fixed") table.fixed = true;
      if (word == "file") table.source = RowSource::kFile;
      if (word == "seed") table.source = RowSource::kSeed;
    }
  }
  return statistics;
}

}  // namespace

TEST_CASE("sizes") {
  struct Case {
    std::string about, schema, known, settings, want;
  };
  const std::vector<Case> cases = {
      {"nothing", "", "", "", ""},
      {"no parents", "a: id key", "", "", "a 10000 assumed"},
      {"one level", "customers: id key | orders: customer_id > customers", "", "",
       "customers 10000 assumed, orders 100000 assumed"},
      {"the longest chain counts",
       "customers: id key | products: id key | orders: c > customers | lines: o > orders, p > products", "", "",
       "customers 10000 assumed, lines 1000000 assumed, orders 100000 assumed, products 10000 assumed"},
      {"capped", "a: id key | b: a > a | c: b > b | d: c > c | e: d > d", "", "",
       "a 10000 assumed, b 100000 assumed, c 1000000 assumed, d 1000000 assumed, e 1000000 assumed"},
      {"order of tables and case of names don't matter",
       "Lines: o > ORDERS | Orders: c > Customers | customers: id key", "", "",
       "Lines 1000000 assumed, Orders 100000 assumed, customers 10000 assumed"},
      {"a reference to itself doesn't multiply", "employees: id key, boss > employees", "", "",
       "employees 10000 assumed"},
      {"a circle doesn't multiply", "users: team > teams | teams: owner > users", "", "",
       "teams 10000 assumed, users 10000 assumed"},
      {"below a circle it does", "users: team > teams | teams: owner > users | posts: author > users", "", "",
       "posts 100000 assumed, teams 10000 assumed, users 10000 assumed"},
      {"a circle below a parent", "orgs: id key | users: team > teams, org > orgs | teams: owner > users", "", "",
       "orgs 10000 assumed, teams 100000 assumed, users 100000 assumed"},
      {"a link table", "tags: id key | posts: id key | post_tags: tag > tags, post > posts / unique pk(tag post)", "",
       "", "post_tags 100000 assumed, posts 10000 assumed, tags 10000 assumed"},
      {"a parent that the schema lacks", "a: b > gone", "", "", "a 10000 assumed"},
      {"known parents, unknown child", "customers: id key | orders: c > customers", "customers 3000 file", "",
       "customers 3000 file, orders 30000 assumed"},
      {"a child is not capped below its parent", "customers: id key | orders: c > customers", "customers 5000000 file",
       "", "customers 5000000 file, orders 5000000 assumed"},
      {"known child, unknown parent", "customers: id key | orders: c > customers", "orders 120000 file", "",
       "customers 12000 assumed, orders 120000 file"},
      {"known half of a circle", "users: team > teams | teams: owner > users", "users 1000 file", "",
       "teams 1000 assumed, users 1000 file"},
      {"seeded empty is unknown", "customers: id key | orders: c > customers", "customers 10 seed, orders 0 seed", "",
       "customers 10 seed, orders 100 assumed"},
      {"an unseeded table is no larger than the largest seed", "a: id key | log: id key", "a 12 seed, log 0 seed", "",
       "a 12 seed, log 12 assumed"},
      {"a large seed changes nothing", "a: id key | log: id key", "a 50000 seed, log 0 seed", "",
       "a 50000 seed, log 10000 assumed"},
      {"an empty table of a file is unknown", "a: id key", "a 0 file", "", "a 10000 assumed"},
      {"fixed parents tell nothing", "country: id key | orders: country > country", "country 250 fixed file", "",
       "country 250 fixed file, orders 10000 assumed"},
      {"the configuration wins", "a: id key | b: a > a", "a 5 file, b 7 file", "A 250 fixed, b 100",
       "a 250 fixed configured, b 100 configured"},
      {"fixed without rows keeps known ones", "a: id key", "a 42 seed", "a - fixed", "a 42 fixed seed"},
      {"fixed without rows anywhere", "a: id key", "", "a - fixed", "a 100 fixed assumed"},
      {"a migration tool's own table", "a: id key | schema_migrations: version key", "", "",
       "a 10000 assumed, schema_migrations 100 fixed assumed"},
      {"one that is named alike", "schema_migrations_done: version key", "", "",
       "schema_migrations_done 10000 assumed"},
      {"one of a tool that isn't known", "bun_migrations: id key, name, migrated_at", "", "",
       "bun_migrations 100 fixed assumed"},
      {"one of birds", "bird_migrations: id key, bird, distance", "", "", "bird_migrations 10000 assumed"},
      {"one that is said to grow", "schema_migrations: version key", "", "schema_migrations - grows",
       "schema_migrations 10000 assumed"},
      {"a project's own", "river_migration: version key", "", "", "river_migration 100 fixed assumed"},
      {"fixed of a file stays", "a: id key", "a 42 fixed file", "a 43", "a 43 fixed configured"},
      {"an empty table if the configuration says so", "a: id key", "", "a 0", "a 0 configured"},
      {"names of the database", "Orders: id key", "orders 5 file", "", "Orders 5 file"},
      {"tables that the schema lacks stay", "a: id key", "z 5 file", "", "a 10000 assumed, z 5 file"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.about);
    std::map<std::string, TableSetting> settings;
    for (const std::string& text : pieces(one.settings, ',')) {
      std::istringstream stream(text);
      std::string name, rows, fixed;
      stream >> name >> rows >> fixed;
      TableSetting& setting = settings[name];
      if (rows != "-") setting.rows = std::stod(rows);
      if (!fixed.empty()) setting.fixed = fixed == "fixed";
    }
    std::vector<TableShape> schema = schema_from(one.schema);
    Statistics completed = complete(known_from(one.known), schema, settings, 10000);
    CHECK(dump(completed) == one.want);
    CHECK(to_json(complete(completed, schema, settings, 10000)) == to_json(completed));
  }
}

TEST_CASE("numbers that are none, and too large ones") {
  std::vector<TableShape> schema = schema_from("a: id key | b: a > a");
  double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK(dump(complete({}, schema, {{"a", {nan, {}}}, {"b", {-5, {}}}}, 10000)) == "a 0 configured, b 0 configured");
  CHECK(dump(complete({}, schema, {{"a", {infinity, {}}}}, 10000)) == "a 1e+15 configured, b 1e+15 assumed");
  CHECK(dump(complete({}, schema, {}, nan)) == "a 1 assumed, b 10 assumed");
  CHECK(dump(complete({}, schema, {}, infinity)) == "a 1e+15 assumed, b 1e+15 assumed");
}

TEST_CASE("a chain of 200,000 tables, and a circle of them") {
  std::vector<TableShape> schema(200000);
  for (size_t i = 0; i < schema.size(); ++i) {
    schema[i].name = fmt::format("t{:06}", i);
    schema[i].columns.push_back({"parent", "", false, false, 0, fmt::format("t{:06}", i + 1), "id"});
  }
  Statistics chain = complete({}, schema, {}, 10000);
  CHECK(chain.tables.at("t199999").rows == 10000);
  CHECK(chain.tables.at("t199998").rows == 100000);
  CHECK(chain.tables.at("t000000").rows == 1000000);
  schema.back().columns[0].parent_table = "t000000";
  Statistics circle = complete({}, schema, {}, 10000);
  CHECK(circle.tables.at("t000000").rows == 10000);
  CHECK(circle.tables.at("t199999").rows == 10000);
}

TEST_CASE("distinct counts of tiny tables are kept only where values repeat") {
  struct Case {
    double rows, distinct;
    bool kept;
  };
  const std::vector<Case> cases = {
      {10, 10, false}, {10, 3, false}, {10, 1, false},   {60, 4, true},  {60, 7, false},
      {100, 1, false}, {100, 9, true}, {101, 101, true}, {101, 1, true}, {5000, 1, true},
  };
  std::vector<TableShape> schema = schema_from("t: id key, c / by_c(c)");
  for (const Case& one : cases) {
    CAPTURE(one.rows);
    CAPTURE(one.distinct);
    Statistics known = known_from("t 1 seed");
    TableStatistics& table = known.tables["t"];
    table.rows = one.rows;
    table.columns["C"].distinct = one.distinct;
    table.index_rows["BY_C"] = {one.rows / one.distinct};
    Statistics completed = complete(known, schema, {}, 10000);
    CHECK(completed.tables.at("t").columns.at("c").distinct.has_value() == one.kept);
    CHECK(completed.tables.at("t").index_rows.contains("by_c") == one.kept);
    known.tables["t"].fixed = true;  // a table that doesn't grow is what it is
    completed = complete(known, schema, {}, 10000);
    CHECK(completed.tables.at("t").columns.at("c").distinct == one.distinct);
  }
}

TEST_CASE("configured rows keep what was counted, as fractions where it grows") {
  std::vector<TableShape> schema =
      schema_from("t: id key, status, email, code, p > parent / by_code(code) | parent: id key");
  Statistics known = known_from("t 10000 seed, parent 100 seed");
  TableStatistics& table = known.tables["t"];
  table.columns["status"].distinct = 5;
  table.columns["email"].distinct = 9000;
  table.columns["p"].distinct = 80;
  table.index_rows["by_code"] = {4};
  Statistics completed = complete(known, schema, {{"t", {1e6, false}}}, 10000);
  CHECK(to_json(completed) == to_json(complete(completed, schema, {{"t", {1e6, false}}}, 10000)));
  const TableStatistics& t = completed.tables.at("t");
  CHECK(t.rows == 1e6);
  CHECK(t.columns.at("status").distinct == 5);
  CHECK(t.columns.at("email").distinct == -0.9);
  CHECK(t.columns.at("code").distinct == -0.25);
  CHECK(!t.columns.at("p").distinct);  // a share of the parents, counted at another size
  CHECK(t.index_rows.empty());
}

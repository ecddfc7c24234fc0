#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>
#include <vector>

#include "base/sqlite.h"

namespace explaingate {
namespace {

std::string outcome(Sqlite& database, const std::string& sql) {
  auto statement = database.prepare(sql);
  if (!statement) return statement.error().message;
  auto row = statement->step();
  if (!row) return row.error().message;
  return *row ? std::string(statement->text(0)) : "no row";
}

}  // namespace

TEST_CASE("all connections together hold no more memory than the limit, and give it back") {
  auto first = Sqlite::open();
  auto second = Sqlite::open();
  REQUIRE(first);
  REQUIRE(second);
  const std::string little = "SELECT length(hex(zeroblob(20000000)))";  // at most 100 MB in all
  const std::string much = "SELECT length(hex(zeroblob(100000000)))";   // at least 300 MB
  Sqlite::limit_memory(200'000'000);
  CHECK(outcome(*first, much) == "out of memory");
  CHECK(outcome(*first, little) == "40000000");
  REQUIRE(
      first->execute("CREATE TABLE t (x); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) "
                     "INSERT INTO t SELECT zeroblob(1000000) FROM n"));
  CHECK(outcome(*second, little) == "out of memory");
  first = Sqlite::open();  // the old one is closed, and its rows are gone
  REQUIRE(first);
  for (int i = 0; i < 4; ++i) CHECK(outcome(*second, little) == "40000000");
  Sqlite::limit_memory(0);
  CHECK(outcome(*second, much) == "200000000");
}

TEST_CASE("connections on several threads share the count") {
  std::vector<std::string> got(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& mine : got)
      threads.emplace_back([&mine] {
        auto database = Sqlite::open();
        if (!database || !database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x, y)")) return;
        for (int i = 0; i < 500; ++i)
          mine = outcome(*database, fmt::format("SELECT count(*) + {} FROM t WHERE x IN (1, 2, {}) AND y = 'a'", i, i));
      });
  }
  CHECK(got == std::vector<std::string>(4, "499"));
}

}  // namespace explaingate

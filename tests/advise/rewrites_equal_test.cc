// A rewrite gives the rows that the statement gives: both run on rows around every boundary, in both databases.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/sqlite.h"
#include "engine/postgres/server/connection.h"
#include "engine/postgres_support.h"
#include "parse/rewrite.h"

namespace explaingate {
namespace {

RewriteTable table_of(const char* moment, const char* day, const char* number) {
  return {{{"id", "id", number, true, true},
           {"at", "at", moment, true, false},
           {"day", "day", day, true, false},
           {"n", "n", number, true, false},
           {"stamp", "stamp", number, true, false},
           {"code", "code", "text", true, false}}};
}

// z is t with a time zone.
const RewriteTable* find(const TableRef& reference, Dialect dialect) {
  static const RewriteTable kSqlite = table_of("TEXT", "DATE", "INTEGER"),
                            kPostgres = table_of("timestamp without time zone", "date", "integer"),
                            kZoned = table_of("timestamp with time zone", "date", "integer");
  if (reference.name == "z") return &kZoned;
  return dialect == Dialect::kSqlite ? &kSqlite : &kPostgres;
}

std::string rewritten(const std::string& sql, Dialect dialect) {
  auto parsed = parse_query(sql, dialect);
  REQUIRE(parsed);
  auto made = rewrites(sql, dialect, {}, *parsed, [&](const TableRef& table) { return find(table, dialect); });
  REQUIRE(made.size() == 1);
  return made.front().text;
}

// Rows at midnight and about it, for days at the ends of weeks, months, quarters and years, and about changes of the
// clocks.
std::vector<std::string> inserts() {
  std::vector<std::string> all;
  int id = 0;
  for (const char* day :
       {"2023-12-31", "2024-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-30", "2024-03-31", "2024-04-01",
        "2024-05-26", "2024-05-27", "2024-05-31", "2024-06-01", "2024-06-30", "2024-07-01", "2024-10-26", "2024-10-27",
        "2024-10-28", "2024-12-31", "2025-01-01"})
    for (const char* time : {"00:00:00", "00:00:01", "11:59:59", "23:59:59"}) {
      ++id;
      all.push_back(fmt::format("INSERT INTO t VALUES ({0}, '{1} {2}', '{1}', {3}, {4}, '{5}')", id, day, time,
                                id % 13 - 5, 1704067200 + (id - 40) * 21600 - (id % 2),
                                id % 3 == 0   ? "DE-1"
                                : id % 3 == 1 ? "de-2"
                                              : "D"));
    }
  return all;
}

// Each with %op% replaced by every operator.
std::vector<std::string> with_operators(const std::vector<std::string>& patterns) {
  constexpr std::string_view kPlace = "%op%";
  std::vector<std::string> all;
  for (const std::string& pattern : patterns)
    for (const char* op : {"=", "<", "<=", ">", ">="}) {
      std::string sql = pattern;
      if (size_t at = sql.find(kPlace); at != std::string::npos) sql.replace(at, kPlace.size(), op);
      if (all.empty() || all.back() != sql) all.push_back(sql);
    }
  return all;
}

TEST_CASE("SQLite: a rewrite gives the same rows") {
  auto database = Sqlite::open();
  REQUIRE(database);
  for (const char* name : {"t", "u"})
    REQUIRE(database->execute(fmt::format(
        "CREATE TABLE {}(id INTEGER PRIMARY KEY, at TEXT NOT NULL, day DATE, n INTEGER, stamp INTEGER, code TEXT)",
        name)));
  for (const std::string& insert : inserts()) REQUIRE(database->execute(insert));
  REQUIRE(database->execute("INSERT INTO u SELECT * FROM t WHERE n > 0"));
  auto rows = [&](const std::string& sql) {
    auto statement = database->prepare(sql);
    REQUIRE_MESSAGE(statement, sql);
    std::string all;
    for (Result<bool> row = statement->step(); row && *row; row = statement->step())
      all += std::string(statement->text(0)) + " ";
    return all;
  };
  size_t found = 0;
  for (const std::string& sql : with_operators({
           "SELECT id FROM t WHERE date(at) %op% '2024-02-29'",
           "SELECT id FROM t WHERE date(at) %op% date('2024-02-29')",
           "SELECT id FROM t WHERE date(day) %op% '2024-03-31'",
           "SELECT id FROM t WHERE date(at) BETWEEN '2024-02-28' AND '2024-03-01'",
           "SELECT id FROM t WHERE strftime('%Y', at) %op% '2024'",
           "SELECT id FROM t WHERE strftime('%Y', at) %op% strftime('%Y', '2024-05-05')",
           "SELECT id FROM t WHERE CAST(strftime('%Y', at) AS INTEGER) %op% 2024",
           "SELECT id FROM t WHERE CAST(strftime('%Y', at) AS INTEGER) %op% 2023 + 1",
           "SELECT id FROM t WHERE strftime('%Y-%m', at) %op% '2024-02'",
           "SELECT id FROM t WHERE strftime('%Y-%m', at) %op% strftime('%Y-%m', '2024-12-31')",
           "SELECT id FROM t WHERE strftime('%Y-%m-%d', day) %op% '2024-02-29'",
           "SELECT id FROM t WHERE date(stamp, 'unixepoch') %op% '2023-12-31'",
           "SELECT id FROM t WHERE strftime('%Y-%m', stamp, 'unixepoch') %op% strftime('%Y-%m', '2023-12-05')",
           "SELECT id FROM t WHERE strftime('%Y', stamp, 'unixepoch') %op% '2024'",
           "SELECT id FROM t WHERE datetime(at) %op% datetime('2024-02-29', '+1 second')",
           "SELECT id FROM t WHERE n + 3 %op% 5",
           "SELECT id FROM t WHERE 3 + n %op% 1 - 2",
           "SELECT id FROM t WHERE n - 3 %op% -2",
           "SELECT id FROM t WHERE 4 - n %op% 2",
           "SELECT id FROM t WHERE 7 %op% n + 3",
           "SELECT id FROM t WHERE substr(code, 1, 2) = 'DE'",
           "SELECT count(*) > 0 FROM t WHERE n %op% 7",
           "SELECT count(*) = 0 FROM t WHERE n %op% 8",
           "SELECT id FROM t WHERE (SELECT count(*) FROM u WHERE u.n = t.n AND u.id %op% 40) = 0",
           "SELECT id FROM t WHERE id NOT IN (SELECT id FROM u WHERE n %op% 2 OR n = 5)",
           "SELECT id FROM t WHERE n NOT IN (SELECT n FROM t WHERE code %op% 'DE')",
       })) {
    CAPTURE(sql);
    std::string other = rewritten(sql, Dialect::kSqlite);
    CAPTURE(other);
    std::string want = rows(sql);
    CHECK(rows(other) == want);
    found += want.empty() ? 0 : 1;
  }
  CHECK(found > 80);  // or the rows are none that the statements tell apart
}

TEST_CASE("SQLite: pages by key, one behind another, are the pages by OFFSET") {
  auto database = Sqlite::open();
  REQUIRE(database);
  REQUIRE(database->execute(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, at TEXT, day DATE, n INTEGER, stamp INTEGER, code TEXT)"));
  for (const std::string& insert : inserts()) REQUIRE(database->execute(insert));
  for (const char* direction : {"", " DESC"}) {
    std::string first =
        fmt::format("SELECT n, id FROM t WHERE id > 3 OR n > 0 ORDER BY n{0}, id{0} LIMIT 7", direction);
    std::string behind =
        rewritten(fmt::format("SELECT n, id FROM t WHERE id > 3 OR n > 0 ORDER BY n{} LIMIT 7 OFFSET ?", direction),
                  Dialect::kSqlite);
    auto all = database->prepare(first.substr(0, first.find(" LIMIT")));
    auto page = database->prepare(first);
    REQUIRE(all);
    std::string want, got;
    for (Result<bool> row = all->step(); row && *row; row = all->step()) want += std::string(all->text(1)) + " ";
    for (size_t before = 1; got.size() != before;) {
      REQUIRE(page);
      before = got.size();
      int64_t n = 0, id = 0;
      for (Result<bool> row = page->step(); row && *row; row = page->step()) {
        n = page->integer(0), id = page->integer(1);
        got += fmt::format("{} ", id);
      }
      page = database->prepare(behind);
      REQUIRE(page);
      page->bind(1, n);
      page->bind(2, id);
    }
    CHECK(got == want);
  }
}

TEST_CASE("PostgreSQL: a rewrite gives the same rows, in every time zone") {
  auto cluster = postgres::test_cluster();
  if (cluster == nullptr) return;
  auto connection = postgres::Connection::open(cluster->target("postgres", postgres::kSchemaRole));
  REQUIRE(connection);
  REQUIRE(
      connection->run("CREATE TEMP TABLE t(id integer PRIMARY KEY, at timestamp NOT NULL, day date NOT NULL, n "
                      "integer NOT NULL, stamp integer, code text)"));
  for (const std::string& insert : inserts()) REQUIRE(connection->run(insert));
  REQUIRE(connection->run("CREATE TEMP TABLE u AS SELECT * FROM t WHERE n > 0"));
  auto rows = [&](const std::string& sql) {
    auto result = connection->query(sql);
    REQUIRE_MESSAGE(result, sql);
    std::string all;
    for (int i = 0; i < result->count(); ++i) all += std::string(result->text(i, 0)) + " ";
    return all;
  };
  size_t found = 0;
  for (const char* zone : {"UTC", "Europe/Berlin", "America/New_York"}) {
    REQUIRE(connection->run(fmt::format("SET TimeZone = '{}'", zone)));
    REQUIRE(connection->run("DROP TABLE IF EXISTS z"));
    REQUIRE(connection->run("CREATE TEMP TABLE z AS SELECT id, at::timestamptz AS at, day, n, stamp, code FROM t"));
    for (const std::string& sql : with_operators({
             "SELECT id FROM t WHERE at::date %op% '2024-02-29' ORDER BY id",
             "SELECT id FROM z WHERE at::date %op% '2024-03-31' ORDER BY id",
             "SELECT id FROM z WHERE date(at) %op% DATE '2024-10-27' ORDER BY id",
             "SELECT id FROM z WHERE at::date %op% make_date(2024, 10, 27) ORDER BY id",
             "SELECT id FROM t WHERE at::date BETWEEN '2024-02-28' AND '2024-03-01' ORDER BY id",
             "SELECT id FROM z WHERE date_trunc('month', at) %op% '2024-03-01' ORDER BY id",
             "SELECT id FROM z WHERE date_trunc('month', at) %op% date_trunc('month', timestamptz '2024-10-15') ORDER "
             "BY id",
             "SELECT id FROM t WHERE date_trunc('quarter', at) %op% date_trunc('quarter', timestamp '2024-05-15') "
             "ORDER BY id",
             "SELECT id FROM t WHERE date_trunc('week', at) %op% '2024-05-27' ORDER BY id",
             "SELECT id FROM t WHERE date_trunc('hour', at) %op% date_trunc('hour', timestamp '2024-02-29 11:30') "
             "ORDER BY id",
             "SELECT id FROM z WHERE extract(year FROM at) %op% 2024 ORDER BY id",
             "SELECT id FROM t WHERE date_part('year', day) %op% 2000 + 24 ORDER BY id",
             "SELECT id FROM z WHERE to_char(at, 'YYYY-MM') = '2024-02' ORDER BY id",
             "SELECT id FROM t WHERE to_char(day, 'YYYY') = '2024' ORDER BY id",
             "SELECT id FROM t WHERE n + 3 %op% 5 ORDER BY id",
             "SELECT id FROM t WHERE 4 - n %op% 2 ORDER BY id",
             "SELECT id FROM t WHERE at + interval '36 hours' %op% '2024-03-01 11:59:59' ORDER BY id",
             "SELECT id FROM t WHERE at - interval '2 days' %op% '2024-02-28' ORDER BY id",
             "SELECT id FROM z WHERE at + interval '90 minutes' %op% '2024-03-31 01:30' ORDER BY id",
             "SELECT id FROM z WHERE now() - at %op% interval '20000 hours' ORDER BY id",
             "SELECT id FROM t WHERE left(code, 2) = 'DE' ORDER BY id",
             "SELECT count(*) > 0 FROM t WHERE n %op% 7",
             "SELECT id FROM t WHERE (SELECT count(*) FROM u WHERE u.n = t.n AND u.id %op% 40) = 0 ORDER BY id",
             "SELECT id FROM t WHERE id NOT IN (SELECT id FROM u WHERE n %op% 2 OR n = 5) ORDER BY id",
         })) {
      CAPTURE(zone);
      CAPTURE(sql);
      std::string other = rewritten(sql, Dialect::kPostgres);
      CAPTURE(other);
      std::string want = rows(sql);
      CHECK(rows(other) == want);
      found += want.empty() ? 0 : 1;
    }
  }
  CHECK(found > 200);
}

}  // namespace
}  // namespace explaingate

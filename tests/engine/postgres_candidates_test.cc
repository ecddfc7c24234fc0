// Candidate indexes on PostgreSQL.
#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "engine/postgres_engine_support.h"

namespace explaingate::engine_test {
namespace {

std::vector<std::string> lines_of_orders() {
  return {
      "CREATE TABLE orders(id integer PRIMARY KEY, total real)",
      "CREATE TABLE lines(id bigint PRIMARY KEY, order_id integer REFERENCES orders(id), sku text, amount integer, at "
      "timestamp, place point)",
      "CREATE SCHEMA audit",
      "CREATE TABLE audit.\"Log\"(id bigint, what text)",
      "CREATE TABLE events(id bigint, at timestamp, x integer) PARTITION BY RANGE (at)",
      "CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
      "CREATE TABLE events_2021 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
  };
}

TEST_CASE("a candidate is tried on PostgreSQL and leaves nothing behind") {
  auto engine = open_postgres(lines_of_orders());
  if (!engine) return;
  CHECK(engine->failures().empty());
  constexpr std::string_view kSql = "SELECT * FROM lines WHERE order_id = $1";
  std::string before = dump_postgres(*engine, kSql);
  CHECK(before ==
        "Seq Scan on lines (filter: (lines.order_id = $1)) {scan lines 1 100000 10}\n"
        "reads 100000 returns 10 sorts 0 growth 1.00 result 0.00");
  std::string with =
      "Bitmap Heap Scan on lines {search lines 1 10 10}\n"
      "  Bitmap Index Scan on eg_lines_order_id (index: (lines.order_id = $1)) {none lines 1 0 10}\n"
      "reads 10 returns 10 sorts 0 growth 0.00 result 0.00";
  CHECK(dump_postgres(*engine, kSql, {{"lines", {"order_id"}}}) == with);
  CHECK(dump_postgres(*engine, kSql) == before);
  CHECK(dump_postgres(*engine, kSql, {{"lines", {"sku", "order_id"}}, {"lines", {"order_id"}}}) == with);
  CHECK(dump_postgres(*engine, "SELECT * FROM lines ORDER BY at DESC, id LIMIT 5", {{"lines", {"at DESC", "id"}}}) ==
        "Limit {none 1 0 5}\n"
        "  Index Scan using eg_lines_at_desc_id on lines {scan lines 1 5 5}\n"
        "reads 5 returns 5 sorts 0 growth 0.00 result 0.00");
  CHECK(dump_postgres(*engine, kSql, {{"lines", {"nothing"}}}) == "error: column \"nothing\" does not exist");
  CHECK(dump_postgres(*engine, kSql, {{"nowhere", {"x"}}}) == "error: no such table: nowhere");
  CHECK(dump_postgres(*engine, kSql, {{"lines", {"place"}}}) ==
        "error: data type point has no default operator class for access method \"btree\"");
  CHECK(dump_postgres(*engine, "SELECT * FROM nowhere", {{"lines", {"order_id"}}}) ==
        "error: relation \"nowhere\" does not exist");
  CHECK(dump_postgres(*engine, kSql) == before);
  for (const CatalogueTable& table : engine->catalogue().tables) CHECK(table.indexes.size() <= 1);
}

TEST_CASE("a candidate on a table of another schema, and on each partition") {
  auto engine = open_postgres(lines_of_orders());
  if (!engine) return;
  CHECK(dump_postgres(*engine, "SELECT id FROM audit.\"Log\" WHERE what = $1", {{"audit.Log", {"what"}}}) ==
        "Bitmap Heap Scan on Log {search audit.Log 1 10 10}\n"
        "  Bitmap Index Scan on eg_audit_Log_what (index: (\"Log\".what = $1)) {none audit.Log 1 0 10}\n"
        "reads 10 returns 10 sorts 0 growth 0.00 result 0.00");
  CHECK(dump_postgres(*engine, "SELECT * FROM events WHERE x = $1", {{"events", {"x"}}}) ==
        "Append {none 1 0 20}\n"
        "  Bitmap Heap Scan on events_2020 events_1 {search events 1 10 10}\n"
        "    Bitmap Index Scan on eg_events_x (index: (events_1.x = $1)) {none events 1 0 10}\n"
        "  Bitmap Heap Scan on events_2021 events_2 {search events 1 10 10}\n"
        "    Bitmap Index Scan on eg_events_x (index: (events_2.x = $1)) {none events 1 0 10}\n"
        "reads 20 returns 20 sorts 0 growth 0.00 result 0.00");
  CHECK(CandidateIndex{"audit.Log", {"what"}}.ddl() == "CREATE INDEX \"eg_audit_Log_what\" ON audit.\"Log\"(what)");
}

TEST_CASE("two engines over one schema try different candidates at the same time") {
  std::array<std::unique_ptr<Engine>, 2> engines = {open_postgres(lines_of_orders()), open_postgres(lines_of_orders())};
  if (!engines[0]) return;
  const std::array<std::vector<CandidateIndex>, 2> candidates = {{{{"lines", {"order_id"}}}, {{"lines", {"sku"}}}}};
  std::array<int, 2> own = {0, 0}, other = {0, 0};
  auto work = [&](size_t i) {
    for (int round = 0; round < 30; ++round)
      for (std::string_view column : {"order_id", "sku"}) {
        std::string sql = "SELECT * FROM lines WHERE " + std::string(column) + " = $1";
        auto planned = engines[i]->plan_with(candidates[i], {sql, nullptr});
        bool mine = column == candidates[i][0].columns[0];
        if (planned && (planned->plan.nodes[0].access == Access::kSearch) == mine) ++(mine ? own : other)[i];
      }
  };
  {
    std::jthread first([&] { work(0); });
    work(1);
  }
  CHECK(own == std::array<int, 2>{30, 30});
  CHECK(other == std::array<int, 2>{30, 30});
}

}  // namespace
}  // namespace explaingate::engine_test

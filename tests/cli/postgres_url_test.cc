// The gate on somebody's PostgreSQL: what it finds there, what it says that it can't, and that it leaves nothing.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <future>
#include <thread>

#include "engine/postgres_somebodys_server.h"
#include "sandbox.h"

namespace explaingate {
namespace {

using postgres::left_over;
using postgres::Role;
using postgres::test_cluster;
using postgres::url;

void make_incident(const Project& project, const std::string& update) {
  project.lay("fixtures/incident/base");
  project.commit();
  project.lay("fixtures/incident/" + update);
}

std::string lines_with(const std::string& text, const std::string& word) {
  std::string found;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.find(word) != std::string::npos) found += line + "\n";
    at = end + 1;
  }
  return found;
}

// Nobody of ours is connected any more: the server sees the end of a connection a little later.
void wait_until_gone() {
  for (int i = 0; i < 500; ++i) {
    auto rows = postgres::superuser().query(
        "SELECT FROM pg_stat_activity WHERE application_name LIKE 'explaingate\\_%' OR datname LIKE 'explaingate\\_%'");
    REQUIRE(rows.has_value());
    if (rows->count() == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

TEST_CASE("through a URL the update brings what needs no growth, and the report says what it can't say") {
  if (!test_cluster()) return;
  Role role("tester", "CREATEDB");
  Project project;
  make_incident(project, "head");
  Ran ran = project.gate({"check", "--url", url("tester"), "--format", "json"});
  CHECK(ran.err == "");
  CHECK(findings(ran) ==
        "shop/customers.py:8 access-regression customers\n"
        "shop/orders.py:19 query-in-loop connection.execute order_items\n"
        "shop/support.py:8 access-regression orders <- migrations/0003_order_notes.sql:5\n");
  CHECK(ran.code == 1);
  Ran text = project.gate({"check", "--engine", "postgres"}, {"", {{"EXPLAINGATE_PLAN_URL", url("tester")}}, "", -1});
  CHECK(
      lines_with(text.out, "note: on --url") ==
      "note: on --url extensions that need a superuser are not made\n"
      "note: on --url no index is tried, and whether a plan is stable is not known\n"
      "note: on --url tables are planned as large as the seed makes them, ten pages at least: production's size takes "
      "the server's own files, which only a private cluster has\n");
  CHECK(lines_with(text.out, "growth is not known").ends_with(" rules were not run: --verbose names them\n"));
  Ran verbose = project.gate({"check", "--verbose", "--url", url("tester")});
  for (const char* rule : {"full-scan-growth", "growth-regression", "quadratic-growth"})
    CHECK(lines_with(verbose.out, fmt::format("rule {}: ", rule)) ==
          fmt::format("note: rule {}: not run, facts missing: growth\n", rule));
  CHECK(project.gate({"check", "--url", url("tester"), "--format", "json"}).out == ran.out);
  project.lay("fixtures/incident/base");
  project.remove("migrations/0003_order_notes.sql");
  project.lay("fixtures/incident/fixed");
  Ran fixed = project.gate({"check", "--url", url("tester")});
  CHECK(lines_with(fixed.out, "error") == "");
  CHECK(fixed.code == 0);
  CHECK(left_over() == "");
}

TEST_CASE("through a URL every command plans, seed data counts, and measuring measures") {
  if (!test_cluster()) return;
  Role role("tester", "CREATEDB");
  Project project;
  project.lay("fixtures/incident/base");
  project.write("explaingate.json",
                R"({"schema": "migrations", "seed": "seed.sql", "tables": {"products": {"fixed": true}}})");
  project.write(
      "seed.sql",
      "INSERT INTO customers SELECT g, 'a' || g || '@example.com', 'name', 'now' FROM generate_series(1, 20) g;"
      "INSERT INTO products VALUES (1, 's', 't', 1), (2, 'u', 't', 1);"
      "INSERT INTO orders SELECT g, g % 20 + 1, 'r' || g, 'w', 'now', g FROM generate_series(1, 20000) g;");
  project.commit();
  Ran explained = project.gate({"explain", "--url", url("tester"), "SELECT id FROM orders WHERE total_cents = 5"});
  CHECK(explained.out.starts_with(
      "Seq Scan on orders (filter: (orders.total_cents = 5))            20,000 rows examined\n\n"
      "growth  not known: planned at one size of the data\n"
      "scales   20,000 rows examined → 1 returned\n"));
  CHECK(lines_with(explained.out, "ten pages: ") ==
        "note: less than ten pages of seed data counts as ten pages: customers\n");
  CHECK(explained.code == 0);
  const std::string sizes =
      "SELECT (SELECT count(*) > 0 FROM measured) measured, (SELECT count(*) FROM growth) growth, name, row_count FROM "
      "tables WHERE side = 'head' ORDER BY name";
  Ran facts = project.gate({"facts", "--all", "--url", url("tester"), "--measure", "--sql", sizes});
  CHECK(facts.err == "");
  CHECK(facts.out ==
        "measured\tgrowth\tname\trow_count\n1\t0\tcustomers\t630.0\n1\t0\torder_items\t2040.0\n"
        "1\t0\torders\t20000.0\n1\t0\tproducts\t2.0\n");
  Ran doctor = project.gate({"doctor", "--url", url("tester")});
  CHECK(lines_with(doctor.out, "engine:") ==
        fmt::format("ok       engine: postgres {}, in a scratch database on the server of the URL\n",
                    test_cluster()->version()));
  CHECK(project.gate({"baseline", "update", "--url", url("tester")}).code == 0);
  Ran all = project.gate({"check", "--all", "--url", url("tester")});
  CHECK(all.code == 0);
  CHECK(lines_with(all.out, "environment") == "");
  CHECK(left_over() == "");
}

TEST_CASE("of checks through a URL that are killed, the next one leaves nothing; two at once don't meet") {
  if (!test_cluster()) return;
  Role role("tester", "CREATEDB");
  Project project;
  make_incident(project, "head");
  bool any = false;
  for (int moment = 0; moment < 12; ++moment) {
    RunOptions options;
    options.kill_after_microseconds = moment * 40'000;
    project.gate({"check", "--url", url("tester")}, options);
    any = any || !left_over().empty();
  }
  CHECK(any);
  wait_until_gone();
  auto check = [&] { return project.gate({"check", "--url", url("tester"), "--format", "json"}); };
  std::future<Ran> other = std::async(std::launch::async, check);
  Ran one = check();
  CHECK(one.code == 1);
  CHECK(one.out == other.get().out);
  CHECK(left_over() == "");
}

// The most databases of ours at a time, as far as a look now and then sees them.
class Most {
 public:
  Most() : thread_([this](const std::stop_token& stop) { watch(stop); }) {}
  int64_t end() {
    thread_.request_stop();
    thread_.join();
    return most_;
  }

 private:
  void watch(const std::stop_token& stop) {
    auto server = postgres::Connection::open(test_cluster()->target("postgres", postgres::kSuperuser));
    while (server && !stop.stop_requested()) {
      auto count = server->query("SELECT count(*) FROM pg_database WHERE datname LIKE 'explaingate\\_%'");
      if (count) most_ = std::max(most_, count->integer(0, 0));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  int64_t most_ = 0;
  std::jthread thread_;
};

TEST_CASE("the cause of a regression is found among many statements, with a few databases") {
  if (!test_cluster()) return;
  constexpr int kStatements = 60, kGuilty = 41;
  Role role("tester", "CREATEDB");
  Project project;
  project.write("explaingate.json", R"({"schema": "migrations"})");
  project.write("migrations/1.sql",
                "CREATE TABLE items (id bigint PRIMARY KEY, code text CONSTRAINT items_code UNIQUE, note text);\n");
  project.write("queries.sql", "-- name: by_code\nSELECT id FROM items WHERE code = $1;\n");
  project.commit();
  std::string change;
  for (int i = 1; i <= kStatements; ++i)
    change += i == kGuilty ? "ALTER TABLE items DROP CONSTRAINT items_code;\n"
                           : fmt::format("ALTER TABLE items ADD c{} int;\n", i);
  project.write("migrations/2.sql", change);
  Most most;
  Ran ran = project.gate({"check", "--url", url("tester"), "--format", "json"});
  int64_t databases = most.end();
  CHECK(lines_with(findings(ran), "queries.sql") ==
        fmt::format("queries.sql:2 access-regression items <- migrations/2.sql:{}\n", kGuilty));
  CHECK(databases > 2);
  CHECK(databases <= 2 + 6);
  CHECK(left_over() == "");
}

TEST_CASE("a server that can't be used is told in its own words, without the password") {
  if (!test_cluster()) return;
  Project project;
  make_incident(project, "head");
  {
    Role role("tester", "");
    Ran ran = project.gate({"check", "--url", url("tester") + " password=secret"});
    CHECK(ran.out == "");
    CHECK(
        ran.err ==
        "explaingate: the role \"tester\" of --url may not make databases (CREATEDB), and explaingate works in one of "
        "its own\nhelp: ALTER ROLE \"tester\" CREATEDB, or use a role of its own: CREATE ROLE explaingate LOGIN "
        "CREATEDB "
        "PASSWORD '…'; and name it in --url\n");
    CHECK(ran.code == 3);
  }
  Ran ran = project.gate({"check", "--url", "postgresql://tester:secret@%2Fnowhere/shop"});
  CHECK(
      ran.err.starts_with("explaingate: can't connect to the server of --url: connection to server on socket "
                          "\"/nowhere/.s.PGSQL.5432\" failed: No such file or directory"));
  CHECK(ran.err.find("secret") == std::string::npos);
  CHECK(ran.code == 3);
  ran = project.gate({"check", "--url", "postgresql://tester:secret@[::1/shop"});
  CHECK(ran.err ==
        "explaingate: the URL of the PostgreSQL server can't be read\nhelp: expected is "
        "postgresql://user@host:port/database, or libpq's keywords: host=… dbname=…\n");
  CHECK(ran.code == 2);
  ran = project.gate({"check", "--engine", "sqlite", "--url", url("tester")});
  CHECK(ran.err ==
        "explaingate: --url names a PostgreSQL server, and --engine sqlite uses none\nhelp: leave one of them out\n");
  CHECK(ran.code == 2);
  project.write("explaingate.json", R"({"url": "postgresql://tester@server/shop"})");
  ran = project.gate({"check"});
  CHECK(ran.err.find("explaingate.json:1:2: unknown key \"url\"\n") != std::string::npos);
  CHECK(ran.code == 2);
}

}  // namespace
}  // namespace explaingate

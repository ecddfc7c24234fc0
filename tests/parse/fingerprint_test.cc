#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "parse/parse.h"

using namespace explaingate;

namespace {

std::string fingerprint(std::string_view sql, Dialect dialect = Dialect::kSqlite) {
  auto result = parse_query(sql, dialect, "%s %(n)s ? :n");
  return result ? result->fingerprint : "error: " + result.error().message;
}

}  // namespace

TEST_CASE("fingerprint: the same query") {
  struct Case {
    std::string_view a, b;
  };
  for (const Case& one : std::vector<Case>{
           {"SELECT a FROM t WHERE b = 1", "select a\n  from t -- x\n where b = 22;"},
           {"SELECT a FROM t WHERE b = ?", "SELECT a FROM t WHERE b = :name"},
           {"SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE b = %(b)s"},
           {"SELECT a FROM t WHERE b = 0x1F", "SELECT a FROM t WHERE b = ?"},
           {"SELECT a FROM t WHERE b IN (1, 2)", "SELECT a FROM t WHERE b IN (?, ?, ?)"},
           {"SELECT `a` FROM [t]", "SELECT \"a\" FROM t"},
           {"SELECT a FROM t WHERE b == 1", "SELECT a FROM t WHERE b = 1"},
           {"SELECT a FROM t INDEXED BY i WHERE b = 1", "SELECT a FROM t WHERE b = 1"},
           {"PRAGMA foreign_keys = 1", "pragma Foreign_Keys=0"},
           {"SELECT user FROM t", "SELECT \"user\" FROM t"},
       }) {
    CAPTURE(one.a);
    CHECK(fingerprint(one.a) == fingerprint(one.b));
    CHECK_FALSE(fingerprint(one.a).starts_with("error"));
  }
}

TEST_CASE("fingerprint: different queries") {
  const std::vector<std::string_view> statements = {
      "SELECT a FROM t WHERE b = 1",
      "SELECT a FROM t WHERE c = 1",
      "SELECT a FROM t WHERE b > 1",
      "SELECT a FROM t",
      "SELECT a FROM u WHERE b = 1",
      "SELECT a FROM t WHERE b LIKE ?",
      "SELECT a FROM t WHERE b GLOB ?",
      "SELECT a FROM t WHERE b REGEXP ?",
      "SELECT a FROM t WHERE b IS ?",
      "SELECT a FROM t ORDER BY a",
      "SELECT a FROM t ORDER BY a DESC",
      "DELETE FROM t WHERE b = 1",
      "PRAGMA foreign_keys = 1",
      "PRAGMA journal_mode = 1",
      "CREATE TABLE t (a)",
      "CREATE TABLE t (a) WITHOUT ROWID",
      "CREATE TABLE t (a) STRICT",
      "CREATE INDEX i ON t (a)",
  };
  std::vector<std::string> found;
  for (std::string_view sql : statements) found.push_back(fingerprint(sql));
  for (const std::string& one : found) CHECK(one.size() == 16);
  std::ranges::sort(found);
  CHECK(std::ranges::adjacent_find(found) == found.end());
}

TEST_CASE("fingerprint: libpg_query's, or ours where its grammar ends") {
  CHECK(fingerprint("SELECT a FROM t WHERE b = 1") == fingerprint("SELECT a FROM t WHERE b = $1", Dialect::kPostgres));
  CHECK(fingerprint("SELECT a FROM t WHERE b = 1").find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(fingerprint("CREATE TABLE t (a) WITHOUT ROWID").starts_with('t'));
  CHECK(fingerprint("CREATE TABLE t (a int)") == fingerprint("CREATE TABLE t (a int)", Dialect::kPostgres));
}

TEST_CASE("threads parse side by side") {
  const std::string sql = "SELECT a, lower(b) FROM t JOIN u ON u.x = t.x WHERE t.c GLOB ? ORDER BY 1 LIMIT 2, 3";
  const std::string want = fingerprint(sql);
  std::vector<std::string> found(4);
  std::vector<std::thread> threads;
  for (std::string& one : found)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) one = fingerprint(sql);
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& one : found) CHECK(one == want);
}

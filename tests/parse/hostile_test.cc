#include <doctest/doctest.h>

#include <random>
#include <string>
#include <thread>

#include "parse/dump.h"
#include "parse/parse.h"

using namespace explaingate;

namespace {

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// What came of it, on a thread with the default stack.
std::string outcome(const std::string& sql, Dialect dialect = Dialect::kSqlite) {
  std::string text;
  std::thread([&] {
    auto result = parse_query(sql, dialect);
    text = result ? std::string("parsed") : std::string(result.error().message);
    if (!result) {
      CHECK(result.error().kind == ErrorKind::kStatement);
      CHECK(result.error().column >= 1);
      CHECK(static_cast<size_t>(result.error().column) <= sql.size() + 1);
    }
  }).join();
  return text;
}

}  // namespace

TEST_CASE("depth: a result or an error") {
  struct Case {
    std::string sql;
    std::string_view want;
  };
  const int n = 10'000;
  const std::vector<Case> cases = {
      {"SELECT " + repeat("(", 300) + "1" + repeat(")", 300), "parsed"},
      {"SELECT " + repeat("(", n) + "1" + repeat(")", n), "statement is nested too deep"},
      {"SELECT " + repeat("(", n), "statement is nested too deep"},
      {"SELECT " + repeat(")", n), "syntax error at or near \")\""},
      {"SELECT " + repeat("f(", n) + "1" + repeat(")", n), "statement is nested too deep"},
      {"SELECT * FROM t WHERE a = " + repeat("(SELECT b FROM u WHERE c = ", 100) + "1" + repeat(")", 100), "parsed"},
      {"SELECT * FROM t WHERE a = " + repeat("(SELECT b FROM u WHERE c = ", n) + "1" + repeat(")", n),
       "statement is nested too deep"},
      {"SELECT * FROM " + repeat("(SELECT * FROM ", n) + "t" + repeat(")", n), "statement is nested too deep"},
      {"SELECT * FROM " + repeat("(SELECT * FROM ", 100) + "t" + repeat(")", 100), "parsed"},
      {"SELECT * FROM " + repeat("(", 900) + "t" + repeat(")", 900), "parsed"},
      {"SELECT * FROM t WHERE a = 1" + repeat(" AND b = ?", 2 * n), "parsed"},
      {"SELECT * FROM t WHERE a = 1" + repeat(" OR b = ?", 2 * n), "parsed"},
      {"SELECT * FROM t WHERE a = 1" + repeat(" OR b = 2 AND c = ?", n), "parsed"},
      {"SELECT * FROM t WHERE " + repeat("a = 1 OR (b = 2 AND ", 900) + "c" + repeat(")", 900),
       "statement is nested too deep"},
      {"SELECT * FROM t WHERE a IN (1" + repeat(", ?", 2 * n) + ")", "parsed"},
      {"SELECT 1" + repeat(" UNION ALL SELECT 2", 1'000), "parsed"},
      {"SELECT 1" + repeat(" UNION ALL SELECT 2", n), "expression is too long"},
      {"SELECT 1" + repeat(" UNION SELECT 2 EXCEPT SELECT 3", 1'000), "parsed"},
      {"SELECT 1" + repeat(" + 1", 200), "parsed"},
      {"SELECT 1" + repeat(" + 1", 5'000), "statement is nested too deep"},
      {"SELECT 1" + repeat(" + 1", 4 * n), "expression is too long"},
      {"SELECT * FROM t WHERE a = 1" + repeat(" || 1", 5'000), "statement is nested too deep"},
      {"SELECT " + repeat("NOT ", n) + "1", "memory exhausted at or near \"NOT\""},
      {"SELECT " + repeat("- ", n) + "a", "memory exhausted at or near \"-\""},
      {"SELECT " + repeat("CASE WHEN 1 THEN 1 ELSE ", 5'000) + "1" + repeat(" END", 5'000), "expression is too long"},
      {"SELECT " + repeat("CASE WHEN 1 THEN 1 ELSE ", 100) + "1" + repeat(" END", 100), "parsed"},
      {"SELECT a" + repeat(" IS NULL", 5'000), "statement is nested too deep"},
      {"SELECT a" + repeat(" COLLATE nocase", 5'000), "statement is nested too deep"},
      {"SELECT * FROM t" + repeat(" JOIN u ON 1 = 1", 300), "parsed"},
      {"SELECT * FROM t" + repeat(" JOIN u ON u.a = t.a", 5'000), "expression is too long"},
      {"SELECT * FROM t" + repeat(", u", n), "too many tables"},
      {"SELECT * FROM t" + repeat(", u", 900), "parsed"},
      {"SELECT a FROM t ORDER BY a" + repeat(" + 1", 5'000), "statement is nested too deep"},
      {"SELECT DISTINCT a" + repeat(" + 1", 5'000) + " FROM t", "statement is nested too deep"},
      {"WITH a AS (SELECT 1)" + repeat(", b AS (SELECT * FROM a)", 900) + " SELECT * FROM b", "parsed"},
      {"WITH a AS (SELECT 1)" + repeat(", b AS (SELECT * FROM a)", 2'000) + " SELECT * FROM b",
       "too many common table expressions"},
      {"INSERT INTO t VALUES (1, -2, 'x')" + repeat(", (?, 2, 'x')", n), "parsed"},
      {"CREATE TABLE t (a" + repeat("(", n), "statement is nested too deep"},
      {repeat("EXPLAIN ", n) + "SELECT 1", "syntax error at or near \"EXPLAIN\""},
      {"SELECT " + repeat("CAST(", 500) + "1" + repeat(" AS int(11))", 500), "parsed"},
      {"SELECT a" + repeat(".a", 3'000) + " FROM t", "parsed"},
      {repeat(";", n), "empty statement"},
      {std::string(2'000'000, 'x'), "statement is larger than 1 MB"},
      {std::string("SELECT 1\0, 2", 12), "NUL byte in the statement"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.sql.substr(0, 60));
    CAPTURE(one.sql.size());
    CHECK(outcome(one.sql) == one.want);
  }
}

TEST_CASE("offsets lie inside the statement, whatever it is") {
  const std::string_view kPieces[] = {
      "SELECT", "FROM",   "WHERE",       "(",         ")",       ",",      "a",     "t.b",     "?",       ":n",
      "$1",     "'x",     "'",           "\"",        "[x]",     "`y`",    "=",     "IS",      "NOT",     "NULL",
      "IN",     "AND",    "OR",          "LIKE",      "GLOB",    "CASE",   "WHEN",  "END",     "JOIN",    "ON",
      "LIMIT",  "1",      "0x1",         "-- c\n",    "/*",      "*/",     "UNION", "INSERT",  "INTO",    "VALUES",
      "UPDATE", "SET",    "DELETE",      "WITH",      "AS",      "CREATE", "TABLE", "TRIGGER", "CAST",    "INDEXED",
      "BY",     ";",      "\xC3\xA9",    "\xFF",      "->>",     "||",     "MATCH", "ORDER",   "BETWEEN", "EXPLAIN",
      "PRAGMA", "desc",   "user",        ".",         "ANALYZE", "DROP",   "ALTER", "COLUMN",  "USING",   "NATURAL",
      "CROSS",  "offset", "ON CONFLICT", "DO NOTHING"};
  const std::string_view kStatements[] = {
      "SELECT a, b FROM t LEFT JOIN u ON t.x = u.x WHERE a GLOB ? AND b IS NOT 3 LIMIT 1, 2",
      "INSERT OR REPLACE INTO t (a) VALUES (?) ON CONFLICT (a) DO NOTHING ON CONFLICT DO UPDATE SET a = 1",
      "UPDATE OR IGNORE t SET a = CAST(? AS int(3)) WHERE x IN y ORDER BY z LIMIT 3",
      "WITH x AS (SELECT 1 UNION SELECT 2) DELETE FROM t WHERE a IN (SELECT b FROM x) RETURNING *",
      "CREATE TRIGGER tr AFTER UPDATE ON t BEGIN SELECT 1; END",
      "ALTER TABLE t ADD COLUMN a int DEFAULT (1 + 2)"};
  std::mt19937 random(20240611);  // NOLINT: the same every time
  auto pick = [&](size_t size) { return static_cast<size_t>(random() % size); };
  for (int round = 0; round < 6'000; ++round) {
    std::string sql;
    if (round % 2 == 0) {
      sql = kStatements[pick(std::size(kStatements))];
      for (size_t edits = 1 + pick(3); edits > 0 && !sql.empty(); --edits) {
        size_t at = pick(sql.size());
        if (pick(2) == 0) sql.erase(at, 1 + pick(6));
        if (pick(2) == 0)
          sql.insert(std::min(at, sql.size()), " " + std::string(kPieces[pick(std::size(kPieces))]) + " ");
      }
    } else {
      for (size_t n = pick(14); n > 0; --n)
        sql += std::string(kPieces[pick(std::size(kPieces))]) + (pick(4) == 0 ? "" : " ");
    }
    CAPTURE(sql);
    for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) {
      auto result = parse_query(sql, dialect, round % 3 == 0 ? "%s {}" : "");
      if (!result) {
        CHECK(result.error().column >= 1);
        CHECK(static_cast<size_t>(result.error().column) <= sql.size() + 1);
        continue;
      }
      for (const TableRef& table : result->tables) CHECK(table.offset < sql.size());
      for (const QueryBlock& block : result->blocks) CHECK(block.offset < sql.size());
      for (const Predicate& predicate : result->predicates) CHECK(predicate.offset + predicate.length <= sql.size());
      for (const Ordering& ordering : result->orderings) CHECK(ordering.offset < sql.size());
      for (const Projection& projection : result->projections) CHECK(projection.offset < sql.size());
      for (const Join& join : result->joins) CHECK(join.offset < sql.size());
      CHECK(result->fingerprint.size() == 16);
    }
    static_cast<void>(looks_like_sql(sql));
  }
}

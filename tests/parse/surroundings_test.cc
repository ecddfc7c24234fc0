// What stands around comparisons, calls and subqueries: clauses, arms of OR, types that are said, locks.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "parse/parse.h"

namespace explaingate {
namespace {

struct Case {
  const char* sql;
  std::string want;
};

std::string blocks(const ParsedQuery& query) {
  static constexpr std::string_view kPlaces[] = {"other",  "select",   "from",  "where", "join_on", "group_by",
                                                 "having", "order_by", "limit", "set",   "values"};
  std::string text;
  for (const QueryBlock& block : query.blocks) {
    text += fmt::format("{} {}", block.id, kPlaces[static_cast<size_t>(block.place)]);
    if (block.has_where) text += " where";
    if (block.skipped) text += fmt::format(" offset={}", *block.skipped);
    if (!block.compared.empty()) text += " " + block.compared;
    if (!block.locking.empty()) text += " " + block.locking + (block.skips_locked ? " skip" : "");
    text += "\n";
  }
  for (const FunctionCall& call : query.calls)
    text += fmt::format("{}({}) in {} {} {}{}{}{}{} {}\n", call.name, call.argument, call.block,
                        kPlaces[static_cast<size_t>(call.place)], call.position, call.aggregate ? " aggregate" : "",
                        call.window ? " window" : "", call.star ? " star" : "", call.distinct ? " distinct" : "",
                        call.compared.empty() ? "-" : call.compared);
  return text;
}

std::string predicates(const ParsedQuery& query) {
  std::string text;
  for (const Predicate& predicate : query.predicates)
    text += fmt::format("{} {} type={} or={}.{} list={} block={} {}\n", predicate.column, predicate.op,
                        predicate.other_type, predicate.or_group, predicate.or_arm, predicate.list_length,
                        predicate.other_block, predicate.collation);
  return text;
}

TEST_CASE("where blocks and calls stand") {
  const std::vector<Case> cases = {
      {"SELECT (SELECT count(*) FROM t) > 0, lower(a) FROM u WHERE 0 < (SELECT max(b) FROM t) LIMIT 5 OFFSET 10",
       "0 other where offset=10\n1 select > 0\n2 where > 0\ncount() in 1 select 0 aggregate star -\n"
       "lower(a) in 0 select 1 -\nmax(b) in 2 select 0 aggregate -\n"},
      {"SELECT a, count(DISTINCT b) FROM t GROUP BY lower(a) HAVING count(*) >= 1 ORDER BY random(), a",
       "0 other\ncount(b) in 0 select 1 aggregate distinct -\nlower(a) in 0 group_by 0 -\n"
       "count() in 0 having -1 aggregate star >= 1\nrandom() in 0 order_by 0 -\n"},
      {"UPDATE t SET a = (SELECT b FROM u) WHERE TRUE", "0 other where\n1 set\n"},
      {"DELETE FROM t", "0 other\n"},
      {"SELECT a FROM (SELECT a FROM t WHERE a = 1) AS x WHERE EXISTS (SELECT 1 FROM u)",
       "0 other where\n1 from where\n2 where\n"},
      {"WITH x AS (SELECT a FROM t) SELECT a FROM x ORDER BY (SELECT 1)", "0 other\n1 other\n2 order_by\n"},
      {"SELECT row_number() OVER (ORDER BY a) FROM t", "0 other\nrow_number() in 0 select 0 window -\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.sql);
    for (Dialect dialect : {Dialect::kPostgres, Dialect::kSqlite}) {
      auto query = parse_query(each.sql, dialect);
      REQUIRE(query.has_value());
      CHECK(blocks(*query) == each.want);
    }
  }
}

TEST_CASE("locks and offsets") {
  auto locked = parse_query("SELECT a FROM t WHERE b = $1 FOR NO KEY UPDATE SKIP LOCKED", Dialect::kPostgres);
  REQUIRE(locked.has_value());
  CHECK(blocks(*locked) == "0 other where NO KEY UPDATE skip\n");
  auto shared = parse_query("SELECT a FROM t FOR SHARE", Dialect::kPostgres);
  REQUIRE(shared.has_value());
  CHECK(blocks(*shared) == "0 other SHARE\n");
  auto swapped = parse_query("SELECT a FROM t LIMIT 2000, 20", Dialect::kSqlite);
  REQUIRE(swapped.has_value());
  CHECK(blocks(*swapped) == "0 other offset=2000\n");
  auto tail = parse_query("DELETE FROM t WHERE a = 1 ORDER BY b LIMIT 10 OFFSET 3000", Dialect::kSqlite);
  REQUIRE(tail.has_value());
  CHECK(blocks(*tail) == "0 other where offset=3000\n");
  auto unknown = parse_query("SELECT a FROM t LIMIT ? OFFSET ?", Dialect::kSqlite);
  REQUIRE(unknown.has_value());
  CHECK(unknown->blocks[0].has_offset);
  CHECK(!unknown->blocks[0].skipped);
}

TEST_CASE("what the other side is, and in which arm") {
  const std::vector<Case> cases = {
      {"SELECT 1 FROM t WHERE a = CAST(? AS numeric) AND b = 1.5 AND c = 7 AND d = 'x'",
       "a = type=numeric or=-1.-1 list=0 block=-1 \nb = type=float or=-1.-1 list=0 block=-1 \n"
       "c = type=integer or=-1.-1 list=0 block=-1 \nd = type=text or=-1.-1 list=0 block=-1 \n"},
      {"SELECT 1 FROM t WHERE a = 1 AND (b = 2 OR c = 3 AND (d = 4 OR e = 5)) AND NOT (f = 6 AND g = 7)",
       "a = type=integer or=-1.-1 list=0 block=-1 \nb = type=integer or=0.0 list=0 block=-1 \n"
       "c = type=integer or=0.1 list=0 block=-1 \nd = type=integer or=0.1 list=0 block=-1 \n"
       "e = type=integer or=0.1 list=0 block=-1 \nf <> type=integer or=1.0 list=0 block=-1 \n"
       "g <> type=integer or=1.1 list=0 block=-1 \n"},
      {"SELECT 1 FROM t WHERE a IN (1, 2, 3) AND b NOT IN (SELECT c FROM u) AND d = ? COLLATE nocase",
       "a IN type= or=-1.-1 list=3 block=-1 \nb NOT IN type= or=-1.-1 list=0 block=1 \n"
       "d = type= or=-1.-1 list=0 block=-1 nocase\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.sql);
    auto query = parse_query(each.sql, Dialect::kSqlite);
    REQUIRE(query.has_value());
    CHECK(predicates(*query) == each.want);
  }
}

}  // namespace
}  // namespace explaingate

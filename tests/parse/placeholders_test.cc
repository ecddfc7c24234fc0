// Statements as host languages hand them over.
#include <doctest/doctest.h>

#include "parse/dump.h"
#include "parse/parse.h"

using namespace explaingate;

TEST_CASE("host placeholders") {
  struct Case {
    Dialect dialect;
    std::string_view placeholders, sql, want;
  };
  for (const Case& one : std::vector<Case>{
           {Dialect::kPostgres, "%s %(n)s", "SELECT * FROM t WHERE a = %s AND b = %(x)s AND c = %(x)s AND d LIKE '%%x'",
            "select 2?\n"
            "where 0 t.a = ? <a = %s>\n"
            "where 0 t.b = ? <b = %(x)s>\n"
            "where 0 t.c = ? <c = %(x)s>\n"
            "where 0 t.d LIKE '%%x' NOT: LIKE pattern starts with a wildcard [d] <d LIKE '%%x'>\n"},
           {Dialect::kPostgres, "%s", "SELECT * FROM t WHERE a IN %s AND b % 2 = 0 AND c %% 2 = 1",
            "select batch 1?\n"
            "where 0 t.a IN list <a IN %s>\n"
            "where 0 t.b = '0' NOT: arithmetic on the column [b % 2] <b % 2 = 0>\n"
            "where 0 t.c = '1' NOT: arithmetic on the column [c %% 2] <c %% 2 = 1>\n"},
           {Dialect::kPostgres, "%s", "INSERT INTO t (a, b) VALUES %s", "insert 1?\n"},
           {Dialect::kPostgres, "{}", "SELECT * FROM t WHERE a = {} AND b = {name}",
            "select 2?\n"
            "where 0 t.a = ? <a = {}>\n"
            "where 0 t.b = ? <b = {name}>\n"},
           {Dialect::kPostgres, "{0} @n", "SELECT * FROM t WHERE a = {0} AND b = {1}",
            "select 2?\n"
            "where 0 t.a = ? <a = {0}>\n"
            "where 0 t.b = ? <b = {1}>\n"},
           {Dialect::kPostgres, "", "SELECT * FROM t WHERE a = {}", "error 27: syntax error at or near \"{\"\n"},
           {Dialect::kPostgres, ":n", "SELECT * FROM t WHERE a = :a AND b = :b::int AND c = :a",
            "select 2?\n"
            "where 0 t.a = ? <a = :a>\n"
            "where 0 t.b = ? <b = :b::int>\n"
            "where 0 t.c = ? <c = :a>\n"},
           {Dialect::kSqlite, "", "SELECT * FROM t WHERE a=?1AND b=@x OR c IS NOT:y LIMIT:z",
            "select 4?\n"
            "where 0 t.a = ? or <a=?1>\n"
            "where 0 t.b = ? or <b=@x>\n"
            "where 0 t.c IS NOT ? or NOT: negation [c] <c IS NOT:y>\n"},
           {Dialect::kSqlite, "", "\xEF\xBB\xBFSELECT a FROM t WHERE b = ?", "select 1?\nwhere 0 t.b = ? <b = ?>\n"},
           {Dialect::kSqlite, "",
            "SELECT 'h\xC3\xA9llo', a FROM t WHERE b = 'caf\xC3\xA9' AND \xC3\xA9t\xC3\xA9 > ? AN",
            "error 59: syntax error at or near \"AN\"\n"},
       }) {
    CAPTURE(one.sql);
    CHECK(test::dump(one.sql, parse_query(one.sql, one.dialect, one.placeholders), "kp") == one.want);
  }
}

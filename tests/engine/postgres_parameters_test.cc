// Parameters of statements on their way to PostgreSQL.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "engine/postgres/plans/parameters.h"
#include "engine/postgres_engine_support.h"

namespace explaingate::engine_test {
namespace {

TEST_CASE("a parameter in LIMIT or OFFSET becomes a number") {
  struct Case {
    std::string_view text, want;
  };
  for (const Case& c : {
           Case{"SELECT a FROM t WHERE b = $1 LIMIT $2", "SELECT a FROM t WHERE b = $1 LIMIT 100 [0 25]"},
           Case{"SELECT a FROM t LIMIT $1 OFFSET ($2 - 1) * $1",
                "SELECT a FROM t LIMIT 100 OFFSET (10 - 1) * 10 [25 25]"},
           Case{"(SELECT a FROM t LIMIT $1) UNION SELECT $1", "(SELECT a FROM t LIMIT 100) UNION SELECT $1 [0]"},
           Case{"SELECT a FROM t OFFSET $1::int ROWS FETCH FIRST $2 ROWS ONLY",
                "SELECT a FROM t OFFSET 100::int ROWS FETCH FIRST 100 ROWS ONLY [25 25]"},
           Case{"SELECT a FROM (SELECT a FROM t LIMIT 5) x WHERE a = $1",
                "SELECT a FROM (SELECT a FROM t LIMIT 5) x WHERE a = $1 [0]"},
           Case{"SELECT '$1', $3 -- LIMIT $2", "SELECT '$1', $3 -- LIMIT $2 [25 25 0]"},
           Case{"SELECT a FROM t LIMIT $1 FOR UPDATE", "SELECT a FROM t LIMIT 100 FOR UPDATE [25]"},
           Case{"SELECT $99999999999999999999, $40000, $0", "SELECT $99999999999999999999, $40000, $0 []"},
           Case{"", " []"},
       }) {
    CAPTURE(c.text);
    postgres::PreparedText prepared = postgres::prepare_text(c.text);
    CHECK(fmt::format("{} [{}]", prepared.text, fmt::join(prepared.types, " ")) == c.want);
  }
}

TEST_CASE("types of parameters that PostgreSQL can't tell are tried") {
  auto engine = open_postgres({"CREATE TABLE t(id integer PRIMARY KEY, name text, at timestamp, price numeric)",
                               "CREATE DOMAIN email AS text NOT NULL", "CREATE DOMAIN work_email AS email",
                               "CREATE DOMAIN amount AS numeric CHECK (VALUE IS NOT NULL AND VALUE > 0)",
                               "CREATE TABLE account(mail work_email, balance amount, id integer)"});
  if (!engine) return;
  struct Case {
    std::string_view sql, want;  // "" = planned
  };
  for (const Case& c : {
           Case{"SELECT $1", ""},
           Case{"SELECT $1 IS NULL FROM t WHERE id = $2", ""},
           Case{"SELECT * FROM t WHERE $1 = '' OR id = $1", ""},
           Case{"SELECT * FROM t WHERE id = $1 AND name = $1", ""},
           Case{"SELECT $1 + $2, abs($3)", ""},
           Case{"SELECT * FROM generate_series($1, $2) AS g", ""},
           Case{"SELECT jsonb_build_object('a', $1, 'b', $2)", ""},
           Case{"SELECT * FROM t WHERE at > now() - $1", ""},
           Case{"SELECT unnest($1)", ""},
           Case{"SELECT * FROM t WHERE id = ANY ($1) AND name LIKE '%' || $2 || '%'", ""},
           Case{"INSERT INTO account VALUES ($1, $2, $3)", ""},
           Case{"UPDATE account SET mail = $1 WHERE balance > $2 AND id = $3", ""},
           Case{"SELECT $1::work_email, $2::amount", ""},
           Case{"SELECT * FROM t WHERE id = name", "operator does not exist: integer = text"},
           Case{"SELECT * FROM t WHERE $1 = id AND id = name", "operator does not exist: integer = text"},
           Case{"SELECT nothing($1, $2)", "function nothing(unknown, unknown) does not exist"},
       }) {
    CAPTURE(c.sql);
    auto planned = engine->plan({c.sql, nullptr});
    CHECK((planned ? "" : planned.error().message) == c.want);
  }
}

}  // namespace
}  // namespace explaingate::engine_test

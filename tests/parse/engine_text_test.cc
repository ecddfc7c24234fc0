#include <doctest/doctest.h>

#include <string>

#include "parse/parse.h"

namespace explaingate {
namespace {

// "text | name,,name": the engine's text and the names of its parameters by number.
std::string dump(std::string_view sql, Dialect dialect, std::string_view style) {
  EngineText found = engine_text(sql, dialect, style);
  std::string result = found.text + " |";
  for (size_t i = 0; i < found.placeholder_names.size(); ++i)
    result += (i > 0 ? "," : " ") + (found.placeholder_names[i].empty() ? "-" : found.placeholder_names[i]);
  return result;
}

struct Case {
  std::string_view sql;
  std::string_view style;
  std::string_view sqlite;
  std::string_view postgres;
};

constexpr std::string_view kPercent = "%s %(n)s ? :n :1";

TEST_CASE("placeholders become the engine's own") {
  for (const Case& c : std::initializer_list<Case>{
           {"SELECT 1", "", "SELECT 1 |", "SELECT 1 |"},
           {"a = ? AND b = ?", "", "a = ? AND b = ? | -,-", "a = $1 AND b = $2 | -,-"},
           {"a=? OR b=?", "?", "a=? OR b=? | -,-", "a=$1 OR b=$2 | -,-"},
           {"a = $2 AND b = $1", "$1", "a = ?2 AND b = ?1 | -,-", "a = $2 AND b = $1 | -,-"},
           {"a = ?2 AND b = ?1", "", "a = ?2 AND b = ?1 | -,-", "a = $2 AND b = $1 | -,-"},
           {"a = $1 AND b = :x", "", "a = ?1 AND b = :x | -,x", "a = $1 AND b = $2 | -,x"},
           {"a = :x AND b = @y AND c = $z AND d = :x", "", "a = :x AND b = @y AND c = $z AND d = :x | x,y,z",
            "a = $1 AND b = $2 AND c = $3 AND d = $1 | x,y,z"},
           {"a = %s AND b IN (%s,%s)", kPercent, "a = ? AND b IN (?,?) | -,-,-", "a = $1 AND b IN ($2,$3) | -,-,-"},
           {"a = %(x)s AND b = %(y z)s AND c = %(x)s", kPercent, "a = :x AND b = :eg_2 AND c = :x | x,y z",
            "a = $1 AND b = $2 AND c = $1 | x,y z"},
           {"a IN %s AND b IN%(x)sAND c", kPercent, "a IN (?) AND b IN (:x) AND c | -,x",
            "a IN ($1) AND b IN ($2) AND c | -,x"},
           {"a %% b AND c LIKE 'x%%' AND d = %s", kPercent, "a % b AND c LIKE 'x%' AND d = ? | -",
            "a % b AND c LIKE 'x%' AND d = $1 | -"},
           {"a %s AND b %% 2", "?", "a %s AND b %% 2 |", "a %s AND b %% 2 |"},
           {"a = {} AND b = {0} AND c = {x} AND d = {x}", "%s {}", "a = ? AND b = ? AND c = ? AND d = ? | -,-,-,-",
            "a = $1 AND b = $2 AND c = $3 AND d = $3 | -,0,x"},
           {"a = '{}' AND b = {}", "?", "a = '{}' AND b = {} |", "a = '{}' AND b = {} |"},
           {"a = '%s :x ?' AND \"?\" = :y -- :z ? %s\n/* ? */", kPercent,
            "a = '%s :x ?' AND \"?\" = :y -- :z ? %s\n/* ? */ | y",
            "a = '%s :x ?' AND \"?\" = $1 -- :z ? %s\n/* ? */ | y"},
           {"a = sqlc.arg(x) AND b IN (sqlc.slice('ids')) AND c = SQLC.narg(x) AND d = @x", "",
            "a = :x AND b IN (:ids) AND c = :x AND d = @x | x,ids,x",
            "a = $1 AND b IN ($2) AND c = $1 AND d = $1 | x,ids"},
           {"SELECT sqlc.embed(t), sqlc.embed('u'), sqlc.x(a), sqlc.arg FROM sqlc.arg(1, 2)", "",
            "SELECT t.*, u.*, sqlc.x(a), sqlc.arg FROM sqlc.arg(1, 2) |",
            "SELECT t.*, u.*, sqlc.x(a), sqlc.arg FROM sqlc.arg(1, 2) |"},
           {"a = $99999999999 AND b = ?0", "", "a = $99999999999 AND b = ?0 |", "a = $99999999999 AND b = ?0 |"},
           {"a = 'x", kPercent, "a = 'x |", "a = 'x |"},
           {"", "", " |", " |"},
       }) {
    CAPTURE(c.sql);
    CHECK(dump(c.sql, Dialect::kSqlite, c.style) == c.sqlite);
    CHECK(dump(c.sql, Dialect::kPostgres, c.style) == c.postgres);
  }
}

TEST_CASE("PostgreSQL's operators and casts are no placeholders") {
  for (auto [sql, want] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"a::int = :x::int", "a::int = $1::int | x"},
           {"j ? 'k' AND j ?| :ks AND ? = j", "j ? 'k' AND j ?| $1 AND $2 = j | ks,-"},
           {"f(x) ? ? AND LIMIT ?", "f(x) ? $1 AND LIMIT $2 | -,-"},
           {"a[1:2] = b[i:j] AND c <@ d AND e @@ f AND id=@id", "a[1:2] = b[i:j] AND c <@ d AND e @@ f AND id=$1 | id"},
           {"f(a := 1, b => ?)", "f(a := 1, b => $1) | -"},
           {"$$ ? :x $$ || ?", "$$ ? :x $$ || $1 | -"},
           {"E'\\' ?' || ?", "E'\\' ?' || $1 | -"},
           {"a %% :x", "a %% $1 | x"},
       }) {
    CAPTURE(sql);
    CHECK(dump(sql, Dialect::kPostgres, "") == want);
  }
}

TEST_CASE("offsets lead back to the statement") {
  std::string_view sql = "a = %(name)s AND b = %s";
  EngineText found = engine_text(sql, Dialect::kPostgres, kPercent);
  REQUIRE(found.text == "a = $1 AND b = $2");
  CHECK(found.map.original(found.text.find("AND")) == sql.find("AND"));
  CHECK(found.map.original(found.text.find("b =")) == sql.find("b ="));
  CHECK(found.map.original(found.text.find("$2")) == sql.find("%s"));
  CHECK(found.map.original(found.text.find("$1") + 1) == sql.find("%("));
}

}  // namespace
}  // namespace explaingate

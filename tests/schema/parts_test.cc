// The parts that the readers stand on: names, the first words of DDL, sections.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "schema/ddl.h"
#include "schema/names.h"
#include "schema/sections.h"

namespace explaingate::schema {
namespace {

TEST_CASE("version_prefix") {
  struct Case {
    const char* name;
    Version want;
  };
  for (const Case& c : {
           Case{"0010_x.sql", {"10"}},
           Case{"V2__x.sql", {"2"}},
           Case{"1.10_x.sql", {"1", "10"}},
           Case{"2020-01-02_x.sql", {"2020", "1", "2"}},
           Case{"001-2fa.sql", {"1"}},
           Case{"001.sql", {"1"}},
           Case{"000.sql", {"0"}},
           Case{"x_001.sql", {}},
           Case{"v.sql", {}},
           Case{"", {}},
           Case{"99999999999999999999999999_x.sql", {"99999999999999999999999999"}},
       })
    CHECK_MESSAGE(version_prefix(c.name) == c.want, c.name);
  CHECK(compare({"1"}, {"1", "0"}) == 0);
  CHECK(compare({"1", "9"}, {"1", "10"}) < 0);
  CHECK(compare({"2"}, {"10"}) < 0);
}

TEST_CASE("natural_less orders as people count") {
  std::vector<std::string> names = {"a/b", "m10.sql", "m2.sql", "m02.sql", "0.10/1", "0.9/2", "0.9/10", "a", "a-b", ""};
  std::vector<std::string> want = {"", "0.9/2", "0.9/10", "0.10/1", "a", "a/b", "a-b", "m02.sql", "m2.sql", "m10.sql"};
  std::sort(names.begin(), names.end(), natural_less);
  CHECK(names == want);
}

TEST_CASE("normalize and globs") {
  CHECK(normalize("", "./db//migrations/") == "db/migrations");
  CHECK(normalize("a/b", "../c") == "a/c");
  CHECK(normalize("", ".") == "");
  CHECK(!normalize("a", "../../b"));
  CHECK(!normalize("a", "/b"));
  CHECK(matches_glob("a/*.sql", "a/b.sql"));
  CHECK(!matches_glob("a/*.sql", "a/b/c.sql"));
  CHECK(!matches_glob("a/*.sql", "a/b.sqlx"));
  CHECK(matches_glob("a/*/c?.sql", "a/b/c1.sql"));
  CHECK(!matches_glob("a?b", "a/b"));
  CHECK(matches_glob("*", "x"));
}

std::string text_of(const Ddl& ddl) {
  std::string names;
  for (const std::string& name : ddl.names) names += (names.empty() ? "" : ",") + name;
  return fmt::format("{} {} {}{}{}{}{}{}", ddl.verb, ddl.type, names, ddl.on_table.empty() ? "" : " on " + ddl.on_table,
                     ddl.guarded ? " guarded" : "", ddl.new_name.empty() ? "" : " to " + ddl.new_name,
                     ddl.added_column.empty() ? "" : " adds " + ddl.added_column, ddl.owner_only ? " owner" : "");
}

TEST_CASE("read_ddl") {
  struct Case {
    const char* sql;
    const char* want;
  };
  for (const Case& c : {
           Case{"CREATE TABLE main.\"Us\"\"ers\" (id)", "create table us\"ers"},
           Case{"/* x */ create temp table if not exists [a b] (id)", "create table a b guarded"},
           Case{"CREATE VIRTUAL TABLE 's' USING fts5(x)", "create table s"},
           Case{"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY public.t (x)", "create index i on t guarded"},
           Case{"CREATE INDEX ON t (x)", "create index  on t"},
           Case{"CREATE OR REPLACE VIEW v AS SELECT 1", "create view v guarded"},
           Case{"CREATE TRIGGER g AFTER UPDATE OF a, b ON t BEGIN SELECT 1; END", "create trigger g on t"},
           Case{"ALTER TABLE IF EXISTS ONLY t RENAME TO u", "alter table t guarded to u"},
           Case{"ALTER TABLE t RENAME COLUMN a TO b", "alter table t"},
           Case{"ALTER TABLE t ADD COLUMN IF NOT EXISTS c int", "alter table t"},
           Case{"ALTER TABLE t ADD `c` int", "alter table t adds c"},
           Case{"ALTER TABLE t ADD CONSTRAINT c CHECK (x)", "alter table t"},
           Case{"ALTER FUNCTION f(int, text) OWNER TO me", "alter function f owner"},
           Case{"DROP TABLE IF EXISTS a, s.b CASCADE", "drop table a,b guarded"},
           Case{"DROP", "drop  "},
           Case{"CREATE", "create  "},
           Case{"", "  "},
           Case{"INSERT INTO t VALUES (1)", "insert  "},
           Case{"CREATE TABLE \"unterminated", "create table "},
       })
    CHECK_MESSAGE(text_of(read_ddl(c.sql, Dialect::kSqlite)) == c.want, c.sql);
}

TEST_CASE("changes_nothing") {
  auto nothing = [](const char* sql, Dialect dialect) { return changes_nothing(sql, read_ddl(sql, dialect), dialect); };
  for (const char* sql :
       {"BEGIN IMMEDIATE", "END", "commit", "VACUUM", "GRANT SELECT ON t TO u", "COMMENT ON TABLE t IS 'x'",
        "COPY t FROM stdin", "SET statement_timeout = 0", "PRAGMA journal_mode=WAL", "CREATE ROLE r",
        "ALTER TABLE t OWNER TO u", "SECURITY LABEL ON TABLE t IS 'x'"})
    for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) CHECK_MESSAGE(nothing(sql, dialect), sql);
  for (const char* sql :
       {"CREATE TABLE t (id)", "INSERT INTO t VALUES (1)", "SET search_path = a", "SET LOCAL search_path = a",
        "PRAGMA foreign_keys = OFF", "PRAGMA main.legacy_alter_table=ON", "ALTER TABLE t ADD owner text",
        "DO $$ BEGIN END $$", "DROP INDEX i", "CREATE EXTENSION hstore", "WITH a AS (SELECT 1) DELETE FROM t"})
    for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) CHECK_MESSAGE(!nothing(sql, dialect), sql);
  CHECK(nothing("SELECT 1", Dialect::kSqlite));
  for (const char* sql :
       {"CLUSTER a.t USING i", "CLUSTER VERBOSE t USING i", "CLUSTER (VERBOSE) t USING i", "CLUSTER i ON t"})
    CHECK_MESSAGE(!nothing(sql, Dialect::kPostgres), sql);
  CHECK(nothing("CLUSTER t", Dialect::kPostgres));
  CHECK(nothing("CLUSTER VERBOSE t", Dialect::kPostgres));
  CHECK(nothing("CLUSTER", Dialect::kPostgres));
  CHECK(!nothing("SELECT set_config('search_path', '', false)", Dialect::kPostgres));
  CHECK(nothing("CREATE TABLE sqlite_sequence(name,seq)", Dialect::kSqlite));
  CHECK(!nothing("CREATE TABLE sqlite_sequence(name int)", Dialect::kPostgres));
}

TEST_CASE("Objects") {
  Objects objects;
  auto apply = [&](const char* sql) { objects.apply(read_ddl(sql, Dialect::kSqlite), sql); };
  auto missing = [&](const char* sql) { return objects.missing(read_ddl(sql, Dialect::kSqlite)); };
  auto is_there = [&](const char* sql) { return objects.is_there(read_ddl(sql, Dialect::kSqlite)); };
  auto has_column = [&](const char* sql) {
    return objects.has_added_column(read_ddl(sql, Dialect::kSqlite), Dialect::kSqlite);
  };
  CHECK(missing("CREATE INDEX i ON A (x)") == "a");
  apply("CREATE TABLE a (x, \"y z\" TEXT DEFAULT (lower(q)), PRIMARY KEY (x, w))");
  CHECK(missing("CREATE INDEX i ON A (x)").empty());
  CHECK(has_column("ALTER TABLE a ADD x"));
  CHECK(has_column("ALTER TABLE a ADD \"Y z\""));
  CHECK(!has_column("ALTER TABLE a ADD q"));
  CHECK(!has_column("ALTER TABLE a ADD w"));
  apply("CREATE INDEX i ON a (x)");
  CHECK(is_there("CREATE INDEX i ON a (x)"));
  CHECK(!is_there("CREATE TABLE i (x)"));
  apply("ALTER TABLE a RENAME TO b");
  CHECK(missing("ALTER TABLE a ADD z") == "a");
  CHECK(missing("DROP TABLE a") == "a");
  CHECK(missing("DROP TABLE IF EXISTS a").empty());
  apply("DROP TABLE b");  // its index goes with it
  CHECK(!is_there("CREATE INDEX i ON a (x)"));
}

TEST_CASE("find_sections on hostile markers") {
  struct Case {
    std::string text;
    std::string want;  // the kept text, sections joined by "|"
  };
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "-- +goose Up\n-- +goose Down\n";
  for (const Case& c : {
           Case{"", ""},
           Case{"a", "a"},
           Case{"-- +goose Up", ""},
           Case{"-- +goose StatementEnd\n-- +goose Up\na\n-- +goose StatementBegin\nb", "a\n|b"},
           Case{"-- +goose Down\na\n-- +goose Up\nb\n", "b\n"},
           Case{"a\n-- +goose Up\nb\n", "b\n"},
           Case{"--> statement-breakpoint--> statement-breakpoint", "||"},
           Case{many, ""},
       }) {
    std::string got;
    bool first = true;
    for (const Section& section : find_sections(c.text).up) {
      if (!first) got += "|";
      got += c.text.substr(section.begin, section.end - section.begin);
      first = false;
    }
    CHECK(got == c.want);
  }
}

}  // namespace
}  // namespace explaingate::schema

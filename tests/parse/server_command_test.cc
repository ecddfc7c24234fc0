#include "parse/server_command.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace explaingate {
namespace {

std::string dump(const ServerCommand& command) {
  constexpr const char* kKinds[] = {"other",   "begin",       "end",       "savepoint",        "database_setting",
                                    "setting", "create_role", "drop_role", "create_extension", "no_effect"};
  std::string text = kKinds[static_cast<size_t>(command.kind)];
  if (!command.roles.empty()) text += fmt::format(" roles={}", fmt::join(command.roles, ","));
  if (!command.name.empty()) text += fmt::format(" name={}/{}/{}", command.name, command.schema, command.version);
  if (command.only_rights) text += " only_rights";
  return text + ": " + command.text;
}

TEST_CASE("what a statement does to the server around its database") {
  struct Case {
    const char* sql;
    const char* want;
  };
  const Case cases[] = {
      {"CREATE TABLE t (id int)", "other: CREATE TABLE t (id int)"},
      {"BEGIN", "begin: BEGIN"},
      {"START TRANSACTION ISOLATION LEVEL SERIALIZABLE", "begin: START TRANSACTION ISOLATION LEVEL SERIALIZABLE"},
      {"COMMIT", "end: COMMIT"},
      {"ROLLBACK", "end: ROLLBACK"},
      {"ROLLBACK TO a", "savepoint: ROLLBACK TO a"},
      {"COMMIT PREPARED 'x'", "other: COMMIT PREPARED 'x'"},
      {"SET search_path = a", "setting: SET search_path = a"},
      {"SET LOCAL ROLE a", "no_effect: SET LOCAL ROLE a"},
      {"RESET SESSION AUTHORIZATION", "no_effect: RESET SESSION AUTHORIZATION"},
      {"SET default_tablespace = x", "no_effect: SET default_tablespace = x"},
      {"SELECT pg_catalog.set_config('search_path', '', false)",
       "setting: SELECT pg_catalog.set_config('search_path', '', false)"},
      {"SELECT 'set_config'", "other: SELECT 'set_config'"},
      {"CREATE USER a PASSWORD 'x' IN ROLE b", "create_role roles=a,b: CREATE USER a PASSWORD 'x' IN ROLE b"},
      {"DROP ROLE IF EXISTS a, b", "drop_role roles=a,b: DROP ROLE IF EXISTS a, b"},
      {"GRANT pg_monitor, a TO b, CURRENT_USER", "no_effect roles=b: GRANT pg_monitor, a TO b, CURRENT_USER"},
      {"REVOKE a FROM b", "no_effect roles=b: REVOKE a FROM b"},
      {"ALTER ROLE a SUPERUSER", "no_effect roles=a: ALTER ROLE a SUPERUSER"},
      {"GRANT SELECT ON t TO a, PUBLIC, a", "other roles=a only_rights: GRANT SELECT ON t TO a, PUBLIC, a"},
      {"GRANT ALL ON DATABASE x TO a", "no_effect roles=a only_rights: GRANT ALL ON DATABASE x TO a"},
      {"ALTER TABLE t OWNER TO a", "no_effect roles=a: ALTER TABLE t OWNER TO a"},
      {"ALTER TABLE t OWNER TO a, ADD c int", "other roles=a: ALTER TABLE t OWNER TO a, ADD c int"},
      {"ALTER FUNCTION f() OWNER TO a", "no_effect roles=a: ALTER FUNCTION f() OWNER TO a"},
      {"ALTER DATABASE x OWNER TO a", "no_effect roles=a: ALTER DATABASE x OWNER TO a"},
      {"ALTER DATABASE x SET search_path = a", "database_setting: SET search_path = a"},
      {"ALTER ROLE a IN DATABASE x SET search_path TO b, c", "database_setting roles=a: SET search_path TO b, c"},
      {"ALTER ROLE a SET work_mem = '1GB'", "no_effect roles=a: ALTER ROLE a SET work_mem = '1GB'"},
      {"ALTER ROLE a RESET search_path", "no_effect roles=a: ALTER ROLE a RESET search_path"},
      {"CREATE POLICY p ON t TO a, b USING (true)", "other roles=a,b: CREATE POLICY p ON t TO a, b USING (true)"},
      {"CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" SCHEMA s VERSION '1.1' CASCADE",
       "create_extension name=uuid-ossp/s/1.1: CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" SCHEMA s "
       "VERSION '1.1' CASCADE"},
      {"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "other: CREATE UNIQUE INDEX  i ON t (a)"},
      {"CREATE INDEX concurrently ON \"concurrently\" (a)", "other: CREATE INDEX  ON \"concurrently\" (a)"},
      {"DROP INDEX CONCURRENTLY IF EXISTS i", "other: DROP INDEX  IF EXISTS i"},
      {"ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "other: ALTER TABLE t DETACH PARTITION p "},
      {"CREATE TABLE t (tablespace text, PRIMARY KEY (tablespace) USING INDEX TABLESPACE y) TABLESPACE x",
       "other: CREATE TABLE t (tablespace text, PRIMARY KEY (tablespace) ) "},
      {"CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1", "other: CREATE TEMP TABLE t  AS SELECT 1"},
      {"CREATE TEMP TABLE t (a int) ON COMMIT DELETE ROWS", "other: CREATE TEMP TABLE t (a int) "},
      {"CREATE TEMP TABLE t (a int) ON COMMIT PRESERVE ROWS",
       "other: CREATE TEMP TABLE t (a int) ON COMMIT PRESERVE ROWS"},
      {"ALTER TABLE t SET TABLESPACE x", "no_effect: ALTER TABLE t SET TABLESPACE x"},
      {"COPY t FROM STDIN", "no_effect: COPY t FROM STDIN"},
      {"COPY t FROM PROGRAM 'x'", "other: COPY t FROM PROGRAM 'x'"},
      {"ALTER SYSTEM SET fsync = off", "other: ALTER SYSTEM SET fsync = off"},
      {"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'a') THEN CREATE ROLE a LOGIN; END IF; "
       "GRANT a TO b; GRANT SELECT ON t TO c; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
       "other roles=a,b,c: DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'a') THEN NULL; END IF; "
       "NULL; GRANT SELECT ON t TO c; EXCEPTION WHEN duplicate_object THEN NULL; END $$"},
      {"DO LANGUAGE plpgsql $x$ BEGIN -- ; CREATE ROLE z;\n create user a; END $x$",
       "other roles=a: DO LANGUAGE plpgsql $x$ BEGIN -- ; CREATE ROLE z;\n NULL; END $x$"},
      {"DO LANGUAGE plperl $$ BEGIN CREATE ROLE a; END $$", "other: DO LANGUAGE plperl $$ BEGIN CREATE ROLE a; END $$"},
      {"DO $$ BEGIN EXECUTE 'CREATE ROLE a'; END $$", "other: DO $$ BEGIN EXECUTE 'CREATE ROLE a'; END $$"},
      {"VACUUM FULL t", "no_effect: VACUUM FULL t"},
      {"SELECT 1; DROP TABLE t", "other: SELECT 1; DROP TABLE t"},
      {"no statement", "other: no statement"},
      {"", "other: "},
  };
  for (const Case& c : cases) CHECK(dump(read_server_command(c.sql)) == c.want);
}

TEST_CASE("the search_path that a statement sets") {
  struct Case {
    const char* sql;
    const char* want;  // "-" = sets none
  };
  const Case cases[] = {
      {"SET search_path = a", "a"},
      {"SET LOCAL search_path TO a, \"B c\", 'd', \"$user\";", "a,B c,d"},
      {"SET search_path TO DEFAULT", ""},
      {"RESET search_path", ""},
      {"SELECT pg_catalog.set_config('search_path', '', false)", ""},
      {"SELECT set_config('search_path', 'a, \"B\"', true)", "a,B"},
      {"SET work_mem = '1GB'", "-"},
      {"CREATE TABLE search_path (id int)", "-"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.sql);
    ServerCommand command = read_server_command(each.sql);
    CHECK((command.sets_path ? fmt::format("{}", fmt::join(command.search_path, ",")) : "-") == each.want);
  }
}

}  // namespace
}  // namespace explaingate

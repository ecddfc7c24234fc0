// A migration is hostile until it is merged: what it must not reach, and that it ends.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "engine/postgres_schema.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

// A folder that the server's user could write to.
struct Outside {
  TemporaryFolder folder = *TemporaryFolder::create();
  Outside() {
    fs::permissions(folder.path(), fs::perms::all);
    std::ofstream(folder.path() / "secret") << "secret\n";
    fs::permissions(folder.path() / "secret", fs::perms::owner_read | fs::perms::others_read);
  }
  [[nodiscard]] std::string path(const char* name) const { return (folder.path() / name).string(); }
  // Nothing was made.
  [[nodiscard]] bool untouched() const {
    return std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1;
  }
};

// A DO block that tries `sql` in a context where no parser of ours sees it.
std::string hidden(const std::string& sql) {
  return fmt::format("DO $outer$ BEGIN EXECUTE $inner${}$inner$; END $outer$", sql);
}

TEST_CASE("no program is run, no file read or written") {
  Outside outside;
  std::string secret = outside.path("secret"), made = outside.path("made");
  std::vector<std::string> statements = {
      "CREATE TABLE t (line text)",
      fmt::format("COPY t TO PROGRAM 'touch {}'", made),
      fmt::format("COPY t FROM PROGRAM 'touch {}'", made),
      fmt::format("COPY t TO '{}'", made),
      fmt::format("COPY t FROM '{}'", secret),
      fmt::format("INSERT INTO t SELECT pg_read_file('{}')", secret),
      fmt::format("INSERT INTO t SELECT convert_from(pg_read_binary_file('{}'), 'UTF8')", secret),
      fmt::format("INSERT INTO t SELECT pg_ls_dir('{}')", outside.folder.path().string()),
      fmt::format("SELECT lo_import('{}')", secret),
      "SELECT lo_create(4711)",
      fmt::format("SELECT lo_export(4711, '{}')", made),
      "SELECT pg_file_write('x', 'y', false)",
      "CREATE FUNCTION system(cstring) RETURNS int LANGUAGE c STRICT AS '/lib/x86_64-linux-gnu/libc.so.6', 'system'",
      "CREATE FUNCTION own(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'",
      "CREATE FUNCTION p() RETURNS int LANGUAGE plpython3u AS 'return 1'",
      "CREATE EXTENSION plpython3u",
      "CREATE EXTENSION plperlu",
      "CREATE EXTENSION adminpack",
      "LOAD '/lib/x86_64-linux-gnu/libc.so.6'",
      "CREATE LANGUAGE u HANDLER plpgsql_call_handler",
      "UPDATE pg_language SET lanpltrusted = true",
      "UPDATE pg_proc SET proacl = NULL WHERE proname = 'pg_read_file'",
  };
  size_t plain = statements.size();
  for (size_t i = 1; i < plain; ++i) statements.push_back(hidden(statements[i]));
  Applied schema = apply_texts(statements);
  if (!schema.cluster) return;
  CHECK(outside.untouched());
  CHECK(schema.ask("SELECT count(*) FROM t") == "0");
  // All but CREATE TABLE, and lo_create twice, of which the second finds the object there.
  CHECK(std::ranges::count(schema.failures, '\n') == static_cast<long>(statements.size()) - 2);
  CHECK(schema.failure(2).starts_with("must be superuser or have privileges of the pg_execute_server_program role"));
  CHECK(schema.failure(6) == "permission denied for function pg_read_file");
  CHECK(schema.failure(9) == "permission denied for function lo_import");
  CHECK(schema.failure(13) == "permission denied for language c");
  CHECK(schema.failure(22) == "permission denied for table pg_proc");
}

TEST_CASE("no rights are got: neither of a superuser, nor of a role of the server's, nor over settings") {
  std::vector<std::string> statements = {
      "ALTER ROLE \"explaingate-schema\" SUPERUSER",
      "ALTER ROLE CURRENT_USER CREATEROLE",
      "ALTER USER \"explaingate-schema\" WITH CREATEDB CREATEROLE REPLICATION BYPASSRLS",
      "GRANT pg_execute_server_program TO \"explaingate-schema\"",
      "GRANT pg_read_server_files, pg_write_server_files TO PUBLIC",
      "CREATE ROLE helper SUPERUSER LOGIN IN ROLE pg_execute_server_program ADMIN \"explaingate-schema\"",
      "GRANT pg_execute_server_program TO helper",
      "GRANT \"explaingate-server\" TO \"explaingate-schema\"",
      "CREATE ROLE explaingate2 IN ROLE \"explaingate-server\"",
      "SET ROLE \"explaingate-server\"",
      "SET SESSION AUTHORIZATION \"explaingate-server\"",
      "SET ROLE helper",
      "UPDATE pg_authid SET rolsuper = true",
      "INSERT INTO pg_auth_members SELECT 10, 10, 10, true",
      "ALTER SYSTEM SET archive_command = 'touch /tmp/x'",
      "ALTER DATABASE postgres SET search_path = x",
      "ALTER DATABASE template1 SET search_path = x",
      "SELECT pg_reload_conf()",
      "SET session_preload_libraries = 'x'",
      "SET log_directory = '/tmp'",
      "SET temp_file_limit = -1",
      "SELECT set_config('max_stack_depth', '100MB', false)",
      "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
      "CREATE TABLESPACE x LOCATION '/tmp'",
      "CREATE DATABASE mine",
      "ALTER FUNCTION pg_catalog.lower(text) OWNER TO \"explaingate-schema\"",
      "CREATE OR REPLACE FUNCTION pg_catalog.lower(text) RETURNS text LANGUAGE sql AS 'SELECT 1'",
      "CREATE FUNCTION pg_catalog.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
      "SELECT pg_switch_wal()",
      "SELECT pg_create_physical_replication_slot('x')",
  };
  size_t plain = statements.size();
  for (size_t i = 0; i < plain; ++i) statements.push_back(hidden(statements[i]));
  Applied schema = apply_texts(statements);
  if (!schema.cluster) return;
  CHECK(schema.ask("SELECT count(*) FROM pg_roles WHERE (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR "
                   "rolbypassrls) AND oid <> 10") == "0");
  CHECK(
      schema.ask("SELECT count(*) FROM pg_roles WHERE rolcanlogin AND oid <> 10 AND rolname <> 'explaingate-schema'") ==
      "0");
  CHECK(schema.ask("SELECT bool_or(pg_has_role('explaingate-schema', rolname, 'USAGE')) FROM pg_roles WHERE (rolname "
                   "LIKE 'pg\\_%' "
                   "AND rolname <> "
                   "'pg_database_owner') OR "
                   "rolsuper") == "f");
  CHECK(schema.ask("SELECT count(*) FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE "
                   "setrole <> 0 OR datname IN ('postgres', 'template1')") == "0");
  CHECK(schema.ask("SELECT count(*) FROM pg_file_settings WHERE name = 'archive_command'", kSuperuser) == "0");
  CHECK(schema.ask("SHOW temp_file_limit") == "1GB");
  CHECK(schema.ask("SELECT count(*) FROM pg_event_trigger") == "0");
  CHECK(schema.ask("SELECT count(*) FROM pg_database WHERE datname = 'mine'") == "0");
  CHECK(schema.ask("SELECT count(*) FROM pg_replication_slots") == "0");
  CHECK(schema.ask("SELECT lower('A')") == "a");
  for (size_t i : {13U, 14U, 15U, 18U, 19U, 20U, 21U, 22U, 23U, 27U, 28U, 29U, 30U, 31U})
    CHECK_MESSAGE(!schema.failure(i).empty(), statements[i - 1]);
  for (size_t i = plain + 1; i <= 2 * plain; ++i)
    if (statements[i - 1] != hidden("SET ROLE helper"))  // which has no rights
      CHECK_MESSAGE(!schema.failure(i).empty(), statements[i - 1]);
}

TEST_CASE("no other server is reached") {
  Applied schema = apply_texts(
      {"CREATE EXTENSION dblink", "CREATE EXTENSION postgres_fdw", "SELECT dblink_connect('host=localhost')",
       "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost')", "CREATE FOREIGN DATA WRAPPER w",
       "CREATE SUBSCRIPTION s CONNECTION 'host=localhost' PUBLICATION p"});
  if (!schema.cluster) return;
  CHECK(schema.failure_count() == 6);
  CHECK(schema.ask("SELECT (SELECT count(*) FROM pg_foreign_server) + (SELECT count(*) FROM pg_foreign_data_wrapper) + "
                   "(SELECT count(*) FROM pg_stat_subscription)",
                   kSuperuser) == "0");
  CHECK(schema.ask("SHOW listen_addresses").empty());
}

// Each statement is stopped or refused, the one behind it applied, and no process left at work.
void check_ends(const std::vector<std::string>& statements, const std::string& message,
                const SchemaLimits& limits = kShort) {
  std::vector<std::string> all = statements;
  all.emplace_back("CREATE TABLE behind (id int)");
  Applied schema = apply_texts(all, limits);
  if (!schema.cluster) return;
  CAPTURE(schema.failures);
  CHECK(schema.failure(statements.size()).starts_with(message));
  CHECK(schema.failure_count() == 1);
  CHECK(schema.ask("SELECT count(*) FROM behind") == "0");
  CHECK(
      schema.ask(
          "SELECT count(*) FROM pg_stat_activity WHERE usename = 'explaingate-schema' AND state = 'active' AND pid <> "
          "pg_backend_pid()") == "0");
}

constexpr const char* kStopped = "stopped: a schema's statement may take no longer than 0.3 s";

TEST_CASE("waiting ends") {
  check_ends({"SET statement_timeout = 0", "SELECT pg_sleep(3600)"}, kStopped);
  check_ends({"DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(3600); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; "
              "END $$"},
             kStopped);
  check_ends({"DO $$ BEGIN LOOP BEGIN LOOP NULL; END LOOP; EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END; END "
              "LOOP; END $$"},
             kStopped);
  check_ends({"LISTEN x", "DO $$ BEGIN LOOP PERFORM pg_notify('x', 'y'); PERFORM pg_sleep(0.01); END LOOP; END $$"},
             kStopped);
}

TEST_CASE("a lock that another session has is not waited for long") {
  Applied schema = apply_texts({"CREATE TABLE t (id int)"});
  if (!schema.cluster) return;
  Connection other = schema.session();
  REQUIRE(other.run("BEGIN").has_value());
  REQUIRE(other.run("LOCK TABLE t").has_value());
  REQUIRE(other.run("SELECT pg_advisory_lock(1)").has_value());
  auto failures = apply_schema(
      *schema.cluster, schema.database,
      {{"SELECT pg_advisory_lock(1)", "a.sql", 1, 1, 1}, {"ALTER TABLE t ADD a int", "a.sql", 2, 1, 2}}, kShort);
  REQUIRE(failures.has_value());
  REQUIRE(failures->size() == 2);
  CHECK((*failures)[0].message == kStopped);
  CHECK((*failures)[1].message == kStopped);
}

TEST_CASE("recursion ends") {
  SchemaLimits longer{.statement = std::chrono::seconds(10), .whole = std::chrono::seconds(30)};
  check_ends(
      {"CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN f($1 + 1); END $$", "SELECT f(1)"},
      "stack depth limit exceeded", longer);
  check_ends(
      {"CREATE FUNCTION f(int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1'",
       "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT f($1 + 1)'", "SELECT f(1)"},
      "stack depth limit exceeded", longer);
  check_ends(
      {"CREATE TABLE t (id int)",
       "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); RETURN NEW; END $$",
       "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "INSERT INTO t VALUES (1)"},
      "stack depth limit exceeded", longer);
  check_ends({"WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"}, kStopped);
  check_ends({"SELECT " + std::string(100'000, '(') + "1" + std::string(100'000, ')')}, "", longer);
}

TEST_CASE("neither disk nor memory is filled") {
  SchemaLimits limits{
      .statement = std::chrono::seconds(20), .whole = std::chrono::seconds(60), .disk = uint64_t{300} << 20};
  const std::string full = "stopped: a schema may take no more than 300 MB of disk";
  check_ends({"SELECT i, repeat('x', 1000) FROM generate_series(1, 100000000) i"}, kStopped);
  check_ends({"SELECT count(*) FROM (SELECT repeat('x', 1000) || i FROM generate_series(1, 100000000) i ORDER BY 1) s"},
             kStopped);
  check_ends({"DO $$ BEGIN LOOP RAISE NOTICE '%', repeat('x', 100000); END LOOP; END $$"}, kStopped);
  check_ends({"DO $$ BEGIN LOOP RAISE LOG '%', repeat('x', 100000); END LOOP; END $$"}, kStopped);
  check_ends({"SELECT length(string_agg(repeat('x', 100000000), '')) FROM generate_series(1, 1000)"}, "", limits);
  for (const char* filler :
       {"CREATE TABLE t AS SELECT i, repeat('x', 1000) FROM generate_series(1, 100000000) i",
        "SELECT lo_from_bytea(0, convert_to(repeat(md5(i::text), 10000), 'UTF8')) FROM generate_series(1, 100000000) i",
        "DO $$ BEGIN CREATE UNLOGGED TABLE t (a text); LOOP BEGIN INSERT INTO t SELECT repeat('x', 2000) FROM "
        "generate_series(1, 1000); EXCEPTION WHEN OTHERS OR query_canceled THEN NULL; END; END LOOP; END $$"}) {
    Applied schema = apply_texts({filler, "CREATE TABLE behind (id int)"}, limits);
    if (!schema.cluster) return;
    CHECK(schema.failure(1) == full);
    CHECK(schema.failure(2).starts_with("not applied: a schema may take no more than 300 MB of disk"));
  }
}

TEST_CASE("a schema as a whole has a limit, too") {
  std::vector<std::string> statements(50, "SELECT pg_sleep(0.2)");
  Applied schema =
      apply_texts(statements, {.statement = std::chrono::seconds(10), .whole = std::chrono::milliseconds(500)});
  if (!schema.cluster) return;
  CHECK(schema.failure(1).empty());
  CHECK(schema.failure(50) == "not applied: a schema may take no longer than 0.5 s");
}

}  // namespace
}  // namespace explaingate::postgres

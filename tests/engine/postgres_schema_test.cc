#include "engine/postgres_schema.h"
#include "engine/postgres_engine_support.h"

namespace explaingate::postgres {
namespace {

TEST_CASE("a schema is applied statement by statement, and what fails doesn't stop the rest") {
  Applied schema = apply_texts({"CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id nonsense)",
                                "CREATE TABLE c (id int REFERENCES a)", "CREAT TABLE d (id int)"});
  if (!schema.cluster) return;
  CHECK(schema.failures == ("2: type \"nonsense\" does not exist\n"
                            "4: syntax error at or near \"CREAT\"\n"));
  CHECK(schema.ask("SELECT count(*) FROM pg_tables WHERE tablename IN ('a', 'c') AND tableowner = current_user") ==
        "2");
}

TEST_CASE("what schemas hold is applied as it is") {
  Applied schema = apply_texts({
      "CREATE TYPE mood AS ENUM ('a', 'b')",
      "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%')",
      R"(CREATE TABLE p (id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL, m mood, e email,
                         l int GENERATED ALWAYS AS (length(e)) STORED, PRIMARY KEY (id, at)) PARTITION BY RANGE (at))",
      "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
      "CREATE INDEX CONCURRENTLY i ON p1 (m)",
      "CREATE MATERIALIZED VIEW v AS SELECT m, count(*) FROM p GROUP BY m",
      "ALTER TABLE p ENABLE ROW LEVEL SECURITY",
      "CREATE POLICY own ON p TO reader USING (e = current_user)",
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
      "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
      "CREATE TRIGGER t BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION g()",
      "DO $$ BEGIN EXECUTE 'CREATE TABLE made (id int)'; END $$",
      "CREATE TABLE s (id serial, tablespace text) TABLESPACE fast",
      "DROP SCHEMA public CASCADE",
      "CREATE SCHEMA public",
      "CREATE TABLE last (id int)",
  });
  if (!schema.cluster) return;
  CHECK(schema.failures == "");
  CHECK(schema.ask("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'") == "last");
}

TEST_CASE("settings last as long as their file, transactions until they end") {
  Applied schema = apply_texts({"SELECT pg_catalog.set_config('search_path', '', false)",
                                "CREATE TABLE nowhere (id int)",
                                "CREATE TABLE public.somewhere (id int)",
                                "----",
                                "CREATE TABLE here (id int)",
                                "BEGIN",
                                "CREATE TABLE kept (id int)",
                                "CREATE TABLE kept (id int)",
                                "LOCK TABLE kept",
                                "SAVEPOINT x",
                                "CREATE TABLE undone (id int)",
                                "ROLLBACK TO x",
                                "COMMIT",
                                "START TRANSACTION",
                                "CREATE TABLE gone (id int)",
                                "ROLLBACK",
                                "BEGIN",
                                "CREATE TABLE left_open (id int)",
                                "----",
                                "CREATE TABLE z (id int)"});
  if (!schema.cluster) return;
  CHECK(schema.failures == ("2: no schema has been selected to create in\n"
                            "7: relation \"kept\" already exists\n"));
  CHECK(
      schema.ask("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace "
                 "= 'public'::regnamespace") == "here kept left_open somewhere z");
}

TEST_CASE("a session that has to be ended is made again, with its settings and its transaction") {
  Applied schema = apply_texts(
      {"CREATE SCHEMA mine", "SET search_path = mine", "BEGIN", "CREATE TABLE before (id int)",
       "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$",
       "CREATE TABLE behind (id int)", "COMMIT"},
      kShort);
  if (!schema.cluster) return;
  CHECK(schema.failures == "5: stopped: a schema's statement may take no longer than 0.3 s\n");
  CHECK(
      schema.ask("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace "
                 "= 'mine'::regnamespace") == "before behind");
  CHECK(
      schema.ask(
          "SELECT count(*) FROM pg_stat_activity WHERE usename = 'explaingate-schema' AND state = 'active' AND pid <> "
          "pg_backend_pid()") == "0");
}

TEST_CASE("roles are made, and are nothing but names") {
  Applied schema =
      apply_texts({"CREATE ROLE writer LOGIN SUPERUSER CREATEROLE PASSWORD 'x' IN ROLE pg_execute_server_program",
                   "CREATE ROLE writer",
                   "CREATE TABLE t (id int)",
                   "ALTER TABLE t OWNER TO postgres",
                   "GRANT SELECT ON t TO reader, PUBLIC",
                   "GRANT writer TO reader",
                   "SET ROLE writer",
                   "CREATE TABLE of_writer (id int)",
                   "ALTER TABLE of_writer OWNER TO reader",
                   "REASSIGN OWNED BY writer TO reader",
                   "RESET ROLE",
                   "SET SESSION AUTHORIZATION reader",
                   "SET SESSION AUTHORIZATION DEFAULT",
                   "ALTER ROLE writer SUPERUSER",
                   "DROP ROLE writer",
                   "CREATE ROLE writer",
                   "CREATE SCHEMA s AUTHORIZATION writer",
                   "REVOKE writer FROM reader",
                   "DO $$ BEGIN CREATE ROLE other; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                   "CREATE SCHEMA o AUTHORIZATION other",
                   "ALTER DEFAULT PRIVILEGES FOR ROLE writer GRANT SELECT ON TABLES TO reader",
                   "DO $$ BEGIN EXECUTE format('GRANT SELECT ON t TO %I, %I', 'a \"role', 'anon'); END $$",
                   "CREATE ROLE pg_mine"});
  if (!schema.cluster) return;
  CHECK(schema.failures == "2: role \"writer\" already exists\n");
  CHECK(
      schema.ask("SELECT count(*) FROM pg_roles WHERE rolname IN ('writer', 'reader', 'postgres') AND NOT (rolsuper OR "
                 "rolcreaterole OR rolcreatedb OR rolcanlogin OR rolreplication OR rolbypassrls)") == "3");
  CHECK(schema.ask("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE r.rolname LIKE "
                   "'pg\\_%' AND m.grantor <> 10") == "0");
  CHECK(schema.ask("SELECT count(*) FROM t, of_writer") == "0");
}

TEST_CASE("extensions: the trusted, the harmless, those that reach out and those that aren't there") {
  Applied schema =
      apply_texts({"CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public", "COMMENT ON EXTENSION pg_trgm IS 'x'",
                   "COMMENT ON EXTENSION plpgsql IS 'x'", "CREATE TABLE t (a text, at point)",
                   "CREATE INDEX ON t USING gin (a gin_trgm_ops)", "CREATE EXTENSION pageinspect",
                   "COMMENT ON EXTENSION pageinspect IS 'x'", "CREATE EXTENSION pageinspect", "CREATE EXTENSION dblink",
                   "CREATE EXTENSION postgres_fdw", "CREATE EXTENSION file_fdw", "CREATE EXTENSION no_such_thing",
                   "CREATE SCHEMA x", "CREATE EXTENSION pgstattuple SCHEMA x", "CREATE EXTENSION earthdistance CASCADE",
                   "DROP EXTENSION pageinspect", "CREATE EXTENSION pageinspect"});
  if (!schema.cluster) return;
  CHECK(schema.failures ==
        ("8: extension \"pageinspect\" already exists\n"
         "9: extension \"dblink\" is not made: it is not known to stay inside its database\n"
         "10: extension \"postgres_fdw\" is not made: it is not known to stay inside its database\n"
         "11: extension \"file_fdw\" is not made: it is not known to stay inside its database\n"
         "12: extension \"no_such_thing\" is not installed on this PostgreSQL server\n"
         "17: extension \"pageinspect\" needs a superuser, who makes it only while nothing but extensions is in "
         "the schema \"public\"\n"));
}

TEST_CASE("a database's search path stays; no other setting reaches the superuser's sessions") {
  Applied schema = apply_texts(
      {"CREATE SCHEMA mine", "ALTER DATABASE shop SET search_path = mine, public",
       "ALTER DATABASE shop SET statement_timeout = 1", "ALTER ROLE CURRENT_USER SET enable_seqscan = off",
       "DO $$ BEGIN EXECUTE 'ALTER ROLE \"explaingate-schema\" SET enable_hashjoin = off'; END $$",
       "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET role = \"explaingate-schema\"', current_database()); END $$",
       "CREATE DATABASE other", "ALTER DATABASE shop OWNER TO someone", "COMMENT ON DATABASE shop IS 'x'"});
  if (!schema.cluster) return;
  CHECK(schema.failures == "");
  CHECK(schema.ask("SHOW search_path") == "mine, public");
  CHECK(schema.ask("SHOW enable_hashjoin") == "on");
  CHECK(schema.ask("SHOW enable_seqscan") == "on");
  CHECK(schema.ask("SHOW statement_timeout", kSuperuser) == "0");
  CHECK(schema.ask("SHOW search_path", kSuperuser) == "pg_catalog");
  CHECK(schema.ask("SELECT current_user", kSuperuser) == kSuperuser);
}

TEST_CASE("roles of the repository are none of ours, whatever they are called") {
  auto engine = engine_test::open_postgres(
      {"CREATE ROLE app", "CREATE ROLE explaingate", "CREATE TABLE t (id int PRIMARY KEY)", "REVOKE ALL ON t FROM app",
       "REVOKE ALL ON t FROM explaingate", "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
       "CREATE POLICY p ON t TO app USING (id = 1)", "ALTER TABLE t FORCE ROW LEVEL SECURITY", "DROP POLICY p ON t",
       "ALTER ROLE app RENAME TO application", "DROP ROLE explaingate"});
  if (!engine) return;
  for (const SchemaFailure& failure : engine->failures()) CHECK(failure.message == "");
  std::string plan = engine_test::dump_postgres(*engine, "SELECT * FROM t WHERE id = $1");
  CHECK_MESSAGE(plan.find("t_pkey") != std::string::npos, plan);
}

TEST_CASE("queries are planned along the database's search path") {
  auto engine = engine_test::open_postgres(
      {"CREATE SCHEMA mine", "CREATE TABLE mine.t (id int PRIMARY KEY)", "ALTER DATABASE shop SET search_path = mine"});
  if (!engine) return;
  CHECK(engine->failures().empty());
  std::string plan = engine_test::dump_postgres(*engine, "SELECT * FROM t WHERE id = $1");
  CHECK_MESSAGE(plan.find("t_pkey") != std::string::npos, plan);
}

}  // namespace
}  // namespace explaingate::postgres

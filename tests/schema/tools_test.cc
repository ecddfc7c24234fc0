// Each tool on a small tree of its own kind: what is applied, in what order, and what is left out.
#include <doctest/doctest.h>

#include "schema/memory_tree.h"

namespace explaingate {
namespace {

constexpr Dialect kPostgres = Dialect::kPostgres;

TEST_CASE("golang-migrate: pairs, by number, the up file only") {
  Files files = {
      {"go.mod", "module shop\n"},
      {"db/migrations/000010_add_total.up.sql", "ALTER TABLE orders ADD COLUMN total INTEGER;\n"},
      {"db/migrations/000010_add_total.down.sql", "ALTER TABLE orders DROP COLUMN total;\n"},
      {"db/migrations/9_add_note.up.sql", "ALTER TABLE orders ADD COLUMN note TEXT;\n"},
      {"db/migrations/9_add_note.down.sql", "ALTER TABLE orders DROP COLUMN note;\n"},
      {"db/migrations/000001_orders.up.sql", "BEGIN;\nCREATE TABLE orders (\n  id INTEGER PRIMARY KEY\n);\nCOMMIT;\n"},
      {"db/migrations/000001_orders.down.sql", "DROP TABLE orders;\n"},
      {"db/migrations/README.md", "# Migrations\nDROP TABLE orders;\n"},
  };
  const char* want =
      "= golang-migrate\n"
      "db/migrations/000001_orders.up.sql:2 CREATE TABLE orders ( id INTEGER PRIMARY KEY )\n"
      "db/migrations/9_add_note.up.sql:1 ALTER TABLE orders ADD COLUMN note TEXT\n"
      "db/migrations/000010_add_total.up.sql:1 ALTER TABLE orders ADD COLUMN total INTEGER\n"
      "- db/migrations/000001_orders.down.sql\n"
      "- db/migrations/000010_add_total.down.sql\n"
      "- db/migrations/9_add_note.down.sql\n";
  CHECK(found(files) == want);
  CHECK(found(files, kPostgres) == want);
  CHECK(read_at(files, {"./db/migrations/"}) == want);
  CHECK(read_at(files, {"db/migrations"}, "golang-migrate") == want);
}

TEST_CASE("golang-migrate: a version that is there twice, a name without one") {
  Files files = {
      {"migrations/1_a.up.sql", "CREATE TABLE a (id);"},
      {"migrations/02_b.up.sql", "CREATE TABLE b (id);"},
      {"migrations/2_c.up.sql", "CREATE TABLE c (id);"},
      {"migrations/seed.up.sql", "INSERT INTO a VALUES (1);"},
  };
  CHECK(found(files) ==
        "= golang-migrate\n"
        "migrations/1_a.up.sql:1 CREATE TABLE a (id)\n"
        "migrations/02_b.up.sql:1 CREATE TABLE b (id)\n"
        "migrations/2_c.up.sql:1 CREATE TABLE c (id)\n"
        "- migrations/seed.up.sql\n"
        "! migrations/2_c.up.sql:1 the version is also that of `migrations/02_b.up.sql`: applied after it, by name\n"
        "! migrations/seed.up.sql:1 the name has no version, so that golang-migrate does not apply it\n");
}

TEST_CASE("a migration for every database, and the same one for ours") {
  Files files = {
      {"migrations/1_a.up.sql", "CREATE TABLE a (id);"},
      {"migrations/2_b.up.sql", "CREATE TABLE b (id);"},
      {"migrations/2_b.postgres.up.sql", "CREATE TABLE b (id bigint);"},
      {"migrations/2_b.mysql.up.sql", "CREATE TABLE b (id int);"},
      {"migrations/3_c.more.up.sql", "CREATE TABLE c (id);"},
  };
  CHECK(found(files, kPostgres) ==
        "= golang-migrate\n"
        "migrations/1_a.up.sql:1 CREATE TABLE a (id)\n"
        "migrations/2_b.postgres.up.sql:1 CREATE TABLE b (id bigint)\n"
        "migrations/3_c.more.up.sql:1 CREATE TABLE c (id)\n"
        "- migrations/2_b.mysql.up.sql\n"
        "- migrations/2_b.up.sql\n"
        "! migrations/2_b.up.sql:1 `migrations/2_b.postgres.up.sql` takes its place\n");
  CHECK(found(files).find("migrations/2_b.up.sql:1 CREATE TABLE b (id)\n") != std::string::npos);
}

TEST_CASE("goose: sections, blocks, steps in Go") {
  Files files = {
      {"sql/schema/00002_trigger.sql",
       "-- +goose Up\n"
       "-- +goose StatementBegin\n"
       "CREATE TRIGGER touch AFTER UPDATE ON users BEGIN\n"
       "  UPDATE users SET name = name;\n"
       "END;\n"
       "-- +goose StatementEnd\n"
       "CREATE INDEX users_name ON users (name);\n"
       "\n"
       "-- +goose Down\n"
       "DROP INDEX users_name;\n"
       "DROP TRIGGER touch;\n"},
      {"sql/schema/00001_users.sql",
       "-- +goose NO TRANSACTION\n"
       "--+goose up\n"
       "-- the users\n"
       "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, '-- +goose x');\n"
       "-- +goose down\n"
       "DROP TABLE users;\n"},
      {"sql/schema/00003_fill.go", "package schema\n"},
      {"sql/schema/embed.go", "package schema\n"},
      {"sql/schema/00004_forgotten.sql", "DROP TABLE users;\n"},
      {"sql/schema/00005_unwritten.sql", "\n"},
      {"sql/schema/00006_two_in_a_block.sql",
       "-- +goose Up\n-- +goose StatementBegin\nSELECT 'up SQL query';\nCREATE TABLE a (id);\nCREATE TABLE b (id);\n"
       "-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\nDROP TABLE a;\n-- +goose StatementEnd\n"},
  };
  CHECK(found(files) ==
        "= goose\n"
        "sql/schema/00001_users.sql:4 CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)\n"
        "sql/schema/00001_users.sql:4 INSERT INTO users VALUES (1, '-- +goose x')\n"
        "sql/schema/00002_trigger.sql:3 CREATE TRIGGER touch AFTER UPDATE ON users BEGIN UPDATE users SET name = name; "
        "END\n"
        "sql/schema/00002_trigger.sql:7 CREATE INDEX users_name ON users (name)\n"
        "sql/schema/00006_two_in_a_block.sql:4 CREATE TABLE a (id)\n"
        "sql/schema/00006_two_in_a_block.sql:5 CREATE TABLE b (id)\n"
        "+ sql/schema/00004_forgotten.sql\n"
        "+ sql/schema/00005_unwritten.sql\n"
        "! sql/schema/00003_fill.go:1 a migration in Go is not SQL\n"
        "! sql/schema/00004_forgotten.sql:1 the migration has no `-- +goose Up`, so that its tool refuses it\n");
}

TEST_CASE("goose: PostgreSQL function bodies and the environment") {
  Files files = {
      {"migrations/20240101000000_f.sql",
       "-- +goose Up\n"
       "-- +goose StatementBegin\n"
       "CREATE FUNCTION one() RETURNS int AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$ LANGUAGE plpgsql;\n"
       "-- +goose StatementEnd\n"
       "-- +goose ENVSUB ON\n"
       "CREATE SCHEMA ${APP_SCHEMA};\n"
       "-- +goose ENVSUB OFF\n"
       "CREATE TABLE t (id bigint);\n"},
  };
  CHECK(found(files, kPostgres) ==
        "= goose\n"
        "migrations/20240101000000_f.sql:3 CREATE FUNCTION one() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE "
        "plpgsql\n"
        "migrations/20240101000000_f.sql:12 CREATE TABLE t (id bigint)\n"
        "! migrations/20240101000000_f.sql:10 `${APP_SCHEMA}` is replaced from the environment or a configuration that "
        "is "
        "not here\n");
}

TEST_CASE("files that a file has the shell run") {
  Files files = {{"sql/schema.sql",
                  "CREATE TABLE a (id);\n\\i sql/more.sql\nCREATE TABLE b (id);\n\\ir last.sql\n\\i nowhere.sql\n\\i "
                  "../../etc/x.sql\n"},
                 {"sql/more.sql", "CREATE TABLE m (id);\n\\i sql/schema.sql\n"},
                 {"sql/last.sql", "CREATE TABLE l (id);"}};
  CHECK(read_at(files, {"sql/schema.sql"}, "", Dialect::kPostgres) ==
        "= file\n"
        "sql/schema.sql:1 CREATE TABLE a (id)\n"
        "sql/more.sql:1 CREATE TABLE m (id)\n"
        "sql/schema.sql:3 CREATE TABLE b (id)\n"
        "sql/last.sql:1 CREATE TABLE l (id)\n"
        "! sql/more.sql:2 psql's \"\\i sql/schema.sql\" runs another file\n"
        "! sql/schema.sql:5 psql's \"\\i nowhere.sql\" runs another file\n"
        "! sql/schema.sql:6 psql's \"\\i ../../etc/x.sql\" runs another file\n");
  CHECK(read_at({{"a.sql", ".read 'b.sql'\nCREATE TABLE a (id);"}, {"b.sql", "CREATE TABLE b (id);"}}, {"a.sql"}) ==
        "= file\n"
        "b.sql:1 CREATE TABLE b (id)\n"
        "a.sql:2 CREATE TABLE a (id)\n");
}

TEST_CASE("dbutil: a file that leads from nothing to a version stands for the steps up to it") {
  Files files = {
      {"store/upgrades/00-latest.sql", "-- v0 -> v3 (compatible with v2+): Latest revision\nCREATE TABLE a (id, b);"},
      {"store/upgrades/02-b.sql", "-- v2: b\nALTER TABLE a ADD COLUMN b;"},
      {"store/upgrades/03-c.sql", "-- v3: c\nALTER TABLE a DROP COLUMN c;"},
      {"store/upgrades/04-d.sql", "-- v4: d\nALTER TABLE a ADD COLUMN d;"}};
  CHECK(found(files) ==
        "= sql\n"
        "store/upgrades/00-latest.sql:2 CREATE TABLE a (id, b)\n"
        "store/upgrades/04-d.sql:2 ALTER TABLE a ADD COLUMN d\n"
        "- store/upgrades/02-b.sql\n"
        "- store/upgrades/03-c.sql\n");
  // Any other step 0 is one of them.
  files["store/upgrades/00-latest.sql"] = "-- The first\nCREATE TABLE a (id, c);";
  CHECK(found(files) ==
        "= sql\n"
        "store/upgrades/00-latest.sql:2 CREATE TABLE a (id, c)\n"
        "store/upgrades/02-b.sql:2 ALTER TABLE a ADD COLUMN b\n"
        "store/upgrades/03-c.sql:2 ALTER TABLE a DROP COLUMN c\n"
        "store/upgrades/04-d.sql:2 ALTER TABLE a ADD COLUMN d\n");
}

TEST_CASE("dbmate: sections; the dump beside the migrations is not read") {
  Files files = {
      {"db/schema.sql", "CREATE TABLE users (id);\nCREATE TABLE schema_migrations (version);\n"},
      {"db/migrations/20240102_b.sql",
       "-- migrate:up\nCREATE INDEX i ON users (id);\n\n-- migrate:down\nDROP INDEX i;\n"},
      {"db/migrations/20240101_a.sql",
       "-- migrate:up transaction:false\r\ncreate table users (id integer);\r\n-- migrate:down\r\ndrop table "
       "users;\r\n"},
      {"db/migrations/.keep", ""},
  };
  CHECK(found(files) ==
        "= dbmate\n"
        "db/migrations/20240101_a.sql:2 create table users (id integer)\n"
        "db/migrations/20240102_b.sql:2 CREATE INDEX i ON users (id)\n"
        "- db/schema.sql\n");
}

TEST_CASE("sqlx: golang-migrate's names or single files, in a Rust project") {
  Files files = {
      {"Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"},
      {"migrations/20240101120000_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);"},
      {"migrations/20240101120001_orders.up.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);"},
      {"migrations/20240101120001_orders.down.sql", "DROP TABLE orders;"},
  };
  CHECK(found(files) ==
        "= sqlx\n"
        "migrations/20240101120000_users.sql:1 CREATE TABLE users (id INTEGER PRIMARY KEY)\n"
        "migrations/20240101120001_orders.up.sql:1 CREATE TABLE orders (id INTEGER PRIMARY KEY)\n"
        "- migrations/20240101120001_orders.down.sql\n");
}

TEST_CASE("Diesel: a folder a migration") {
  Files files = {
      {"diesel.toml", "[print_schema]\n"},
      {"migrations/2024-01-02-000000_orders/up.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);"},
      {"migrations/2024-01-02-000000_orders/down.sql", "DROP TABLE orders;"},
      {"migrations/2024-01-01-000000_users/up.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);"},
      {"migrations/2024-01-01-000000_users/down.sql", "DROP TABLE users;"},
  };
  CHECK(found(files) ==
        "= diesel\n"
        "migrations/2024-01-01-000000_users/up.sql:1 CREATE TABLE users (id INTEGER PRIMARY KEY)\n"
        "migrations/2024-01-02-000000_orders/up.sql:1 CREATE TABLE orders (id INTEGER PRIMARY KEY)\n"
        "- migrations/2024-01-01-000000_users/down.sql\n"
        "- migrations/2024-01-02-000000_orders/down.sql\n");
}

TEST_CASE("Flyway: versions by number, repeatables last, undo left out, placeholders") {
  std::string at = "src/main/resources/db/migration/";
  Files files = {
      {at + "V10__last.sql", "CREATE INDEX i10 ON a (id);"},
      {at + "V2__second.sql", "CREATE TABLE b (id int);"},
      {at + "V1__first.sql", "CREATE TABLE a (id int);"},
      {at + "V1.10__late.sql", "CREATE INDEX i1_10 ON a (id);"},
      {at + "V1_9__early.sql", "CREATE INDEX i1_9 ON a (id);"},
      {at + "U2__second.sql", "DROP TABLE b;"},
      {at + "R__b_view.sql", "CREATE VIEW v2 AS SELECT * FROM v1;"},
      {at + "R__a_view.sql", "CREATE VIEW v1 AS SELECT id FROM a;"},
      {at + "V3__grant.sql", "CREATE TABLE ${ prefix }_log (id int);\nCREATE TABLE ${unknown}_x (id int);"},
      {at + "V4__code.java", "class V4__code {}"},
      {at + "afterMigrate.sql", "ANALYZE;"},
      {"flyway.conf", "# flyway.placeholders.prefix=no\nflyway.placeholders.prefix=app\n"},
  };
  std::string want =
      "= flyway\n" + at + "V1__first.sql:1 CREATE TABLE a (id int)\n" + at +
      "V1_9__early.sql:1 CREATE INDEX i1_9 ON a (id)\n" + at + "V1.10__late.sql:1 CREATE INDEX i1_10 ON a (id)\n" + at +
      "V2__second.sql:1 CREATE TABLE b (id int)\n" + at + "V3__grant.sql:1 CREATE TABLE app_log (id int)\n" + at +
      "V10__last.sql:1 CREATE INDEX i10 ON a (id)\n" + at + "R__a_view.sql:1 CREATE VIEW v1 AS SELECT id FROM a\n" +
      at + "R__b_view.sql:1 CREATE VIEW v2 AS SELECT * FROM v1\n" + "+ flyway.conf\n" + "- " + at + "U2__second.sql\n" +
      "- " + at + "afterMigrate.sql\n" + "! " + at +
      "V3__grant.sql:2 `${unknown}` is replaced from the environment or a configuration that is not here\n" + "! " +
      at + "V4__code.java:1 a migration in Java is not SQL\n" + "! " + at +
      "afterMigrate.sql:1 Flyway does not take the name for a migration's\n";
  CHECK(found(files) == want);
  CHECK(found(files, kPostgres) == want);
}

TEST_CASE("Flyway: a baseline stands for what is below it; 1.0 and 1 are one version") {
  Files files = {
      {"sql/V1__a.sql", "CREATE TABLE a (id);"},         {"sql/V1.0__again.sql", "CREATE TABLE again (id);"},
      {"sql/B2__all.sql", "CREATE TABLE a (id, name);"}, {"sql/V2__b.sql", "ALTER TABLE a ADD name;"},
      {"sql/V3__c.sql", "CREATE INDEX i ON a (name);"},  {"sql/V3.0.0__d.sql", "CREATE INDEX j ON a (name);"},
  };
  CHECK(found(files) ==
        "= flyway\n"
        "sql/B2__all.sql:1 CREATE TABLE a (id, name)\n"
        "sql/V3.0.0__d.sql:1 CREATE INDEX j ON a (name)\n"
        "sql/V3__c.sql:1 CREATE INDEX i ON a (name)\n"
        "- sql/V1.0__again.sql\n"
        "- sql/V1__a.sql\n"
        "- sql/V2__b.sql\n"
        "! sql/V3__c.sql:1 the version is also that of `sql/V3.0.0__d.sql`: applied after it, by name\n");
}

TEST_CASE("Prisma: folders by name, the provider decides") {
  Files files = {
      {"prisma/schema.prisma",
       "generator client {\n  provider = \"prisma-client-js\"\n}\n\ndatasource db {\n  provider = \"sqlite\"\n  url = "
       "env(\"URL\")\n}\n"},
      {"prisma/migrations/20240201_b/migration.sql",
       "-- RedefineTables\nPRAGMA foreign_keys=OFF;\nCREATE TABLE \"new_User\" (\"id\" INTEGER);\nDROP TABLE "
       "\"User\";\n"
       "ALTER TABLE \"new_User\" RENAME TO \"User\";\nPRAGMA foreign_key_check;\nPRAGMA foreign_keys=ON;\n"},
      {"prisma/migrations/20240101_a/migration.sql", "-- CreateTable\nCREATE TABLE \"User\" (\"id\" INTEGER);\n"},
      {"prisma/migrations/migration_lock.toml", "provider = \"sqlite\"\n"},
      {"prisma/seed.sql", "INSERT INTO \"User\" VALUES (1);"},
  };
  const char* want =
      "= prisma\n"
      "prisma/migrations/20240101_a/migration.sql:2 CREATE TABLE \"User\" (\"id\" INTEGER)\n"
      "prisma/migrations/20240201_b/migration.sql:2 PRAGMA foreign_keys=OFF\n"
      "prisma/migrations/20240201_b/migration.sql:3 CREATE TABLE \"new_User\" (\"id\" INTEGER)\n"
      "prisma/migrations/20240201_b/migration.sql:4 DROP TABLE \"User\"\n"
      "prisma/migrations/20240201_b/migration.sql:5 ALTER TABLE \"new_User\" RENAME TO \"User\"\n"
      "prisma/migrations/20240201_b/migration.sql:7 PRAGMA foreign_keys=ON\n";
  CHECK(found(files) == want);
  CHECK(read_at(files, {"prisma/schema.prisma"}) == want);
  CHECK(read_at(files, {"prisma"}, "prisma") == want);
  CHECK(found(files, kPostgres) ==
        "= \n"
        "- prisma/migrations/20240101_a/migration.sql\n"
        "- prisma/migrations/20240201_b/migration.sql\n"
        "! prisma/migrations:1 the schema here is another database's than the one that is checked\n");
}

TEST_CASE("Rails: structure.sql of PostgreSQL and of SQLite") {
  Files files = {
      {"db/migrate/20240101_create_users.rb", "class CreateUsers < ActiveRecord::Migration[7.1]\nend\n"},
      {"db/structure.sql",
       "\\restrict abc\n"
       "SET statement_timeout = 0;\n"
       "SELECT pg_catalog.set_config('search_path', '', false);\n"
       "SET check_function_bodies = false;\n"
       "COMMENT ON EXTENSION plpgsql IS 'x';\n"
       "CREATE TABLE public.users (\n    id bigint NOT NULL\n);\n"
       "ALTER TABLE public.users OWNER TO app;\n"
       "ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);\n"
       "COPY public.users (id) FROM stdin;\n1\n2; DROP TABLE users;\n\\.\n"
       "SET search_path TO \"$user\", public;\n"
       "INSERT INTO \"schema_migrations\" (version) VALUES\n('20240101');\n"},
  };
  CHECK(found(files, kPostgres) ==
        "= rails\n"
        "db/structure.sql:3 SELECT pg_catalog.set_config('search_path', '', false)\n"
        "db/structure.sql:4 SET check_function_bodies = false\n"
        "db/structure.sql:6 CREATE TABLE public.users ( id bigint NOT NULL )\n"
        "db/structure.sql:10 ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id)\n"
        "db/structure.sql:15 SET search_path TO \"$user\", public\n"
        "db/structure.sql:16 INSERT INTO \"schema_migrations\" (version) VALUES ('20240101')\n");
  files["db/structure.sql"] =
      "CREATE TABLE sqlite_sequence(name,seq);\nCREATE TABLE IF NOT EXISTS \"users\" (\"id\" integer);\n"
      "INSERT INTO \"schema_migrations\" (version) VALUES ('1');\n";
  CHECK(found(files) ==
        "= rails\n"
        "db/structure.sql:2 CREATE TABLE IF NOT EXISTS \"users\" (\"id\" integer)\n"
        "db/structure.sql:3 INSERT INTO \"schema_migrations\" (version) VALUES ('1')\n");
}

TEST_CASE("sqlc: both versions, lists, other engines, the tool of the folder") {
  Files files = {
      {"sqlc.yaml",
       "version: \"2\"\n"
       "sql:\n"
       "  - engine: \"postgresql\"\n"
       "    queries: \"pg/query.sql\"\n"
       "    schema: \"pg/schema.sql\"\n"
       "  - engine: sqlite # here\n"
       "    schema:\n"
       "      - \"db/migrations\"   # goose\n"
       "      - db/views.sql\n"
       "      - db/more/*.sql\n"
       "      - db/absent.sql\n"
       "    gen:\n"
       "      go:\n"
       "        schema: other.sql\n"
       "overrides:\n  schema: other.sql\n"},
      {"pg/schema.sql", "CREATE TABLE pg_only (id int);"},
      {"other.sql", "CREATE TABLE other (id);"},
      {"db/migrations/1_a.sql", "-- +goose Up\nCREATE TABLE a (id);\n-- +goose Down\nDROP TABLE a;\n"},
      {"db/views.sql", "CREATE VIEW v AS SELECT * FROM a;"},
      {"db/more/x.sql", "CREATE INDEX x ON a (id);"},
      {"db/more/deep/y.sql", "CREATE INDEX y ON a (id);"},
      {"db/query.sql", "-- name: All :many\nSELECT * FROM a;"},
  };
  const char* want =
      "= sqlc\n"
      "db/migrations/1_a.sql:2 CREATE TABLE a (id)\n"
      "db/views.sql:1 CREATE VIEW v AS SELECT * FROM a\n"
      "db/more/x.sql:1 CREATE INDEX x ON a (id)\n"
      "+ sqlc.yaml\n"
      "- pg/schema.sql\n"
      "! sqlc.yaml:1 the schema's path `db/absent.sql` does not exist\n";
  CHECK(found(files) == want);
  CHECK(found(files, kPostgres) ==
        "= sqlc\npg/schema.sql:1 CREATE TABLE pg_only (id int)\n+ sqlc.yaml\n- db/migrations/1_a.sql\n");
  Files json = {
      {"api/sqlc.json",
       R"({"version": "1", "packages": [{"path": "db", "engine": "sqlite", "queries": "q.sql", "schema": ["../s.sql"]}]})"},
      {"s.sql", "CREATE TABLE s (id);"}};
  CHECK(found(json) == "= sqlc\ns.sql:1 CREATE TABLE s (id)\n+ api/sqlc.json\n");
  Files both = {
      {"sqlc.yaml", "sql:\n- schema: q.sql\n  queries: q.sql\n  engine: sqlite\n"},
      {"q.sql",
       "CREATE TABLE a (id);\n-- name: Get :one\nSELECT * FROM a;\n-- name: Add :exec\nINSERT INTO a VALUES (?);\n"}};
  CHECK(found(both) == "= sqlc\nq.sql:1 CREATE TABLE a (id)\n+ sqlc.yaml\n");
  auto mixed = read_schema(MemoryTree(both), {}, languages(), Dialect::kSqlite);
  REQUIRE(mixed.has_value());
  CHECK(mixed->code == std::vector<std::string>{"q.sql"});
  Files flow = {{"sqlc.yml", "sql:\n- schema: ['a.sql', \"b.sql\"]\n  engine: sqlite\n"},
                {"a.sql", "CREATE TABLE a (id);"},
                {"b.sql", "CREATE TABLE b (id);"}};
  CHECK(found(flow) == "= sqlc\na.sql:1 CREATE TABLE a (id)\nb.sql:1 CREATE TABLE b (id)\n+ sqlc.yml\n");
}

TEST_CASE("Drizzle: the journal's order, breakpoints, files that it doesn't name") {
  Files files = {
      {"drizzle.config.ts", "export default {\n  // out: './no',\n  out: './drizzle',\n  dialect: 'sqlite',\n}\n"},
      {"drizzle/meta/_journal.json",
       R"({"version": "7", "dialect": "sqlite", "entries": [
          {"idx": 1, "when": 2, "tag": "0001_zeta", "breakpoints": true},
          {"idx": 0, "when": 1, "tag": "0000_users", "breakpoints": true},
          {"idx": 2, "when": 3, "tag": "0002_gone", "breakpoints": true}]})"},
      {"drizzle/0000_users.sql",
       "CREATE TABLE `users` (\n\t`id` integer\n);\n--> statement-breakpoint\nCREATE UNIQUE INDEX `u` ON `users` "
       "(`id`);"},
      {"drizzle/0001_zeta.sql",
       "ALTER TABLE `users` ADD `a` text--> statement-breakpoint\nALTER TABLE `users` ADD `b` text"},
      {"drizzle/0001_stray.sql", "DROP TABLE `users`;"},
  };
  std::string want =
      "= drizzle\n"
      "drizzle/0000_users.sql:1 CREATE TABLE `users` ( `id` integer )\n"
      "drizzle/0000_users.sql:5 CREATE UNIQUE INDEX `u` ON `users` (`id`)\n"
      "drizzle/0001_zeta.sql:1 ALTER TABLE `users` ADD `a` text\n"
      "drizzle/0001_zeta.sql:2 ALTER TABLE `users` ADD `b` text\n"
      "+ drizzle/meta/_journal.json\n"
      "- drizzle/0001_stray.sql\n"
      "! drizzle/0001_stray.sql:1 meta/_journal.json does not name the file: Drizzle does not apply it\n"
      "! drizzle/meta/_journal.json:1 the journal names `0002_gone.sql`, which is not there\n";
  CHECK(found(files) == want);
  CHECK(found(files, kPostgres) ==
        "= \n- drizzle/0000_users.sql\n- drizzle/0001_stray.sql\n- drizzle/0001_zeta.sql\n"
        "! drizzle:1 the schema here is another database's than the one that is checked\n");
  std::string configured = want;
  configured.insert(configured.find("+ "), "+ drizzle.config.ts\n");
  CHECK(read_at(files, {"drizzle.config.ts"}) == configured);
}

TEST_CASE("Drizzle: a folder a migration, as newer versions write") {
  Files files = {
      {"drizzle/20250101_a/migration.sql", "CREATE TABLE `a` (`id` integer);"},
      {"drizzle/20250101_a/snapshot.json", "{}"},
      {"drizzle/20250201_b/migration.sql", "CREATE TABLE `b` (`id` integer);"},
      {"drizzle/20250201_b/snapshot.json", "{}"},
  };
  CHECK(read_at(files, {"drizzle"}) ==
        "= drizzle\n"
        "drizzle/20250101_a/migration.sql:1 CREATE TABLE `a` (`id` integer)\n"
        "drizzle/20250201_b/migration.sql:1 CREATE TABLE `b` (`id` integer)\n");
}

TEST_CASE("markers of smaller tools") {
  struct Case {
    const char* text;
    const char* want;  // the statements
  };
  for (const Case& c : {
           Case{"-- +migrate Up\nCREATE TABLE a (id);\n-- +migrate Down\nDROP TABLE a;\n", "2 CREATE TABLE a (id)\n"},
           Case{"CREATE TABLE a (id);\n---- create above / drop below ----\nDROP TABLE a;\n",
                "1 CREATE TABLE a (id)\n"},
           Case{"-- rambler up\nCREATE TABLE a (id);\n-- rambler down\nDROP TABLE a;\n", "2 CREATE TABLE a (id)\n"},
           Case{"CREATE TABLE a (id);\n-- //@UNDO\nDROP TABLE a;\n", "1 CREATE TABLE a (id)\n"},
           Case{"-----\n-- Up\n-----\nCREATE TABLE a (id);\n-----\n-- Down\n-----\nDROP TABLE a;\n",
                "4 CREATE TABLE a (id)\n"},
           Case{"-- Up Migration\nCREATE TABLE a (id);\n-- Down Migration\nDROP TABLE a;\n", "2 CREATE TABLE a (id)\n"},
           // Near misses: words of a comment, and a marker that another tool would heed.
           Case{"-- down\nCREATE TABLE a (id);\nDROP TABLE b;\n", "2 CREATE TABLE a (id)\n3 DROP TABLE b\n"},
           Case{"-- count down\n-- up\nCREATE TABLE a (id);\n", "3 CREATE TABLE a (id)\n"},
           Case{"-- +goose Up\nCREATE TABLE a (id);\n-- migrate:down\nDROP TABLE b;\n",
                "2 CREATE TABLE a (id)\n4 DROP TABLE b\n"},
           Case{"-- migrate:uphill\nCREATE TABLE a (id);\n-- migrate:down\n", "2 CREATE TABLE a (id)\n"},
       }) {
    CAPTURE(c.text);
    MemoryTree tree(Files{{"m.sql", c.text}});
    Result<Schema> schema = read_schema(tree, {{"m.sql"}, ""}, languages(), Dialect::kSqlite);
    REQUIRE(schema);
    std::string got;
    for (const SchemaStatement& statement : schema->statements)
      got += std::to_string(statement.line) + " " + statement.text + "\n";
    CHECK(got == c.want);
  }
}

}  // namespace
}  // namespace explaingate

// Where a schema is found, what is passed over, and what a configured path means.
#include <doctest/doctest.h>

#include "schema/memory_tree.h"
#include "schema/names.h"

namespace explaingate {
namespace {

constexpr Dialect kPostgres = Dialect::kPostgres;

TEST_CASE("plain migrations: numbers by value, the rest by name") {
  Files files = {
      {"migrations/10_j.sql", "CREATE INDEX j ON a (id);"},
      {"migrations/0009_i.sql", "CREATE INDEX i ON a (id);"},
      {"migrations/2_b.sql", "CREATE TABLE b (id);"},
      {"migrations/1_a.sql", "CREATE TABLE a (id);"},
      {"migrations/1.5_c.sql", "CREATE TABLE c (id);"},
      {"migrations/1.10_d.sql", "CREATE TABLE d (id);"},
      {"migrations/v11-k.SQL", "CREATE INDEX k ON a (id);"},
      {"migrations/extra.sql", "CREATE TABLE e (id);"},
      {"migrations/schema.sql", "CREATE TABLE all_of_it (id);"},
      {"migrations/004_slow_down.sql", "UPDATE b SET id = 1; DELETE FROM b;"},
      {"migrations/5_f_up.sql", "CREATE TABLE f (id);"},
      {"migrations/5_f_down.sql", "DROP TABLE f;"},
      {"migrations/README", "DROP TABLE a;"},
  };
  CHECK(found(files) ==
        "= sql\n"
        "migrations/1_a.sql:1 CREATE TABLE a (id)\n"
        "migrations/1.5_c.sql:1 CREATE TABLE c (id)\n"
        "migrations/1.10_d.sql:1 CREATE TABLE d (id)\n"
        "migrations/2_b.sql:1 CREATE TABLE b (id)\n"
        "migrations/004_slow_down.sql:1 UPDATE b SET id = 1\n"
        "migrations/004_slow_down.sql:1 DELETE FROM b\n"
        "migrations/5_f_up.sql:1 CREATE TABLE f (id)\n"
        "migrations/0009_i.sql:1 CREATE INDEX i ON a (id)\n"
        "migrations/10_j.sql:1 CREATE INDEX j ON a (id)\n"
        "migrations/v11-k.SQL:1 CREATE INDEX k ON a (id)\n"
        "migrations/extra.sql:1 CREATE TABLE e (id)\n"
        "- migrations/5_f_down.sql\n"
        "- migrations/schema.sql\n");
}

TEST_CASE("several databases: the one that is checked, never another") {
  Files files = {
      {"migrations/sqlite/1_a.sql", "CREATE TABLE lite (id);"},
      {"migrations/postgres/1_a.sql", "CREATE TABLE post (id int);"},
      {"migrations/mysql/1_a.sql", "CREATE TABLE my (id int);"},
      {"schema.sql", "CREATE TABLE root (id);"},
  };
  CHECK(found(files) ==
        "= sql\nmigrations/sqlite/1_a.sql:1 CREATE TABLE lite (id)\n- migrations/mysql/1_a.sql\n"
        "- migrations/postgres/1_a.sql\n- schema.sql\n");
  CHECK(found(files, kPostgres) ==
        "= sql\nmigrations/postgres/1_a.sql:1 CREATE TABLE post (id int)\n- migrations/mysql/1_a.sql\n"
        "- migrations/sqlite/1_a.sql\n- schema.sql\n");
  // Configured, the folder is read the same way.
  CHECK(read_at(files, {"migrations"}) ==
        "= sql\nmigrations/sqlite/1_a.sql:1 CREATE TABLE lite (id)\n- migrations/mysql/1_a.sql\n"
        "- migrations/postgres/1_a.sql\n");
  files.erase("migrations/sqlite/1_a.sql");
  files.erase("schema.sql");
  CHECK(found(files) ==
        "= \n- migrations/mysql/1_a.sql\n- migrations/postgres/1_a.sql\n"
        "! migrations/mysql:1 the schema here is another database's than the one that is checked\n"
        "! migrations/postgres:1 the schema here is another database's than the one that is checked\n");
  Files by_file = {
      {"db/schema.sqlite.sql", "CREATE TABLE lite (id);"},
      {"db/schema.pg.sql", "CREATE TABLE post (id int);"},
  };
  CHECK(found(by_file) == "= file\ndb/schema.sqlite.sql:1 CREATE TABLE lite (id)\n- db/schema.pg.sql\n");
  CHECK(found(by_file, kPostgres) == "= file\ndb/schema.pg.sql:1 CREATE TABLE post (id int)\n- db/schema.sqlite.sql\n");
  Files by_step = {
      {"migrations/1_a.sqlite.sql", "CREATE TABLE lite (id);"},
      {"migrations/1_a.mysql.sql", "CREATE TABLE my (id);"},
      {"migrations/2_drop_mysql_settings.sql", "CREATE TABLE both (id);"},
  };
  CHECK(found(by_step) ==
        "= sql\nmigrations/1_a.sqlite.sql:1 CREATE TABLE lite (id)\nmigrations/2_drop_mysql_settings.sql:1 CREATE "
        "TABLE both (id)\n"
        "- migrations/1_a.mysql.sql\n");
}

TEST_CASE("folders of versions, and a history that starts in the middle") {
  Files files = {
      {"store/migration/sqlite/LATEST.sql", "CREATE TABLE memo (id, pinned, tags);"},
      {"store/migration/sqlite/0.10/00__tags.sql", "ALTER TABLE memo ADD tags;"},
      {"store/migration/sqlite/0.9/00__pinned.sql", "ALTER TABLE memo ADD pinned;"},
      {"store/migration/sqlite/0.9/01__log.sql", "CREATE TABLE log (id);"},
      {"store/migration/mysql/LATEST.sql", "CREATE TABLE memo (id int);"},
  };
  CHECK(found(files) ==
        "= file\n"
        "store/migration/sqlite/LATEST.sql:1 CREATE TABLE memo (id, pinned, tags)\n"
        "- store/migration/mysql/LATEST.sql\n"
        "- store/migration/sqlite/0.10/00__tags.sql\n"
        "- store/migration/sqlite/0.9/00__pinned.sql\n"
        "- store/migration/sqlite/0.9/01__log.sql\n"
        "! store/migration/sqlite/0.9/00__pinned.sql:1 the migrations here change `memo`, which none of them creates: "
        "`store/migration/sqlite/LATEST.sql` is read in their place\n");
  files["store/migration/sqlite/0.2/00__memo.sql"] = "CREATE TABLE memo (id);";
  CHECK(found(files) ==
        "= sql\n"
        "store/migration/sqlite/0.2/00__memo.sql:1 CREATE TABLE memo (id)\n"
        "store/migration/sqlite/0.9/00__pinned.sql:1 ALTER TABLE memo ADD pinned\n"
        "store/migration/sqlite/0.9/01__log.sql:1 CREATE TABLE log (id)\n"
        "store/migration/sqlite/0.10/00__tags.sql:1 ALTER TABLE memo ADD tags\n"
        "- store/migration/mysql/LATEST.sql\n"
        "- store/migration/sqlite/LATEST.sql\n");
}

TEST_CASE("which files hold migrations") {
  struct Case {
    const char* path;
    bool want;
  };
  for (const Case& c : {Case{"db/migrate/7_add_x.rb", true}, Case{"internal/database/migrations.go", true},
                        Case{"internal/migrations/v2.0.0.go", true}, Case{"store/migrations-sqlite/1.py", true},
                        Case{"src/sql/migration.rs", true}, Case{"app/migration_status.py", false},
                        Case{"app/immigration/cases.py", false}, Case{"queries.go", false}, Case{"", false}}) {
    CAPTURE(c.path);
    CHECK(schema::holds_migrations(c.path) == c.want);
  }
}

TEST_CASE("the choice: shallow before deep, migrations before the dump beside them") {
  struct Case {
    std::vector<const char*> paths;
    const char* want;  // the path whose table is read
  };
  for (const Case& c : {
           Case{{"schema.sql", "db/migrations/1_a.sql"}, "db/migrations/1_a.sql"},
           Case{{"schema.sql", "services/a/migrations/1_a.sql"}, "schema.sql"},
           Case{{"services/b/schema.sql", "services/a/schema.sql"}, "services/a/schema.sql"},
           Case{{"services/a/schema.sql", "services/b/migrations/1_a.sql"}, "services/b/migrations/1_a.sql"},
           Case{{"a/b/c/schema.sql", "z/schema.sql"}, "z/schema.sql"},
           Case{{"db/schema.sql", "sql/migrations/1_a.sql"}, "sql/migrations/1_a.sql"},
           Case{{"src/billing/migrations/1_a.sql"}, "src/billing/migrations/1_a.sql"},
           Case{{"app/tables.sql"}, "app/tables.sql"},
           Case{{"app/app_schema.sql", "app/create_tables.sql"}, "app/app_schema.sql"},
           Case{{"sql/001_init.sql", "sql/002_more.sql"}, "sql/001_init.sql"},
           // Tests, examples and other people's code don't count.
           Case{{"fixtures/schema.sql"}, ""},
           Case{{"tests/data/schema.sql", "node_modules/x/schema.sql", "docs/migrations/1_a.sql", ".github/schema.sql"},
                ""},
           Case{{"tests/schema.sql", "lib/deep/er/schema.sql"}, "lib/deep/er/schema.sql"},
           // A file of queries is no schema.
           Case{{"app/queries.sql"}, ""},
       }) {
    Files files;
    for (const char* path : c.paths) files[path] = "CREATE TABLE t (id);\n";
    std::string got = found(files);
    CAPTURE(got);
    size_t line = got.find('\n') + 1;
    std::string first = got.substr(line, got.find('\n', line) - line);
    CHECK((first.ends_with(" CREATE TABLE t (id)") ? first.substr(0, first.find(':')) : "") == c.want);
  }
}

TEST_CASE("of files that only their names hint at, the one with most tables") {
  Files files = {
      {"resources/fts_sqlite.sql", "CREATE TABLE fts (id);"},
      {"resources/metadata_sqlite.sql", "CREATE TABLE books (id); create temporary table authors (id);"},
      {"resources/queries.sql", "CREATE TABLE a (id); CREATE TABLE b (id); CREATE TABLE c (id);"},
  };
  CHECK(found(files).starts_with("= file\nresources/metadata_sqlite.sql:1 CREATE TABLE books (id)\n"));
  CHECK(found({{"sql/create_report.sql", "SELECT 1"}}) == "= \n");
}

TEST_CASE("a schema in parts") {
  CHECK(found({{"admin/sql/create_indexes.sql", "CREATE INDEX a_b ON a (b);"},
               {"admin/sql/create_tables.sql", "CREATE TABLE a (id, b kind);"},
               {"admin/sql/create_types.sql", "CREATE TYPE kind AS ENUM ('x');"},
               {"admin/sql/create_user.sql", "CREATE ROLE somebody;"},
               {"admin/sql/drop_tables.sql", "DROP TABLE a;"}}) ==
        "= file\n"
        "admin/sql/create_types.sql:1 CREATE TYPE kind AS ENUM ('x')\n"
        "admin/sql/create_tables.sql:1 CREATE TABLE a (id, b kind)\n"
        "admin/sql/create_indexes.sql:1 CREATE INDEX a_b ON a (b)\n");
}

TEST_CASE("migrations that are programs") {
  struct Case {
    Files files;
    const char* want;
  };
  for (const Case& c : {
           Case{{{"shop/migrations/0001_initial.py", "x = 1"}, {"shop/migrations/__init__.py", ""}},
                "= \n! shop/migrations/0001_initial.py:1 Django migrations are Python, not SQL: name a dump of the "
                "schema as "
                "`schema` to have it checked\n"},
           Case{{{"alembic/env.py", ""}, {"alembic/versions/1a_x.py", ""}, {"alembic/versions/2b_y.py", ""}},
                "= \n! alembic/versions/1a_x.py:1 Alembic migrations are Python, not SQL: name a dump of the schema as "
                "`schema` "
                "to have it checked\n"},
           Case{{{"db/migrate/1_a.rb", ""}, {"db/migrate/2_b.rb", ""}, {"db/migrate/3_function.sql", "SELECT 1;"}},
                "= \n! db/migrate/1_a.rb:1 Rails migrations are Ruby, not SQL: name a dump of the schema as `schema` "
                "to have it "
                "checked\n"},
           Case{{{"internal/migrations/1_a.go", ""}, {"internal/migrations/embed_test.go", ""}},
                "= \n! internal/migrations/1_a.go:1 the migrations are Go, not SQL: name a dump of the schema as "
                "`schema` to "
                "have it checked\n"},
           Case{{{"api/versions/v1.py", ""}, {"main.go", ""}}, "= \n"},  // near miss: "versions" of something else
           Case{{}, "= \n"},
       }) {
    CHECK(found(c.files) == c.want);
  }
}

TEST_CASE("configured paths") {
  Files files = {
      {"db/tables.sql", "CREATE TABLE a (id);"},
      {"db/indexes.sql", "CREATE INDEX i ON a (id);"},
      {"db/steps/1.sql", "CREATE TABLE s (id);"},
      {"fixtures/schema.sql", "CREATE TABLE f (id);"},
      {"notes.txt", ""},
  };
  CHECK(read_at(files, {"db/tables.sql"}) == "= file\ndb/tables.sql:1 CREATE TABLE a (id)\n");
  CHECK(read_at(files, {"db/tables.sql", "db/steps"}) ==
        "= file\ndb/tables.sql:1 CREATE TABLE a (id)\ndb/steps/1.sql:1 CREATE TABLE s (id)\n");
  CHECK(read_at(files, {"fixtures/schema.sql"}) == "= file\nfixtures/schema.sql:1 CREATE TABLE f (id)\n");
  CHECK(read_at(files, {"db/tables.sql", "db/indexes.sql"}, "file") ==
        "= file\ndb/tables.sql:1 CREATE TABLE a (id)\ndb/indexes.sql:1 CREATE INDEX i ON a (id)\n");
  CHECK(read_at(files, {"db/schema.sql"}) ==
        "configuration error: the schema's path `db/schema.sql` does not exist\n"
        "help: in `db` there are: steps/, indexes.sql, tables.sql\n");
  CHECK(read_at(files, {"database/schema.sql"}) ==
        "configuration error: the schema's path `database/schema.sql` does not exist\n"
        "help: in the repository's root there are: db/, fixtures/, notes.txt\n");
  for (const char* path : {"../other/schema.sql", "/etc/passwd", "db/../../x"})
    CHECK(read_at(files, {path}) ==
          "configuration error: the schema's path `" + std::string(path) + "` leaves the repository\nhelp: \n");
  CHECK(read_at(files, {"db"}, "liquibase")
            .starts_with("configuration error: `liquibase` is no tool that a schema can be read of\n"));
}

TEST_CASE("links, refused files, empty files, odd bytes") {
  MemoryTree tree(Files{{"migrations/1_a.sql",
                         "\xEF\xBB\xBF"
                         "CREATE TABLE a (id);\r\nCREATE TABLE b (\r\n id\r\n);\r\n"},
                        {"migrations/2_big.sql", "CREATE TABLE big (id);"},
                        {"migrations/3_empty.sql", ""},
                        {"migrations/4_comment.sql", "-- nothing yet\n"}});
  tree.links = {"migrations/5_link.sql", "elsewhere.sql"};
  tree.too_large = {"migrations/2_big.sql"};
  CHECK(dump(tree, {}, Dialect::kSqlite) ==
        "= sql\n"
        "migrations/1_a.sql:1 CREATE TABLE a (id)\n"
        "migrations/1_a.sql:2 CREATE TABLE b ( id )\n"
        "+ migrations/3_empty.sql\n"
        "+ migrations/4_comment.sql\n"
        "- migrations/2_big.sql\n"
        "! migrations/2_big.sql:1 the file is too large\n"
        "! migrations/5_link.sql:1 a link, which is not followed\n");
  CHECK(dump(tree, {{"elsewhere.sql"}, ""}, Dialect::kSqlite) ==
        "configuration error: the schema's path `elsewhere.sql` is a link, which is not followed\n"
        "help: name the file or folder that it points to\n");
}

TEST_CASE("places are exact, with sections and line ends of both kinds") {
  Result<Schema> schema = read_schema(
      MemoryTree(
          Files{{"m/1.sql",
                 "-- +goose Up\r\n  CREATE TABLE a (\r\n    id\r\n  );  CREATE TABLE b (id);\r\n-- +goose Down\r\n"}}),
      {{"m"}, ""}, languages(), Dialect::kSqlite);
  REQUIRE(schema);
  std::vector<SchemaStatement> want = {
      {"CREATE TABLE a (\r\n    id\r\n  )", "m/1.sql", 2, 3, 4, {true, 1, "tool", false}},
      {"CREATE TABLE b (id)", "m/1.sql", 4, 7, 4, {true, 1, "tool", false}}};
  CHECK(schema->statements == want);
}

TEST_CASE("the hash is that of the texts in order") {
  auto hash = [](const Files& files) {
    Result<Schema> schema = read_schema(MemoryTree(files), {}, languages(), Dialect::kSqlite);
    return schema ? schema->hash() : "";
  };
  std::string two = hash({{"migrations/1.sql", "CREATE TABLE a (id); CREATE TABLE b (id);"}});
  CHECK(two.size() == 32);
  CHECK(hash({{"migrations/1.sql", "CREATE TABLE a (id);"}, {"migrations/2.sql", "\n\nCREATE TABLE b (id);\n"}}) ==
        two);
  CHECK(hash({{"migrations/1.sql", "CREATE TABLE b (id); CREATE TABLE a (id);"}}) != two);
  CHECK(hash({{"migrations/1.sql", "CREATE TABLE a (id);CREATE TABLE b (id)"}}) == two);
}

TEST_CASE("a template's text: data stays as it is, a template is left out") {
  CHECK(
      read_at(
          {{"s.sql",
            "INSERT INTO mail VALUES ('Dear {{name}} ${x}');\nCREATE TABLE {{prefix}}_a (id);\nCREATE TABLE b (id);"}},
          {"s.sql"}) ==
      "= file\n"
      "s.sql:1 INSERT INTO mail VALUES ('Dear {{name}} ${x}')\n"
      "s.sql:3 CREATE TABLE b (id)\n"
      "! s.sql:2 part of it is filled in by a program (`{{prefix}}_a`)\n");
}

TEST_CASE("seed") {
  MemoryTree tree(Files{{"seed.sql", "BEGIN;\nINSERT INTO a VALUES (1);\nUPDATE a SET id = 2;\nCOMMIT;\n"}});
  Result<std::vector<SchemaStatement>> seed = read_seed(tree, "./seed.sql", Dialect::kSqlite);
  REQUIRE(seed);
  std::vector<SchemaStatement> want = {{"INSERT INTO a VALUES (1)", "seed.sql", 2, 1, 2, {}},
                                       {"UPDATE a SET id = 2", "seed.sql", 3, 1, 3, {}}};
  CHECK(*seed == want);
  Result<std::vector<SchemaStatement>> absent = read_seed(tree, "sed.sql", Dialect::kSqlite);
  REQUIRE(!absent);
  CHECK(absent.error().kind == ErrorKind::kConfiguration);
  CHECK(absent.error().message == "the seed `sed.sql` does not exist");
}

}  // namespace
}  // namespace explaingate

// The schema that a program makes itself.
#include <doctest/doctest.h>

#include "schema/memory_tree.h"

namespace explaingate {
namespace {

TEST_CASE("DDL in Python: in source order, outside of tests") {
  Files files = {
      {"app/store.py",
       "import sqlite3\n"
       "\n"
       "def init(db):\n"
       "    db.execute('CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email TEXT)')\n"
       "    db.execute('INSERT INTO users VALUES (1, ?)', ('a',))\n"
       "    db.executescript('''\n"
       "        CREATE VIRTUAL TABLE search USING fts5(body);\n"
       "        CREATE INDEX users_email ON users (email);\n"
       "    ''')\n"
       "\n"
       "def read(db):\n"
       "    return db.execute('SELECT * FROM users').fetchall()\n"},
      {"app/test_store.py", "def t(db):\n    db.execute('CREATE TABLE only_in_a_test (id)')\n"},
      {"tests/helper.py", "def t(db):\n    db.execute('CREATE TABLE only_in_tests (id)')\n"},
  };
  const char* want =
      "= code\n"
      "app/store.py:4 CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email TEXT)\n"
      "app/store.py:7 CREATE VIRTUAL TABLE search USING fts5(body)\n"
      "app/store.py:8 CREATE INDEX users_email ON users (email)\n";
  CHECK(found(files) == want);
  CHECK(read_at(files, {"app/store.py"}) == want);
  CHECK(read_at(files, {"app"}, "code") == want);
  CHECK(read_at(files, {}, "code") == want);
  files["schema.sql"] = "CREATE TABLE from_file (id);";
  CHECK(found(files) == "= file\nschema.sql:1 CREATE TABLE from_file (id)\n");
  CHECK(read_at(files, {}, "code") == want);
}

TEST_CASE("code in an order that nobody could run") {
  CHECK(found({
            {"a_indexes.py",
             "def f(db):\n    db.execute('CREATE INDEX i ON orders (day)')\n    db.execute('CREATE INDEX k ON nowhere "
             "(x)')\n"},
            {"b_tables.py",
             "def init(db):\n"
             "    db.execute('CREATE TABLE orders (id INTEGER PRIMARY KEY, day TEXT, CHECK (note > 1))')\n"
             "    db.execute('CREATE TABLE users (id)')\n"
             "def upgrade(db):\n"
             "    db.execute('ALTER TABLE orders ADD COLUMN day TEXT')\n"
             "    db.execute('ALTER TABLE orders ADD COLUMN note TEXT')\n"
             "    db.execute('CREATE TABLE orders (id)')\n"
             "    db.execute('ALTER TABLE orders ADD note TEXT')\n"
             "def rebuild(db):\n"
             "    db.execute('CREATE TABLE new_users (id, name)')\n"
             "    db.execute('DROP TABLE users')\n"
             "    db.execute('ALTER TABLE new_users RENAME TO users')\n"
             "def clean(db):\n"
             "    db.execute('DROP TABLE IF EXISTS orders')\n"
             "def downgrade(db):\n"
             "    db.execute('DROP INDEX i')\n"
             "import sqlite3\n"},
        }) ==
        "= code\n"
        "b_tables.py:2 CREATE TABLE orders (id INTEGER PRIMARY KEY, day TEXT, CHECK (note > 1))\n"
        "b_tables.py:3 CREATE TABLE users (id)\n"
        "b_tables.py:6 ALTER TABLE orders ADD COLUMN note TEXT\n"
        "b_tables.py:10 CREATE TABLE new_users (id, name)\n"
        "b_tables.py:11 DROP TABLE users\n"
        "b_tables.py:12 ALTER TABLE new_users RENAME TO users\n"
        "a_indexes.py:2 CREATE INDEX i ON orders (day)\n"
        "! a_indexes.py:3 `nowhere` is not created anywhere in the code that was read\n"
        "! b_tables.py:5 `orders` has the column `day` already\n"
        "! b_tables.py:7 `orders` was created before, by other code\n"
        "! b_tables.py:8 `orders` has the column `note` already\n"
        "! b_tables.py:14 `orders` is not created again: taken for a clean-up\n");
}

TEST_CASE("code and .sql files that are named together apply in their order") {
  Files files = {
      {"app.py",
       "def init(db):\n"
       "    db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)')\n"
       "def late(db):\n"
       "    db.execute('CREATE INDEX late_b ON late (b)')\n"
       "def clean(db):\n"
       "    db.execute('DROP TABLE IF EXISTS fixed')\n"
       "    db.execute('CREATE TABLE fixed (id)')\n"
       "def reset(db):\n"
       "    db.execute('DROP TABLE users')\n"},
      {"late.py", "def init(db):\n    db.execute('CREATE TABLE late (b)')\n    db.execute('DROP TABLE late')\n"},
      {"extra.sql", "ALTER TABLE t ADD COLUMN b INT;"},
      {"base.sql",
       "CREATE TABLE users (id INTEGER);\nCREATE TABLE fixed (id INTEGER, kept);\nCREATE INDEX t_b ON t (b);"},
      {"more.py", "def init(db):\n    db.execute('CREATE INDEX users_id ON users (id)')\n"},
  };
  CHECK(read_at(files, {"app.py", "late.py", "extra.sql", "base.sql", "more.py"}) ==
        "= file\n"
        "app.py:2 CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)\n"
        "app.py:6 DROP TABLE IF EXISTS fixed\n"
        "app.py:7 CREATE TABLE fixed (id)\n"
        "late.py:2 CREATE TABLE late (b)\n"
        "app.py:4 CREATE INDEX late_b ON late (b)\n"
        "extra.sql:1 ALTER TABLE t ADD COLUMN b INT\n"
        "base.sql:1 CREATE TABLE users (id INTEGER)\n"
        "base.sql:2 CREATE TABLE fixed (id INTEGER, kept)\n"
        "base.sql:3 CREATE INDEX t_b ON t (b)\n"
        "more.py:2 CREATE INDEX users_id ON users (id)\n"
        "! app.py:9 `users` is not created anywhere in the code that was read\n"
        "! late.py:3 `late` is not created again: taken for a clean-up\n");
  CHECK(read_at(files, {"base.sql", "app.py"}) ==
        "= file\n"
        "base.sql:1 CREATE TABLE users (id INTEGER)\n"
        "base.sql:2 CREATE TABLE fixed (id INTEGER, kept)\n"
        "base.sql:3 CREATE INDEX t_b ON t (b)\n"
        "app.py:2 CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)\n"
        "app.py:6 DROP TABLE IF EXISTS fixed\n"
        "app.py:7 CREATE TABLE fixed (id)\n"
        "! app.py:4 `late` is not created anywhere in the code that was read\n"
        "! app.py:9 `users` is not created again: taken for a clean-up\n");
}

TEST_CASE("migrations in code drop one of their tables") {
  Files files = {{"db/migrations.rs",
                  "fn migrations(db: &Connection) {\n"
                  "    db.execute(\"CREATE TABLE shas (sha TEXT)\", []);\n"
                  "    db.execute(\"CREATE TABLE results (sha TEXT REFERENCES shas)\", []);\n"
                  "    db.execute(\"DROP TABLE shas\", []);\n"
                  "}\n"}};
  CHECK(read_at(files, {"db/migrations.rs"}) ==
        "= code\n"
        "db/migrations.rs:2 CREATE TABLE shas (sha TEXT)\n"
        "db/migrations.rs:3 CREATE TABLE results (sha TEXT REFERENCES shas)\n"
        "db/migrations.rs:4 DROP TABLE shas\n");
  // One that drops them all is the way back.
  files = {{"db/migrations.rs",
            "fn make(db: &Connection) { db.execute(\"CREATE TABLE shas (sha TEXT)\", []); }\n"
            "fn end(db: &Connection) { db.execute(\"DROP TABLE shas\", []); }\n"}};
  CHECK(read_at(files, {"db/migrations.rs"}) ==
        "= code\n"
        "db/migrations.rs:1 CREATE TABLE shas (sha TEXT)\n"
        "! db/migrations.rs:2 `shas` is not created again: taken for a clean-up\n");
  // A file each.
  files = {{"migrations/1.py",
            "def up(db):\n    db.execute('CREATE TABLE a (id)')\n    db.execute('CREATE TABLE b (id)')\n"},
           {"migrations/2.py", "def up(db):\n    db.execute('DROP TABLE a')\n"}};
  CHECK(read_at(files, {"migrations"}, "code") ==
        "= code\n"
        "migrations/1.py:2 CREATE TABLE a (id)\n"
        "migrations/1.py:3 CREATE TABLE b (id)\n"
        "migrations/2.py:2 DROP TABLE a\n");
}

TEST_CASE("SQLDelight's files hold tables beside queries, with types of the host language") {
  Files files = {
      {"db/view/late.sq", "CREATE VIEW titles AS SELECT shown FROM (SELECT title AS shown, id FROM mangas);\n"},
      {"db/mangas.sq",
       "import kotlin.Boolean;\n"
       "CREATE TABLE mangas(\n"
       "  id INTEGER NOT NULL PRIMARY KEY,\n"
       "  genre TEXT AS List<String>,\n"
       "  more TEXT AS kotlin.collections.Map<String, List<Int>>? DEFAULT '',\n"
       "  title TEXT NOT NULL,\n"
       "  short TEXT AS (substr(title, 1, 9)) STORED,\n"
       "  favorite INTEGER AS Boolean NOT NULL\n"
       ");\n"
       "byId:\n"
       "SELECT * FROM mangas WHERE id = :id;\n"}};
  CHECK(found(files) ==
        "= code\n"
        "db/mangas.sq:2 CREATE TABLE mangas( id INTEGER NOT NULL PRIMARY KEY, genre TEXT , more TEXT DEFAULT '', title "
        "TEXT "
        "NOT NULL, short TEXT AS (substr(title, 1, 9)) STORED, favorite INTEGER NOT NULL )\n"
        "db/view/late.sq:1 CREATE VIEW titles AS SELECT shown FROM (SELECT title AS shown, id FROM mangas)\n");
  CHECK(read_at(files, {"db"}) == found(files));
}

TEST_CASE("a table that the constant which made it makes anew") {
  Files files = {{"db.py",
                  "MAKE = 'CREATE TABLE IF NOT EXISTS hardware (id INTEGER, name TEXT)'\n"
                  "def open(db, version):\n"
                  "    db.execute(MAKE)\n"
                  "    if version < 3:\n"
                  "        db.execute('ALTER TABLE hardware RENAME TO tmp_hardware')\n"
                  "        db.execute(MAKE)\n"
                  "        db.execute('INSERT INTO hardware SELECT id, name FROM tmp_hardware')\n"
                  "        db.execute('DROP TABLE tmp_hardware')\n"}};
  CHECK(read_at(files, {"db.py"}) ==
        "= code\n"
        "db.py:1 CREATE TABLE IF NOT EXISTS hardware (id INTEGER, name TEXT)\n");
  // Renamed for good.
  files = {{"db.py",
            "def open(db):\n"
            "    db.execute('CREATE TABLE devices (id INTEGER)')\n"
            "    db.execute('ALTER TABLE devices RENAME TO hardware')\n"}};
  CHECK(read_at(files, {"db.py"}) ==
        "= code\n"
        "db.py:2 CREATE TABLE devices (id INTEGER)\n"
        "db.py:3 ALTER TABLE devices RENAME TO hardware\n");
}

TEST_CASE("a text that the code takes apart at its lines") {
  CHECK(found({{"m.py",
                "def make(db):\n"
                "    db.execute('CREATE TABLE t (a, b)')\n"
                "    INDEXES = \"\"\"\n"
                "    CREATE INDEX t_a ON t (a)\n"
                "    CREATE INDEX t_b ON t (b)\n"
                "    \"\"\"\n"
                "    for sql in INDEXES.strip().split('\\n'):\n"
                "        db.execute(sql)\n"}}) ==
        "= code\n"
        "m.py:2 CREATE TABLE t (a, b)\n"
        "m.py:4 CREATE INDEX t_a ON t (a)\n"
        "m.py:5 CREATE INDEX t_b ON t (b)\n");
  CHECK(found({{"m.py",
                "def make(db):\n"
                "    db.execute(\"\"\"CREATE SCHEMA s\n"
                "CREATE TABLE t (a int)\"\"\")\n"}},
              Dialect::kPostgres)
            .find("m.py:3") == std::string::npos);
}

TEST_CASE("code whose names are computed") {
  CHECK(found({{"m.py",
                "def make(db, name):\n"
                "    db.execute('CREATE TABLE kept (id)')\n"
                "    db.execute(f'CREATE TABLE {name} (id)')\n"}}) ==
        "= code\n"
        "m.py:2 CREATE TABLE kept (id)\n"
        "! m.py:3 DDL whose name is computed at run time (`name`)\n");
}

TEST_CASE("code whose checks, defaults and types are computed") {
  CHECK(found({{"m.py",
                "def make(db, s, d, t, c):\n"
                "    db.execute(f'CREATE TABLE a (id INTEGER, status INTEGER CONSTRAINT k CHECK ({s}), n INT)')\n"
                "    db.execute(f'CREATE TABLE b (id INTEGER, x TEXT DEFAULT {d} NOT NULL, CHECK (id IN ({s})))')\n"
                "    db.execute(f\"CREATE TABLE c (id {t} PRIMARY KEY, x {t}, y TEXT DEFAULT '{d}')\")\n"
                "    db.execute(f'ALTER TABLE c ADD COLUMN z {t} DEFAULT ({d})')\n"
                "    db.execute(f'CREATE TABLE d (id INTEGER, {c} TEXT)')\n"
                "    db.execute(f'CREATE TABLE e (id INTEGER {c})')\n"
                "    db.execute(f'CREATE INDEX i ON a ({c})')\n"}}) ==
        "= code\n"
        "m.py:2 CREATE TABLE a (id INTEGER, status INTEGER CONSTRAINT k CHECK (1), n INT)\n"
        "m.py:3 CREATE TABLE b (id INTEGER, x TEXT NOT NULL, CHECK (1))\n"
        "m.py:4 CREATE TABLE c (id PRIMARY KEY, x , y TEXT )\n"
        "m.py:5 ALTER TABLE c ADD COLUMN z\n"
        "m.py:7 CREATE TABLE e (id INTEGER )\n"
        "! m.py:6 DDL whose name is computed at run time (`c`)\n"
        "! m.py:8 DDL whose name is computed at run time (`c`)\n");
}

TEST_CASE("code without DDL is no schema") {
  CHECK(found({{"m.py", "def read(db):\n    return db.execute('SELECT created FROM droplets')\n"}}) == "= \n");
}

}  // namespace
}  // namespace explaingate

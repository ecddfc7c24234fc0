// What files say to one another of texts: constants, wrappers, declared call sites, statements in files of their own.
#include "program/program_folder.h"

using namespace explaingate;

TEST_CASE("constants of other files") {
  const std::string use = "def f(c):\n  c.execute(BY_ID, (1,))\n";
  const std::string constant = "BY_ID = 'SELECT a FROM t'\n";
  const std::string found = "use.py:3 dbapi.f | SELECT a FROM t\n";
  CHECK(program({{"queries.py", constant}, {"use.py", "from queries import BY_ID\n" + use}}) == found);
  CHECK(program({{"app/queries.py", constant}, {"use.py", "from app.queries import BY_ID\n" + use}}) == found);
  CHECK(program({{"app/__init__.py", constant}, {"use.py", "from app import BY_ID\n" + use}}) == found);
  CHECK(program({{"queries.py", constant}, {"use.py", "import queries\ndef f(c):\n  c.execute(queries.BY_ID)\n"}}) ==
        found);
  CHECK(program({{"queries.py", "class Q:\n  BY_ID = 'SELECT a FROM t'\n"},
                 {"use.py", "from queries import Q\ndef f(c):\n  c.execute(Q.BY_ID)\n"}}) == found);
  // as a part of a text
  CHECK(program({{"names.py", "TABLE = 't'\n"},
                 {"use.py", "from names import TABLE\ndef f(c):\n  c.execute('SELECT a FROM ' + TABLE)\n"}}) == found);
  // near misses: another module's, two that differ, a value that changes, another language's
  CHECK(program({{"other.py", constant}, {"use.py", "from queries import BY_ID\n" + use}}) == "");
  CHECK(program({{"a/queries.py", constant},
                 {"b/queries.py", "BY_ID = 'SELECT b FROM t'\n"},
                 {"use.py", "from queries import BY_ID\n" + use}}) == "");
  CHECK(program({{"queries.py", constant + "BY_ID = BY_ID + ' LIMIT 1'\n"},
                 {"use.py", "from queries import BY_ID\n" + use}}) == "");
  CHECK(program({{"queries.go", "package queries\n\nconst BY_ID = \"SELECT a FROM t\"\n"},
                 {"use.py", "from queries import BY_ID\n" + use}}) == "");
}

TEST_CASE("wrappers, two deep") {
  const std::string wrapper = "def ask(c, sql, *args):\n  return c.execute(sql, args)\n";
  CHECK(program({{"db.py", wrapper}, {"use.py", "from db import ask\ndef f(c):\n  ask(c, 'SELECT 1')\n"}}) ==
        "use.py:3 dbapi.f | SELECT 1\n");
  CHECK(program({{"db.py", wrapper},
                 {"rows.py", "from db import ask\ndef rows(c, query):\n  return ask(c, query).fetchall()\n"},
                 {"use.py", "from rows import rows\ndef f(c):\n  rows(c, query='SELECT 1')\n"}}) ==
        "use.py:3 dbapi.f | SELECT 1\n");
  CHECK(program({{"db.py", "class Db:\n  def ask(self, sql):\n    return self.cursor.execute(sql)\n"},
                 {"use.py", "def f(store):\n  store.ask('SELECT 1')\n"}}) == "use.py:2 dbapi.f | SELECT 1\n");
  CHECK(program({{"db.py", "def page(c, sql):\n  return c.execute(sql + ' LIMIT 10')\n"},
                 {"use.py", "from db import page\ndef f(c):\n  page(c, 'SELECT a FROM t')\n"}}) ==
        "use.py:3 dbapi.f | SELECT a FROM t\n");
  // near misses: prose for a function of that name, most namesakes do something else
  CHECK(program({{"db.py", wrapper}, {"use.py", "from db import ask\ndef f(c):\n  ask(c, 'the tests')\n"}}) == "");
  CHECK(program({{"db.py", wrapper},
                 {"a.py", "def ask(c, task):\n  task()\n"},
                 {"b.py", "def ask(c, task):\n  task()\n"},
                 {"use.py", "def f(c):\n  other.ask(c, 'SELECT 1')\n"}}) == "");
}

TEST_CASE("statements in files of their own, by path and by name") {
  const std::string file = "SELECT name FROM person WHERE id = $1;\n";
  const std::string rust =
      "use sqlx;\nfn all(ids: &[i64]) {\n  for id in ids {\n    sqlx::query_file!(\"q/get.sql\", id);\n  }\n}\n";
  CHECK(program({{"q/get.sql", file}, {"src/a.rs", rust}}) == "src/a.rs all -> q/get.sql  (1)\n");
  CHECK(program({{"app/q/get.sql", file}, {"app/src/b/a.rs", rust}}) == "app/src/b/a.rs all -> app/q/get.sql  (1)\n");
  CHECK(program({{"q/get.sql", file},
                 {"a.js",
                  "import postgres from 'postgres'\nconst sql = postgres()\nfunction all(ids) {\n"
                  "  ids.forEach((id) => sql.file('./q/get.sql', [id]))\n}\n"}}) == "a.js all -> q/get.sql  (1)\n");
  CHECK(program({{"prisma/sql/getUser.sql", file},
                 {"a.ts",
                  "import { getUser } from '@prisma/client/sql'\nasync function all(ids) {\n"
                  "  for (const id of ids) await prisma.$queryRawTyped(getUser(id))\n}\n"}}) ==
        "a.ts all -> prisma/sql/getUser.sql  (1)\n");
  const std::string named = "-- name: get-user^\n" + file + "-- name: users\nSELECT name FROM person;\n";
  CHECK(program({{"sql/users.sql", named},
                 {"a.py",
                  "import aiosql\nqueries = aiosql.from_path('sql', 'psycopg')\ndef all(c, ids):\n"
                  "  return [queries.get_user(c, id=id) for id in ids]\n"}}) ==
        "a.py all -> sql/users.sql get-user (1)\n");
  CHECK(program({{"queries.sql", named},
                 {"a.go",
                  "package a\n\nfunc all(app *App, ids []int) {\n  for _, id := range ids {\n"
                  "    app.queries.GetUser.Get(&u, id)\n  }\n}\n"}}) == "a.go all -> queries.sql get-user (1)\n");
  CHECK(program(
            {{"db/Person.sq",
              "import kotlin.Int;\n\nCREATE TABLE person (id INTEGER);\n\nbyId:\nSELECT * FROM person WHERE id = ?;\n"},
             {"A.kt",
              "fun all(db: Database, ids: List<Int>) {\n"
              "  ids.forEach { db.personQueries.byId(it).executeAsOne() }\n}\n"}}) ==
        "A.kt all -> db/Person.sq byId (1)\n");
  CHECK(program({{"q/get.sql", file},
                 {"src/a.rs",
                  "use sqlx;\nfn all(ids: &[i64]) {\n  for id in ids {\n"
                  "    sqlx::query(include_str!(\"../q/get.sql\")).bind(id);\n  }\n}\n"}}) ==
        "src/a.rs all -> q/get.sql  (1)\n");
  CHECK(program({{"sql/users.sql", "-- name: count\n" + file},
                 {"a.py", "def all(query, ids):\n  return [query.count(id) for id in ids]\n"}}) == "");
  CHECK(program({{"sql/users.sql", named},
                 {"a.py", "class A:\n  def all(self, ids):\n    return [self.users.get(id) for id in ids]\n"}}) == "");
  // near misses: no such file, a receiver that nothing is said of, a method that was made for the statement
  CHECK(program({{"q/other.sql", file}, {"src/a.rs", rust}}) == "");
  CHECK(program({{"sql/users.sql", named},
                 {"a.py", "def all(c, ids):\n  return [cache.get_user(id) for id in ids]\n"}}) == "");
  CHECK(program({{"sql/users.sql", named}, {"a.py", "def all(c, ids):\n  return [get_user(id) for id in ids]\n"}}) ==
        "");
  CHECK(program({{"sql/users.sql", "-- name: GetUser :one\n" + file},
                 {"db/users.go",
                  "package db\n\nimport \"database/sql\"\n\nfunc (q *Queries) GetUser(id int) {\n"
                  "  q.db.QueryRow(\"SELECT name FROM person WHERE id = $1\", id)\n}\n"},
                 {"a.go",
                  "package a\n\nfunc all(q *Queries, ids []int) {\n  for _, id := range ids {\n"
                  "    q.GetUser(id)\n  }\n}\n"}}) ==
        "db/users.go:6 database/sql.Queries.GetUser | SELECT name FROM person WHERE id = $1\n"
        "a.go all -> db/users.go GetUser (1)\n");
}

TEST_CASE("declared call sites") {
  Externals::Wrapper site;
  site.name = "ask";
  site.callee = "store.ask";
  site.position = 1;
  site.library = "declared";
  site.trusted = true;
  const Sources sources = {
      {"a.py", "def f(store, q):\n  store.ask(1, 'SELECT 1')\n  other.ask(1, 'SELECT 2')\n  store.ask(1)\n"}};
  Folder folder(sources);
  CHECK(folder.program(false, {site}) == "a.py:2 declared.f | SELECT 1\n");
  // What is declared wins over a library's own call site, and over what a function of that name does.
  Folder imports(
      {{"a.py",
        "import sqlite3\ndef f(store, q):\n  store.ask('SELECT 2', 'SELECT 1')\n  store.execute('SELECT 2', q)\n"
        "  other.execute('SELECT 3')\n"},
       {"b.py", "def ask(x, sql):\n  x.cursor.execute(sql)\n"}});
  Externals::Wrapper execute = site;
  execute.name = "execute";
  execute.callee = "store.execute";
  CHECK(imports.program(false, {site, execute}) == "a.py:3 declared.f | SELECT 1\na.py:5 dbapi.f | SELECT 3\n");
}

TEST_CASE("methods without a body that run what an annotation or a mapper file says") {
  const std::string use =
      "class Report {\n"
      "  void all(OrderMapper orderMapper) { for (long id : ids) { orderMapper.findOrder(id); } }\n"
      "}\n";
  const std::string_view annotated =
      "@Query(\"SELECT a FROM orders WHERE id = :id\")\n  Order findOrder(long id);\n  Order other(long id);\n}\n";
  const std::string room = "import androidx.room.Query;\ninterface OrderMapper {\n  " + std::string(annotated);
  CHECK(program({{"Report.java", use}, {"OrderMapper.java", room}}) ==
        "OrderMapper.java:3 Room.OrderMapper.findOrder | SELECT a FROM orders WHERE id = :id\n"
        "Report.java all -> OrderMapper.java findOrder (1)\n");
  const std::string kotlin =
      "import androidx.room.Query\ninterface OrderMapper {\n"
      "  @Query(\"SELECT a FROM orders WHERE id = :id\")\n  fun findOrder(id: Long): Order\n}\n";
  CHECK(program({{"Report.java", use}, {"OrderMapper.kt", kotlin}}) ==
        "OrderMapper.kt:3 Room.OrderMapper.findOrder | SELECT a FROM orders WHERE id = :id\n"
        "Report.java all -> OrderMapper.kt findOrder (1)\n");
  const std::string mapper =
      "<mapper namespace=\"org.shop.OrderMapper\">\n"
      "  <select id=\"findOrder\">SELECT a FROM orders WHERE id = #{id}</select>\n"
      "  <delete id=\"drop\">DELETE FROM orders WHERE id = #{id}</delete>\n</mapper>\n";
  CHECK(program({{"Report.java", use}, {"OrderMapper.xml", mapper}}) ==
        "Report.java all -> OrderMapper.xml findOrder (1)\n");
  // The near miss: the interface alone says nothing of SQL.
  CHECK(program({{"Report.java", use}, {"OrderMapper.java", "interface OrderMapper { Order findOrder(long id); }\n"}})
            .empty());
}

TEST_CASE("a wrapper cleans what it is given") {
  const std::string wrapper =
      "<?php\nfunction keep($sql, $db_conn = false) {\n  $sql = db_cleaned($sql);\n"
      "  $query = $db_conn->prepare($sql);\n  if (!$query) { $sql = substr($sql, 0, 80) . '…'; log($sql); }\n"
      "  return $query->execute();\n}\n";
  const std::string use = "<?php\nfunction f($id) {\n  keep('DELETE FROM a WHERE id = 1');\n}\n";
  CHECK(program({{"db.php", wrapper}, {"use.php", use}}) == "use.php:3 database.f | DELETE FROM a WHERE id = 1\n");
  // near miss: the text is made of something else
  std::string other = wrapper;
  other.replace(other.find("db_cleaned($sql)"), 16, "db_built($table)");
  CHECK(program({{"db.php", other}, {"use.php", use}}).empty());
  // a name that says that it executes is enough
  const std::string named = "<?php\nfunction f($id) {\n  db_execute('DELETE FROM a WHERE id = 1');\n}\n";
  CHECK(program({{"use.php", named}}) == "use.php:3 unknown.f | DELETE FROM a WHERE id = 1\n");
}

TEST_CASE("wrappers around wrappers") {
  auto one = [](const std::string& module, const std::string& inner, const std::string& own) {
    return "from " + module + " import " + inner + "\ndef " + own + "(c, sql):\n  return " + inner + "(c, sql)\n";
  };
  Sources files = {{"m1.py", "def w1(c, sql):\n  return c.execute(sql)\n"},
                   {"m2.py", one("m1", "w1", "w2")},
                   {"m3.py", one("m2", "w2", "w3")},
                   {"m4.py", one("m3", "w3", "w4")},
                   {"m5.py", one("m4", "w4", "w5")}};
  auto using_it = [&](const std::string& module, const std::string& wrapper) {
    Sources all = files;
    all["use.py"] = "from " + module + " import " + wrapper + "\ndef f(c):\n  " + wrapper + "(c, 'SELECT 1')\n";
    return program(all);
  };
  CHECK(using_it("m4", "w4") == "use.py:3 dbapi.f | SELECT 1\n");
  CHECK(using_it("m5", "w5") == "");  // one more is not followed
}

TEST_CASE("a function that is added to a text executes it, in another file too") {
  const std::string added =
      "import kotliquery.queryOf\nfun String.load(session: Session) = session.run(queryOf(this).asList)\n";
  CHECK(program({{"Added.kt", added}, {"Use.kt", "fun all(s: Session) = \"select a from t\".load(s)\n"}}) ==
        "Use.kt:1 Kotliquery.all | select a from t\n");
  // near misses: a text that is no statement, and an object that is no text
  CHECK(program({{"Added.kt", added},
                 {"Use.kt", "fun all(s: Session, r: Users) { \"select one\".load(s); r.load(s) }\n"}}) == "");
}

TEST_CASE("a function with printf's marks fills them") {
  auto wrapper = [](const std::string& inner) {
    return "#include <sqlite3.h>\nint ask(sqlite3 *db, const char *format, ...) {\n  char q[99];\n  va_list ap;\n"
           "  va_start(ap, format);\n  vsnprintf(q, sizeof(q), format, ap);\n  return " +
           inner + ";\n}\n";
  };
  const std::string use = "void f(sqlite3 *db, int id) {\n  ask(db, \"DELETE FROM t WHERE id = %d\", id);\n}\n";
  CHECK(program({{"db.c", wrapper("sqlite3_exec(db, q, 0, 0, 0)")}, {"use.c", use}})
            .starts_with("use.c:2 sqlite3.f | DELETE FROM t WHERE id = ?\n"));
  CHECK(program({{"db.c", wrapper("puts(q)")}, {"use.c", use}}) == "");
}

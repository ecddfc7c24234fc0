// A folder of sources as one program: what files say to one another, who reaches a statement, and what is kept of it.
#include "program/program.h"
#include "program/cache.h"
#include "program/edges.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "base/file.h"

using namespace explaingate;

namespace {

namespace fs = std::filesystem;
using Sources = std::map<std::string, std::string>;

const Languages& languages() {
  static const Languages all = Languages::load(SOURCE_DIR "/rules/languages").value();
  return all;
}

class Folder {
 public:
  explicit Folder(const Sources& sources) : folder_(TemporaryFolder::create().value()) {
    for (const auto& [path, text] : sources) write(path, text);
  }
  void write(const std::string& path, const std::string& text) const {
    fs::path file = folder_.path() / "tree" / path;
    fs::create_directories(file.parent_path());
    REQUIRE(write_file_atomic(file, text));
  }
  [[nodiscard]] std::string root() const { return (folder_.path() / "tree").string(); }
  [[nodiscard]] std::string cache() const { return (folder_.path() / "cache").string(); }
  [[nodiscard]] std::string cache_file() const { return cache() + "/sources.db"; }

  // Statements, then edges: "orders.py report -> store.py customer (1)".
  [[nodiscard]] std::string program(bool cached = false, std::vector<Externals::Wrapper> declared = {}) const {
    auto tree = open_folder(root()).value();
    std::vector<std::string> paths;
    auto entries = tree->list().value();
    for (const TreeEntry& entry : entries) paths.push_back(entry.path);
    ProgramOptions options;
    options.declared = std::move(declared);
    if (cached) options.cache_folder = cache();
    Program program = Program::load(*tree, paths, languages(), options);
    std::string out;
    for (const ProgramFile& file : program.files()) {
      Extraction extraction = program.extraction(file.path);
      for (const Statement& statement : extraction.statements)
        if (statement.kind == "call")
          out += fmt::format("{}:{} {}.{} | {}\n", file.path, statement.call_line, statement.library,
                             statement.function, statement.text);
    }
    for (const CallEdge& edge : program.edges()) {
      const Outline& from = program.outline(edge.file);
      const Outline& to = program.outline(edge.callee_file);
      int32_t caller = from.calls[edge.call].function;
      out += fmt::format("{} {} -> {} {} ({})\n", program.files()[edge.file].path,
                         caller < 0 ? "top" : from.functions[static_cast<size_t>(caller)].name,
                         program.files()[edge.callee_file].path, to.functions[edge.callee].name, edge.depth);
    }
    return out;
  }

 private:
  TemporaryFolder folder_;
};

std::string program(const Sources& sources) {
  return Folder(sources).program();
}

const std::string kQuery = "def find(c, id):\n  return c.execute('SELECT a FROM t WHERE id = ?', (id,))\n";
const std::string kFound = "store.py:2 dbapi.find | SELECT a FROM t WHERE id = ?\n";

}  // namespace

TEST_CASE("a file that is written to after it was linked leaves no edge without an end") {
  Folder folder(
      {{"store.py", "import sqlite3\n" + kQuery}, {"use.py", "def f(c):\n  for i in c:\n    store.find(c, i)\n"}});
  auto tree = open_folder(folder.root()).value();
  Program program = Program::load(*tree, {"store.py", "use.py"}, languages(), {});
  REQUIRE(program.edges().size() == 1);
  folder.write("store.py", "");
  folder.write("use.py", "def a():\n  pass\ndef b():\n  pass\ndef f(c):\n  pass\n");
  const CallEdge& edge = program.edges().front();
  CHECK(program.outline(edge.file).calls.size() > edge.call);
  CHECK(program.outline(edge.file).functions.size() == 1);
  CHECK(program.outline(edge.callee_file).functions.size() > edge.callee);
}

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

TEST_CASE("calls that lead to a statement") {
  CHECK(program({{"store.py", kQuery}, {"a.py", "from store import find\ndef f(c):\n  find(c, 1)\n"}}) ==
        kFound + "a.py f -> store.py find (1)\n");
  CHECK(program({{"store.py", kQuery},
                 {"view.py", "from store import find\ndef label(c, o):\n  return find(c, o)\n"},
                 {"a.py", "from view import label\ndef f(c):\n  label(c, 1)\n"},
                 {"z.py", "from a import f\ndef g(c):\n  f(c)\n"}}) ==  // a third call is not followed
        kFound + "a.py f -> view.py label (2)\nview.py label -> store.py find (1)\n");
  const std::string method =
      "class Customers:\n  def find(self, id):\n    return self.c.execute('SELECT a FROM t WHERE id = ?', (id,))\n";
  const std::string found = "store.py:3 dbapi.Customers.find | SELECT a FROM t WHERE id = ?\n";
  CHECK(program({{"store.py", method}, {"a.py", "def f(customers):\n  customers.find(1)\n"}}) ==
        found + "a.py f -> store.py find (1)\n");
  CHECK(program({{"store.py", method + "  def both(self):\n    return self.find(1), self.find(2)\n"}}) ==
        found + "store.py both -> store.py find (1)\n");
  // near misses: a common name on anything, another class's, an import from elsewhere
  CHECK(program({{"store.py", method}, {"a.py", "def f(text):\n  text.find(1)\n"}}) == found);
  CHECK(program({{"store.py", method},
                 {"a.py", "class Text:\n  def find(self, x):\n    return x\n  def f(self):\n    self.find(1)\n"}}) ==
        found);
  CHECK(program({{"store.py", "import functools\n@functools.cache\n" + kQuery},
                 {"a.py", "from store import find\ndef f(c):\n  find(c, 1)\n"}}) ==
        "store.py:4 dbapi.find | SELECT a FROM t WHERE id = ?\na.py f -> store.py find (1)\n");
  CHECK(program({{"store.py", kQuery}, {"a.py", "from re import find\ndef f(c):\n  find(c, 1)\n"}}) == kFound);
}

TEST_CASE("functions as values, functions in functions, stand-ins") {
  const std::string query = "c.execute('SELECT a FROM t WHERE id = ?', (id,))\n";
  const std::string found = " | SELECT a FROM t WHERE id = ?\n";
  // what is given to a call is called
  CHECK(program({{"a.py", "class S:\n  def _find(self, c, id):\n    return " + query +
                              "  def find(self, id):\n    return self.pool.interact('find', self._find, id)\n"}}) ==
        "a.py:3 dbapi.S._find" + found + "a.py find -> a.py _find (1)\n");
  // a function in another is run by it, and is no step of its own
  const std::string nested =
      "def find(pool, id):\n  def work(c):\n    return " + query + "  return pool.interact(work)\n";
  CHECK(program({{"a.py", nested}, {"b.py", "from a import find\ndef f(p):\n  find(p, 1)\n"}}) ==
        "a.py:3 dbapi.find.work" + found + "a.py find -> a.py work (1)\nb.py f -> a.py work (1)\n");
  // a mock says nothing of what a name means; neither does a class that isn't here
  const std::string method = "class A:\n  def describe(self, c, id):\n    return " + query;
  const std::string mock = "class B:\n  def describe(self, c, id):\n    return id\n";
  CHECK(
      program(
          {{"a.py", method}, {"mocks.py", mock}, {"mock_b.py", mock}, {"use.py", "def f(x):\n  x.describe(1, 2)\n"}}) ==
      "a.py:3 dbapi.A.describe" + found + "use.py f -> a.py describe (1)\n");
  CHECK(program({{"a.py", method}, {"use.py", "def f(x):\n  Path.describe(1, 2)\n"}}) ==
        "a.py:3 dbapi.A.describe" + found);
}

TEST_CASE("constructors that query, modules by the name they are required under, functions that a name is given") {
  CHECK(program({{"user.py",
                  "class User:\n  def __init__(self, c, id):\n    c.execute('SELECT a FROM t WHERE id = ?', (id,))\n"},
                 {"b.py", "from user import User\ndef f(c):\n  User(c, 1)\n"}}) ==
        "user.py:3 dbapi.User.__init__ | SELECT a FROM t WHERE id = ?\nb.py f -> user.py User (1)\n");
  CHECK(
      program(
          {{"User.php",
            "<?php class User { function __construct($id) { mysql_query(\"SELECT a FROM t WHERE id = $id\"); } }"},
           {"Admin.php", "<?php class Admin extends User { function __construct($id) { parent::__construct($id); } }"},
           {"use.php", "<?php function f($id) { return new Admin($id); }"}}) ==
      "User.php:1 unknown.User.__construct | SELECT a FROM t WHERE id = ?\n"
      "Admin.php Admin -> User.php User (1)\nuse.php f -> Admin.php Admin (2)\n");
  const std::string store =
      "const { Pool } = require('pg');\nconst pool = new Pool();\n"
      "exports.load = (id) => pool.query('SELECT a FROM t WHERE id = $1', [id]);\n";
  const std::string found = "store.js:3 pg.load | SELECT a FROM t WHERE id = $1\n";
  CHECK(program({{"store.js", store}, {"a.js", "const s = require('./store');\nfunction f() { s.load(1); }\n"}}) ==
        found + "a.js f -> store.js load (1)\n");
  CHECK(program({{"store.js", store}, {"a.js", "const { load } = require('./store');\nfunction f() { load(1); }\n"}}) ==
        found + "a.js f -> store.js load (1)\n");
  // the near miss: another module's
  CHECK(program({{"store.js", store}, {"a.js", "const s = require('./other');\nfunction f() { s.load(1); }\n"}}) ==
        found);
  CHECK(program({{"a.go",
                  "package a\n\nfunc f(db *sql.DB) {\n\tload := func(id int) { db.Query(\"SELECT a FROM t WHERE id = "
                  "?\", id) }\n"
                  "\tload(1)\n}\n"}}) ==
        "a.go:4 database/sql.f.load | SELECT a FROM t WHERE id = ?\na.go f -> a.go load (1)\n");
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

TEST_CASE("extension functions are called on what they extend") {
  const std::string store =
      "fun Database.Read.groupsFor(id: Int): List<Group> =\n"
      "    createQuery(\"SELECT a FROM groups WHERE id = :id\").bind(\"id\", id).mapTo<Group>().list()\n";
  const std::string import = "import org.jdbi.v3.core.kotlin.mapTo\n";
  std::string got = program(
      {{"Store.kt", import + store},
       {"Use.kt", "fun show(db: Database, ids: List<Int>) = db.read { ids.map { id -> it.groupsFor(id) } }\n"}});
  CHECK(got.ends_with("Use.kt show -> Store.kt groupsFor (1)\n"));
  CHECK(got.find("SELECT a FROM groups") != std::string::npos);
  // near miss: a function that extends nothing isn't called on something
  got = program({{"Store.kt", "fun groupsFor(c: Connection, id: Int) = c.prepareStatement(\"SELECT a FROM groups\")\n"},
                 {"Use.kt", "fun show(other: Other) = other.groupsFor(1)\n"}});
  CHECK(got.find("->") == std::string::npos);
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

TEST_CASE("a class that a call is given is what it gives") {
  const std::string dao =
      "import org.jdbi.v3.sqlobject.statement.SqlQuery;\ninterface UserDao {\n"
      "  @SqlQuery(\"SELECT a FROM users WHERE id = :id\")\n  String find(long id);\n}\n";
  auto use = [](const std::string& body) {
    return "class Page {\n  void show(List<Long> ids) {\n    " + body + "\n  }\n}\n";
  };
  const std::string edge = "Page.java show -> UserDao.java find (1)";
  auto leads = [&](const std::string& body) {
    return program({{"UserDao.java", dao}, {"Page.java", use(body)}}).find(edge) != std::string::npos;
  };
  CHECK(leads("for (long id : ids) with(handle -> handle.attach(UserDao.class).find(id));"));
  CHECK(leads("var users = handle.attach(UserDao.class); users.find(1);"));
  // near miss: `find` of anything else
  CHECK_FALSE(leads("for (long id : ids) with(handle -> handle.attach(Other.class).find(id));"));
}

TEST_CASE("a method that is named as a value") {
  const std::string dao =
      "import org.jdbi.v3.core.Handle\nclass DesignDao {\n  fun fetch(id: Int) = handle.createQuery(\"SELECT a FROM "
      "designs "
      "WHERE id = :id\")\n}\n";
  auto leads = [&](const std::string& given) {
    return program({{"DesignDao.kt", dao},
                    {"Page.kt",
                     "class Page(val designDao: DesignDao) {\n  fun one(id: Int?) = id?.let(" + given + ")\n}\n"}})
               .find("Page.kt one -> DesignDao.kt fetch (1)") != std::string::npos;
  };
  CHECK(leads("designDao::fetch"));
  CHECK_FALSE(leads("designDao.fetch"));  // near miss: a field of its own
}

TEST_CASE("a function that is given nothing asks the same each time") {
  const std::string store =
      "def user(db):\n    return db.execute('SELECT a FROM users WHERE cookie = ?', (cookie,))\n\n";
  const std::string use =
      "def may_see(bug):\n    return user() and bug\n\ndef page(bugs):\n    return [may_see(bug) for bug in bugs]\n";
  CHECK(program({{"use.py", store + use}}).find("page ->") == std::string::npos);
  // near miss: it's given something
  std::string given = use;
  given.replace(given.find("user()"), 6, "user(bug)");
  CHECK(program({{"use.py", store + given}}).find("page -> use.py may_see (2)") != std::string::npos);
}

TEST_CASE("a name that hundreds of functions have is looked for in the caller's file") {
  Sources sources = {{"store.py", kQuery + "def f(c):\n  find(c, 1)\n"},
                     {"use.py", "from store import find\ndef g(c):\n  find(c, 1)\n"}};
  const std::string own = kFound + "store.py f -> store.py find (1)\n";
  CHECK(program(sources) == own + "use.py g -> store.py find (1)\n");
  for (int i = 0; i < 250; ++i) sources[fmt::format("other{}.py", i)] = "def find(x):\n  return x\n";
  CHECK(program(sources) == own);
  // and in the class that is named
  Sources models = {
      {"users.py",
       "class Users:\n  def find(self, id):\n    return self.c.execute('SELECT a FROM users WHERE id = ?', (id,))\n"},
      {"page.py", "from users import Users\ndef page(c):\n  Users.find(1)\ndef other(c):\n  Model7.find(1)\n"}};
  for (int i = 0; i < 250; ++i)
    models[fmt::format("model{}.py", i)] = fmt::format("class Model{}:\n  def find(self, x):\n    return x\n", i);
  CHECK(program(models).ends_with("page.py page -> users.py find (1)\n"));
}

TEST_CASE("a name of which most definitions don't query says nothing") {
  const std::string query =
      "class A:\n  def describe(self, id):\n    return self.c.execute('SELECT a FROM t WHERE id = ?', (id,))\n";
  const std::string plain = "class B:\n  def describe(self, id):\n    return id\n";
  const std::string use = "def f(x):\n  x.describe(1)\n";
  const std::string found = "a.py:3 dbapi.A.describe | SELECT a FROM t WHERE id = ?\n";
  CHECK(program({{"a.py", query}, {"use.py", use}}) == found + "use.py f -> a.py describe (1)\n");
  CHECK(program({{"a.py", query}, {"b.py", plain}, {"use.py", use}}) == found + "use.py f -> a.py describe (1)\n");
  CHECK(program({{"a.py", query}, {"b.py", plain}, {"c.py", plain}, {"use.py", use}}) == found);
}

TEST_CASE("the declared type of what a method is called on says which is meant") {
  const std::string repository =
      "import { Pool } from 'pg';\nexport class UserRepository implements Users {\n  constructor(private pool: Pool) "
      "{}\n"
      "  get(id: number) { return this.pool.query('SELECT a FROM t WHERE id = $1', [id]); }\n}\n";
  const std::string found = "user.repository.ts:4 pg.UserRepository.get | SELECT a FROM t WHERE id = $1\n";
  auto service = [](const std::string& type) {
    return "class Service {\n  constructor(private readonly members: " + type +
           ") {}\n  all(ids) { return ids.map(id => this.members.get(id)); }\n}\n";
  };
  const std::string edge = found + "service.ts all -> user.repository.ts get (1)\n";
  CHECK(program({{"user.repository.ts", repository}, {"service.ts", service("UserRepository")}}) == edge);
  CHECK(program({{"user.repository.ts", repository}, {"service.ts", service("Users")}}) == edge);
  // a local variable, and what a constructor gives
  CHECK(program({{"user.repository.ts", repository},
                 {"service.ts", "function all(ids, x: UserRepository) {\n  for (const id of ids) x.get(id);\n}\n"}}) ==
        edge);
  CHECK(program({{"user.repository.ts", repository},
                 {"service.ts", "function all(ids) {\n  const x = new UserRepository(pool);\n  x.get(1);\n}\n"}}) ==
        edge);
  // by its name, of a file with dots in its own
  CHECK(program({{"user.repository.ts",
                  repository + "export function load(p, id) { return p.query('SELECT b FROM t'); }\n"},
                 {"service.ts", "import { load } from './user.repository';\nfunction all() { load(); }\n"}}) ==
        found + "user.repository.ts:6 pg.load | SELECT b FROM t\nservice.ts all -> user.repository.ts load (1)\n");
  // by the file that is made of it; the near miss names another one
  const std::string load = "export function load(p, id) { return p.query('SELECT b FROM t'); }\n";
  auto importing = [](const std::string& file) {
    return "import { load } from '" + file + "';\nfunction all(ids) { for (const id of ids) load(pool, id); }\n";
  };
  CHECK(program({{"db/agents.ts", "import pg from 'pg';\n" + load}, {"run/all.ts", importing("../db/agents.js")}}) ==
        "db/agents.ts:2 pg.load | SELECT b FROM t\nrun/all.ts all -> db/agents.ts load (1)\n");
  CHECK(program({{"db/agents.ts", "import pg from 'pg';\n" + load}, {"run/all.ts", importing("../db/people.js")}}) ==
        "db/agents.ts:2 pg.load | SELECT b FROM t\n");
  // near misses: another type, and one that nobody declares
  CHECK(program({{"user.repository.ts", repository}, {"service.ts", service("Map<string, Users>")}}) == found);
  CHECK(program({{"user.repository.ts", repository}, {"service.ts", service("any")}}) == found);

  // Go: whoever has all methods of an interface implements it; a method that calls its namesake passes on.
  const std::string store =
      "package store\nimport \"database/sql\"\ntype DB struct { db *sql.DB }\n"
      "func (d *DB) Get(id int) { d.db.Query(\"SELECT a FROM t WHERE id = $1\", id) }\n"
      "func (d *DB) Put(id int) {}\n";
  const std::string lines = "store.go:4 database/sql.DB.Get | SELECT a FROM t WHERE id = $1\n";
  auto user = [](const std::string& methods) {
    return "package service\ntype Keeper interface {\n" + methods +
           "}\ntype Service struct { k Keeper }\nfunc (s *Service) Get(id int) { s.k.Get(id) }\n";
  };
  CHECK(program({{"a/store.go", store}, {"b/service.go", user("Get(id int)\nPut(id int)\n")}}) ==
        "a/" + lines + "b/service.go Get -> a/store.go Get (1)\n");
  CHECK(program({{"a/store.go", store}, {"b/service.go", user("Get(id int)\nDrop(id int)\n")}}) == "a/" + lines);
}

TEST_CASE("a function that is given by its name to a call that runs it for each element") {
  const std::string dao =
      "import java.sql.*;\nclass UserDao {\n  Connection connection;\n"
      "  ResultSet find(long id) { return connection.createStatement().executeQuery(\"SELECT a FROM t\"); }\n}\n";
  const std::string found = "UserDao.java:4 JDBC.UserDao.find | SELECT a FROM t\n";
  CHECK(
      program({{"UserDao.java", dao},
               {"Use.java", "class Use {\n  UserDao d;\n  void all() { ids.stream().map(d::find).toList(); }\n}\n"}}) ==
      found + "Use.java all -> UserDao.java find (1)\n");
  CHECK(program({{"UserDao.java", dao},
                 {"Use.java", "class Use {\n  UserDao d;\n  void all() { pool.submit(d::find); }\n}\n"}}) ==
        found + "Use.java all -> UserDao.java find (1)\n");  // once
}

TEST_CASE("what was found is kept by content, and a damaged cache is no cache") {
  const Sources sources = {
      {"queries.py", "BY_ID = 'SELECT a FROM t WHERE id = ?'\n"},
      {"store.py", "from queries import BY_ID\ndef find(c, id):\n  return c.execute(BY_ID, (id,))\n"},
      {"a.py", "from store import find\ndef f(c, xs):\n  return [find(c, x) for x in xs]\n"}};
  Folder folder(sources);
  const std::string want = "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\na.py f -> store.py find (1)\n";
  CHECK(folder.program() == want);
  CHECK(folder.program(true) == want);
  CHECK(fs::exists(folder.cache_file()));
  CHECK(folder.program(true) == want);

  SUBCASE("another content, another entry: also where only another file's constant changed") {
    folder.write("queries.py", "BY_ID = 'SELECT b FROM t'\n");
    CHECK(folder.program(true) == "store.py:3 dbapi.find | SELECT b FROM t\na.py f -> store.py find (1)\n");
  }
  SUBCASE("a wrapper that takes its SQL at another place now") {
    folder.write("wrap.py", "def ask(c, sql, more):\n  return c.execute(sql)\n");
    folder.write("use.py", "from wrap import ask\ndef g(c):\n  return ask(c, 'SELECT 1', 'SELECT 2')\n");
    CHECK(folder.program(true) ==
          "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\nuse.py:3 dbapi.g | SELECT 1\na.py f -> store.py find "
          "(1)\n");
    folder.write("wrap.py", "def ask(c, more, sql):\n  return c.execute(sql)\n");
    CHECK(folder.program(true) ==
          "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\nuse.py:3 dbapi.g | SELECT 2\na.py f -> store.py find "
          "(1)\n");
  }
  SUBCASE("a repository of many files is kept as one") {
    for (int i = 0; i < 100; ++i)
      folder.write(fmt::format("m{}.py", i), fmt::format("from store import find\ndef f{0}(c):\n  find(c, {0})\n", i));
    const std::string cold = folder.program();
    CHECK(folder.program(true) == cold);
    CHECK(folder.program(true) == cold);  // by the snapshot
    folder.write("m7.py", "def nothing():\n  pass\n");
    folder.write("store.py", "from queries import BY_ID\ndef look(c, id):\n  return c.execute(BY_ID, (id,))\n");
    const std::string other = folder.program();
    CHECK(other != cold);
    CHECK(folder.program(true) == other);  // by the snapshot and what is new
    const std::string whole = read_file(folder.cache_file()).value();
    for (size_t at = 100; at < whole.size(); at += whole.size() / 97) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
      REQUIRE(write_file_atomic(folder.cache_file(), damaged));
      CAPTURE(at);
      CHECK(folder.program(true) == other);
    }
  }
  SUBCASE("the edges are taken from where they are kept, where nothing that they hang on has changed") {
    const std::string statement = "store.py:3 dbapi.find | SELECT a FROM t WHERE id = ?\n";
    auto forge = [&](auto&& change) {
      SourceCache cache(folder.cache());
      auto edges = unpack_edges(cache.whole(SourceCache::Whole::kEdges).value()).value();
      change(edges);
      cache.keep_whole(SourceCache::Whole::kEdges, pack(edges));
    };
    forge([](KeptEdges& kept) { kept.edges.clear(); });
    CHECK(folder.program(true) == statement);  // believed
    folder.write("a.py", "from store import find\n\n\ndef f(c, xs):\n  y = 1\n  return [find(c, x) for x in xs]\n");
    CHECK(folder.program(true) == statement);
    folder.write("a.py", "from store import find\ndef g(c, xs):\n  return [find(c, x) for x in xs]\n");
    CHECK(folder.program(true) == statement + "a.py g -> store.py find (1)\n");
    folder.write("b.py", "from store import find\ndef f(c):\n  return find(c, 1)\n");
    CHECK(folder.program(true) == folder.program());
    forge([](KeptEdges& kept) { kept.edges.at(0).callee = 1000; });
    CHECK(folder.program(true) == folder.program());
    forge([](KeptEdges& kept) { kept.edges.at(0).file = 1000; });
    CHECK(folder.program(true) == folder.program());
    folder.write("store.py", "from queries import BY_ID\ndef find(c, id):\n  return (BY_ID, (id,))\n");
    CHECK(folder.program(true).empty());
  }
  SUBCASE("every byte of the file in turn, by the way of a few") {
    const std::string whole = read_file(folder.cache_file()).value();
    for (size_t at = 0; at < whole.size(); at += 257) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
      REQUIRE(write_file_atomic(folder.cache_file(), damaged));
      CAPTURE(at);
      CHECK(folder.program(true) == want);
    }
  }
  SUBCASE("cut off, empty, or something else") {
    const std::string whole = read_file(folder.cache_file()).value();
    for (const std::string& text :
         {whole.substr(0, whole.size() / 2), whole.substr(0, 10), std::string(),
          std::string("not a database at all, but long enough to be looked at as one, ....\n")}) {
      REQUIRE(write_file_atomic(folder.cache_file(), text));
      CHECK(folder.program(true) == want);
      CHECK(folder.program(true) == want);
    }
    fs::remove(folder.cache_file());
    fs::create_directory(folder.cache_file());
    CHECK(folder.program(true) == want);
  }
  SUBCASE("several at once") {
    fs::remove_all(folder.cache());
    std::vector<std::string> got(6);
    {
      std::vector<std::jthread> threads;
      for (std::string& mine : got) threads.emplace_back([&] { mine = folder.program(true); });
    }
    CHECK(got == std::vector<std::string>(6, want));
  }
}

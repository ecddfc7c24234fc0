// Who reaches a statement through calls: which function a call means.
#include "program/program_folder.h"

using namespace explaingate;

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

TEST_CASE("what a getter gives is known by the name behind its get") {
  const std::string store =
      "#include <sqlite3.h>\nvoid MapState::SaveTime(int id) {\n  sqlite3_exec(db, \"DELETE FROM t\", 0, 0, 0);\n}\n";
  const std::string found = "store.cpp:3 sqlite3.MapState.SaveTime | DELETE FROM t\n";
  const std::string other = "void Clock::SaveTime(int id) {}\nvoid Watch::SaveTime(int id) {}\n";
  CHECK(program({{"store.cpp", store},
                 {"clock.cpp", other},
                 {"use.cpp", "void f(Map& m) {\n  m.GetState()->SaveTime(1);\n}\n"}}) ==
        found + "use.cpp f -> store.cpp SaveTime (1)\n");
  // near miss: a class that isn't here
  CHECK(program({{"store.cpp", store}, {"use.cpp", "void f() {\n  Zone::SaveTime(1);\n}\n"}}) == found);
}

TEST_CASE("a parameter with a function's name is a value") {
  const std::string own = kQuery + "def run(c, work):\n  return c.go(work)\n";
  CHECK(program({{"store.py", own + "def all(c):\n  run(c, find)\n"}}) ==
        kFound + "store.py all -> store.py find (1)\n");
  CHECK(program({{"store.py", own + "def all(c, find):\n  run(c, find)\n"}}) == kFound);
}

TEST_CASE("a closure that is given to a name is called by it") {
  CHECK(program({{"a.cpp",
                  "#include <sqlite3.h>\nvoid all(std::vector<int> ids) {\n  auto load = [&](int id) {\n"
                  "    sqlite3_exec(db, \"SELECT a FROM t\", 0, 0, 0);\n  };\n  for (int id : ids) load(id);\n}\n"}}) ==
        "a.cpp:4 sqlite3.all.load | SELECT a FROM t\na.cpp all -> a.cpp load (1)\n");
  CHECK(program({{"a.rs",
                  "use rusqlite::Connection;\nfn all(conn: &Connection, ids: &[i64]) {\n  let load = |id: i64| {\n"
                  "    conn.execute(\"SELECT a FROM t\", [id])\n  };\n  for id in ids { load(*id); }\n}\n"}}) ==
        "a.rs:4 rusqlite.all.load | SELECT a FROM t\na.rs all -> a.rs load (1)\n");
  // near miss: another name is called
  CHECK(program({{"a.rs",
                  "use rusqlite::Connection;\nfn all(conn: &Connection, ids: &[i64]) {\n  let load = |id: i64| {\n"
                  "    conn.execute(\"SELECT a FROM t\", [id])\n  };\n  for id in ids { note(*id); }\n}\n"}}) ==
        "a.rs:4 rusqlite.all.load | SELECT a FROM t\n");
}

TEST_CASE("a method that calls itself for what is of its own class") {
  auto node = [](const std::string& type) {
    return "import java.sql.*;\nclass Node {\n  Connection connection;\n  void save() throws Exception {\n"
           "    connection.prepareStatement(\"DELETE FROM t\");\n    for (" +
           type + " child : children) child.save();\n  }\n}\n";
  };
  const std::string found = "Node.java:5 JDBC.Node.save | DELETE FROM t\n";
  CHECK(program({{"Node.java", node("Node")}}) == found + "Node.java save -> Node.java save (1)\n");
  CHECK(program({{"Node.java", node("File")}}) == found);
}

TEST_CASE("calls in the macro that Qt loops with") {
  auto loops = [](const std::string& macro) {
    Outline outline;
    (void)extract("a.cpp", "void f() {\n  " + macro + " {\n    backend->Load(song.id());\n  }\n}\n", languages(),
                  Dialect::kSqlite, nullptr, outline);
    std::string out;
    for (const Outline::Call& call : outline.calls)
      if (call.name == "Load")
        for (const Loop& loop : call.loops)
          out += loop.variable + " in " + loop.iterable + (loop.argument_varies ? "*" : "");
    return out;
  };
  CHECK(loops("foreach (const Song& song, songs)") == "song in songs*");
  CHECK(loops("Q_FOREACH (Song song, songs)") == "song in songs*");
  CHECK(loops("bar (const Song& song, songs)") == "");
}

// When what a loop writes is committed, as far as its function tells.
#include <doctest/doctest.h>

#include "extract/host_dump.h"

using namespace explaingate;

namespace {

struct Case {
  std::string path, source, want;
};

// Of the innermost loop around the last statement that has one.
std::string commits(const Case& c) {
  Extraction extraction = extract(c.path, c.source, test_languages(), Dialect::kSqlite);
  const Loop* loop = nullptr;
  for (const Statement& statement : extraction.statements)
    if (!statement.loops.empty()) loop = &statement.loops.back();
  if (loop == nullptr) return "no loop";
  switch (loop->commits) {
    case Commits::kTogether:
      return "together";
    case Commits::kEach:
      return "each";
    case Commits::kUnknown:
      return "unknown";
  }
  return "";
}

constexpr const char* kInsert = "'INSERT INTO t VALUES (?)'";

std::string python(const std::string& before, const std::string& turn, const std::string& after = "") {
  std::string write = std::string("    c.execute(") + kInsert + ", (x,))\n";
  return "import sqlite3\ndef f(c, xs):\n" + before + "  for x in xs:\n" + (turn.empty() ? write : turn) + after;
}

std::string script(const std::string& before, const std::string& turn, const std::string& after = "",
                   const std::string& parameters = "xs") {
  return "const db = require('better-sqlite3')('a');\nfunction f(" + parameters + ") {\n" + before +
         "for (const x of xs) {" + turn + "}\n" + after + "}\n";
}

}  // namespace

TEST_CASE("when what a loop writes is committed") {
  const std::string write = std::string("db.prepare(") + kInsert + ").run(x);";
  const Case cases[] = {
      {"a.py", python("", ""), "unknown"},
      {"a.py", python("", "", "  c.commit()\n"), "together"},
      {"a.py", python("", "", "  log.commit('what was done')\n"), "unknown"},
      {"a.py", python("  c.execute('BEGIN')\n", ""), "together"},
      {"a.py", python("  print('BEGIN')\n", ""), "unknown"},
      {"a.py", python("  c.execute('BEGIN')\n  c.execute('COMMIT')\n", ""), "unknown"},
      {"a.py", python("", std::string("    c.execute(") + kInsert + ", (x,))\n    c.commit()\n"), "each"},
      {"a.py", python("", std::string("    c.execute(") + kInsert + ", (x,))\n    if x % 9 == 0:\n      c.commit()\n"),
       "together"},
      {"a.py",
       "import sqlite3\ndef f(conn, xs):\n  with conn:\n    for x in xs:\n      conn.execute('INSERT INTO t VALUES "
       "(?)', (x,))\n",
       "together"},
      {"a.py",
       "import sqlite3\ndef f(conn, xs):\n  with conn:\n    conn.execute('DELETE FROM t')\n  for x in xs:\n"
       "    conn.execute('INSERT INTO t VALUES (?)', (x,))\n",
       "unknown"},
      {"a.py",
       "import sqlite3\ndef f(conn, xs):\n  for x in xs:\n    with conn:\n      conn.execute('INSERT INTO t VALUES "
       "(?)', (x,))\n",
       "unknown"},
      {"a.py",
       "import sqlite3\n@transaction.atomic\ndef f(c, xs):\n  for x in xs:\n    c.execute('INSERT INTO t VALUES (?)', "
       "(x,))\n",
       "together"},
      {"a.js", script("", write), "unknown"},
      {"a.js", script("db.exec('BEGIN IMMEDIATE');", write, "db.exec('COMMIT');"), "together"},
      {"a.js", script("if (own) db.exec('BEGIN');", write), "together"},
      {"a.js", script("db.exec('BEGIN'); if (bad) { db.exec('COMMIT'); return; }", write), "together"},
      {"a.js", script("db.transaction(() => db.exec('DELETE FROM t'))();", write), "unknown"},
      {"a.js", script("", "db.exec('BEGIN');" + write + "db.exec('COMMIT');"), "unknown"},
      {"a.js", script("", write) + "db.transaction(f)(all);", "together"},
      {"a.js", script("", "tx.prepare('INSERT INTO t VALUES (?)').run(x);", "", "xs, tx"), "together"},
      {"a.js",
       "const db = require('better-sqlite3')('a');\nfunction f(txs) { for (const tx of txs) db.prepare('INSERT INTO t "
       "VALUES (?)').run(tx); }",
       "unknown"},
      {"a.kt",
       "class A(private val db: SQLiteDatabase) { fun f(ids: List<Int>) { db.beginTransaction()\n"
       "for (id in ids) { db.execSQL(\"DELETE FROM a WHERE id = ?\", arrayOf(id)) }\n"
       "db.setTransactionSuccessful(); db.endTransaction() } }",
       "together"},
      {"a.kt",
       "class A(name: String) { override fun onUpgrade(db: SQLiteDatabase, from: Int, to: Int) {\n"
       "for (id in ids) { db.execSQL(\"DELETE FROM a WHERE id = ?\", arrayOf(id)) } } }",
       "together"},
      {"a.java",
       "import java.sql.*;\nclass A { void f(Connection c, int[] ids) { c.setAutoCommit(false);\n"
       "for (int id : ids) c.createStatement().executeUpdate(\"DELETE FROM a WHERE id = \" + id); } }",
       "together"},
      {"a.java",
       "import java.sql.*;\nclass A { void f(Connection c, int[] ids) { c.setAutoCommit(true);\n"
       "for (int id : ids) c.createStatement().executeUpdate(\"DELETE FROM a WHERE id = \" + id); } }",
       "unknown"},
      {"a.php",
       "<?php\nfunction f(PDO $pdo, $ids) { $pdo->beginTransaction(); foreach ($ids as $id) { $pdo->exec(\"DELETE FROM "
       "a WHERE id = $id\"); } }",
       "together"},
      {"a.rb",
       "def f(conn, ids)\n  Story.transaction do\n    ids.each { |id| conn.execute(\"DELETE FROM a WHERE id = #{id}\") "
       "}\n  end\nend\n",
       "together"},
      {"a.c",
       "#include <sqlite3.h>\nvoid f(sqlite3 *db, int n) { sqlite3_exec(db, \"BEGIN\", 0, 0, 0);\n"
       "for (int i = 0; i < n; i++) sqlite3_exec(db, \"INSERT INTO t VALUES (1)\", 0, 0, 0); }",
       "together"},
      {"a.cc",
       "#include <QSqlQuery>\nvoid f(QSqlDatabase db, QList<int> ids) { db.transaction();\n"
       "for (int id : ids) { db.exec(\"INSERT INTO t VALUES (1)\"); }\ndb.commit(); }",
       "together"},
      {"a.cc",
       "#include <QSqlQuery>\nvoid f(QSqlDatabase db, QList<int> ids) { auto first = ids.begin();\n"
       "for (int id : ids) { db.exec(\"INSERT INTO t VALUES (1)\"); } }",
       "unknown"},
      {"a.rs",
       "async fn f(pool: &SqlitePool, ids: &[i64]) { let mut tx = open(pool).await;\n"
       "for id in ids { sqlx::query(\"DELETE FROM a WHERE id = ?\").bind(id).execute(&mut *tx).await; } }",
       "together"},
      {"a.cs",
       "using Dapper;\nclass A { void F(SqliteConnection conn, int[] ids, SqliteTransaction t) {\n"
       "foreach (var id in ids) conn.Execute(\"DELETE FROM a WHERE id = @id\", new { id }); } }",
       "together"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(commits(c) == c.want);
  }
}

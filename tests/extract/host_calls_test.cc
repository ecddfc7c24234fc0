// Which calls execute SQL: the rows of the table of call sites, gates, wrappers, constants, and the near misses of
// each.
#include <doctest/doctest.h>

#include "extract/host_dump.h"

using namespace explaingate;

TEST_CASE("every Python row of the table of call sites") {
  struct Case {
    std::string imports, call, want, placeholders;
  };
  const Case cases[] = {
      {"sqlite3", "cur.execute('SELECT 1')", "dbapi.execute cur.execute", "? :n"},
      {"aiosqlite", "await db.execute('SELECT 1')", "dbapi.execute db.execute", "? :n"},
      {"psycopg2", "cur.execute('SELECT 1')", "dbapi.execute cur.execute", "%s %(n)s"},
      {"psycopg", "cur.execute(query='SELECT 1')", "dbapi.execute cur.execute", "%s %(n)s"},
      {"MySQLdb", "x.execute('SELECT 1')", "dbapi.execute x.execute", "%s %(n)s"},
      {"pymysql.cursors", "x.execute('SELECT 1')", "dbapi.execute x.execute", "%s %(n)s"},
      {"mysql.connector", "x.execute('SELECT 1')", "dbapi.execute x.execute", "%s %(n)s"},
      {"aiomysql", "x.execute('SELECT 1')", "dbapi.execute x.execute", "%s %(n)s"},
      {"pyodbc", "x.execute('SELECT 1')", "dbapi.execute x.execute", "?"},
      {"oracledb", "x.execute('SELECT 1')", "dbapi.execute x.execute", ":n :1"},
      {"cx_Oracle", "x.execute('SELECT 1')", "dbapi.execute x.execute", ":n :1"},
      {"duckdb", "duckdb.execute('SELECT 1')", "dbapi.execute duckdb.execute", "? $1"},
      {"sqlite3, psycopg2", "x.execute('SELECT 1')", "dbapi.execute x.execute", "? :n %s %(n)s"},
      {"sqlite3", "x.executemany('SELECT 1', rows)", "dbapi.bulk x.executemany", "? :n"},
      {"sqlite3", "x.executescript('SELECT 1')", "dbapi.bulk x.executescript", "? :n"},
      {"psycopg2.extras", "execute_values(cur, 'SELECT 1', rows)", "psycopg2.extras.bulk execute_values", "%s"},
      {"psycopg2.extras", "psycopg2.extras.execute_batch(cur, 'SELECT 1', rows)",
       "psycopg2.extras.bulk psycopg2.extras.execute_batch", "%s"},
      {"psycopg", "SQL('SELECT 1')", "psycopg.text SQL", "%s {}"},
      {"psycopg", "sql.SQL('SELECT 1')", "psycopg.text sql.SQL", "%s {}"},
      {"sqlalchemy", "text('SELECT 1')", "sqlalchemy.text text", ":n"},
      {"sqlalchemy", "sa.text('SELECT 1')", "sqlalchemy.text sa.text", ":n"},
      {"sqlalchemy", "DDL('CREATE TABLE t(a)')", "sqlalchemy.text DDL", ":n"},
      {"sqlalchemy", "x.exec_driver_sql('SELECT 1')", "sqlalchemy.execute x.exec_driver_sql", "? %s :n %(n)s $1"},
      {"sqlalchemy", "x.execute(text('SELECT 1'))", "sqlalchemy.run x.execute", ":n"},
      {"sqlalchemy", "x.scalar(text('SELECT 1'))", "sqlalchemy.run x.scalar", ":n"},
      {"sqlalchemy", "x.scalars(text('SELECT 1'))", "sqlalchemy.run x.scalars", ":n"},
      {"sqlalchemy", "x.stream(text('SELECT 1'))", "sqlalchemy.run x.stream", ":n"},
      {"sqlalchemy", "x.stream_scalars(text('SELECT 1'))", "sqlalchemy.run x.stream_scalars", ":n"},
      {"django.db", "Person.objects.raw('SELECT 1')", "django.execute Person.objects.raw", "%s %(n)s"},
      {"django.db", "connection.cursor().execute('SELECT 1')", "django.execute connection.cursor().execute",
       "%s %(n)s"},
      {"django.db", "RunSQL('SELECT 1')", "django.execute RunSQL", ""},
      {"django.db", "RunSQL(sql='SELECT 1')", "django.execute RunSQL", ""},
      {"asyncpg", "x.fetch('SELECT 1')", "asyncpg.execute x.fetch", "$1"},
      {"asyncpg", "x.fetchrow('SELECT 1')", "asyncpg.execute x.fetchrow", "$1"},
      {"asyncpg", "x.fetchval('SELECT 1')", "asyncpg.execute x.fetchval", "$1"},
      {"asyncpg", "x.execute('SELECT 1')", "asyncpg.execute x.execute", "$1"},
      {"asyncpg", "x.cursor('SELECT 1')", "asyncpg.execute x.cursor", "$1"},
      {"asyncpg", "x.fetchmany('SELECT 1', rows)", "asyncpg.execute x.fetchmany", "$1"},
      {"asyncpg", "x.prepare('SELECT 1')", "asyncpg.prepare x.prepare", "$1"},
      {"asyncpg", "x.executemany('SELECT 1', rows)", "asyncpg.bulk x.executemany", "$1"},
      {"asyncpg", "x.copy_from_query('SELECT 1')", "asyncpg.bulk x.copy_from_query", "$1"},
      {"databases", "x.fetch_all('SELECT 1')", "databases.execute x.fetch_all", ":n"},
      {"databases", "x.fetch_one(query='SELECT 1')", "databases.execute x.fetch_one", ":n"},
      {"databases", "x.fetch_val('SELECT 1')", "databases.execute x.fetch_val", ":n"},
      {"databases", "x.iterate('SELECT 1')", "databases.execute x.iterate", ":n"},
      {"databases", "x.execute(query='SELECT 1', values=v)", "databases.execute x.execute", ":n"},
      {"databases", "x.execute_many(query='SELECT 1', values=v)", "databases.bulk x.execute_many", ":n"},
      {"peewee", "Person.raw('SELECT 1')", "peewee.execute Person.raw", "%s ?"},
      {"peewee", "db.execute_sql('SELECT 1')", "peewee.execute db.execute_sql", "%s ?"},
      {"pandas", "pd.read_sql('SELECT 1', con)", "pandas.execute pd.read_sql", "? %s :n %(n)s $1"},
      {"pandas", "pd.read_sql_query(sql='SELECT 1', con=c)", "pandas.execute pd.read_sql_query", "? %s :n %(n)s $1"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.call);
    Extraction extraction =
        extract("a.py", "import " + c.imports + "\n" + c.call + "\n", test_languages(), Dialect::kSqlite);
    REQUIRE(extraction.statements.size() == 1);
    const Statement& s = extraction.statements.front();
    CHECK(s.text == (c.call.find("CREATE") != std::string::npos ? "CREATE TABLE t(a)" : "SELECT 1"));
    CHECK(s.line == 2);
    CHECK(s.placeholders == c.placeholders);
    CHECK(dump(extraction).find("call " + c.want + " |") != std::string::npos);
    CHECK(extraction.not_analysed.empty());
  }
}

TEST_CASE("a call that no row knows, and many rows") {
  struct Case {
    std::string call;
    CallKind want;
  };
  const Case cases[] = {
      {"txn.execute_batch('INSERT INTO t VALUES (?)', rows)", CallKind::kBulk},
      {"txn.executeMany('update t set a = ?', rows)", CallKind::kBulk},
      {"db.bulk_execute('DELETE FROM t WHERE a = ?', rows)", CallKind::kBulk},
      {"txn.execute('INSERT INTO t VALUES (?)', row)", CallKind::kExecute},
      {"db.many('SELECT a FROM t WHERE b = ?', b)", CallKind::kExecute},  // the near miss: it gives many rows
  };
  for (const Case& c : cases) {
    CAPTURE(c.call);
    Extraction extraction = extract("a.py", c.call + "\n", test_languages(), Dialect::kSqlite);
    REQUIRE(extraction.statements.size() == 1);
    CHECK(extraction.statements.front().call == c.want);
  }
}

TEST_CASE("fragments are parts of statements") {
  CHECK(extracted("import django.db\nRawSQL('SELECT a FROM t', [])\nx.extra(where=['SELECT a FROM t'])\n") == "");
}

TEST_CASE("gates") {
  struct Case {
    std::string source, want;
  };
  const Case cases[] = {
      // the receiver alone
      {"def f(q):\n  cursor.execute(q)\n", "- SQL is the parameter `q` of this function\n"},
      {"def f(q):\n  self._conn.execute(q)\n", "- SQL is the parameter `q` of this function\n"},
      {"def f(q):\n  connections['a'].cursor().execute(q)\n", "- SQL is the parameter `q` of this function\n"},
      // the literal alone
      {"pool.execute('SELECT 1')", "SELECT 1\n"},
      {"anything.query('select a from t')", "select a from t\n"},
      {"tx.mutate_many('UPDATE t SET a = ?', rows)", "UPDATE t SET a = ?\n"},
      {"self.ds.execute(self.database, 'select a from t')", "select a from t\n"},
      {"def f(q):\n  db.execute_write(q)\n", "- SQL is the parameter `q` of this function\n"},
      {"def f(q):\n  self.databases['a'].execute(q)\n", "- SQL is the parameter `q` of this function\n"},
      // the argument's name alone
      {"def f(sql):\n  datasette.execute(name, sql)\n", "- SQL is the parameter `sql` of this function\n"},
      {"def f(count_sql):\n  pool.execute(count_sql)\n", "- SQL is the parameter `count_sql` of this function\n"},
      // near misses
      {"def f(mysql):\n  pool.execute(mysql)\n", ""},
      {"pool.query('delete the rest')", ""},
      {"x.query('update')\nx.execute('commit')\n", "commit\n"},
      {"db.execute_fn(check)", ""},
      {"def f(task):\n  pool.execute(task)\n", ""},
      {"executor.execute('echo hello')", ""},
      {"cursor.execute('echo hello')", ""},
      {"client.query('{ user { name } }')", ""},
      {"session.execute(select(User))", "- SQL is the result of the call `select`\n"},
      {"import sqlalchemy\nsession.execute(select(User))", ""},
      {"import sqlite3\npool.execute(1)", ""},
      {"import sqlite3\ncur.execute()", ""},
      {"db.notify('delete', ids)", ""},
      {"c = c.decode('utf-8', 'replace')", ""},
      {"self.send_event(path, 'update')", ""},
      {"db.query('BEGIN')\ndb.query('vacuum;')", "BEGIN\nvacuum\n"},
      {"text('SELECT 1')", ""},
      {"button.text('Select one')", ""},
      {"dialog.query('select: one')", ""},
      {"def f(x):\n  '''SELECT a FROM t'''\n", ""},
      {"log.info('SELECT a FROM t')\nprint('SELECT a FROM t')\n", ""},
      {"import sqlite3\nlabel = 'Select a file from the list'\n", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(texts(c.source) == c.want);
  }
}

TEST_CASE("constants that no known call uses") {
  CHECK(
      extracted(
          "A = 'SELECT a FROM t'\nB = {'x': 'UPDATE t SET a = 1', 'y': 'select a from t'}\ndef f(a='DELETE FROM t'):\n "
          " return \"\"\"\n  INSERT INTO t VALUES (1)\"\"\"\nC = 'WITH x' ' AS (SELECT 1) SELECT * FROM x'\n") ==
      "1:6-1:20 constant as A | SELECT a FROM t\n"
      "2:12-2:29 constant | UPDATE t SET a = 1\n"
      "3:10-3:22 constant in f | DELETE FROM t\n"
      "5:3-5:26 constant in f @4 | INSERT INTO t VALUES (1)\n"
      "6:6-6:44 constant as C | WITH x AS (SELECT 1) SELECT * FROM x\n");
  CHECK(extracted("import sqlite3\nA = 'SELECT a FROM t'\nconn.execute(A)\n") ==
        "2:6-2:20 call dbapi.execute conn.execute @3 as A | SELECT a FROM t\n");
}

TEST_CASE("a text that a call runs is one statement") {
  CHECK(extracted("from sqlalchemy import text\nQ = text('SELECT a FROM t')\ndef f(s):\n  s.execute(Q)\n  "
                  "s.execute(text('SELECT b FROM t'))\n  s.execute(q)\n") ==
        "2:11-2:25 call sqlalchemy.run s.execute in f @4 as Q | SELECT a FROM t\n"
        "5:19-5:33 call sqlalchemy.run s.execute in f | SELECT b FROM t\n");
  CHECK(texts("from psycopg import sql\ncur.execute(sql.SQL('SELECT {} FROM {} WHERE a = "
              "{}').format(sql.Identifier('b'), sql.Identifier(t), x))\n") ==
        "SELECT \"b\" FROM \"eg_hole_1\" WHERE a = ?\n- the table's name is dynamic: `sql.Identifier(t)`\n");
}

TEST_CASE("several statements in one text") {
  CHECK(extracted(
            "import sqlite3\nc.executescript('''\n  CREATE TABLE a(b); -- one\n  INSERT INTO a VALUES (1);\n''')\n") ==
        "3:3-3:19 call dbapi.bulk c.executescript @2 | CREATE TABLE a(b)\n"
        "4:3-4:26 call dbapi.bulk c.executescript @2 | INSERT INTO a VALUES (1)\n");
  CHECK(extracted("A = 'CREATE TABLE a(b);'\n\nc.execute(A +\n  'SELECT b FROM a')\n") ==
        "1:6-1:22 call dbapi.execute c.execute @3 as A | CREATE TABLE a(b)\n"
        "4:4-4:18 call dbapi.execute c.execute @3 as A | SELECT b FROM a\n");
}

TEST_CASE("wrappers in the same file") {
  CHECK(extracted("import sqlite3\n"
                  "class Db:\n"
                  "  def rows(self, sql, *args):\n"
                  "    return self.conn.execute(sql, args)\n"
                  "  def one(self, i):\n"
                  "    for x in i:\n"
                  "      self.rows('SELECT a FROM t WHERE b = ?', x)\n"
                  "  def other(self, i):\n"
                  "    return self.rows(args=i, sql='SELECT 2')\n"
                  "def rows(x):\n"
                  "  pass\n"
                  "rows('no method')\n") ==
        "7:18-7:44 call dbapi.execute self.rows in Db.one | SELECT a FROM t WHERE b = ?\n"
        "  for 6-7 x in i, collection, varies\n"
        "9:35-9:42 call dbapi.execute self.rows in Db.other | SELECT 2\n"
        "not analysed 4:30 in Db.rows: SQL is the parameter `sql` of this function\n");
}

TEST_CASE("collections spread into the arguments") {
  struct Case {
    std::string source, want;
  };
  const Case cases[] = {
      {"cursor.execute(*args)", "- SQL is in `*args`, which is spread into the arguments\n"},
      {"cursor.execute(**kw)", "- SQL is in `**kw`, which is spread into the arguments\n"},
      {"import sqlite3\nx.execute(*f(), **kw)", "- SQL is in `*f()`, which is spread into the arguments\n"},
      {"import psycopg2\nexecute_values(cur, *args)", "- SQL is in `*args`, which is spread into the arguments\n"},
      {"args = ('SELECT 1', x)\ncursor.execute(*args)", "SELECT 1\n"},
      {"import psycopg2\nexecute_values(*[cur, 'SELECT 1', rows])", "SELECT 1\n"},
      {"def go(self, *args):\n  cursor.execute(*args)\ngo(1, 'SELECT 1')\ngo('SELECT 2', 1)\n",
       "SELECT 2\n- SQL is the parameter `*args` of this function\n"},
      {"def get(self, *args):\n  cursor.execute(*args)\nclass A:\n  def f(self, x):\n    get(x)\n",
       "- SQL is the parameter `*args` of this function\n"},
      // near misses: no gate, what stands behind the SQL, nothing in it
      {"pool.execute(*args)", ""},
      {"cursor.execute('SELECT 1', *args)", "SELECT 1\n"},
      {"cursor.execute('echo', *args)", ""},
      {"cursor.execute(*[])", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(texts(c.source) == c.want);
  }
}

TEST_CASE("functions by their qualified names") {
  CHECK(extracted("import sqlite3\nclass A:\n  c.execute('SELECT 1')\n  class B:\n    def f(self):\n      def g():\n   "
                  "     return (lambda: c.execute('SELECT 2'))()\n") ==
        "3:14-3:21 call dbapi.execute c.execute | SELECT 1\n"
        "7:36-7:43 call dbapi.execute c.execute in A.B.f.g | SELECT 2\n");
}

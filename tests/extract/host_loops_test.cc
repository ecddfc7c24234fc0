// Loops around a call: which parts are inside, what they run over, and whether they go round.
#include <doctest/doctest.h>

#include "extract/host_dump.h"

using namespace explaingate;

namespace {

// The loops of the last statement.
std::string loops(const std::string& source) {
  Extraction extraction = extract("a.py", "import sqlite3\n" + source, test_languages(), Dialect::kSqlite);
  if (extraction.statements.empty()) return "no statement\n";
  std::string out;
  for (const Loop& loop : extraction.statements.back().loops) out += dump_loop(loop);
  return out;
}

struct Case {
  std::string source, want;
};

}  // namespace

TEST_CASE("what is inside a loop") {
  const Case cases[] = {
      {"c.execute('SELECT 1')\n", ""},
      {"for x in xs:\n  c.execute('SELECT 1')\n", "  for 2-3 x in xs, collection\n"},
      {"async def f():\n  async for x in xs:\n    await c.execute('SELECT 1', (x,))\n",
       "  for 3-4 x in xs, collection, varies\n"},
      {"for x in c.execute('SELECT 1'):\n  pass\n", ""},
      {"for x in xs:\n  pass\nelse:\n  c.execute('SELECT 1')\n", ""},
      {"while c.execute('SELECT 1'):\n  pass\n", "  while 2-3, unknown\n"},
      {"while a:\n  pass\nelse:\n  c.execute('SELECT 1')\n", ""},
      {"for x in xs:\n  for y in x:\n    if y:\n      c.execute('SELECT ?', (x,))\n",
       "  for 2-5 x in xs, collection, varies\n  for 3-5 y in x, collection\n"},
      {"[c.execute('SELECT ?', (x,)) for x in xs]\n", "  comprehension 2-2 x in xs, collection, varies\n"},
      {"{x: c.execute('SELECT 1') for x in xs}\n", "  comprehension 2-2 x in xs, collection\n"},
      {"any(c.execute('SELECT ?', (x,)) for x in xs)\n", "  comprehension 2-2 x in xs, collection, varies\n"},
      {"[x for x in c.execute('SELECT 1')]\n", ""},
      {"[y for x in xs for y in c.execute('SELECT ?', (x,))]\n", "  comprehension 2-2 x in xs, collection, varies\n"},
      {"[x for x in xs if c.execute('SELECT ?', (x,))]\n", "  comprehension 2-2 x in xs, collection, varies\n"},
      {"list(map(lambda x: c.execute('SELECT ?', (x,)), xs))\n", "  callback 2-2 x in xs, collection, varies\n"},
      {"sorted(xs, key=lambda x: c.execute('SELECT ?', (x,)))\n", "  callback 2-2 x in xs, collection, varies\n"},
      {"pool.map(lambda x: c.execute('SELECT ?', (x,)), xs)\n", "  callback 2-2 x in xs, collection, varies\n"},
      {"await asyncio.gather(*[c.execute('SELECT ?', (x,)) for x in xs])\n",
       "  comprehension 2-2 x in xs, collection, varies\n"},
      // defining a function in a loop isn't calling it
      {"for x in xs:\n  def f():\n    c.execute('SELECT 1')\n", ""},
      {"for x in xs:\n  fs.append(lambda: c.execute('SELECT 1'))\n", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(loops(c.source) == c.want);
  }
}

TEST_CASE("what a loop runs over") {
  const Case cases[] = {
      {"for r in c.execute('SELECT 1'):\n  c.execute('SELECT ?', r)\n",
       "  for 2-3 r in c.execute('SELECT 1'), rows of #0, varies\n"},
      {"for r in c.execute('SELECT 1').fetchall():\n  c.execute('SELECT ?', r)\n",
       "  for 2-3 r in c.execute('SELECT 1').fetchall(), rows of #0, varies\n"},
      {"c.execute('SELECT 1')\nfor r in c.fetchall():\n  d.execute('SELECT ?', r)\n",
       "  for 3-4 r in c.fetchall(), rows of #0, varies\n"},
      {"c.execute('SELECT 1')\nfor i, r in enumerate(c):\n  d.execute('SELECT ?', r)\n",
       "  for 3-4 i, r in enumerate(c), rows of #0, varies\n"},
      {"c.execute('SELECT 1')\nrows = c.fetchall()\nc.execute('SELECT 2')\nfor r in rows:\n  c.execute('SELECT ?', "
       "r)\n",
       "  for 5-6 r in rows, rows of #0, varies\n"},
      {"rows = c.execute('SELECT 1')\nfor r in rows.fetchall():\n  c.execute('SELECT ?', r)\n",
       "  for 3-4 r in rows.fetchall(), rows of #0, varies\n"},
      {"def f(q):\n  for r in c.execute(q):\n    c.execute('SELECT ?', r)\n",
       "  for 3-4 r in c.execute(q), rows, varies\n"},
      {"c.execute('SELECT 1')\nwhile (r := c.fetchone()):\n  d.execute('SELECT ?', r)\n",
       "  while 3-4, rows of #0, varies\n"},
      {"for x in (1, 2):\n  c.execute('SELECT ?', (x,))\n", "  for 2-3 x in (1, 2), literal, varies\n"},
      {"for x in range(3):\n  c.execute('SELECT ?', (x,))\n", "  for 2-3 x in range(3), literal, varies\n"},
      {"NAMES = ['a', 'b']\nfor x in NAMES:\n  c.execute('SELECT ?', (x,))\n",
       "  for 3-4 x in NAMES, literal, varies\n"},
      {"D = {'a': 1}\nfor k, v in D.items():\n  c.execute('SELECT ?', (v,))\n",
       "  for 3-4 k, v in D.items(), literal, varies\n"},
      {"NAMES = ['a']\nNAMES.append(b)\nfor x in NAMES:\n  c.execute('SELECT ?', (x,))\n",
       "  for 4-5 x in NAMES, collection, varies\n"},
      {"for x in [a, b]:\n  c.execute('SELECT ?', (x,))\n", "  for 2-3 x in [a, b], collection, varies\n"},
      {"for i in range(n):\n  c.execute('SELECT ?', (i,))\n", "  for 2-3 i in range(n), collection, varies\n"},
      {"for i in range(0, len(xs), 100):\n  c.execute('SELECT ?', xs[i:i + 100])\n",
       "  for 2-3 i in range(0, len(xs), 100), batch, varies\n"},
      {"for part in chunked(xs, 10):\n  c.execute('SELECT ?', part)\n",
       "  for 2-3 part in chunked(xs, 10), batch, varies\n"},
      {"for batch in split(xs):\n  c.execute('SELECT ?', batch)\n", "  for 2-3 batch in split(xs), batch, varies\n"},
      {"for x in find(y):\n  c.execute('SELECT ?', (x,))\n", "  for 2-3 x in find(y), unknown, varies\n"},
      {"for attempt in range(n):\n  try:\n    c.execute('SELECT 1')\n    break\n  except E:\n    time.sleep(1)\n",
       "  for 2-7 attempt in range(n), retry, leaves\n"},
      {"while True:\n  try:\n    c.execute('SELECT 1')\n    break\n  except E:\n    time.sleep(1)\n",
       "  while 2-7, retry, leaves\n"},
      {"while True:\n  try:\n    c.execute('SELECT ?', (next(i),))\n  except E:\n    break\n",
       "  while 2-6, unknown\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(loops(c.source) == c.want);
  }
}

TEST_CASE("what varies and what leaves") {
  const Case cases[] = {
      {"for x in xs:\n  y = x.id\n  z = y + 1\n  c.execute('SELECT ?', (z,))\n",
       "  for 2-5 x in xs, collection, varies\n"},
      {"for x in xs:\n  c.execute(f'SELECT a FROM t WHERE b = {x}')\n", "  for 2-3 x in xs, collection, varies\n"},
      {"for x in xs:\n  q = 'SELECT a FROM t'\n  c.execute(q, (other,))\n", "  for 2-4 x in xs, collection\n"},
      {"while n:\n  n -= 1\n  c.execute('SELECT ?', (n,))\n", "  while 2-4, unknown, varies\n"},
      {"def f():\n  for x in xs:\n    return c.execute('SELECT 1')\n", "  for 3-4 x in xs, collection, leaves\n"},
      {"def f():\n  for x in xs:\n    r = c.execute('SELECT 1')\n    if r:\n      return r\n    else:\n      raise E\n",
       "  for 3-8 x in xs, collection, leaves\n"},
      {"def f():\n  for x in xs:\n    r = c.execute('SELECT 1')\n    if r:\n      return r\n",
       "  for 3-6 x in xs, collection\n"},
      {"for x in xs:\n  if x:\n    c.execute('SELECT 1')\n    break\n", "  for 2-5 x in xs, collection, leaves\n"},
      {"for x in xs:\n  c.execute('SELECT 1')\n  continue\n", "  for 2-4 x in xs, collection\n"},
      // left in the second turn, by a flag; near misses: one that the same turn sets, and one that isn't always set
      {"def f():\n  for x in xs:\n    if found:\n      raise E\n    found = True\n    c.execute('SELECT 1')\n",
       "  for 3-7 x in xs, collection, leaves\n"},
      {"def f():\n  for x in xs:\n    if n:\n      return\n    n += 1\n    c.execute('SELECT 1')\n",
       "  for 3-7 x in xs, collection, leaves\n"},
      {"def f():\n  for x in xs:\n    found = True\n    if found:\n      return\n    c.execute('SELECT 1')\n    found "
       "= "
       "True\n",
       "  for 3-8 x in xs, collection\n"},
      {"def f():\n  for x in xs:\n    if found:\n      return\n    if x:\n      found = True\n    c.execute('SELECT "
       "1')\n",
       "  for 3-8 x in xs, collection\n"},
      {"def f():\n  for x in xs:\n    if found:\n      return\n    found = find(x)\n    c.execute('SELECT 1')\n",
       "  for 3-7 x in xs, collection\n"},
      {"for x in xs:\n  for y in ys:\n    c.execute('SELECT 1')\n    break\n",
       "  for 2-5 x in xs, collection\n  for 3-5 y in ys, collection, leaves\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(loops(c.source) == c.want);
  }
}

TEST_CASE("loops of other languages that go from element to element") {
  struct {
    std::string path, source, want;
  } const cases[] = {
      // by what the element says that follows it; near miss: a flag
      {"a.c", "void f() { while (e != NULL) { PQexec(c, \"SELECT 1\"); e = e->next; } }", "  while 1-1, collection\n"},
      {"a.c", "void f() { while (more) { PQexec(c, \"SELECT 1\"); more = ask(); } }", "  while 1-1, unknown\n"},
      // by what the condition takes; near misses: work that comes in, pages
      {"a.c", "void f() { while ((e = readdir(d)) != NULL) { PQexec(c, sqlite3_mprintf(\"SELECT %d\", e->n)); } }",
       "  while 1-1, collection, varies\n"},
      {"a.c", "void f() { while ((e = next_job(d)) != NULL) { PQexec(c, \"SELECT 1\"); } }", "  while 1-1, unknown\n"},
      {"A.java",
       "import java.sql.*;\nclass A { void f() { while ((page = api.load(n)) != null) { "
       "connection.prepareStatement(\"SELECT 1\"); } } }",
       "  while 2-2, unknown\n"},
      // by an iterator; near miss: pages that say whether there are more
      {"A.java",
       "import java.sql.*;\nclass A { void f() { while (it.hasNext()) { Long id = it.next(); "
       "connection.prepareStatement(\"SELECT \" + id); } } }",
       "  while 2-2, collection, varies\n"},
      {"A.java",
       "import java.sql.*;\nclass A { void f() { while (page.hasNext()) { page = load(page.number() + 1); "
       "connection.prepareStatement(\"SELECT 1\"); } } }",
       "  while 2-2, unknown\n"},
      // over rows, by the words of a name; near miss: batches
      {"a.php",
       "<?php while ($row = db_fetch_array($rows)) { mysql_query(\"SELECT a FROM t WHERE b = {$row['id']}\"); }",
       "  while 1-1, rows, varies\n"},
      {"a.php",
       "<?php while (!$rows->EOF) { $db->Execute('SELECT a FROM t WHERE b = ?', $rows->fields); $rows->MoveNext(); }",
       "  while 1-1, rows, varies\n"},
      {"a.php", "<?php while ($ids = db_fetch_batch($rows)) { mysql_query(\"SELECT a FROM t\"); }",
       "  while 1-1, unknown\n"},
      {"a.cpp", "void f() { do { PQexec(c, \"SELECT 1\"); } while (rows->NextRow()); }", "  while 1-1, rows\n"},
      // a text that is written to a buffer; near miss: of nothing that varies
      {"a.c",
       "void f() { for (p = head; p; p = p->next) { char q[99]; snprintf(q, sizeof q, \"SELECT %d\", p->id); "
       "PQexec(c, q); } }",
       "  for 1-1 p in , unknown, varies\n"},
      {"a.c",
       "void f() { for (p = head; p; p = p->next) { char q[99]; snprintf(q, sizeof q, \"SELECT %d\", own); "
       "PQexec(c, q); } }",
       "  for 1-1 p in , unknown\n"},
      // a macro; near miss: a call, and a block behind it
      {"a.c", "void f() { TAILQ_FOREACH(e, &l->head, next) { PQexec(c, sqlite3_mprintf(\"SELECT %d\", e->n)); } }",
       "  for 1-1 (e, &l->head, next) in , unknown, varies\n"},
      {"a.c", "void f() { show_each(e); { PQexec(c, \"SELECT 1\"); } }", ""},
      // rows of a handle that the condition asks for the next one
      {"a.cpp",
       "void f() { QSqlQuery q(\"SELECT 1\"); while (q.next()) { QSqlQuery u; u.prepare(\"SELECT ?\"); "
       "u.addBindValue(q.value(0)); u.exec(); } }",
       "  while 1-1, rows, varies\n"},
      // an endless loop that a row ends; near misses: nothing leaves it, what it fetches is no row, it asks anew
      {"a.c",
       "void f() { while (1) { int rc = sqlite3_step(st); if (rc != SQLITE_ROW) break; PQexec(c, sqlite3_mprintf("
       "\"SELECT %d\", sqlite3_column_int(st, 0))); } }",
       "  while 1-1, rows, varies\n"},
      {"a.c", "void f() { for (;;) { if (sqlite3_step(st) != SQLITE_ROW) break; PQexec(c, \"SELECT 1\"); } }",
       "  while 1-1, rows\n"},
      {"a.c", "void f() { while (1) { sqlite3_step(st); PQexec(c, \"SELECT 1\"); } }", "  while 1-1, unknown\n"},
      {"A.java",
       "import java.sql.*;\nclass A { void f() { while (true) { T t = tasks.next(); if (t == null) break; "
       "connection.prepareStatement(\"SELECT 1\"); } } }",
       "  while 2-2, unknown\n"},
      {"a.py", "import sqlite3\nwhile True:\n  r = rows.fetchone()\n  if not r: break\n  c.execute('SELECT ?', r)\n",
       "  while 2-5, rows, varies\n"},
      {"a.py", "import sqlite3\nwhile True:\n  r = c.execute('SELECT 1').fetchone()\n  if not r: break\n",
       "  while 2-4, unknown\n"},
      // by what an element says of the next, in a member or by a function; near miss: pages
      {"a.c",
       "void f() { while (r->id) { PQexec(c, sqlite3_mprintf(\"SELECT %d\", r->id)); if (r->next == NULL) break; r = "
       "r->next; } }",
       "  while 1-1, collection, varies\n"},
      {"a.c", "void f() { while (l->data) { PQexec(c, \"SELECT 1\"); l = g_list_next(l); } }",
       "  while 1-1, collection\n"},
      {"a.c", "void f() { while (l->data) { PQexec(c, \"SELECT 1\"); l = load_next_page(l); } }",
       "  while 1-1, unknown\n"},
      // by place; near misses: by steps, so often, and what is tried
      {"a.c", "void f() { while (i < n) { PQexec(c, sqlite3_mprintf(\"SELECT %d\", ids[i])); i++; } }",
       "  while 1-1, collection, varies\n"},
      {"a.js", "while (i < ids.length) { db.query('SELECT ?', ids.slice(i, i + 99)); i += 99 }",
       "  while 1-1, batch, varies\n"},
      {"a.c", "void f() { while (i < 3) { PQexec(c, sqlite3_mprintf(\"SELECT %d\", ids[i])); i++; } }",
       "  while 1-1, literal, varies\n"},
      {"a.c", "void f() { while (tries < most) { PQexec(c, \"SELECT 1\"); tries++; } }", "  while 1-1, unknown\n"},
      // what is taken of a collection; near misses: it grows meanwhile, and work that comes in
      {"a.js", "while (ids.length) { const id = ids.pop(); db.query('SELECT ?', [id]) }",
       "  while 1-1, collection, varies\n"},
      {"a.js", "while (open.length) { const id = open.pop(); open.push(...db.query('SELECT ?', [id])) }",
       "  while 1-1, unknown, varies\n"},
      {"a.js", "while (queue.length) { const id = queue.shift(); db.query('SELECT ?', [id]) }",
       "  while 1-1, unknown, varies\n"},
      // a next one is a row where it is taken of rows; else an element, unless it is work that comes in
      {"A.java",
       "import java.sql.*;\nclass A { void f() { while (rs.next()) { connection.prepareStatement(\"SELECT \" + "
       "rs.getLong(1)); } } }",
       "  while 2-2, rows, varies\n"},
      {"A.java",
       "import java.sql.*;\nclass A { void f() { while (tokens.next()) { connection.prepareStatement(\"SELECT \" + "
       "tokens.get()); } } }",
       "  while 2-2, collection, varies\n"},
      {"A.java",
       "import java.sql.*;\nclass A { void f() { while (messages.next()) { connection.prepareStatement(\"SELECT 1\"); "
       "} } "
       "}",
       "  while 2-2, unknown\n"},
      {"A.kt",
       "import java.sql.Connection\nfun f() { for (p in plugins.list()) { connection.prepareStatement(\"SELECT 1\") } "
       "}",
       "  for 2-2 p in plugins.list(), unknown\n"},
      {"A.kt",
       "import java.sql.Connection\nfun f() { for (p in query.list()) { connection.prepareStatement(\"SELECT 1\") } }",
       "  for 2-2 p in query.list(), rows\n"},
      // a mapper of rows
      {"A.java",
       "import org.springframework.jdbc.core.JdbcTemplate;\nclass A { void f() { jdbc.query(\"SELECT 1\", (rs, n) -> "
       "jdbc.queryForObject(\"SELECT ?\", T.class, rs.getLong(1))); } }",
       "  callback 2-2 (rs, n) in jdbc.query(\"SELECT 1\", (rs, n) -> jdbc.queryForObject(\"SELECT ?\", T.class, "
       "rs.getLong(1))), rows, varies\n"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.source);
    Extraction extraction = extract(c.path, c.source, test_languages(), Dialect::kSqlite);
    CHECK(!extraction.statements.empty());
    std::string out;
    for (const Statement& statement : extraction.statements)
      for (const Loop& loop : statement.loops) out += dump_loop(loop);
    CHECK(out == c.want);
  }
}

TEST_CASE("what of a text differs from turn to turn") {
  struct {
    std::string source, want;
  } const cases[] = {
      {"for x in xs:\n  c.execute(f'SELECT a FROM {t} WHERE b = {x}')\n", "x"},
      {"for t in ts:\n  c.execute(f'SELECT a FROM {t} WHERE b = {x}')\n", "t"},
      {"q = f'SELECT a FROM {t}'\nfor x in xs:\n  c.execute(q + f' WHERE b = {x}')\n", "x"},
      {"for x in xs:\n  t = own(x)\n  c.execute(f'SELECT a FROM {t}')\n", "t"},
      {"for x in xs:\n  c.execute(f'SELECT a FROM {t}; SELECT a FROM {u} WHERE b = {x}')\n", "x"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.source);
    std::string out;
    for (const Statement& statement :
         extract("a.py", "import sqlite3\n" + c.source, test_languages(), Dialect::kSqlite).statements)
      for (const Hole& hole : statement.holes) out += hole.varies ? hole.expression : "";
    CHECK(out == c.want);
  }
}

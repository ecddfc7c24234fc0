// Every way to write a text in Python: what the statement is, and where each of its bytes stands.
#include <doctest/doctest.h>

#include "extract/host_dump.h"

using namespace explaingate;

namespace {

struct Case {
  std::string expression;
  std::string want;
};

// In a function with parameters, so that x, t … are known to be unknown.
std::string text_of(const std::string& expression) {
  return texts(std::string("def f(cur, x, y, t, ids, conds, rows):\n    cur.execute(") + expression + ")\n");
}

}  // namespace

TEST_CASE("literals") {
  const Case cases[] = {
      {R"py('SELECT 1')py", "SELECT 1\n"},
      {R"py("SELECT 1;")py", "SELECT 1\n"},
      {"'''\n  SELECT 1\n  FROM t\n'''", "SELECT 1\\n  FROM t\n"},
      {"\"\"\"SELECT 'it''s', \"a\" FROM t\"\"\"", "SELECT 'it''s', \"a\" FROM t\n"},
      {R"py(r'SELECT "\d" FROM t')py", "SELECT \"\\d\" FROM t\n"},
      {R"py(b'SELECT 1')py", "SELECT 1\n"},
      {R"py(u'SELECT 1')py", "SELECT 1\n"},
      {R"py(Rb'SELECT 1')py", "SELECT 1\n"},
      {R"py(fR'SELECT "\d" FROM t WHERE a = {x}')py", "SELECT \"\\d\" FROM t WHERE a = ?\n"},
      {R"py('SELECT \'a\', \x41\u0042\103\t1')py", "SELECT 'a', ABC\t1\n"},
      {R"py('SELECT a\q')py", "SELECT a\\q\n"},  // no escape of the language: stays
      {"'SELECT \\\n1'", "SELECT 1\n"},
      {"'SELECT \\\r\n1'", "SELECT 1\n"},
      {"'SELECT ' 'a ' \"FROM t\"", "SELECT a FROM t\n"},
      {"('SELECT '\n     'a '  # why\n     'FROM t')", "SELECT a FROM t\n"},
      {"'SELECT ' + 'a' + (' FROM ' + 't')", "SELECT a FROM t\n"},
      {"'SELECT a FROM t' if x else 'SELECT b FROM t'", "SELECT a FROM t\nSELECT b FROM t\n"},
      {"'SELECT a FROM t' + (' WHERE b = 1' if x else '')", "SELECT a FROM t WHERE b = 1\nSELECT a FROM t\n"},
      {"textwrap.dedent('''SELECT 1''').strip()", "SELECT 1\n"},
      {"'select 1'.upper()", "select 1\n"},
      {"' '.join(['SELECT a', 'FROM t'])", "SELECT a FROM t\n"},
      {"' '.join(('SELECT a', f'FROM t WHERE b = {x}'))", "SELECT a FROM t WHERE b = ?\n"},
      {"'SELECT a FROM TBL'.replace('TBL', 'orders')", "SELECT a FROM orders\n"},
      {"{'a': 'SELECT 1', 'b': 'SELECT 2'}['b']", "SELECT 2\n"},
      {"(q := 'SELECT 1')", "SELECT 1\n"},
      {"''", ""},
      {"'not a statement'", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expression);
    CHECK(text_of(c.expression) == c.want);
  }
}

TEST_CASE("formatted texts") {
  const Case cases[] = {
      {R"py(f'SELECT {1} FROM t')py", "SELECT 1 FROM t\n"},
      {R"py(f"SELECT a FROM t WHERE b = {x['k']} AND c > {y:>10} AND d = {t!r:{y}}")py",
       "SELECT a FROM t WHERE b = ? AND c > ? AND d = ?\n"},
      {R"py(f'SELECT a{{}} {"a"} FROM t')py", "SELECT a{} a FROM t\n"},
      {R"py('SELECT a{{}}')py", "SELECT a{{}}\n"},
      {R"py(f'SELECT a FROM t WHERE b = "{x}" AND c LIKE \'%{x}%\'')py",
       "SELECT a FROM t WHERE b = \"1\" AND c LIKE '%1%'\n"},
      {R"py('SELECT %s FROM t WHERE a = %d AND b LIKE "%%x"' % ('c', x))py",
       "SELECT c FROM t WHERE a = ? AND b LIKE \"%x\"\n"},
      {R"py('SELECT a FROM t WHERE a = %s' % x)py", "SELECT a FROM t WHERE a = ?\n"},
      {R"py('SELECT %(c)s FROM t WHERE a = %(v)5.2f' % {'c': 'b', 'v': x})py", "SELECT b FROM t WHERE a = ?\n"},
      {R"py('SELECT a FROM t WHERE a = %s', (x,))py", "SELECT a FROM t WHERE a = %s\n"},  // the driver's placeholder
      {R"py('SELECT {} FROM t WHERE a = {}'.format('b', x))py", "SELECT b FROM t WHERE a = ?\n"},
      {R"py('SELECT {1} FROM t WHERE a = {0}'.format(x, 'b'))py", "SELECT b FROM t WHERE a = ?\n"},
      {R"py('SELECT {c} FROM t WHERE a = {v:d} AND j = "{{}}"'.format(c='b', v=x))py",
       "SELECT b FROM t WHERE a = ? AND j = \"{}\"\n"},
      {R"py('SELECT {} FROM t'.format(*rows))py", "SELECT \"eg_hole_1\" FROM t\n"},
      {R"py('SELECT a FROM t WHERE b IN (%s)' % ','.join('?' * len(ids)))py", "SELECT a FROM t WHERE b IN (?)\n"},
      {R"py('SELECT a FROM t WHERE b IN (' + ','.join(['?'] * len(ids)) + ')')py", "SELECT a FROM t WHERE b IN (?)\n"},
      {R"py(f"SELECT a FROM t WHERE b IN ({', '.join('%s' for _ in ids)})")py", "SELECT a FROM t WHERE b IN (%s)\n"},
      {R"py(f"SELECT a FROM t WHERE b IN ({','.join(map(lambda i: '?', ids))})")py",
       "SELECT a FROM t WHERE b IN (?)\n"},
      {R"py(f"SELECT a FROM t WHERE b IN ({','.join(ids)})")py", "SELECT a FROM t WHERE b IN (?)\n"},
      {R"py('SELECT %(c)s FROM t WHERE a = %(v)s' % dict(c='b', v=x))py", "SELECT b FROM t WHERE a = ?\n"},
      {R"py('SELECT {c} FROM t WHERE a = {v}'.format(**dict(c='b', v=x)))py", "SELECT b FROM t WHERE a = ?\n"},
      {R"py('SELECT {c} FROM t WHERE a = {v}'.format(**{'c': 'b', 'v': x}))py", "SELECT b FROM t WHERE a = ?\n"},
      {R"py('SELECT {c} FROM t WHERE a = {v}'.format(**{'c': 'b', **{'v': 'd'}}))py", "SELECT b FROM t WHERE a = d\n"},
      {R"py('SELECT {c} FROM {t}'.format_map(dict({'t': 'd'}, c='b')))py", "SELECT b FROM d\n"},
      {R"py('SELECT {} FROM t WHERE a = {}'.format(*('b', x)))py", "SELECT b FROM t WHERE a = ?\n"},
      {R"py('SELECT {c} FROM t'.format(**rows))py", "SELECT \"eg_hole_1\" FROM t\n"},
      {R"py(dict(a='SELECT 1', b='SELECT 2')['b'])py", "SELECT 2\n"},
      {R"py("INSERT INTO t VALUES " + ", ".join(["(?, ?)"] * len(rows)))py", "INSERT INTO t VALUES (?, ?)\n"},
      {R"py("SELECT a FROM t WHERE " + " AND ".join(conds))py", "SELECT a FROM t WHERE 1=1\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expression);
    CHECK(text_of(c.expression) == c.want);
  }
}

TEST_CASE("holes are filled by what surrounds them") {
  const Case cases[] = {
      {R"py(f'SELECT a FROM {t} WHERE b = 1')py",
       "SELECT a FROM \"eg_hole_1\" WHERE b = 1\n- the table's name is dynamic: `t`\n"},
      {R"py(f'SELECT a FROM t JOIN {t} ON 1')py",
       "SELECT a FROM t JOIN \"eg_hole_1\" ON 1\n- the table's name is dynamic: `t`\n"},
      {R"py(f'INSERT INTO {t} ({x}) VALUES ({y})')py",
       "INSERT INTO \"eg_hole_1\" (\"eg_hole_2\") VALUES (?)\n- the table's name is dynamic: `t`\n"},
      {R"py(f'UPDATE {t} SET {x} = {y} WHERE id = {x}')py",
       "UPDATE \"eg_hole_1\" SET \"eg_hole_2\" = ? WHERE id = ?\n- the table's name is dynamic: `t`\n"},
      {R"py(f'UPDATE t SET {x} WHERE id = 1')py", "UPDATE t SET \"eg_hole_1\" = ? WHERE id = 1\n"},
      {R"py(f'SELECT a FROM log_{t} WHERE b = 1')py",
       "SELECT a FROM log_eg_hole_1 WHERE b = 1\n- the table's name is dynamic: `t`\n"},
      {R"py(f'SELECT a FROM "{t}"')py", "SELECT a FROM \"eg_hole_1\"\n- the table's name is dynamic: `t`\n"},
      {R"py(f'SELECT a.{x} FROM a')py", "SELECT a.\"eg_hole_1\" FROM a\n"},
      {R"py(f'SELECT {x}, b FROM t ORDER BY {y} {t} LIMIT {x} OFFSET {y}')py",
       "SELECT \"eg_hole_1\", b FROM t ORDER BY \"eg_hole_2\"  LIMIT ? OFFSET ?\n"},
      {R"py(f'SELECT a FROM t {x}')py", "SELECT a FROM t\n"},
      {R"py(f'SELECT a FROM t {x} ORDER BY a')py", "SELECT a FROM t  ORDER BY a\n"},
      {R"py(f'SELECT a FROM t WHERE {x}')py", "SELECT a FROM t WHERE 1=1\n"},
      {R"py(f'SELECT a FROM t WHERE {x} AND b = 1')py", "SELECT a FROM t WHERE 1=1 AND b = 1\n"},
      {R"py(f'SELECT a FROM t WHERE {x} "b" = 1 AND {y} c = 2')py",
       "SELECT a FROM t WHERE 1=1 AND \"b\" = 1 AND 1=1 AND c = 2\n"},
      {R"py(f'SELECT a FROM t WHERE {x} GROUP BY a')py", "SELECT a FROM t WHERE 1=1 GROUP BY a\n"},
      {R"py(f'SELECT a FROM t WHERE {x} = 1 AND {y} IN ({t})')py",
       "SELECT a FROM t WHERE \"eg_hole_1\" = 1 AND \"eg_hole_2\" IN (?)\n"},
      {R"py(f'SELECT a FROM t WHERE b IN {ids}')py", "SELECT a FROM t WHERE b IN (?)\n"},
      {R"py(f'SELECT a FROM t WHERE b BETWEEN {x} AND {y}')py", "SELECT a FROM t WHERE b BETWEEN ? AND ?\n"},
      {R"py(f'SELECT a FROM t WHERE b {x} ?')py", "SELECT a FROM t WHERE b = ?\n"},
      {R"py(f'SELECT a FROM t WHERE (a = 1 {x}) {y}')py", "SELECT a FROM t WHERE (a = 1 )\n"},
      {R"py(f'SELECT count({x}) FROM t WHERE f({y}) = 1')py", "SELECT count(\"eg_hole_1\") FROM t WHERE f(?) = 1\n"},
      {R"py(f'CREATE INDEX {x} ON {t} ({y})')py",
       "CREATE INDEX \"eg_hole_1\" ON \"eg_hole_2\" (\"eg_hole_3\")\n- the table's name is dynamic: `t`\n"},
      {R"py(f'SELECT a FROM t WHERE b = :{x}')py", "SELECT a FROM t WHERE b = :eg_hole_1\n"},
      {R"py('WITH ' + ', '.join(conds) + ' SELECT a FROM t')py",
       "WITH \"eg_hole_1\" AS (SELECT 1) SELECT a FROM t\n- the names of its common tables are dynamic: `conds`\n"},
      {R"py(f'WITH RECURSIVE a AS (SELECT 1), {x} SELECT a FROM t')py",
       "WITH RECURSIVE a AS (SELECT 1), \"eg_hole_1\" AS (SELECT 1) SELECT a FROM t\n- the names of its common tables "
       "are "
       "dynamic: `x`\n"},
      {R"py(f'WITH s AS ({x}) SELECT a FROM s')py",
       "WITH s AS (SELECT 1) SELECT a FROM s\n- its subquery is dynamic: `x`\n"},
      {R"py(f'WITH {x} AS (SELECT 1) SELECT a FROM t')py", "WITH \"eg_hole_1\" AS (SELECT 1) SELECT a FROM t\n"},
      {R"py(f'{x}')py", "- SQL is the parameter `x` of this function\n"},
      {R"py(f'{x} LIMIT 1')py", "- SQL is the parameter `x` of this function\n"},
      {R"py(x + ' LIMIT 1')py", "- SQL is the parameter `x` of this function\n"},
      // directly against the first word
      {R"py(x.y + 'SELECT a FROM t')py", "SELECT a FROM t\n"},
      {R"py(f'{x.y}SELECT a FROM t')py", "SELECT a FROM t\n"},
      {R"py(f'{x}{y}SELECT a FROM t WHERE {t}')py", "SELECT a FROM t WHERE 1=1\n"},
      {R"py(f'({x}SELECT a FROM t)')py", "(SELECT a FROM t)\n"},
      {R"py('SELECT ' + ', '.join(cols) + 'FROM t WHERE a = ?')py", "SELECT \"eg_hole_1\"FROM t WHERE a = ?\n"},
      {R"py(f'SELECT a FROM {t}where_log')py",
       "SELECT a FROM eg_hole_1where_log\n- the table's name is dynamic: `t`\n"},
      {R"py(f'SELECT{x} FROM t')py", "SELECT\"eg_hole_1\" FROM t\n"},
      {R"py('INSERT' + x + ' INTO t VALUES (1)')py", "INSERT INTO t VALUES (1)\n"},
      {R"py(f'{x}SELECT{y} FROM t')py", "SELECT\"eg_hole_2\" FROM t\n"},
      {R"py(f'{x}able t SET a = 1')py", "- SQL is the parameter `x` of this function\n"},
      {R"py(f'({x}) UNION SELECT a FROM t')py", "- SQL is the parameter `x` of this function\n"},
      {R"py(f'{x}_selected')py", "- SQL is the parameter `x` of this function\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expression);
    CHECK(text_of(c.expression) == c.want);
  }
}

TEST_CASE("holes that a plan can do without") {
  struct {
    std::string text, want;  // an expression for each hole that is one
  } cases[] = {
      {"SELECT {a}, b, max({c}) FROM t GROUP BY {d} ORDER BY {e}, {f} DESC", "a c d e f"},
      {"SELECT DISTINCT {a} FROM t ORDER BY \\\"{b}\\\"", "a b"},
      {"SELECT a FROM t WHERE b IN (SELECT {c} FROM u)", "c"},
      // near misses: parts of names, tables, conditions, targets, definitions, queries
      {"SELECT t.{a}, {b}.c, x_{d} FROM {e} ORDER BY {f}_id", ""},
      {"SELECT a FROM t WHERE {a} = 1", ""},
      {"UPDATE t SET {a} = 1", ""},
      {"INSERT INTO t ({a}) VALUES (1)", ""},
      {"CREATE INDEX i ON t ({a})", ""},
      {"WITH s AS ({a}) SELECT b FROM s", ""},
      {"SELECT a FROM t WHERE b = {c} LIMIT {d}", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    Extraction found = extract("a.py", "cur.execute(f\"" + c.text + "\")\n", test_languages(), Dialect::kSqlite);
    REQUIRE(found.statements.size() == 1);
    std::string columns;
    for (const Hole& hole : found.statements[0].holes)
      if (hole.column) columns += (columns.empty() ? "" : " ") + hole.expression;
    CHECK(columns == c.want);
  }
}

TEST_CASE("what is said of a hole") {
  CHECK(extracted("import sqlite3\ndef f(cur, table, x, ids):\n    cur.execute(f\"SELECT a FROM {table} WHERE b = {x + "
                  "1} AND c IN ({','.join('?' * len(ids))}) {x}\")\n") ==
        "3:19-3:95 call dbapi.execute cur.execute in f | SELECT a FROM \"eg_hole_1\" WHERE b = ? AND c IN (?)\n"
        "  identifier `\"eg_hole_1\"` at 14 <- table\n"
        "  value `?` at 36 <- x + 1\n"
        "  list `?` at 48 <- '?' * len(ids)\n"
        "  predicate `` at 50 <- x\n"
        "not analysed 3:34 in f: the table's name is dynamic: `table`\n");
}

TEST_CASE("a hole ends with its statement's text, from whose end blanks are cut") {
  const std::string source = "con.e<<E*\nSELECT a\n";
  for (Dialect dialect : {Dialect::kSqlite, Dialect::kPostgres}) {
    Extraction found = extract("a.rb", source, test_languages(), dialect);
    REQUIRE(found.statements.size() == 1);
    const Statement& statement = found.statements[0];
    CAPTURE(statement.text);
    REQUIRE(statement.holes.size() == 1);
    CAPTURE(statement.holes[0].length);
    CHECK(statement.holes[0].offset + statement.holes[0].length == statement.text.size());
  }
}

// The text at each offset is what stands at the mapped place of the source, for every piece that's taken as it stands;
// and whatever stands for something else stays inside the source.
TEST_CASE("every byte maps to its place") {
  const std::string source =
      "import sqlite3\nA = 'id, ' \"n\\x41me\"\ndef f(cur, x, ids):\n"
      "    q = f'SELECT {A} FROM t \\\n WHERE a = {x:>4} AND {{b}} = \\u0041'\n"
      "    q += ' AND c IN (%s) AND d = \\'%%\\'' % ','.join('?' * len(ids))\n"
      "    if x:\n        q += ' ORDER BY {} {o}'.format('a', o='DESC')\n"
      "    cur.execute(q.replace('DESC', 'ASC').strip() + ' LIMIT 1')\n"
      "    cur.executescript('''\n  CREATE TABLE a(b);\n  CREATE TABLE c(d);''')\n";
  Extraction extraction = extract("a.py", source, test_languages(), Dialect::kSqlite);
  CHECK(extraction.statements.size() == 4);
  size_t verbatim = 0;
  for (const Statement& s : extraction.statements) {
    CAPTURE(s.text);
    uint32_t at = 0;
    for (const OffsetMap::Piece& piece : s.map.pieces()) {
      CHECK(piece.to == at);  // no gap
      at += piece.to_length;
      REQUIRE(piece.from + piece.from_length <= source.size());
      bool hole = false;
      for (const Hole& h : s.holes)
        hole = hole || (piece.to >= h.offset && piece.to < h.offset + std::max<uint32_t>(h.length, 1));
      if (hole || piece.to_length != piece.from_length) continue;
      for (uint32_t i = 0; i < piece.to_length; ++i, ++verbatim)
        CHECK(s.text[piece.to + i] == source[s.map.original(piece.to + i)]);
    }
    CHECK(at == s.text.size());
    LineIndex lines(source);
    CHECK(lines.position(s.map.original(0)) == Position{s.line, s.column});
  }
  CHECK(verbatim > 180);
}

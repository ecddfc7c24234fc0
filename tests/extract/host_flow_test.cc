// Texts that come through names: variables, constants, attributes, and several statements that put one text together.
#include <doctest/doctest.h>

#include "extract/host_dump.h"

using namespace explaingate;

TEST_CASE("names") {
  struct Case {
    std::string source, want;
  };
  const Case cases[] = {
      {"q = 'SELECT 1'\nc.execute(q)\n", "SELECT 1\n"},
      {"q = 'SELECT 1'\ndef f():\n  c.execute(q)\n", "SELECT 1\n"},
      {"def f():\n  q = 'SELECT 1'\n  def g():\n    c.execute(q)\n", "SELECT 1\n"},
      {"q = 'SELECT 1'\ndef f(q):\n  c.execute(q)\n", "- SQL is the parameter `q` of this function\n"},
      {"q = 'SELECT 1'\nc.execute(q)\nq = 'SELECT 2'\nc.execute(q)\n", "SELECT 1\nSELECT 2\n"},
      {"a = b = 'SELECT 1'\nc.execute(a)\nc.execute(b)\n", "SELECT 1\nSELECT 1\n"},
      {"a, b = 'SELECT 1', 'SELECT 2'\nc.execute(b)\n", "SELECT 2\n"},
      {"q: str = 'SELECT 1'\nc.execute(q)\n", "SELECT 1\n"},
      {"A = 'SELECT a'\nB = A + ' FROM t'\nc.execute(f'{B} WHERE d = 1')\n", "SELECT a FROM t WHERE d = 1\n"},
      {"class A:\n  Q = 'SELECT 1'\n  def f(self):\n    c.execute(self.Q)\n", "SELECT 1\n"},
      {"class A:\n  Q = 'SELECT 1'\n  @classmethod\n  def f(cls):\n    c.execute(cls.Q)\nc.execute(A.Q)\n",
       "SELECT 1\nSELECT 1\n"},
      {"class A:\n  def __init__(self):\n    self.q = 'SELECT 1'\n  def f(self):\n    c.execute(self.q)\n",
       "SELECT 1\n"},
      {"class A:\n  Q = 'SELECT 1'\nclass B(A):\n  def f(self):\n    c.execute(self.Q)\n", "SELECT 1\n"},
      {"class A:\n  Q = 'SELECT 1'\n  def f(self):\n    c.execute(Q)\n",
       "- SQL is `Q`, which this file gives no value\n"},
      {"for q in ('SELECT 1', 'SELECT 2'):\n  c.execute(q)\n", "SELECT 1\nSELECT 2\n"},
      {"ALL = ['SELECT 1', 'SELECT 2']\ndef f():\n  for q in ALL:\n    c.execute(q)\n", "SELECT 1\nSELECT 2\n"},
      {"[c.execute(q) for q in ['SELECT 1', 'SELECT 2']]\n", "SELECT 1\nSELECT 2\n"},
      {"for n, q in [('a', 'SELECT 1'), ('b', 'SELECT 2')]:\n  c.execute(q)\n", "SELECT 1\nSELECT 2\n"},
      {"ALL = ('SELECT 1', 'SELECT 2')\ndef f(n):\n  for q in ALL[n:]:\n    c.execute(q)\n", "SELECT 1\nSELECT 2\n"},
      {"for q in reversed(['SELECT 1']):\n  c.execute(q)\n", "SELECT 1\n"},
      {"ALL = ['SELECT 1', 'SELECT 2']\nfor n, q in enumerate(ALL[1:], start=1):\n  c.execute(q)\n",
       "SELECT 1\nSELECT 2\n"},
      {"for n, (a, q) in enumerate([('x', 'SELECT 1')]):\n  c.execute(q)\n", "SELECT 1\n"},
      {"for q in ALL[1]:\n  c.execute(q)\n", "- SQL is the variable `q` of a loop\n"},
      {"for q in many():\n  c.execute(q)\n", "- SQL is the variable `q` of a loop\n"},
      {"from m import Q\nc.execute(Q)\n", "- SQL is imported: `Q` from module `m`\n"},
      {"import m\nc.execute(m.Q)\n", "- SQL is imported: `Q` from module `m`\n"},
      {"c.execute(make(1))\n", "- SQL is the result of the call `make`\n"},
      {"with open(p) as q:\n  c.execute(q)\n", "- SQL is `q`, which is assigned from something else\n"},
      {"q = q + q\nc.execute(q)\n", "- SQL is the expression `q + q`\n"},
      {"a = b\nb = a\nc.execute(a)\n", "- SQL is `b`, which this file gives no value\n"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(texts(c.source) == c.want);
  }
}

TEST_CASE("what functions of the same file give") {
  struct Case {
    std::string source, want;
  };
  const std::string unknown = "- SQL is the result of the call ";
  const Case cases[] = {
      {"def q():\n  return 'SELECT 1'\nc.execute(q())\n", "SELECT 1\n"},
      {"def q(x):\n  if x:\n    return 'SELECT 1'\n  return 'SELECT 2'\nc.execute(q(y))\n", "SELECT 1\nSELECT 2\n"},
      {"def q(x):\n  if x:\n    return None\n  raise E('SELECT 1')\nc.execute(q(y))\n", unknown + "`q`\n"},
      {"def q(t, c='d'):\n  s = 'SELECT a'\n  return s + f' FROM {t} WHERE {c} = ?'\nc.execute(q('b', c='e'))\n",
       "SELECT a FROM b WHERE e = ?\n"},
      {"def q(t):\n  t = t.x\n  return f'SELECT a FROM t WHERE b = {t}'\nc.execute(q('b'))\n",
       "SELECT a FROM t WHERE b = ?\n"},
      {"class A:\n  async def q(self, o):\n    return 'SELECT a ' + o\n  async def f(self):\n    "
       "c.execute(await self.q('FROM t'))\n",
       "SELECT a FROM t\n"},
      {"class A:\n  def q(self):\n    return 'SELECT 1'\nclass B(A):\n  def f(self):\n    c.execute(self.q())\n",
       "SELECT 1\n"},
      {"class A:\n  @staticmethod\n  def q(t):\n    return f'SELECT {t}'\nc.execute(A.q('1'))\n", "SELECT 1\n"},
      {"def a():\n  return 'FROM t'\ndef q():\n  return 'SELECT a ' + a()\nc.execute(q())\n", "SELECT a FROM t\n"},
      {"def q(x):\n  if x:\n    return 'SELECT 1'\n  return x.y\nc.execute(q(z))\n", "SELECT 1\n" + unknown + "`q`\n"},
      // near misses: recursion, two of the name, another object's, a name that is assigned
      {"def q():\n  return 'SELECT ' + q()\nc.execute(q())\n", "SELECT \"eg_hole_1\"\n"},
      {"def q():\n  return r()\ndef r():\n  return q()\nc.execute(q())\n", unknown + "`q`\n"},
      {"if x:\n  def q():\n    return 'SELECT 1'\nelse:\n  def q():\n    return 'SELECT 2'\nc.execute(q())\n",
       unknown + "`q`\n"},
      {"def q():\n  return 'SELECT 1'\nc.execute(x.q())\n", unknown + "`x.q`\n"},
      {"def q():\n  return 'SELECT 1'\nq = other\nc.execute(q())\n", unknown + "`q`\n"},
      {"def q():\n  def r():\n    return 'SELECT 1'\n  return 2\nc.execute(q())\n", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.source);
    CHECK(texts(c.source) == c.want);
  }
}

TEST_CASE("variants that nobody looks at are said") {
  const std::string cut = "- SQL has more than 8 variants: the others are not looked at\n";
  auto ends_cut = [&](const std::string& source) { return texts(source).ends_with("\n" + cut); };
  auto map = [](int size) {
    std::string pairs;
    for (int i = 0; i < size; ++i) pairs += "'" + std::to_string(i) + "': 'SELECT " + std::to_string(i) + "', ";
    return pairs;
  };
  std::string choice = "('a' if x else 'b')";
  CHECK(ends_cut("Q = {" + map(9) + "}\nc.execute(Q[x])\n"));
  CHECK(ends_cut("c.execute('SELECT ' + " + choice + "+" + choice + "+" + choice + "+" + choice + ")\n"));
  CHECK(
      ends_cut("c.execute('SELECT %s, %s, %s, %s' % (" + choice + "," + choice + "," + choice + "," + choice + "))\n"));
  CHECK(ends_cut("from sqlalchemy import text\nQ = {" + map(9) + "}\ntext(Q[x])\n"));
  // each text is there with one of the tails
  CHECK(
      texts(
          "q = {'a': 'SELECT a', 'b': 'SELECT b', 'c': 'SELECT c', 'd': 'SELECT d', 'e': 'SELECT e'}[x]\nc.execute(q + "
          "(' FROM t' if y else ' FROM u'))\n") ==
      "SELECT a FROM t\nSELECT a FROM u\nSELECT b FROM t\nSELECT b FROM u\nSELECT c FROM t\nSELECT c FROM u\nSELECT d "
      "FROM u\nSELECT e FROM t\n" +
          cut);
  CHECK_FALSE(ends_cut("Q = {" + map(8) + "}\nc.execute(Q[x])\n"));
  CHECK_FALSE(ends_cut("Q = {" + map(9) + "}\nc.execute(Q['8'])\n"));
  CHECK_FALSE(ends_cut("Q = {" + map(9) + "}\nlog(Q[x])\n"));
}

TEST_CASE("texts put together over several statements") {
  auto body = [](std::string_view text) {
    std::string source = "def f(c, x, ids, parts):\n";
    while (!text.empty()) {
      size_t end = text.find('\n');
      source += "  " + std::string(text.substr(0, end)) + "\n";
      text.remove_prefix(end + 1);
    }
    return texts(source);
  };
  CHECK(body("q = 'SELECT a'\nq += ' FROM t'\nq = q + ' WHERE b = 1'\nc.execute(q)\n") ==
        "SELECT a FROM t WHERE b = 1\n");
  CHECK(body("q = 'SELECT a FROM t'\nif x:\n  q += ' WHERE b = 1'\nc.execute(q)\n") ==
        "SELECT a FROM t\nSELECT a FROM t WHERE b = 1\n");
  CHECK(body("if x:\n  q = 'SELECT 1'\nelse:\n  q = 'SELECT 2'\nc.execute(q)\n") == "SELECT 1\nSELECT 2\n");
  CHECK(body("if x:\n  q = 'SELECT 1'\nelif y:\n  q = 'SELECT 2'\nelse:\n  return\nc.execute(q)\n") ==
        "SELECT 1\nSELECT 2\n");
  CHECK(body("q = 'SELECT 1'\nif x:\n  q = 'SELECT 2'\n  c.execute(q)\n") == "SELECT 2\n");
  CHECK(body("if x:\n  q = 'SELECT 1'\nelse:\n  q = 'SELECT 2'\n  c.execute(q)\n") == "SELECT 2\n");
  CHECK(body("try:\n  q = 'SELECT 1'\nexcept E:\n  q = 'SELECT 2'\nc.execute(q)\n") == "SELECT 1\nSELECT 2\n");
  CHECK(body("with a as b:\n  q = 'SELECT 1'\nc.execute(q)\n") == "SELECT 1\n");
  CHECK(body("match x:\n  case 1:\n    q = 'SELECT 1'\n  case 2:\n    q = 'SELECT 2'\nc.execute(q)\n") ==
        "SELECT 1\nSELECT 2\n");
  CHECK(body("q = 'SELECT a FROM t WHERE 1=1'\nfor p in parts:\n  q += ' AND ' + p\nc.execute(q)\n") ==
        "SELECT a FROM t WHERE 1=1\n");
  CHECK(body("q = 'SELECT a FROM t'\nw = []\nif x:\n  w.append('b = 1')\nif w:\n  q += ' WHERE ' + ' AND "
             "'.join(w)\nc.execute(q)\n") == "SELECT a FROM t\nSELECT a FROM t WHERE 1=1\n");
  // one name, used twice: the same value in both places
  CHECK(body("t = 'a' if x else 'b'\nc.execute(f'SELECT {t}.id FROM {t}')\n") ==
        "SELECT a.id FROM a\nSELECT b.id FROM b\n");
  CHECK(body("t = 'a' if x else 'b'\nq = 'SELECT id FROM ' + t\nq += ' WHERE {}.c = 1'.format(t)\nc.execute(q)\n") ==
        "SELECT id FROM a WHERE a.c = 1\nSELECT id FROM b WHERE b.c = 1\n");
  CHECK(body("for t in ('a', 'b'):\n  c.execute('SELECT {}.id FROM {}'.format(t, t))\n") ==
        "SELECT a.id FROM a\nSELECT b.id FROM b\n");
  CHECK(body("w = ', d' if x else ''\nc.execute(f'SELECT a{w} FROM t GROUP BY a{w}')\n") ==
        "SELECT a, d FROM t GROUP BY a, d\nSELECT a FROM t GROUP BY a\n");
  // the near miss: assigned anew in between
  CHECK(body("t = 'a' if x else 'b'\nq = 'SELECT ' + t\nt = 'c' if y else 'd'\nq += ' FROM ' + t\nc.execute(q)\n") ==
        "SELECT a FROM c\nSELECT a FROM d\nSELECT b FROM c\nSELECT b FROM d\n");
  CHECK(body("q = 'SELECT a FROM t WHERE b = ?'\nfor p in parts:\n  q += ' AND ' + p\nc.execute(q)\n") ==
        "SELECT a FROM t WHERE b = ?\n");
  // four conditions, sixteen ways: eight in which any two conditions are met together, apart, and not at all
  CHECK(body("q = 'SELECT 1 WHERE 1'\nif x:\n  q += ' AND a'\nif x:\n  q += ' AND b'\nif x:\n  q += ' AND c'\n"
             "if x:\n  q += ' AND d'\nc.execute(q)\n") ==
        "SELECT 1 WHERE 1\nSELECT 1 WHERE 1 AND a AND d\nSELECT 1 WHERE 1 AND b AND d\nSELECT 1 WHERE 1 AND a AND b\n"
        "SELECT 1 WHERE 1 AND c AND d\nSELECT 1 WHERE 1 AND a AND c\nSELECT 1 WHERE 1 AND b AND c\n"
        "SELECT 1 WHERE 1 AND a AND b AND c AND d\n"
        "- SQL has more than 8 variants: the others are not looked at\n");
  // ways that no run makes aren't understood, and are dropped where others are; the near miss: none is understood
  CHECK(body("q = 'SELECT a FROM t'\nif x:\n  q += ' WHERE b = 1'\nif x:\n  q += ' AND c = 1'\nc.execute(q)\n") ==
        "SELECT a FROM t\nSELECT a FROM t WHERE b = 1\nSELECT a FROM t WHERE b = 1 AND c = 1\n");
  CHECK(body("q = 'SELECT a FROM t WHERE = 1'\nif x:\n  q += ' AND c = 1'\nc.execute(q)\n") ==
        "SELECT a FROM t WHERE = 1\nSELECT a FROM t WHERE = 1 AND c = 1\n");
}

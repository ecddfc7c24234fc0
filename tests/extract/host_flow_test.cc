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
  // four conditions, sixteen ways: what the last one may append is one hole
  CHECK(body("q = 'SELECT a FROM t'\nif x:\n  q += ' A'\nif x:\n  q += ' B'\nif x:\n  q += ' C'\nif x:\n  q += ' "
             "D'\nc.execute(q)\n") ==
        "SELECT a FROM t\nSELECT a FROM t A\nSELECT a FROM t B\nSELECT a FROM t A B\nSELECT a FROM t C\nSELECT a FROM "
        "t A C\nSELECT a FROM t B C\n"
        "SELECT a FROM t A B C\n");
}

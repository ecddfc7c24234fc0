#include "engine/sqlite/eqp.h"

#include "engine/sqlite/catalogue.h"

#include <doctest/doctest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace explaingate::sqlite_engine {
namespace {

std::string read(std::string_view text) {
  PlanNode node;
  node.detail = text;
  Line line = read_line(node);
  static constexpr std::string_view kKinds[] = {"loop",       "constant",     "or",      "arm",  "subquery", "derived",
                                                "compound",   "compound_arm", "setup",   "step", "sort",     "bloom",
                                                "right_join", "in_index",     "trigger", "other"};
  std::string out = fmt::format("{}: {}", kKinds[static_cast<size_t>(line.kind)], node.operation);
  auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out += fmt::format(" {}=[{}]", name, value);
  };
  add("alias", node.alias);
  add("index", node.index);
  add("terms", fmt::format("{}", fmt::join(node.terms, "|")));
  add("purpose", node.purpose);
  add("virtual", line.virtual_plan);
  auto flag = [&](bool set, std::string_view name) { out += set ? " " + std::string(name) : ""; };
  flag(line.covering, "covering");
  flag(line.left_join, "left");
  flag(line.rowid, "rowid");
  flag(line.primary_key, "key");
  flag(node.automatic, "automatic");
  flag(node.correlated, "correlated");
  flag(line.materialized, "materialized");
  flag(line.lower, "lower");
  flag(line.upper, "upper");
  if (line.equalities > 0) out += fmt::format(" eq={}", line.equalities);
  if (line.skipped > 0) out += fmt::format(" any={}", line.skipped);
  if (line.constant_rows > 0) out += fmt::format(" rows={}", line.constant_rows);
  if (line.number > 0) out += fmt::format(" n={}", line.number);
  return out;
}

TEST_CASE("lines of EXPLAIN QUERY PLAN") {
  struct Case {
    std::string_view line, want;
  };
  static constexpr Case kCases[] = {
      {"SCAN orders", "loop: SCAN alias=[orders]"},
      {"SCAN main.orders", "loop: SCAN alias=[main.orders]"},
      {"SCAN o LEFT-JOIN", "loop: SCAN alias=[o] left"},
      {"SCAN orders USING INDEX orders_status", "loop: SCAN alias=[orders] index=[orders_status]"},
      {"SCAN o USING COVERING INDEX i", "loop: SCAN alias=[o] index=[i] covering"},
      {"SEARCH o", "loop: SEARCH alias=[o]"},
      {"SEARCH o USING INTEGER PRIMARY KEY (rowid=?)",
       "loop: SEARCH alias=[o] index=[INTEGER PRIMARY KEY] terms=[rowid=?] rowid eq=1"},
      {"SEARCH o USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
       "loop: SEARCH alias=[o] index=[INTEGER PRIMARY KEY] terms=[rowid>?|rowid<?] rowid lower upper"},
      {"SEARCH p USING PRIMARY KEY (sku=? AND day=?) LEFT-JOIN",
       "loop: SEARCH alias=[p] index=[PRIMARY KEY] terms=[sku=?|day=?] left key eq=2"},
      {"SEARCH o USING INDEX i (a=? AND b>?)", "loop: SEARCH alias=[o] index=[i] terms=[a=?|b>?] lower eq=1"},
      {"SEARCH o USING INDEX i (ANY(a) AND b=?)", "loop: SEARCH alias=[o] index=[i] terms=[ANY(a)|b=?] eq=2 any=1"},
      {"SEARCH o USING INDEX i (<expr>=?)", "loop: SEARCH alias=[o] index=[i] terms=[<expr>=?] eq=1"},
      {"SEARCH o USING INDEX i ((a,b)>(?,?))", "loop: SEARCH alias=[o] index=[i] terms=[(a,b)>(?,?)] lower"},
      {"SEARCH b USING AUTOMATIC COVERING INDEX (y=?)", "loop: SEARCH alias=[b] terms=[y=?] automatic eq=1"},
      {"SEARCH b USING AUTOMATIC PARTIAL COVERING INDEX (y=?)", "loop: SEARCH alias=[b] terms=[y=?] automatic eq=1"},
      {"SCAN f VIRTUAL TABLE INDEX 0:M1", "loop: SCAN alias=[f] virtual=[0:M1]"},
      {"SCAN j VIRTUAL TABLE INDEX 1: LEFT-JOIN", "loop: SCAN alias=[j] virtual=[1:] left"},
      {"SCAN (subquery-2)", "loop: SCAN alias=[(subquery-2)]"},
      {"SCAN CONSTANT ROW", "constant: SCAN rows=1"},
      {"SCAN 3 CONSTANT ROWS", "constant: SCAN rows=3"},
      {"SCAN 3 CONSTANT THINGS", "loop: SCAN alias=[3 CONSTANT THINGS]"},
      {"MULTI-INDEX OR", "or: MULTI-INDEX OR"},
      {"INDEX 2", "arm: INDEX"},
      {"CORRELATED SCALAR SUBQUERY 4", "subquery: CORRELATED SCALAR SUBQUERY correlated n=4"},
      {"LIST SUBQUERY 1", "subquery: LIST SUBQUERY n=1"},
      {"REUSE LIST SUBQUERY 1", "other: REUSE LIST SUBQUERY 1"},
      {"CO-ROUTINE n", "derived: CO-ROUTINE alias=[n]"},
      {"MATERIALIZE my view", "derived: MATERIALIZE alias=[my view] materialized"},
      {"COMPOUND QUERY", "compound: COMPOUND QUERY"},
      {"MERGE (UNION ALL)", "compound: UNION ALL"},
      {"LEFT-MOST SUBQUERY", "compound_arm: LEFT-MOST SUBQUERY"},
      {"UNION ALL", "compound_arm: UNION ALL"},
      {"EXCEPT USING TEMP B-TREE", "compound_arm: EXCEPT purpose=[EXCEPT]"},
      {"LEFT", "compound_arm: LEFT"},
      {"SETUP", "setup: SETUP"},
      {"RECURSIVE STEP", "step: RECURSIVE STEP"},
      {"USE TEMP B-TREE FOR RIGHT PART OF ORDER BY", "sort: USE TEMP B-TREE purpose=[RIGHT PART OF ORDER BY]"},
      {"USE TEMP B-TREE FOR count(DISTINCT)", "sort: USE TEMP B-TREE purpose=[count(DISTINCT)]"},
      {"BLOOM FILTER ON o (id=?)", "bloom: BLOOM FILTER alias=[o] terms=[id=?]"},
      {"RIGHT-JOIN c", "right_join: RIGHT-JOIN alias=[c]"},
      {"USING INDEX i FOR IN-OPERATOR", "in_index: IN-OPERATOR index=[i]"},
      {"USING ROWID SEARCH ON TABLE t FOR IN-OPERATOR", "in_index: IN-OPERATOR alias=[t]"},
      // Names are unquoted in the plan. The near miss of a suffix belongs to the name, a whole one can't be told apart.
      {"SCAN a USING b", "loop: SCAN alias=[a USING b]"},
      {"SCAN my orders (old) USING INDEX my index", "loop: SCAN alias=[my orders (old)] index=[my index]"},
      {"SEARCH o USING INDEX i (a=? AND b", "loop: SEARCH alias=[o] index=[i (a=? AND b]"},
      {"SEARCH x USING INTEGER PRIMARY KEY", "loop: SEARCH alias=[x USING INTEGER PRIMARY KEY]"},
      {"SEARCH ", "loop: SEARCH"},
      {"", "other: "},
      {"CORRELATED", "other: CORRELATED"},
      {"SOMETHING NEW IN SQLITE 9", "other: SOMETHING NEW IN SQLITE 9"},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.line);
    CHECK(read(c.line) == c.want);
  }
}

TEST_CASE("values that a declaration allows") {
  struct Case {
    std::string_view table, column, type;
    int want;
  };
  static constexpr Case kCases[] = {
      {"CREATE TABLE t(a BOOLEAN)", "a", "BOOLEAN", 2},
      {"CREATE TABLE t(a INTEGER CHECK (a IN (0, 1)))", "a", "INTEGER", 2},
      {"CREATE TABLE t(a TEXT CHECK (\"a\" IN ('x', 'y(', 'z,')), b TEXT)", "a", "TEXT", 3},
      {"CREATE TABLE t(a TEXT CHECK (a IN ('x', 'y')), b TEXT)", "b", "TEXT", 0},
      {"CREATE TABLE t(a INTEGER, CHECK (a = 0 OR a = 1))", "a", "INTEGER", 2},
      {"CREATE TABLE t(a INTEGER CHECK (a IS NULL OR a IN (1,2,3)))", "a", "INTEGER", 3},
      {"CREATE TABLE t(a INTEGER CHECK (a BETWEEN 1 AND 5))", "a", "INTEGER", 5},
      {"CREATE TABLE t(a INTEGER CHECK (a BETWEEN 1 AND 5000000))", "a", "INTEGER", 0},
      {"CREATE TABLE t(a INTEGER CHECK (a IN (1, 2) OR b > 3), b)", "a", "INTEGER", 0},
      {"CREATE TABLE t(a INTEGER CHECK (a = 0 OR b = 1), b)", "a", "INTEGER", 0},
      {"CREATE TABLE t(a INTEGER CHECK (a > 0))", "a", "INTEGER", 0},
      {"CREATE TABLE t(a INTEGER CHECK (a IN (", "a", "INTEGER", 0},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.table);
    CHECK(allowed_values(c.table, c.column, c.type) == c.want);
  }
}

}  // namespace
}  // namespace explaingate::sqlite_engine

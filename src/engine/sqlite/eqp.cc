// SQLite writes its plan lines with fixed formats, in wherecode.c (sqlite3WhereExplainOneScan, explainIndexRange,
// sqlite3WhereExplainBloomFilter), select.c (multiSelect, generateWithRecursiveQuery, explainTempTable), expr.c
// (subqueries, IN) and where.c (RIGHT-JOIN). The shapes read here, of 3.40.1; `[ ]` may be missing:
//
//   SCAN name | SEARCH name, then one of
//       (nothing)                                              table scan; SEARCH: min() or max()
//       USING [COVERING] INDEX index [(terms)]
//       USING AUTOMATIC [PARTIAL] COVERING INDEX [(terms)]
//       USING PRIMARY KEY (terms)                               WITHOUT ROWID
//       USING INTEGER PRIMARY KEY (rowid=?)  (rowid>? AND rowid<?)
//       VIRTUAL TABLE INDEX 2:E0C1
//   then [LEFT-JOIN]
//   terms: a=? AND b>? AND b<?, <expr>=?, ANY(a) (skip-scan), (a,b)>(?,?) (row values)
//
// Names stand there without quotes, so a hostile name can hold " USING INDEX". The first " USING " after which the
// whole rest reads as a suffix is taken: `SCAN x USING COVERING INDEX i` qualifies; in `SCAN a USING b` nothing after
// USING reads as one, and the name is `a USING b`. A name that copies a whole suffix gets a wrong node, nothing worse.
#include "engine/sqlite/eqp.h"

#include <charconv>

namespace explaingate::sqlite_engine {
namespace {

// Removes `prefix` from the front of `text` if it is there.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// A decimal number up to the end or a blank; 0 and false when there is none.
bool take_number(std::string_view& text, int& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// "a=? AND (b,c)>(?,?)" → its terms; a blank-AND-blank inside parentheses doesn't part.
void split_terms(std::string_view text, std::vector<std::string>& terms) {
  constexpr std::string_view kAnd = " AND ";
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (depth == 0 && text.substr(i, kAnd.size()) == kAnd) {
      terms.emplace_back(text.substr(start, i - start));
      start = i + kAnd.size();
    }
  }
  terms.emplace_back(text.substr(start));
}

void classify_terms(const std::vector<std::string>& terms, Line& line) {
  for (const std::string& term : terms) {
    std::string_view text = term;
    if (text.starts_with("ANY(") && text.ends_with(")")) {
      ++line.equalities;
      ++line.skipped;
    } else if (text.ends_with("=?") || text.ends_with(")=(?)")) {
      ++line.equalities;
    } else if (text.ends_with(">?") || text.find(")>(?") != std::string_view::npos) {
      line.lower = true;
    } else if (text.ends_with("<?") || text.find(")<(?") != std::string_view::npos) {
      line.upper = true;
    }
  }
}

// " (…)" at the very end; `rest` loses it.
std::string_view take_parenthesis(std::string_view& rest) {
  if (!rest.ends_with(')')) return {};
  int depth = 0;
  for (size_t i = rest.size(); i-- > 0;) {
    if (rest[i] == ')') ++depth;
    if (rest[i] == '(' && --depth == 0) {
      if (i == 0 || rest[i - 1] != ' ') return {};
      std::string_view inside = rest.substr(i + 1, rest.size() - i - 2);
      rest = rest.substr(0, i - 1);
      return inside;
    }
  }
  return {};
}

// What follows " USING ". False when it isn't one of the known forms.
bool read_using(std::string_view rest, PlanNode& node, Line& line) {
  Line found = line;
  std::string_view terms = take_parenthesis(rest);
  std::string_view index;
  bool automatic = false;
  if (rest == "INTEGER PRIMARY KEY") {
    if (terms.empty()) return false;
    found.rowid = true;
    index = rest;
  } else if (rest == "PRIMARY KEY") {
    found.primary_key = true;
    index = rest;
  } else if (rest == "AUTOMATIC COVERING INDEX" || rest == "AUTOMATIC PARTIAL COVERING INDEX" ||
             rest == "AUTOMATIC INDEX") {
    automatic = true;
  } else {
    found.covering = take(rest, "COVERING ");
    if (!take(rest, "INDEX ") || rest.empty()) return false;
    index = rest;
  }
  line = found;
  node.automatic = automatic;
  node.index = index;
  if (!terms.empty()) {
    split_terms(terms, node.terms);
    classify_terms(node.terms, line);
  }
  return true;
}

void read_loop(std::string_view text, PlanNode& node, Line& line) {
  line.kind = LineKind::kLoop;
  constexpr std::string_view kLeftJoin = " LEFT-JOIN";
  if (text.ends_with(kLeftJoin)) {
    line.left_join = true;
    text.remove_suffix(kLeftJoin.size());
  }
  constexpr std::string_view kUsing = " USING ";
  for (size_t at = text.find(kUsing); at != std::string_view::npos; at = text.find(kUsing, at + 1)) {
    if (read_using(text.substr(at + kUsing.size()), node, line)) {
      node.alias = text.substr(0, at);
      return;
    }
  }
  constexpr std::string_view kVirtual = " VIRTUAL TABLE INDEX ";
  if (size_t at = text.rfind(kVirtual); at != std::string_view::npos) {
    line.virtual_table = true;
    line.virtual_plan = text.substr(at + kVirtual.size());
    text = text.substr(0, at);
  }
  node.alias = text;
}

// "3 CONSTANT ROWS", "CONSTANT ROW". An alias could read the same; a table called so isn't worth a thought.
bool read_constant_rows(std::string_view text, Line& line) {
  if (text == "CONSTANT ROW") {
    line.constant_rows = 1;
    return true;
  }
  int rows = 0;
  if (!take_number(text, rows) || (text != " CONSTANT ROWS" && text != " CONSTANT ROW")) return false;
  line.constant_rows = rows;
  return true;
}

bool read_subquery(std::string_view text, PlanNode& node, Line& line) {
  node.correlated = take(text, "CORRELATED ");
  std::string_view kind = text.starts_with("SCALAR SUBQUERY ") ? "SCALAR SUBQUERY"
                          : text.starts_with("LIST SUBQUERY ") ? "LIST SUBQUERY"
                                                               : "";
  if (kind.empty()) return false;
  text.remove_prefix(kind.size() + 1);
  if (!take_number(text, line.number)) return false;
  line.kind = LineKind::kSubquery;
  node.operation = node.correlated ? "CORRELATED " + std::string(kind) : std::string(kind);
  return true;
}

bool read_derived(std::string_view text, PlanNode& node, Line& line) {
  line.materialized = text.starts_with("MATERIALIZE ");
  if (!line.materialized && !text.starts_with("CO-ROUTINE ")) return false;
  size_t blank = text.find(' ');
  node.operation = text.substr(0, blank);
  node.alias = text.substr(blank + 1);
  line.kind = LineKind::kDerived;
  return true;
}

bool read_set_operation(std::string_view text, PlanNode& node, Line& line) {
  if (text == "COMPOUND QUERY" || (text.starts_with("MERGE (") && text.ends_with(')'))) {
    line.kind = LineKind::kCompound;
    node.operation = text == "COMPOUND QUERY" ? text : text.substr(7, text.size() - 8);
    return true;
  }
  static constexpr std::string_view kArms[] = {"LEFT-MOST SUBQUERY", "UNION ALL", "UNION", "EXCEPT",
                                               "INTERSECT",          "LEFT",      "RIGHT"};
  for (std::string_view arm : kArms) {
    std::string_view rest = text;
    if (!take(rest, arm) || (!rest.empty() && rest != " USING TEMP B-TREE")) continue;
    line.kind = LineKind::kCompoundArm;
    node.operation = arm;
    if (!rest.empty()) node.purpose = arm;
    return true;
  }
  return false;
}

bool read_helper(std::string_view text, PlanNode& node, Line& line) {
  constexpr std::string_view kTempBTree = "USE TEMP B-TREE";
  constexpr std::string_view kBloom = "BLOOM FILTER ON ";
  constexpr std::string_view kRightJoin = "RIGHT-JOIN ";
  constexpr std::string_view kForIn = " FOR IN-OPERATOR";
  std::string_view rest = text;
  if (take(rest, kTempBTree)) {
    line.kind = LineKind::kTempBTree;
    node.operation = kTempBTree;
    if (take(rest, " FOR ")) node.purpose = rest;
  } else if (take(rest, kBloom)) {
    line.kind = LineKind::kBloom;
    node.operation = "BLOOM FILTER";
    std::string_view terms = take_parenthesis(rest);
    if (!terms.empty()) split_terms(terms, node.terms);
    node.alias = rest;
  } else if (take(rest, kRightJoin)) {
    line.kind = LineKind::kRightJoin;
    node.operation = "RIGHT-JOIN";
    node.alias = rest;
  } else if (rest.starts_with("USING ") && rest.ends_with(kForIn)) {
    rest = rest.substr(6, rest.size() - 6 - kForIn.size());
    line.kind = LineKind::kInIndex;
    node.operation = "IN-OPERATOR";
    if (take(rest, "INDEX "))
      node.index = rest;
    else if (take(rest, "ROWID SEARCH ON TABLE "))
      node.alias = rest;
  } else {
    return false;
  }
  return true;
}

}  // namespace

Line read_line(PlanNode& node) {
  Line line;
  std::string_view text = node.detail;
  if (take(text, "SCAN ")) {
    node.operation = "SCAN";
    if (read_constant_rows(text, line))
      line.kind = LineKind::kConstantRows;
    else
      read_loop(text, node, line);
    return line;
  }
  if (take(text, "SEARCH ")) {
    node.operation = "SEARCH";
    line.search = true;
    read_loop(text, node, line);
    return line;
  }
  if (read_subquery(text, node, line) || read_derived(text, node, line) || read_set_operation(text, node, line) ||
      read_helper(text, node, line))
    return line;
  node.correlated = false;
  node.operation = text;
  int arm = 0;
  std::string_view rest = text;
  if (text == "MULTI-INDEX OR")
    line.kind = LineKind::kMultiIndexOr;
  else if (take(rest, "INDEX ") && take_number(rest, arm) && rest.empty())
    line.kind = LineKind::kOrArm, node.operation = "INDEX";
  else if (text == "SETUP")
    line.kind = LineKind::kSetup;
  else if (text == "RECURSIVE STEP")
    line.kind = LineKind::kRecursiveStep;
  return line;
}

}  // namespace explaingate::sqlite_engine

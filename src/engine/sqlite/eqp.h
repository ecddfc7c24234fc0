// Reader of one line of SQLite's EXPLAIN QUERY PLAN.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace explaingate::sqlite_engine {

enum class LineKind {
  kLoop,          // SCAN, SEARCH
  kConstantRows,  // SCAN CONSTANT ROW, SCAN 3 CONSTANT ROWS
  kMultiIndexOr,  // MULTI-INDEX OR
  kOrArm,         // INDEX 1
  kSubquery,      // [CORRELATED] SCALAR SUBQUERY 1, LIST SUBQUERY 1
  kDerived,       // CO-ROUTINE x, MATERIALIZE x
  kCompound,      // COMPOUND QUERY, MERGE (UNION ALL)
  kCompoundArm,   // LEFT-MOST SUBQUERY, UNION ALL, LEFT, RIGHT …
  kSetup,         // of a recursive CTE
  kRecursiveStep,
  kTempBTree,  // USE TEMP B-TREE FOR …
  kBloom,      // BLOOM FILTER ON x (…)
  kRightJoin,  // RIGHT-JOIN x: the pass over rows that found no partner
  kInIndex,    // USING INDEX x FOR IN-OPERATOR, USING ROWID SEARCH ON TABLE x FOR IN-OPERATOR
  kTrigger,    // start of a trigger's or a foreign-key action's own program
  kOther,      // REUSE …, and whatever a newer SQLite says
};

// What the line says; `node` gets operation, alias, index, terms, purpose, flags and (where the line alone decides)
// access.
struct Line {
  LineKind kind = LineKind::kOther;
  bool search = false;
  bool covering = false;
  bool left_join = false;
  bool primary_key = false;  // USING PRIMARY KEY: of a WITHOUT ROWID table
  bool rowid = false;        // USING INTEGER PRIMARY KEY
  bool virtual_table = false;
  bool materialized = false;  // kDerived
  int equalities = 0;         // leading terms of the index that are `=`; ANY(…) takes a place too
  int skipped = 0;            // ANY(…)
  bool lower = false, upper = false;
  int constant_rows = 0;
  int number = 0;                 // of a subquery
  std::string_view virtual_plan;  // after "VIRTUAL TABLE INDEX": "0:M1"; a view into node.detail
};

// `node.detail` is the line. Never fails: an unknown line is kOther with operation = the whole line.
[[nodiscard]] Line read_line(PlanNode& node);

}  // namespace explaingate::sqlite_engine

// The tree that EXPLAIN (FORMAT JSON, VERBOSE) prints, as plain structs: PostgreSQL's words and numbers, unchanged.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace explaingate::postgres {

struct RawNode {
  std::string type;          // "Node Type": "Seq Scan", "Aggregate", "ModifyTable" …
  std::string relationship;  // to its parent: "Outer", "Inner", "Member", "InitPlan", "SubPlan", "Subquery"
  std::string subplan;       // "SubPlan 1", "CTE recent", "InitPlan 1 (returns $0)"
  std::string join_type;     // "Inner", "Left", "Semi", "Anti" …
  std::string strategy;      // of Aggregate and SetOp: "Plain", "Sorted", "Hashed", "Mixed"
  std::string partial_mode;  // of Aggregate: "Simple", "Partial", "Finalize"
  std::string operation;     // of ModifyTable: "Insert", "Update", "Delete", "Merge"
  std::string command;       // of SetOp: "Except", "Intersect All" …
  std::string schema, relation, alias, index;
  std::string named;  // CTE, function, tuplestore or custom provider that the node reads
  std::string index_condition, recheck_condition, filter, join_condition, join_filter, tid_condition, cache_key,
      one_time_filter, order_by;
  std::vector<std::string> sort_key, presorted_key, group_key, output;
  bool parallel_aware = false, backward = false, inner_unique = false;
  double startup_cost = 0, total_cost = 0, rows = 0;
  int width = 0;             // bytes of a row
  int workers = 0;           // of Gather and Gather Merge: planned
  int subplans_removed = 0;  // of Append: partitions that were pruned
  std::vector<RawNode> children;
  double actual_rows = 0, removed = 0, loops = 0;  // measured: rows out and filtered away, each loop
  size_t at = 0;                                   // position in pre-order
};

// Measured beside planned, from EXPLAIN (ANALYZE, BUFFERS): of the root, with what is below it.
struct RawTotals {
  double shared_hit = 0, shared_read = 0, temp_read = 0, temp_written = 0;
};

// kStatement where the text isn't such a plan, or nested deeper than is worked on.
[[nodiscard]] Result<RawNode> read_plan(std::string_view json, RawTotals* totals = nullptr);

}  // namespace explaingate::postgres

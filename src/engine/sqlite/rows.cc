// Rows of a plan, from the plan's tree and the statistics that the planner was given.
//
// SQLite runs one SELECT as nested loops, in the order of the lines. So the rows that one line hands on are the starts
// of the next. At customers = 10,000 and orders = 100,000 with an index on orders(customer_id), ten orders a customer:
//
//     SCAN customers                                      starts 1       reads 10,000    hands on 10,000
//     SEARCH orders USING INDEX … (customer_id=?)         starts 10,000  reads 100,000   hands on 100,000
//
// Without the index and without an automatic one it is 10,000 × 100,000, and at ten times the data a hundred times
// that: the growth exponent is 2. A near miss is an automatic index: 100,000 rows read once to build it, then ten a
// start: exponent 1.
//
// What reads less than it could:
//   - LIMIT k ends the loops after k rows, if they hand rows on as they find them (no sort, no aggregate) and if rows
//   that fit
//     come soon. `WHERE status = 'open' LIMIT 10`, with 4 values of status, reads about 40. `WHERE email = ? LIMIT 1`
//     without an index may find its row at the end, or never: it reads all. EXISTS and scalar subqueries are LIMIT 1.
//   - GROUP BY, DISTINCT and aggregates hand on groups; the work in front of them stays.
//   - a subquery that isn't correlated runs once; a correlated one for each row that reached its place in the lines.
//   - materialised rows are made once and read by the SCAN of that name.
// A recursive CTE hands on kRecursionSteps rows for each row it starts with: nothing in plan or statistics tells the
// depth of a tree, and ten levels are a deep one.
#include "engine/sqlite/rows.h"

#include <algorithm>
#include <cmath>

namespace explaingate::sqlite_engine {
namespace {

constexpr double kRecursionSteps = 10;
constexpr double kPlaceholderLimit = 100;  // LIMIT ?
constexpr double kAssumedOffset = 100;     // rows passed over: the parser says that there is an OFFSET, not which
constexpr int kMaxDepth = 200;             // of subqueries; SQLite's own limits end earlier
constexpr double kMaxRows = 1e100;         // products of hostile joins stay finite

double bounded(double rows) {
  return std::isfinite(rows) ? std::min(rows, kMaxRows) : kMaxRows;
}

}  // namespace

Metrics RowModel::run(std::vector<PlanNode>& nodes, const std::vector<Line>& lines, const PlanRequest& request) {
  nodes_ = &nodes;
  lines_ = &lines;
  request_ = &request;
  places_.assign(nodes.size(), {});
  derived_.clear();
  depth_ = 0;
  scope_.build(request.parsed, request.text, names_, views_);
  find_ends();
  Range all{0, nodes.size()};
  resolve(all, scope_.blocks.empty() ? -1 : 0, true);
  scope_.settle_predicates();
  skip_unused_foreign_keys();
  opened_.assign(scope_.tables.size(), false);

  bool reads = request.parsed == nullptr || request.parsed->kind == StatementKind::kSelect;
  Metrics metrics;
  metrics.rows_returned = reads ? select(all, scope_.blocks.empty() ? -1 : 0, 1, false) : data_change(all);
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].rows_examined = bounded(nodes[i].rows_examined);
    nodes[i].rows_out = bounded(nodes[i].rows_out);
    nodes[i].executions = bounded(nodes[i].executions);
    metrics.rows_examined += nodes[i].rows_examined;
    metrics.rows_sorted += bounded(places_[i].sorted);
    metrics.cost += bounded(places_[i].sort_cost);
    bool by_entry = nodes[i].access == Access::kSearch || nodes[i].access == Access::kScan;
    if (by_entry && !nodes[i].index.empty() && !lines[i].rowid) metrics.look_ups += nodes[i].rows_examined;
  }
  metrics.rows_returned = bounded(metrics.rows_returned);
  if (nodes.empty()) metrics.rows_examined = 1;  // INSERT … VALUES has no plan: one row is written
  metrics.cost += metrics.rows_examined;
  // Look-ups that never run are no part of the plan (skip_unused_foreign_keys); lines() and rules must not see them.
  for (size_t i = nodes.size(); i-- > 0;)
    if (places_[i].unused) nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(i));
  return metrics;
}

// The statement's own loops find the rows to change; foreign keys and triggers then work once for each of them.
double RowModel::data_change(Range range) {
  size_t own = range.begin;
  while (own < range.end && !places_[own].beside) own = places_[own].end;
  bool insert = request_->parsed->kind == StatementKind::kInsert;
  double changed = own > range.begin ? select({range.begin, own}, insert ? -1 : 0, 1, false) : 1;
  if (insert && !scope_.blocks.empty() && own > range.begin) changed = std::max(1.0, changed);
  auto run_each = [&](Range lines) {
    for (size_t at = lines.begin; at < lines.end; at = places_[at].end) {
      Flow flow{.block = -1, .starts = changed, .rows = changed};
      if (!places_[at].unused) line(at, lines, flow);
    }
  };
  for (size_t at = own; at < range.end; at = places_[at].end) {
    if ((*lines_)[at].kind == LineKind::kTrigger) {
      // A program holds several statements, whose loops stand side by side: each starts once for each row. A join in a
      // trigger is thereby read as two statements, which is the smaller mistake.
      (*nodes_)[at].executions = changed;
      run_each(below(at));
    } else {
      run_each({at, places_[at].end});
    }
  }
  return changed;
}

double RowModel::select(Range range, int block, double starts, bool window) {
  if (++depth_ > kMaxDepth) {
    --depth_;
    return starts;
  }
  Flow flow{.block = block, .starts = starts, .rows = starts};
  bool recursive = range.begin < range.end && (*lines_)[range.begin].kind == LineKind::kSetup;
  if (recursive) {
    flow.rows = recursion(range, starts);
  } else {
    for (size_t at = range.begin; at < range.end; at = places_[at].end) line(at, range, flow);
  }
  double rows = finish(range, flow, window);
  --depth_;
  return rows;
}

void RowModel::line(size_t at, Range range, Flow& flow) {
  PlanNode& node = (*nodes_)[at];
  const Line& line = (*lines_)[at];
  switch (line.kind) {
    case LineKind::kLoop:
      loop(at, range, flow);
      break;
    case LineKind::kMultiIndexOr:
      multi_index_or(at, flow);
      break;
    case LineKind::kConstantRows:
      node.access = Access::kConstant;
      node.executions = flow.rows;
      node.rows_examined = node.rows_out = flow.rows = flow.rows * line.constant_rows;
      break;
    case LineKind::kSubquery:
      if (!places_[at].done) run_subquery(at, node.correlated ? flow.rows : 1);
      apply_late(flow);
      break;
    case LineKind::kDerived:
      flow.window_inside = flow.window_inside || places_[at].window;
      run_derived(at, flow);
      break;
    case LineKind::kCompound:
      flow.rows = compound(at, flow.starts);
      break;
    case LineKind::kTempBTree:
      flow.sorts = true;
      break;
    case LineKind::kBloom: {
      // A filter over the inner table's keys, built once by reading that table.
      const TableInfo* info = places_[at].info;
      node.executions = 1;
      if (info != nullptr) node.relation = info->table->name;
      node.rows_examined = node.rows_out = info != nullptr ? std::max(1.0, info->rows) : 0;
      break;
    }
    case LineKind::kRightJoin: {
      // The pass over the right table for rows without a partner.
      flow.sorts = true;  // no LIMIT ends it early
      double rows = select(below(at), -1, flow.starts, false);
      node.executions = flow.starts;
      node.rows_out = rows;
      flow.rows = std::max(flow.rows, rows);
      break;
    }
    case LineKind::kInIndex: {
      double rows = 0;
      if (auto index = names_.index_by_name.find(node.index); index != names_.index_by_name.end()) {
        const IndexInfo& info = names_.indexes[index->second];
        node.relation = names_.tables[info.table].table->name;
        rows = info.prefix_rows.empty() ? info.entries : info.entries / info.prefix_rows[0];
      } else if (auto table = names_.table_by_name.find(node.alias); table != names_.table_by_name.end()) {
        node.relation = names_.tables[table->second].table->name;
        rows = names_.tables[table->second].rows;
      }
      node.executions = flow.starts;
      node.rows_out = rows;
      break;
    }
    default:
      node.executions = flow.starts;
      break;
  }
}

// `WHERE o.total > (SELECT avg(…) … WHERE i.customer_id = o.customer_id)`: the subquery runs for every row of o, and
// only then is a row dropped.
void RowModel::apply_late(Flow& flow) {
  if (flow.late_line < 0) return;
  PlanNode& loop = (*nodes_)[static_cast<size_t>(flow.late_line)];
  loop.rows_out = std::max(1.0, loop.rows_out * flow.late);
  flow.rows = std::max(1.0, flow.rows * flow.late);
  flow.late = 1;
  flow.late_line = -1;
}

void RowModel::run_subquery(size_t at, double starts) {
  PlanNode& node = (*nodes_)[at];
  places_[at].done = true;
  node.executions = starts;
  node.rows_out = select(below(at), places_[at].block, starts, false);
}

void RowModel::run_derived(size_t at, const Flow& flow) {
  PlanNode& node = (*nodes_)[at];
  const Place& place = places_[at];
  bool correlated = place.block >= 0 && scope_.blocks[static_cast<size_t>(place.block)].info->correlated;
  // Materialised once for the statement (OP_Once) unless it depends on the row outside; a co-routine starts anew each
  // time.
  double starts = (*lines_)[at].materialized && !correlated ? 1 : flow.starts;
  node.executions = starts;
  node.rows_out = select(below(at), place.block, starts, place.window);
  derived_.push_back({node.alias, place.block, std::max(1.0, node.rows_out / std::max(1.0, starts))});
}

double RowModel::compound(size_t at, double starts) {
  PlanNode& node = (*nodes_)[at];
  node.executions = starts;
  double rows = 0, different = 0;  // different: had every operand been DISTINCT
  bool first = true;
  for (size_t arm = at + 1; arm < places_[at].end; arm = places_[arm].end) {
    PlanNode& part = (*nodes_)[arm];
    double found = select(below(arm), places_[arm].block, starts, false);
    places_[arm].streams = streamed_;
    double own = groups(scope_.outputs, places_[arm].block, Ordering::Kind::kDistinct, found, starts);
    part.executions = starts;
    part.rows_out = found;
    std::string_view operation = part.operation == "RIGHT" ? std::string_view(node.operation) : part.operation;
    // What went into the temp b-tree: this arm, and with the first operation the left-most one.
    if (!part.purpose.empty()) sort(arm, rows + found, starts);
    if (first || operation.starts_with("UNION")) {
      rows += found;
      different += own;
      if (!first && operation == "UNION") rows = different;
    } else if (operation == "INTERSECT") {
      rows = different = std::min(different, own);
    } else {
      rows = different;
    }
    first = false;
  }
  return node.rows_out = rows;
}

// LIMIT over UNION ALL: an operand runs until the rows are together, those behind it don't run at all. One that sorts
// or groups is worked off before its first row. A merge (ORDER BY) and a temp b-tree (UNION …) read all operands.
void RowModel::cut_union_all(Range range, double wanted, double starts) {
  for (size_t at = range.begin; at < range.end; at = places_[at].end) {
    if ((*lines_)[at].kind != LineKind::kCompound) continue;
    auto is_union_all = [&](size_t arm) {
      const PlanNode& part = (*nodes_)[arm];
      return part.purpose.empty() && (arm == at + 1 || part.operation == "UNION ALL");
    };
    if ((*nodes_)[at].operation != "COMPOUND QUERY") return;  // MERGE
    for (size_t arm = at + 1; arm < places_[at].end; arm = places_[arm].end)
      if (!is_union_all(arm)) return;
    double left = wanted;
    for (size_t arm = at + 1; arm < places_[at].end; arm = places_[arm].end) {
      PlanNode& part = (*nodes_)[arm];
      double found = part.rows_out;
      if (left <= 0 || (places_[arm].streams && found > left)) {
        cut(below(arm), std::max(0.0, left) / std::max(1.0, found), starts);
        part.rows_out = std::max(0.0, left);
      }
      left -= found;
    }
    (*nodes_)[at].rows_out = std::min((*nodes_)[at].rows_out, wanted);
  }
}

double RowModel::recursion(Range range, double starts) {
  double rows = starts;
  for (size_t at = range.begin; at < range.end; at = places_[at].end) {
    PlanNode& node = (*nodes_)[at];
    if ((*lines_)[at].kind == LineKind::kSetup) {
      node.executions = starts;
      node.rows_out = select(below(at), places_[at].block, starts, false);
      rows = node.rows_out * kRecursionSteps;
    } else if ((*lines_)[at].kind == LineKind::kRecursiveStep) {
      // Once for each row of the queue, which its own SCAN hands out one at a time.
      for (size_t i = at + 1; i < places_[at].end; ++i)
        if ((*lines_)[i].kind == LineKind::kLoop && places_[i].info == nullptr) {
          derived_.push_back({(*nodes_)[i].alias, -1, 1});
          if (int table = places_[i].table; table >= 0)
            derived_.back().block = scope_.tables[static_cast<size_t>(table)].inner_block;
          break;
        }
      node.executions = rows;
      select(below(at), places_[at].block, rows, false);
      node.rows_out = rows;
    }
  }
  return rows;
}

// Groups of GROUP BY or DISTINCT: the product of the columns' different values; an expression or a column that nothing
// is known of may have as many values as there are rows.
double RowModel::groups(int block, Ordering::Kind kind, double rows, double starts) const {
  return groups(scope_.orderings, block, kind, rows, starts);
}

double RowModel::groups(const std::vector<ScopeColumns>& columns, int block, Ordering::Kind kind, double rows,
                        double starts) const {
  double product = starts;
  bool any = false;
  for (const ScopeColumns& column : columns) {
    if (column.block != block || column.kind != kind) continue;
    any = true;
    double values = column.column.empty() ? 0 : distinct(column.table, column.column);
    if (values <= 0) return rows;
    product = bounded(product * values);
  }
  return any ? std::min(rows, product) : rows;
}

void RowModel::sort(size_t at, double rows, double starts) {
  PlanNode& node = (*nodes_)[at];
  double each = rows / std::max(1.0, starts);
  node.executions = starts;
  node.rows_out = std::max(node.rows_out, rows);
  places_[at].sorted = rows;
  places_[at].sort_cost = rows * std::log2(std::max(each, 2.0));
}

// True when a condition of the block isn't among the residual ones that loops know: then nobody can say how soon a row
// fits.
bool RowModel::has_unknown_filter(int block) const {
  if (block < 0) return true;
  for (size_t i = 0; i < scope_.blocks.size(); ++i)
    if (scope_.blocks[i].parent == block && scope_.blocks[i].info->kind == QueryBlock::Kind::kExists) return true;
  for (const ScopePredicate& entry : scope_.predicates)
    if (entry.table < 0 || entry.predicate->clause == Clause::kHaving) return true;
  return false;
}

// Where the innermost loop gives the rows in the order of an index that begins with the DISTINCT columns, and at least
// twelve rows share them, SQLite seeks from one value to the next (where.c: LogEst 36): it reads as many rows as there
// are values, times the rows that a filter passes over in each. Only for one loop, where nothing else sets the order.
void RowModel::skip_duplicates(Range range, const Flow& flow) {
  constexpr double kLeastShared = 12.1;                       // 2^3.6
  if (flow.sparse || has_unknown_filter(flow.block)) return;  // a value may have no row that fits
  size_t loop = range.end;
  for (size_t at = range.begin; at < range.end; at = places_[at].end) {
    LineKind kind = (*lines_)[at].kind;
    if (kind == LineKind::kTempBTree && (*nodes_)[at].purpose != "DISTINCT") continue;
    if (kind != LineKind::kLoop || loop != range.end) return;
    loop = at;
  }
  const IndexInfo* index = loop < range.end ? index_at(loop) : nullptr;
  if (index == nullptr || (*nodes_)[loop].automatic) return;
  PlanNode& node = (*nodes_)[loop];
  std::vector<std::string_view> wanted;
  for (const ScopeColumns& column : scope_.orderings) {
    if (column.block != flow.block || column.kind != Ordering::Kind::kDistinct) continue;
    if (column.column.empty() || column.table != places_[loop].table) return;
    wanted.push_back(column.column);
  }
  size_t prefix = 0, met = 0;
  for (; prefix < index->columns.size(); ++prefix) {
    const std::string& name = index->columns[prefix];
    bool bound = std::find(node.terms.begin(), node.terms.end(), name + "=?") != node.terms.end();
    bool asked = std::any_of(wanted.begin(), wanted.end(), [&](std::string_view one) { return same_name(one, name); });
    if (!bound && !asked) break;
    met += asked ? 1 : 0;
  }
  if (wanted.empty() || met < wanted.size() || prefix > index->prefix_rows.size()) return;
  double shared = index->prefix_rows[prefix - 1];
  if (shared < kLeastShared) return;
  double passed = node.rows_examined / std::max(1.0, node.rows_out);  // rows read for one that fits
  double values = std::max(flow.starts, node.rows_examined / shared);
  node.rows_examined = std::min(node.rows_examined, values * std::min(passed, shared));
  node.rows_out = std::min(node.rows_out, values);
}

// Aggregates, groups, DISTINCT, sorts and LIMIT, in the order in which SQLite applies them.
double RowModel::finish(Range range, Flow& flow, bool window) {
  const QueryBlock* info = flow.block >= 0 ? scope_.blocks[static_cast<size_t>(flow.block)].info : nullptr;
  apply_late(flow);
  double entering = flow.rows, grouped = flow.rows;
  bool compound = info != nullptr && !info->set_operation.empty();
  bool aggregate = info != nullptr && info->has_aggregate && !info->has_group_by && !compound && !info->has_window;
  if (info != nullptr && !compound && !flow.window_inside) {
    if (info->has_group_by) grouped = groups(flow.block, Ordering::Kind::kGroupBy, grouped, flow.starts);
    if (aggregate) grouped = flow.starts;
  }
  double out = grouped;
  streamed_ = info != nullptr && !flow.sorts && !flow.sparse && !info->has_aggregate && !info->has_group_by &&
              !compound && !info->distinct && !flow.window_inside && !has_unknown_filter(flow.block);
  if (info != nullptr && info->distinct && !compound && !window && !info->has_aggregate && !info->has_group_by)
    skip_duplicates(range, flow);
  if (info != nullptr && info->distinct && !compound && !window)
    out = groups(flow.block, Ordering::Kind::kDistinct, out, flow.starts);
  for (size_t at = range.begin; at < range.end; at = places_[at].end) {
    if ((*lines_)[at].kind != LineKind::kTempBTree) continue;
    std::string_view purpose = (*nodes_)[at].purpose;
    bool before_groups = purpose == "GROUP BY" || purpose.ends_with("(DISTINCT)") || window;
    sort(at, before_groups ? entering : purpose == "DISTINCT" ? grouped : out, flow.starts);
  }
  if (info == nullptr || window) return out;
  double limit = -1;
  if (info->has_limit) limit = info->limit ? static_cast<double>(*info->limit) : kPlaceholderLimit;
  bool inner = info->kind == QueryBlock::Kind::kExists || info->kind == QueryBlock::Kind::kScalar;
  if (inner && !aggregate) limit = limit < 0 ? 1 : std::min(limit, 1.0);
  if (limit < 0) return out;
  double wanted = limit * flow.starts;
  double read = wanted + (info->has_offset ? kAssumedOffset * flow.starts : 0);
  if (compound && !flow.sorts) cut_union_all(range, read, flow.starts);
  bool streams = !flow.sorts && !flow.sparse && !aggregate && !compound && !flow.window_inside;
  if (streams && out > read && !has_unknown_filter(flow.block)) cut(range, read / out, flow.starts);
  return std::min(out, wanted);
}

// Only that share of the loops' work is done. What runs before the loops (materialised rows, lists) stays whole.
void RowModel::cut(Range range, double share, double starts) {
  for (size_t at = range.begin; at < range.end; at = places_[at].end) {
    const Line& line = (*lines_)[at];
    bool once = line.kind == LineKind::kDerived || line.kind == LineKind::kBloom ||
                (line.kind == LineKind::kSubquery && !(*nodes_)[at].correlated);
    if (once) continue;
    for (size_t i = at; i < places_[at].end; ++i) {
      PlanNode& node = (*nodes_)[i];
      auto less = [&](double value) { return std::max(std::min(value, starts), value * share); };
      double built =
          node.automatic && places_[i].info != nullptr ? std::min(node.rows_examined, places_[i].info->rows) : 0;
      node.executions = less(node.executions);
      node.rows_examined = built + less(node.rows_examined - built);
      node.rows_possible = std::max(node.rows_possible, node.rows_out);
      node.rows_out = less(node.rows_out);
      places_[i].sorted *= share;
      places_[i].sort_cost *= share;
    }
  }
}

}  // namespace explaingate::sqlite_engine

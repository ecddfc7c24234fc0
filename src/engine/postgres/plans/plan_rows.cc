// Rows of a plan, from the planner's own estimates.
//
// EXPLAIN without ANALYZE says how many rows a node hands on each time it runs, not how often it runs nor how many rows
// it reads. At customers = 10,000, orders = 100,000 with ten orders a customer and an index on orders(customer_id):
//
//     Nested Loop                               rows=100000
//       Seq Scan on customers                   rows=10000     started once: reads 10,000
//       Index Scan using orders_customer        rows=10        started for each row of the outer side: reads 100,000
//
// Started more than once are: the inner side of a nested loop (once for each outer row; under Memoize once for each
// different key; what doesn't depend on the outer row is kept and only read again), a SubPlan (once for each row that
// the node which holds it reads, or hands on where it stands in the output; a hashed one once), a recursive term. Near
// miss: the inner side of a hash join is read once, whatever the outer rows.
//
// Below a Gather the rows of a parallel node are those of one worker; they are multiplied back.
//
// What reads less than it could: LIMIT ends the nodes below it after its rows, down to the first that needs all of its
// input (sort, hash, aggregate), and as long as rows that fit come soon: `WHERE email = ? LIMIT 1` without an index may
// find its row at the end, or never, and reads all.
#include "engine/postgres/plans/plan_rows.h"

#include <algorithm>
#include <cmath>

#include "engine/postgres/plans/plan_former.h"

namespace explaingate::postgres {
namespace {

constexpr double kFewValues = 100;       // a column with that few values has a match within so many rows
constexpr double kInequality = 1.0 / 3;  // selfuncs.h: DEFAULT_INEQ_SEL
constexpr double kRange = 0.005;         // DEFAULT_RANGE_INEQ_SEL
constexpr double kListLength = 10;       // estimate_array_length() of an unknown array
constexpr double kRecursions = 10;       // costsize.c, cost_recursive_union: ten times the non-recursive term
constexpr double kOffsetShows = 1.1;     // costs have two decimals: less than that is rounding
constexpr double kMaxRows = 1e100;       // products of hostile joins stay finite

double bounded(double rows) {
  return std::isfinite(rows) ? std::clamp(rows, 0.0, kMaxRows) : kMaxRows;
}

bool starts_with(const RawNode& node, std::string_view words) {
  return std::string_view(node.type).starts_with(words);
}
bool is_join(const RawNode& node) {
  return node.type == "Nested Loop" || node.type == "Hash Join" || node.type == "Merge Join";
}
// Needs all of its input before its first row.
bool blocks(const RawNode& node) {
  if (node.type == "Aggregate") return node.strategy != "Sorted";
  return node.type == "Sort" || node.type == "Hash" || node.type == "WindowAgg" || node.type == "SetOp" ||
         node.type == "ModifyTable" || node.type == "Recursive Union" || starts_with(node, "Bitmap Index");
}
// Keeps its rows, so that starting it again without another parameter reads them again and works nothing out.
bool keeps_rows(const RawNode& node) {
  return node.type == "Sort" || node.type == "Materialize" || node.type == "Hash" || node.type == "CTE Scan" ||
         (node.type == "Aggregate" && node.strategy == "Hashed");
}

bool mentions(const std::string& text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    size_t end = at + name.size();
    if (end >= text.size() || text[end] < '0' || text[end] > '9') return true;  // "SubPlan 1" is not in "SubPlan 12"
  }
  return false;
}

// Keyset pagination, of which the index checks the first column: `a <= $1` there, and (a < $1 OR b < $2) or
// (a, b) < ($1, $2) as the filter, which passes over no more than the rows that have the same a.
bool leaves_out_ties_alone(const Condition& filter, const std::vector<Condition>& checked) {
  if (!filter.arms.empty())
    return std::ranges::any_of(filter.arms, [&](const auto& arm) { return leaves_out_ties_alone(arm, checked); });
  bool range = filter.op == "<" || filter.op == "<=" || filter.op == ">" || filter.op == ">=";
  return range && !filter.column.empty() && std::ranges::any_of(checked, [&](const Condition& condition) {
           return condition.column == filter.column && condition.op.starts_with(filter.op[0]) && condition.op != "<>";
         });
}

}  // namespace

PlannedQuery Former::run() {
  flatten(root_, -1, false);
  find_outside(root_);
  out_.metrics.rows_returned = visit(root_, {});
  for (PlanNode& node : out_.plan.nodes) {
    node.executions = bounded(node.executions);
    node.rows_examined = bounded(node.rows_examined);
    node.rows_out = bounded(node.rows_out);
    out_.metrics.rows_examined += node.rows_examined;
  }
  out_.metrics.rows_examined = std::max(1.0, bounded(out_.metrics.rows_examined));  // INSERT … VALUES writes a row
  out_.metrics.rows_returned = bounded(out_.metrics.rows_returned);
  out_.metrics.rows_sorted = bounded(out_.metrics.rows_sorted);
  out_.metrics.cost = root_.total_cost;
  return std::move(out_);
}

double Former::tuples(const RawNode& raw) const {
  const Relation* relation = beside_[raw.at].relation;
  if (relation == nullptr) return raw.rows;
  auto found = context_.tuples->find(relation->oid);
  return found == context_.tuples->end() ? raw.rows : std::max(1.0, found->second);
}

double Former::distinct(std::string_view alias, std::string_view column) const {
  auto relation = by_alias_.find(alias);
  if (relation == by_alias_.end()) return 0;
  auto table = context_.scaled->tables.find(relation->second->shown);
  if (table == context_.scaled->tables.end()) return 0;
  auto known = table->second.distinct.find(std::string(column));
  return known == table->second.distinct.end() ? 0 : known->second;
}

bool Former::sparse_filter(const Condition& condition, const Relation* relation) const {
  if (!condition.arms.empty())
    return std::ranges::all_of(condition.arms, [&](const Condition& arm) { return sparse_filter(arm, relation); });
  const std::string& op = condition.op;
  if (op == "<>" || op == "<> ALL" || op.starts_with("!") || op.starts_with("IS")) return false;
  if (op != "=" || condition.column.empty() || relation == nullptr) return true;
  auto table = context_.scaled->tables.find(relation->shown);
  if (table == context_.scaled->tables.end()) return true;
  auto known = table->second.distinct.find(condition.column);
  return known == table->second.distinct.end() || known->second > kFewValues;
}

// A filter in the streaming part of the plan may pass over any number of rows before one fits.
bool Former::sparse(const RawNode& raw) const {
  const Beside& own = beside_[raw.at];
  bool scans = own.relation != nullptr || raw.type == "CTE Scan" || raw.type == "Subquery Scan";
  if (own.walks && std::ranges::any_of(own.conditions, [&](const Condition& condition) {
        return sparse_filter(condition, own.relation);
      }))
    return true;
  if (scans && raw.type != "ModifyTable")
    for (const Condition& filter : own.filters)
      if (sparse_filter(filter, own.relation) && !leaves_out_ties_alone(filter, own.conditions)) return true;
  if (is_join(raw) && (!raw.join_filter.empty() || !raw.filter.empty() || raw.join_type == "Semi" ||
                       raw.join_type == "Anti" || raw.join_type == "Right Anti" || raw.join_type == "Right Semi"))
    return true;
  if (raw.type == "Aggregate" && !raw.filter.empty()) return true;  // HAVING
  if (blocks(raw)) return false;
  return std::ranges::any_of(raw.children, [&](const RawNode& child) {
    bool built = is_join(raw) && child.relationship == "Inner" && raw.type == "Hash Join";
    return !is_beside(child) && !built && sparse(child);
  });
}

// Rows that the index conditions alone leave, one start; the filter's come afterwards.
double Former::index_rows(const RawNode& raw, double rows_out) {
  const Beside& own = beside_[raw.at];
  double all = tuples(raw);
  if (own.conditions.empty() || own.walks) return std::max(all, rows_out);
  if (own.filters.empty() || own.relation == nullptr) return rows_out;
  auto table = context_.scaled->tables.find(own.relation->shown);
  if (table == context_.scaled->tables.end()) return rows_out;
  std::map<std::string, int> ranges;
  IndexShape index{raw.index, false, false, {}};
  double lists = 1;
  for (const Condition& condition : own.conditions) {
    if (condition.op == "=" || condition.op == "IS NULL") {
      if (condition.list) lists *= condition.members > 0 ? condition.members : kListLength;
      index.columns.push_back(condition.column);
    } else {
      ++ranges[condition.column];
    }
  }
  double rows = all;
  auto shape = std::ranges::find(*context_.shapes, own.relation->shown, &TableShape::name);
  if (!index.columns.empty() && shape != context_.shapes->end()) {
    auto known = table->second.index_rows.find(raw.index);
    bool in_order = known != table->second.index_rows.end() && known->second.size() >= index.columns.size();
    rows = in_order ? known->second[index.columns.size() - 1] : index_prefix_rows(table->second, *shape, index).back();
  }
  rows *= lists;
  for (const auto& [column, count] : ranges) rows *= count > 1 ? kRange : kInequality;
  return std::clamp(rows, std::min(rows_out, all), std::max(all, rows_out));
}

double Former::scan(const RawNode& raw, const Run& run) {
  PlanNode& node = at(raw);
  double each = rows_of(raw, run);
  double read = each;
  if (raw.type == "Seq Scan") {
    read = tuples(raw);
  } else if (raw.type == "Index Scan" || raw.type == "Index Only Scan") {
    read = index_rows(raw, each);
  } else if (raw.type == "Bitmap Heap Scan") {
    read = 0;
    for (size_t i = raw.at + 1; i < out_.plan.nodes.size() && out_.plan.nodes[i].id > node.id; ++i) {
      if (out_.plan.nodes[i].parent < node.id) break;
      if (out_.plan.nodes[i].operation == "Bitmap Index Scan") read += out_.plan.nodes[i].rows_out;
    }
    read = std::max(read / std::max(1.0, run.starts), each);
  } else if (raw.type == "Bitmap Index Scan") {
    read = beside_[raw.at].walks ? tuples(raw) : 0;  // else counted where the rows are fetched
  } else if (raw.type == "CTE Scan") {
    if (auto made = cte_rows_.find(raw.named); made != cte_rows_.end()) read = std::max(read, made->second);
  }
  node.rows_examined = less(run.starts * read, run);
  node.rows_out = less(run.starts * each, run);
  if (node.access == Access::kScan && is_index_scan(raw) && node.rows_examined <= node.executions)
    node.access = Access::kConstant;  // the end of an index, for min() or max()
  if (node.access == Access::kScanCovering && node.rows_examined <= node.executions) node.access = Access::kConstant;
  if (run.rereads > 0) {
    node.executions += run.rereads;
    node.rows_examined += run.rereads * each;
    node.rows_out += run.rereads * each;
  }
  return node.rows_out;
}

double Former::memoize_starts(const RawNode& memoize, double outer_rows) {
  double keys = 1;
  size_t from = 0;
  const std::string& text = memoize.cache_key;
  while (from < text.size()) {
    size_t end = std::min(text.find(", ", from), text.size());
    std::string_view key = std::string_view(text).substr(from, end - from);
    size_t dot = key.find('.');
    double values = dot == std::string_view::npos ? 0 : distinct(key.substr(0, dot), key.substr(dot + 1));
    if (values <= 0) return outer_rows;
    keys = bounded(keys * values);
    from = end + 2;
  }
  return std::min(outer_rows, keys);
}

double Former::nested_inner(const RawNode& raw, const RawNode& inner, Run run, double outer_rows) {
  Run below{std::max(1.0, outer_rows), 1, run.workers, run.processes, 0};
  if (inner.type == "Memoize") {
    PlanNode& node = at(inner);
    node.executions = below.starts;
    Run missed = below;
    missed.starts = memoize_starts(inner, below.starts);
    double found = 0;
    for (const RawNode& child : inner.children) found = visit(child, missed);
    return node.rows_out = found * below.starts / std::max(1.0, missed.starts);
  }
  bool unique = raw.inner_unique || raw.join_type == "Semi" || raw.join_type == "Anti";
  if (unique && beside_[inner.at].filters.empty() && inner.rows > 1 && raw.join_filter.empty())
    below.share = 1 / inner.rows;
  if (beside_[inner.at].outside || !keeps_rows(inner)) return visit(inner, below);
  // Worked out once for each process, read again for each outer row.
  Run once = below;
  once.starts = beside_[raw.at].partial ? run.processes : std::max(1.0, run.starts);
  once.share = 1;
  double again = std::max(0.0, below.starts - once.starts);
  const RawNode* kept = &inner;
  if (inner.type == "Materialize" && inner.children.size() == 1 && at(inner.children[0]).access != Access::kNone &&
      inner.children[0].children.empty())
    kept = &inner.children[0];
  Run first = once;
  if (kept != &inner) {
    at(inner).executions = below.starts;
    first.rereads = again;
    return at(inner).rows_out = visit(*kept, first);
  }
  double found = visit(inner, once);
  PlanNode& node = at(inner);
  node.executions += again;
  double each = found / std::max(1.0, once.starts);
  node.rows_examined += again * each;
  return node.rows_out = found + again * each;
}

double Former::join(const RawNode& raw, Run run) {
  const RawNode* outer = nullptr;
  const RawNode* inner = nullptr;
  for (const RawNode& child : raw.children) {
    if (is_beside(child)) continue;
    (child.relationship == "Inner" ? inner : outer) = &child;
  }
  PlanNode& node = at(raw);
  double rows = less(run.starts * rows_of(raw, run), run);
  double outer_rows = outer == nullptr ? 0 : visit(*outer, run);
  double inner_rows = 0;
  if (inner != nullptr && raw.type == "Nested Loop") {
    inner_rows = nested_inner(raw, *inner, run, outer_rows);
  } else if (inner != nullptr) {
    Run below = run;
    below.rereads = 0;
    if (raw.type == "Hash Join") {
      below.share = 1;
      // A hash table that doesn't depend on the outer row is kept between starts; without Parallel Hash each process
      // builds its own.
      if (!beside_[inner->at].outside) below.starts = 1;
      if (beside_[raw.at].partial && !beside_[inner->at].partial) below.starts *= run.processes;
    }
    inner_rows = visit(*inner, below);
    // Pairs that one side alone didn't hand over: many rows meet many.
    node.rows_examined = std::max(0.0, rows - outer_rows - inner_rows);
  }
  return node.rows_out = rows;
}

// Which share of its input a LIMIT needs, offset included: costs say it, since PostgreSQL's own are interpolated so.
double Former::limit(const RawNode& raw, Run run) {
  double rows = less(run.starts * raw.rows, run);
  for (const RawNode& child : raw.children) {
    if (is_beside(child)) continue;
    Run below = run;
    double span = child.total_cost - child.startup_cost;
    double by_cost = span > 0 ? (raw.total_cost - child.startup_cost) / span : 1;
    double wanted = child.rows > 0 ? raw.rows / child.rows : 1;
    if (by_cost > kOffsetShows * wanted) wanted = by_cost;
    if (!sparse(child)) below.share = std::clamp(wanted, 0.0, 1.0) * run.share;
    rows = std::min(rows, std::max(run.starts, visit(child, below)));
  }
  return at(raw).rows_out = rows;
}

double Former::append(const RawNode& raw, Run run) {
  double found = 0, all = run.starts * rows_of(raw, run);
  double left = all * run.share;
  bool merges = raw.type == "Merge Append";
  for (const RawNode& child : raw.children) {
    if (is_beside(child)) continue;
    Run below = run;
    double own = run.starts * rows_of(child, run);
    if (!merges && run.share < 1) below.share = own > 0 ? std::clamp(left / own, 0.0, 1.0) : 1;
    double rows = visit(child, below);
    left = std::max(0.0, left - rows);
    found += rows;
  }
  return at(raw).rows_out = std::min(found, std::max(run.starts, all));
}

// Subqueries in the node's expressions.
void Former::subplans(const RawNode& raw, const Run& run, double rows_out) {
  const PlanNode& node = at(raw);
  for (const RawNode& child : raw.children) {
    if (child.relationship != "SubPlan") continue;
    std::string name = child.subplan.substr(0, child.subplan.find(" (returns"));
    bool hashed = false, filters = false;
    for (const std::string* text : conditions_of(raw)) hashed = hashed || mentions(*text, "hashed " + name);
    for (const std::string* text : {&raw.filter, &raw.join_filter, &raw.index_condition, &raw.join_condition})
      filters = filters || mentions(*text, name);
    double read = std::max({node.rows_examined, rows_out, run.starts});
    if (is_join(raw))  // pairs that are compared
      for (const RawNode& side : raw.children) read = std::max(read, at(side).rows_out);
    Run below;
    below.starts = hashed || !beside_[child.at].outside ? 1 : std::max(1.0, filters ? read : rows_out);
    visit(child, below);
  }
}

double Former::flow(const RawNode& raw, Run run) {
  PlanNode& node = at(raw);
  if (is_join(raw)) return join(raw, run);
  if (raw.type == "Limit") return limit(raw, run);
  if (raw.type == "Append" || raw.type == "Merge Append") return append(raw, run);
  if (raw.type == "Gather" || raw.type == "Gather Merge") {
    double leader = std::max(0.0, 1 - 0.3 * raw.workers);  // costsize.c, get_parallel_divisor
    run.workers = raw.workers + leader;
    run.processes = raw.workers + 1;
  }
  Run below = run;
  if (blocks(raw)) below.share = 1;
  double input = 0;
  bool recursive = false;
  for (const RawNode& child : raw.children) {
    if (is_beside(child)) continue;
    Run each = below;
    if (raw.type == "Recursive Union" && child.relationship == "Inner") {
      each.starts = below.starts * kRecursions;
      recursive = true;
    }
    input += visit(child, each);
  }
  if (raw.type == "Bitmap Heap Scan" || (node.access != Access::kNone && raw.children.empty()) ||
      (raw.children.empty() && !raw.type.starts_with("Result")))
    return scan(raw, run);
  if (node.access != Access::kNone) return scan(raw, run);  // a scan with subqueries below it
  double rows = raw.type == "ModifyTable" ? (raw.rows > 0 ? run.starts * raw.rows : input)
                                          : less(run.starts * rows_of(raw, run), run);
  if (raw.type == "Sort" || raw.type == "Incremental Sort") {
    node.rows_out = rows;
    out_.metrics.rows_sorted += input;
    return input < rows ? node.rows_out = input : rows;
  }
  bool passes = !recursive && (raw.type == "Materialize" || raw.type == "Hash" || raw.type == "Gather" ||
                               raw.type == "Gather Merge" || raw.type == "LockRows");
  if (passes && input > 0) rows = std::min(rows, input);
  return node.rows_out = rows;
}

double Former::visit(const RawNode& raw, Run run) {
  PlanNode& node = at(raw);
  node.executions = run.starts;
  for (const RawNode& child : raw.children)
    if (child.relationship == "InitPlan") {
      Run once;
      if (beside_[child.at].outside) once.starts = run.starts;
      visit(child, once);
    }
  double rows = flow(raw, run);
  if (!is_beside(raw) && raw.type != "Limit") node.rows_possible = bounded(run.starts * rows_of(raw, run));
  subplans(raw, run, rows);
  return rows;
}

PlannedQuery normal_form(RawNode& root, const PlanContext& context) {
  return Former(root, context).run();
}

}  // namespace explaingate::postgres

// What the nodes of a plan are: their relations, accesses, terms; which parts depend on rows from outside.
#include <algorithm>

#include "engine/postgres/plans/plan_former.h"

namespace explaingate::postgres {
namespace {

constexpr int kSkipScans = 180000;  // the version from which on a B-tree is asked for each value of its first column

// PostgreSQL numbers a partitioned table's partitions: o_1, o_2.
std::string without_number(const std::string& alias) {
  size_t end = alias.find_last_not_of("0123456789");
  return end != std::string::npos && end + 1 < alias.size() && end > 0 && alias[end] == '_' ? alias.substr(0, end)
                                                                                            : alias;
}

}  // namespace

bool is_index_scan(const RawNode& node) {
  return node.type == "Index Scan" || node.type == "Index Only Scan" || node.type == "Bitmap Index Scan";
}

bool is_beside(const RawNode& node) {
  return node.relationship == "InitPlan" || node.relationship == "SubPlan";
}

std::vector<const std::string*> conditions_of(const RawNode& node) {
  std::vector<const std::string*> texts = {&node.index_condition, &node.filter,           &node.join_condition,
                                           &node.join_filter,     &node.tid_condition,    &node.one_time_filter,
                                           &node.order_by,        &node.recheck_condition};
  for (const auto* list : {&node.output, &node.sort_key, &node.group_key})
    for (const std::string& text : *list) texts.push_back(&text);
  return texts;
}

void Former::flatten(RawNode& raw, int parent, bool in_gather) {
  raw.at = out_.plan.nodes.size();
  int id = static_cast<int>(raw.at) + 1;
  PlanNode& node = out_.plan.nodes.emplace_back();
  beside_.emplace_back();
  node.id = id;
  node.parent = parent;
  node.operation = words_of(raw);
  node.detail = line_of(raw);
  node.alias = raw.alias;
  node.index = raw.index;
  node.width = raw.width;
  const Relation* relation = raw.relation.empty() ? nullptr : context_.schema->find(raw.schema, raw.relation);
  beside_[raw.at].relation = relation;
  if (raw.subplan.starts_with("CTE ")) cte_rows_.emplace(raw.subplan.substr(4), raw.rows);
  if (relation != nullptr) {
    node.relation = relation->shown;
    if (relation->root != 0) node.alias = without_number(raw.alias);
    if (!raw.alias.empty()) by_alias_.emplace(raw.alias, relation);
  } else {
    node.relation = raw.relation;
  }
  bool gathers = raw.type == "Gather" || raw.type == "Gather Merge";
  bool partial = in_gather && raw.parallel_aware;
  for (RawNode& child : raw.children) {
    flatten(child, id, (in_gather || gathers) && !is_beside(child));
    bool flows = !is_beside(child) && !(raw.type == "Nested Loop" && child.relationship == "Inner");
    partial = partial || (in_gather && flows && beside_[child.at].partial);
  }
  beside_[raw.at].partial = partial;
  // A bitmap index scan doesn't say of which table: the heap scan above does.
  if (raw.type == "Bitmap Heap Scan") {
    int indexes = 0;
    for (size_t i = raw.at + 1; i < out_.plan.nodes.size(); ++i) {
      PlanNode& below = out_.plan.nodes[i];
      if (!below.relation.empty() || below.index.empty()) continue;
      below.relation = out_.plan.nodes[raw.at].relation;
      below.alias = raw.alias;
      beside_[i].relation = relation;
      if (++indexes == 1) out_.plan.nodes[raw.at].index = below.index;
    }
    if (indexes > 1) out_.plan.nodes[raw.at].index.clear();
  }
}

// Which subtrees name a relation that isn't theirs: they run anew for each row of it.
void Former::find_outside(const RawNode& raw) {
  Beside& own = beside_[raw.at];
  if (!raw.alias.empty()) own.defined.insert(raw.alias);
  for (const std::string* text : conditions_of(raw)) add_qualifiers(*text, own.used);
  own.conditions = read_conditions(raw.index_condition, raw.alias);
  own.filters = read_conditions(raw.filter, raw.alias);
  for (const RawNode& child : raw.children) {
    find_outside(child);
    const Beside& below = beside_[child.at];
    own.defined.insert(below.defined.begin(), below.defined.end());
    for (const std::string& name : below.used)
      if (!below.defined.contains(name)) own.used.insert(name);
  }
  own.outside = std::ranges::any_of(own.used, [&](const std::string& name) { return !own.defined.contains(name); });
  classify(raw, own, at(raw));
}

// Index (a, b) for `b = $1` alone: every entry is looked at, and only the table is spared. From 18 on a skip scan looks
// b up for each a. Near misses: `a = $1`, an expression, of which the plan doesn't say whose column it is, and GIN.
bool Former::walks(const RawNode& raw, const Beside& own) const {
  if (own.relation == nullptr || own.conditions.empty() || context_.schema->version >= kSkipScans) return false;
  auto index = std::ranges::find(own.relation->indexes, raw.index, &RelationIndex::name);
  if (index == own.relation->indexes.end() || index->method != "btree" || index->columns.size() < 2) return false;
  auto first = std::ranges::find(own.relation->columns, index->columns[0], &RelationColumn::number);
  if (first == own.relation->columns.end()) return false;
  return std::ranges::none_of(own.conditions, [&](const Condition& condition) {
    return condition.column.empty() || condition.column == first->name || !condition.arms.empty();
  });
}

void Former::classify(const RawNode& raw, Beside& own, PlanNode& node) {
  node.correlated = raw.relationship == "SubPlan" && own.outside;
  for (const Condition& condition : own.conditions) node.terms.push_back(condition.term());
  own.walks = is_index_scan(raw) && walks(raw, own);
  if (raw.type == "Seq Scan" || raw.type == "Sample Scan") {
    node.access = Access::kScan;
  } else if (raw.type == "Index Scan" || raw.type == "Index Only Scan") {
    bool only = raw.type == "Index Only Scan";
    bool key = false;
    if (own.relation != nullptr)
      for (const RelationIndex& index : own.relation->indexes) {
        if (index.name != raw.index || !index.unique || index.partial) continue;
        auto bound = std::ranges::count_if(own.conditions, [](const Condition& c) { return c.op == "=" && !c.list; });
        key = static_cast<size_t>(bound) >= index.columns.size();
      }
    if (own.conditions.empty() || own.walks)
      node.access = only ? Access::kScanCovering : Access::kScan;
    else
      node.access = key ? Access::kConstant : only ? Access::kSearchCovering : Access::kSearch;
  } else if (raw.type == "Bitmap Heap Scan" || raw.type == "Tid Range Scan") {
    node.access = Access::kSearch;
  } else if (raw.type == "Tid Scan") {
    node.access = Access::kConstant;
  } else if (raw.type == "Foreign Scan" || raw.type == "Custom Scan") {
    node.access = raw.relation.empty() ? Access::kNone : Access::kVirtual;
  }
  if (raw.type != "Sort" && raw.type != "Incremental Sort") return;
  node.purpose = raw.type == "Sort" ? "ORDER BY" : "RIGHT PART OF ORDER BY";
  if (node.parent < 0) return;
  const std::string& above = out_.plan.nodes[static_cast<size_t>(node.parent - 1)].operation;
  if (above.find("GroupAggregate") != std::string::npos || above == "Group" || above == "MixedAggregate")
    node.purpose = "GROUP BY";
  else if (above == "Unique" || above.starts_with("SetOp"))
    node.purpose = "DISTINCT";
  else if (above.starts_with("Merge ") && above.ends_with("Join"))
    node.purpose = "MERGE JOIN";
  else if (above == "WindowAgg")
    node.purpose = "WINDOW";
}

}  // namespace explaingate::postgres

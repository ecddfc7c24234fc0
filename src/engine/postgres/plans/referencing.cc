#include "engine/postgres/plans/referencing.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "parse/assigned.h"

namespace explaingate::postgres {
namespace {

constexpr size_t kMostLookUps = 100;  // of one statement: cascades branch
constexpr double kMostRows = 1e100;

enum class Change { kDelete, kUpdate };

std::string condition_of(const CatalogueForeignKey& key) {
  std::string text;
  for (size_t i = 0; i < key.columns.size(); ++i)
    text += fmt::format("{}{} = ${}", i == 0 ? "" : " AND ", quote_identifier(key.columns[i]), i + 1);
  return text;
}

// As ri_triggers.c puts them together.
std::string statement_of(const CatalogueForeignKey& key, const std::string& place, Change change) {
  const std::string& action = change == Change::kDelete ? key.on_delete : key.on_update;
  if (action == "CASCADE" && change == Change::kDelete)
    return fmt::format("DELETE FROM {} WHERE {}", place, condition_of(key));
  if (action == "CASCADE" || action == "SET NULL" || action == "SET DEFAULT") {
    std::string set;
    const char* value = action == "SET NULL" ? "NULL" : "DEFAULT";
    for (size_t i = 0; i < key.columns.size(); ++i)
      set += fmt::format("{}{} = {}", i == 0 ? "" : ", ", quote_identifier(key.columns[i]),
                         action == "CASCADE" ? fmt::format("${}", key.columns.size() + i + 1) : std::string(value));
    return fmt::format("UPDATE {} SET {} WHERE {}", place, set, condition_of(key));
  }
  return fmt::format("SELECT 1 FROM {} WHERE {} FOR KEY SHARE", place, condition_of(key));
}

bool touches(const CatalogueForeignKey& key, const std::set<std::string, std::less<>>& assigned) {
  return std::ranges::any_of(key.parent_columns, [&](const std::string& name) { return assigned.contains(name); });
}

}  // namespace

Referencing::Referencing(const SchemaCatalogue& schema) : schema_(&schema) {
  std::map<std::string_view, const Relation*> relations;
  for (const Relation& relation : schema.relations)
    if (relation.root == 0) relations.emplace(relation.shown, &relation);
  for (const CatalogueTable& table : schema.catalogue.tables) {
    auto relation = relations.find(table.name);
    if (relation == relations.end()) continue;
    std::string place = quote_identifier(relation->second->schema) + "." + quote_identifier(relation->second->name);
    if (relation->second->kind != 'p') place = "ONLY " + place;
    for (const CatalogueForeignKey& key : table.foreign_keys)
      if (!key.columns.empty()) children_[key.parent_table].push_back({table.name, place, &key});
  }
}

// One statement's look-ups, table after table.
class Referencing::Adding {
 public:
  Adding(const Referencing& all, PlannedQuery& planned, const Plan& plan) : all_(all), planned_(planned), plan_(plan) {}

  // `rows` of `parent` are changed by the node `above`.
  Status below(const std::string& parent, Change change, const std::set<std::string, std::less<>>& assigned,
               double rows, int above) {
    auto children = all_.children_.find(parent);
    if (children == all_.children_.end() || rows <= 0) return {};
    for (const Child& child : children->second) {
      if (change == Change::kUpdate && !touches(*child.key, assigned)) continue;
      // A table that refers to itself, and a circle of tables, cascade as often as their rows are linked.
      if (chain_.contains(child.key) || count_++ >= kMostLookUps) continue;
      chain_.insert(child.key);
      Status done = look_up(child, change, rows, above);
      chain_.erase(child.key);
      if (!done) return done;
    }
    return {};
  }

 private:
  Status look_up(const Child& child, Change change, double rows, int above) {
    auto found = plan_(statement_of(*child.key, child.place, change));
    if (!found && found.error().kind != ErrorKind::kStatement) return fail(found.error());
    if (!found || found->plan.nodes.empty()) return {};
    std::vector<PlanNode>& nodes = planned_.plan.nodes;
    PlanNode trigger;
    trigger.id = static_cast<int>(nodes.size()) + 1;
    trigger.parent = above;
    trigger.operation = "Trigger";
    trigger.detail = fmt::format("Trigger for foreign key {}({})", child.table, fmt::join(child.key->columns, ", "));
    trigger.executions = rows;
    nodes.push_back(trigger);
    auto times = [&](double each) { return std::min(each * rows, kMostRows); };
    int root = trigger.id + 1;
    double changed = times(found->plan.nodes.front().rows_out);
    for (PlanNode node : found->plan.nodes) {
      node.id += trigger.id;
      node.parent = node.parent < 0 ? trigger.id : node.parent + trigger.id;
      for (double* number : {&node.executions, &node.rows_examined, &node.rows_out, &node.rows_possible})
        *number = times(*number);
      planned_.metrics.rows_examined = std::min(planned_.metrics.rows_examined + node.rows_examined, kMostRows);
      nodes.push_back(std::move(node));
    }
    planned_.metrics.cost = std::min(planned_.metrics.cost + times(found->metrics.cost), kMostRows);
    const std::string& action = change == Change::kDelete ? child.key->on_delete : child.key->on_update;
    if (action == "CASCADE" && change == Change::kDelete) return below(child.table, Change::kDelete, {}, changed, root);
    if (action == "NO ACTION" || action == "RESTRICT") return {};
    return below(child.table, Change::kUpdate, {child.key->columns.begin(), child.key->columns.end()}, changed, root);
  }

  const Referencing& all_;
  PlannedQuery& planned_;
  const Plan& plan_;
  std::set<const CatalogueForeignKey*> chain_;
  size_t count_ = 0;
};

Status Referencing::add(PlannedQuery& planned, std::string_view text, const Plan& plan) const {
  if (children_.empty()) return {};
  std::vector<PlanNode> changes;
  for (const PlanNode& node : planned.plan.nodes)
    if ((node.operation == "Delete" || node.operation == "Update") && children_.contains(node.relation))
      changes.push_back(node);
  if (changes.empty()) return {};
  bool updates = std::ranges::any_of(changes, [](const PlanNode& node) { return node.operation == "Update"; });
  std::set<std::string, std::less<>> assigned;
  if (updates) assigned = assigned_columns(text);
  Adding adding(*this, planned, plan);
  for (const PlanNode& node : changes) {
    Change change = node.operation == "Delete" ? Change::kDelete : Change::kUpdate;
    if (Status done = adding.below(node.relation, change, assigned, node.rows_out, node.id); !done) return done;
  }
  return {};
}

}  // namespace explaingate::postgres

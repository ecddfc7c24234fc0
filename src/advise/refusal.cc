// A planner that passes an index over says nothing of its reasons. So it is asked again where it can't scan the table:
//
//   it has no plan with the index         the index can't be used: a type, a collation, an operator class is another
//   it has one that reads 400,000 of      the condition keeps too many rows: fetching them one by one costs more than
//   1,000,000 rows                        to read the table from end to end
//
// Near miss: an index on a table of 200 rows could be used and would read one; the table is small.
#include "advise/refusal.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "advise/costs.h"
#include "advise/wishes.h"
#include "base/text.h"

namespace explaingate::advise {
namespace {

constexpr double kSmallTable = 1000;  // rows

const PlanNode* access_to(const Plan& plan, std::string_view table) {
  auto node = std::ranges::find_if(plan.nodes, [&](const PlanNode& each) {
    return same_name(each.relation, table) && each.access != Access::kNone;
  });
  return node == plan.nodes.end() ? nullptr : &*node;
}

std::string kept(const PlannedQuery& before, const CandidateIndex& candidate) {
  const PlanNode* node = access_to(before.plan, candidate.table);
  if (node != nullptr && node->index.empty()) return "the planner keeps the scan";
  return node == nullptr ? "the planner goes by what is there" : fmt::format("the planner keeps to {}", node->index);
}

// What the statement says itself of why its comparison can't go by the index.
std::string cause(const ParsedQuery& parsed, const CandidateIndex& candidate, const Catalogue& catalogue) {
  static constexpr std::array<std::string_view, 4> kBroken = {"numeric", "float", "float4", "float8"};
  const CatalogueTable* table = find_table(catalogue, candidate.table);
  std::string_view first = indexed_column(without_suffix(candidate.columns.front()));
  const CatalogueColumn* column = table == nullptr ? nullptr : find_column(*table, first);
  if (column == nullptr) return {};
  bool whole = column->type == "integer" || column->type == "bigint" || column->type == "smallint";
  for (const Predicate& predicate : parsed.predicates) {
    if (!same_name(predicate.column, first)) continue;
    if (predicate.in_or) return fmt::format(": {} is in one arm of an OR, and each arm needs an index", column->name);
    if (!predicate.collation.empty())
      return fmt::format(": {} is compared under the collation {}", column->name, predicate.collation);
    if (whole && std::ranges::find(kBroken, predicate.other_type) != kBroken.end())
      return fmt::format(": {} is of type {}, and compared with a {}", column->name, column->type,
                         predicate.other_type == "float" ? "numeric" : predicate.other_type);
  }
  return {};
}

}  // namespace

std::string still_examined(double rows_before, double rows_after) {
  return fmt::format("used, and {} of {} rows are still examined", with_commas(rows_after), with_commas(rows_before));
}

std::string passed_over(Engine& engine, const PlanRequest& statement, const CandidateIndex& candidate,
                        const PlannedQuery& before) {
  std::string keeps = kept(before, candidate);
  auto forced = engine.plan_forced(candidate, statement);
  if (!forced && forced.error().kind == ErrorKind::kStatement)
    return fmt::format("{}: {}", keeps, forced.error().message);
  if (!forced) return keeps;
  if (!*forced)
    return fmt::format("{}; with scans ruled out it has no plan with this index either{}", keeps,
                       cause(*statement.parsed, candidate, engine.catalogue()));
  double rows = 0, all = 0;
  bool searched = false;
  for (const PlanNode& node : (*forced)->plan.nodes) {
    if (node.index != candidate.name()) continue;
    rows = std::max(rows, node.rows_examined / std::max(1.0, node.executions));
    searched = searched || (node.access != Access::kScan && node.access != Access::kScanCovering);
  }
  if (auto known = engine.statistics().tables.find(candidate.table); known != engine.statistics().tables.end())
    all = known->second.rows * (known->second.fixed ? 1 : engine.scale_factor(engine.scales() - 1));
  if (all > 0 && all <= kSmallTable) return fmt::format("{}: the table has {} rows", keeps, with_commas(all));
  std::string reason = cause(*statement.parsed, candidate, engine.catalogue());
  std::string would = !searched && !reason.empty()
                          ? keeps + reason + "; so it could read the index from end to end only"
                          : fmt::format("{}: by the index it would read {}{} rows", keeps, with_commas(rows),
                                        all >= rows && all > 0 ? " of " + with_commas(all) : "");
  CostModel model = engine.cost_model();
  double cost = with_look_ups((*forced)->metrics, model), other = with_look_ups(before.metrics, model);
  if (cost > other) would += fmt::format(", at a cost of {} against {}", with_commas(cost), with_commas(other));
  return would;
}

}  // namespace explaingate::advise

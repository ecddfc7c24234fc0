#include "advise/widening.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

#include "advise/variants.h"
#include "advise/wishes.h"

namespace explaingate::advise {
namespace {

constexpr double kWidening = 1.0 / 3;  // as for one statement

}  // namespace

std::vector<size_t> chosen_for(const Pool& pool, const Choice& choice, size_t query) {
  std::vector<size_t> both;
  std::ranges::set_intersection(pool.relevant[query], choice.chosen, std::back_inserter(both));
  return both;
}

Status Widening::run() {
  if (!catalogue_.index_kinds.trailing) return {};
  if (Status done = widen_chosen(); !done) return done;
  return widen_those_there();
}

Status Widening::widen_chosen() {
  for (size_t candidate : choice_.chosen) {
    const CandidateIndex narrow = pool_.candidates[candidate].index;
    if (narrow.is_partial()) continue;
    double most = 0;
    std::optional<CandidateIndex> best;
    for (size_t i = 0; i < queries_.size(); ++i) {
      if (!queries_[i].advise || !std::ranges::binary_search(pool_.relevant[i], candidate)) continue;
      auto wide = widened(narrow, *queries_[i].statement.parsed, queries_[i].before->back().plan, catalogue_);
      if (!wide || is_chosen(*wide)) continue;
      auto before = weigh(i), after = weigh(i, candidate, &*wide);
      for (const auto* cost : {&before, &after})
        if (!*cost && cost->error().kind != ErrorKind::kStatement) return fail(cost->error());
      if (!before || !after) continue;
      double saved = (*before - *after) * queries_[i].calls - writes_.charge_of_width(narrow, *wide);
      if (*after > *before * kWidening || saved <= most) continue;
      most = saved;
      best = std::move(wide);
    }
    if (best) pool_.candidates[candidate].index = std::move(*best);
  }
  return {};
}

// Likewise an index that is there, whose place the wider one takes: one for each, for the query that gains most.
Status Widening::widen_those_there() {
  std::map<std::string, std::pair<double, CandidateIndex>> best;  // by the index that is there
  for (size_t i = 0; i < queries_.size(); ++i) {
    const PlannedQuery& plain = queries_[i].before->back();
    if (!queries_[i].advise || plain.metrics.look_ups * model_.look_up <= model_.small) continue;
    auto before = weigh(i);
    if (!before && before.error().kind != ErrorKind::kStatement) return fail(before.error());
    for (const PlanNode& node : plain.plan.nodes) {
      auto narrow = before ? plain_index(node) : std::nullopt;
      auto wide = narrow ? widened(*narrow, *queries_[i].statement.parsed, plain.plan, catalogue_) : std::nullopt;
      if (!wide || is_chosen(*wide)) continue;
      auto after = weigh(i, pool_.candidates.size(), &*wide);
      if (!after && after.error().kind != ErrorKind::kStatement) return fail(after.error());
      double saved = after ? (*before - *after) * queries_[i].calls - writes_.charge(*wide) : 0;
      if (!after || *after > *before * kWidening || saved <= std::max(model_.small, best[node.index].first)) continue;
      best[node.index] = {saved, std::move(*wide)};
    }
  }
  for (auto& [name, found] : best)
    if (found.first > 0) add_chosen(std::move(found.second));
  return {};
}

// The index that a plan goes by, where another one could take its place.
std::optional<CandidateIndex> Widening::plain_index(const PlanNode& node) const {
  const CatalogueTable* table = node.index.empty() ? nullptr : find_table(catalogue_, node.relation);
  if (table == nullptr) return std::nullopt;
  auto index = std::ranges::find(table->indexes, node.index, &CatalogueIndex::name);
  if (index == table->indexes.end()) return std::nullopt;
  CandidateIndex narrow{.table = table->name};
  for (const CatalogueIndexColumn& column : index->columns)
    narrow.columns.push_back(column.name + (column.descending ? " DESC" : ""));
  auto replaced = redundant_with(narrow, catalogue_);
  return std::ranges::find(replaced, node.index) == replaced.end() ? std::nullopt : std::optional(std::move(narrow));
}

void Widening::add_chosen(CandidateIndex index) {
  size_t candidate = pool_.candidates.size();
  for (size_t i = 0; i < queries_.size(); ++i)
    if (std::ranges::any_of(queries_[i].before->back().plan.nodes,
                            [&](const PlanNode& node) { return node.relation == index.table; }))
      pool_.relevant[i].push_back(candidate);
  pool_.candidates.push_back({std::move(index), 0, {}});
  choice_.chosen.push_back(candidate);
}

bool Widening::is_chosen(const CandidateIndex& index) const {
  return std::ranges::any_of(choice_.chosen, [&](size_t i) { return pool_.candidates[i].index == index; });
}

// What a query costs under the chosen indexes, look-ups counted; with `wide` in place of a candidate, or, where that
// is none of them, beside.
Result<double> Widening::weigh(size_t query, size_t candidate, const CandidateIndex* wide) {
  std::vector<CandidateIndex> there;
  for (size_t i : chosen_for(pool_, choice_, query))
    there.push_back(wide != nullptr && i == candidate ? *wide : pool_.candidates[i].index);
  if (wide != nullptr && candidate == pool_.candidates.size()) there.push_back(*wide);
  auto planned = engine_.plan_with(there, queries_[query].statement);
  if (!planned) return fail(planned.error());
  return with_look_ups(planned->metrics, model_);
}

}  // namespace explaingate::advise

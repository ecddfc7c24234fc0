#include "gate/queries.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace explaingate {
namespace {

PlanSummary summary_of(const Planned& planned, const Engine& engine) {
  const PlannedQuery& largest = planned.largest();
  PlanSummary summary{largest.plan.lines(), largest.metrics.rows_examined, std::nullopt};
  if (planned.growth_known()) summary.growth = planned.growth.work;
  for (const PlanNode& node : largest.plan.nodes)
    summary.steps.push_back({node.access, node.executions, node.rows_examined, node.rows_out});
  for (size_t scale = 0; scale < planned.scales.size(); ++scale) {
    const Metrics& metrics = planned.scales[scale].metrics;
    summary.scales.push_back(
        {engine.scale_factor(static_cast<int>(scale)), metrics.rows_examined, metrics.rows_returned});
  }
  return summary;
}

QuerySite site_of(const KnownStatement& statement) {
  return {statement.source.path, statement.source.line, statement.source.function};
}

auto by_place = [](const QuerySite& site) { return std::tie(site.path, site.line); };

using Comparisons = std::map<const KnownStatement*, const Comparison*>;

std::vector<ReportedQuery> queries_of(const Run& run) {
  Comparisons compared;
  for (const Comparison& comparison : run.comparisons) compared[&run.statements[comparison.statement]] = &comparison;
  std::vector<ReportedQuery> queries;
  std::map<std::string, size_t> by_text;
  for (const KnownStatement& statement : run.statements) {
    if (statement.side != kHeadSide) continue;
    auto [known, first] = by_text.try_emplace(fold_spaces(statement.source.text), queries.size());
    if (first) {
      auto plan = plan_of(run, statement, kHeadSide);
      if (!plan) {
        by_text.erase(known);
        continue;
      }
      queries.push_back(
          {shorten(statement.source.text, kMostQueryText), {}, {}, false, std::nullopt, std::move(*plan)});
    }
    ReportedQuery& query = queries[known->second];
    query.sites.push_back(site_of(statement));
    query.statements.push_back(statement.id);
    query.changed |= statement.changed;
    if (auto comparison = compared.find(&statement); comparison != compared.end() && !query.before)
      query.before = plan_before(run, *comparison->second);
  }
  for (ReportedQuery& query : queries) std::ranges::sort(query.sites, {}, by_place);
  std::ranges::stable_sort(queries, std::greater(),
                           [](const ReportedQuery& query) { return query.after.rows_examined; });
  return queries;
}

bool concurrently(const Run& run) {
  return run.settings.dialect() == Dialect::kPostgres;
}

double spared(const TriedIndex& index) {
  double rows = 0;
  for (const TriedIndex::Use& use : index.uses) rows += use.rows_before - use.rows_after;
  return rows;
}

std::vector<TriedIndex> indexes_of(const Run& run) {
  std::map<std::vector<CandidateIndex>, TriedIndex> indexes;
  for (const KnownStatement& statement : run.statements) {
    if (statement.trials.helpful.empty()) continue;
    const Trial& best = statement.trials.helpful.front();
    TriedIndex::Use use{site_of(statement), best.rows_before, best.rows_after,
                        std::nullopt,       std::nullopt,     best.plan_after};
    if (statement.on[kHeadSide] && statement.on[kHeadSide]->growth_known()) {
      use.growth_before = best.before.work;
      use.growth_after = best.after.work;
    }
    TriedIndex& index = indexes[best.indexes];
    index.ddl = ddl_of(best.indexes, concurrently(run));
    index.table = best.relation;
    index.uses.push_back(std::move(use));
  }
  std::vector<TriedIndex> sorted;
  for (auto& [candidate, index] : indexes) {
    std::ranges::stable_sort(index.uses, {}, [](const TriedIndex::Use& use) { return by_place(use.site); });
    sorted.push_back(std::move(index));
  }
  std::ranges::stable_sort(sorted, std::greater(), spared);
  return sorted;
}

std::vector<RefusedIndex> refused_of(const Run& run) {
  std::vector<RefusedIndex> refused;
  for (const KnownStatement& statement : run.statements)
    for (const RefusedCandidate& candidate : statement.trials.refused)
      refused.push_back({candidate.index.ddl(concurrently(run)), candidate.reason, site_of(statement)});
  std::ranges::stable_sort(refused, {}, [](const RefusedIndex& index) { return by_place(index.site); });
  return refused;
}

}  // namespace

std::optional<PlanSummary> plan_of(const Run& run, const KnownStatement& statement, SideIndex side) {
  const std::optional<Planned>& planned = statement.on[side];
  if (!planned || !planned->ok()) return std::nullopt;
  return summary_of(*planned, *run.sides[side].engine);
}

std::optional<PlanSummary> plan_before(const Run& run, const Comparison& comparison) {
  if (comparison.before) return plan_of(run, run.statements[*comparison.before], run.planned_side(kBaseSide));
  if (!run.baseline) return std::nullopt;
  const std::vector<BaselineEntry>& entries = run.baseline->entries;
  const std::string& fingerprint = run.statements[comparison.statement].parsed.fingerprint;
  auto entry = std::ranges::lower_bound(entries, fingerprint, {}, &BaselineEntry::fingerprint);
  if (entry == entries.end() || entry->fingerprint != fingerprint) return std::nullopt;
  return PlanSummary{entry->plan, static_cast<double>(entry->rows_examined), entry->growth};
}

ReportedWorkload workload_of(const Run& run) {
  return {queries_of(run), indexes_of(run), refused_of(run)};
}

}  // namespace explaingate

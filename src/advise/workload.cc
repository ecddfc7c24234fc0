// The whole: candidates of all statements, what each statement costs under them, the choice, and the proof: every
// statement is planned once more with exactly the indexes that are advised.
#include "advise/workload.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "advise/choice.h"
#include "advise/measuring.h"
#include "advise/pool.h"
#include "advise/refusal.h"
#include "advise/widening.h"
#include "advise/writes.h"
#include "base/text.h"

namespace explaingate::advise {
namespace {

constexpr double kTold = 0.1;  // of a small cost: queries that gain less aren't named among those that are served

// The metrics of one statement under the advised indexes.
struct Proof {
  std::vector<PlannedQuery> scales;  // the two largest, metrics and the last one's plan
  std::set<size_t> used;             // candidates
};

class Adviser {
 public:
  Adviser(const std::vector<Engine*>& engines, const std::vector<WorkloadQuery>& queries,
          const WorkloadOptions& options)
      : engines_(engines),
        queries_(queries),
        options_(options),
        catalogue_(engines[0]->catalogue()),
        model_(engines[0]->cost_model()),
        writes_(queries, catalogue_, model_, engines[0]->statistics()) {
    for (int scale = 0; scale < engines[0]->scales(); ++scale) factors_.push_back(engines[0]->scale_factor(scale));
  }

  Result<WorkloadAdvice> run() {
    pool_ = pool_of(queries_, catalogue_, factors_);
    say("trying indexes on statements", queries_.size());
    if (Status done = at_scale(engines_[0]->scales() - 1); !done) return fail(done.error());
    if (Status done = drop_impossible(); !done) return fail(done.error());
    if (Status done = plan_costs(); !done) return fail(done.error());
    choose_indexes();
    Widening widening(*engines_[0], queries_, writes_, pool_, choice_);
    if (Status done = widening.run(); !done) return fail(done.error());
    // Together, at every scale, an index may turn out to be passed over: then it is no advice.
    for (size_t round = 0; round <= pool_.candidates.size(); ++round) {
      if (Status done = prove(); !done) return fail(done.error());
      if (!drop_unused()) break;
    }
    WorkloadAdvice result = advice();
    if (Status done = measure_served(*engines_[0], queries_, result.indexes); !done) return fail(done.error());
    if (Status done = rewrite(result); !done) return fail(done.error());
    return result;
  }

 private:
  void say(std::string_view what, size_t of) const {
    if (options_.progress) options_.progress(what, of);
  }

  Status at_scale(int scale) {
    for (Engine* engine : engines_)
      if (Status set = engine->set_scale(scale); !set) return set;
    return {};
  }

  // Calls work(engine, i) for every i of `order`, on a thread an engine.
  template <class Work>
  Status each(const std::vector<size_t>& order, Work&& work) {
    std::atomic<size_t> next{0};
    std::vector<Status> status(engines_.size());
    auto loop = [&](size_t worker) {
      for (size_t at = next++; at < order.size() && status[worker]; at = next++)
        status[worker] = work(*engines_[worker], order[at]);
    };
    {
      std::vector<std::jthread> threads;
      for (size_t worker = 1; worker < engines_.size(); ++worker) threads.emplace_back(loop, worker);
      loop(0);
    }
    for (const Status& of_worker : status)
      if (!of_worker) return of_worker;
    return {};
  }

  // An index that can't be made (a type without an order) would spoil every set that it is in.
  Status drop_impossible() {
    std::vector<size_t> order(pool_.candidates.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::vector<char> possible(order.size(), 0);
    Status done = each(order, [&](Engine& engine, size_t i) -> Status {
      const PoolCandidate& candidate = pool_.candidates[i];
      auto planned = engine.plan_with({candidate.index}, queries_[candidate.wanted[0]].statement);
      if (!planned && planned.error().kind != ErrorKind::kStatement) return fail(planned.error());
      possible[i] = planned ? 1 : 0;
      return {};
    });
    if (!done) return done;
    for (std::vector<size_t>& relevant : pool_.relevant)
      std::erase_if(relevant, [&](size_t candidate) { return possible[candidate] == 0; });
    return {};
  }

  // Queries with the same candidates in a row: an engine that makes them for one has them for the next.
  [[nodiscard]] std::vector<size_t> by_candidates() const {
    std::vector<size_t> order;
    for (size_t i = 0; i < queries_.size(); ++i)
      if (!pool_.relevant[i].empty()) order.push_back(i);
    std::ranges::stable_sort(order, {}, [&](size_t i) -> const std::vector<size_t>& { return pool_.relevant[i]; });
    return order;
  }

  [[nodiscard]] std::vector<CandidateIndex> indexes(const std::vector<size_t>& candidates) const {
    std::vector<CandidateIndex> result;
    for (size_t i : candidates) result.push_back(pool_.candidates[i].index);
    return result;
  }

  Status plan_costs() {
    costs_.resize(queries_.size());
    return each(by_candidates(), [&](Engine& engine, size_t i) -> Status {
      auto costs = QueryCosts::plan(engine, queries_[i].statement, indexes(pool_.relevant[i]),
                                    queries_[i].before->back().metrics);
      if (!costs) return fail(costs.error());
      costs_[i] = std::move(*costs);
      return {};
    });
  }

  void choose_indexes() {
    std::vector<WeighedQuery> weighed;
    for (size_t i = 0; i < queries_.size(); ++i)
      if (!pool_.relevant[i].empty())
        weighed.push_back({queries_[i].calls, queries_[i].before->back().metrics.cost, queries_[i].advise,
                           pool_.relevant[i], &costs_[i]});
    std::vector<double> charge;
    for (const PoolCandidate& candidate : pool_.candidates) charge.push_back(writes_.charge(candidate.index));
    choice_ = choose(weighed, charge, model_.small);
  }

  Status prove() {
    proofs_.clear();
    std::vector<size_t> order;
    for (size_t i : by_candidates())
      if (!chosen_for(pool_, choice_, i).empty()) order.push_back(i);
    for (size_t i : order) proofs_[i];
    int last = engines_[0]->scales() - 1;
    for (int scale = std::max(0, last - 1); scale <= last; ++scale) {
      if (Status set = at_scale(scale); !set) return set;
      Status done = each(order, [&](Engine& engine, size_t i) -> Status {
        std::vector<size_t> chosen = chosen_for(pool_, choice_, i);
        auto planned = engine.plan_with(indexes(chosen), queries_[i].statement);
        if (!planned && planned.error().kind != ErrorKind::kStatement) return fail(planned.error());
        if (!planned) return {};
        Proof& proof = proofs_.at(i);
        if (scale == last) {
          for (size_t candidate : chosen)
            if (std::ranges::any_of(planned->plan.nodes, [&, name = pool_.candidates[candidate].index.name()](
                                                             const PlanNode& node) { return node.index == name; }))
              proof.used.insert(candidate);
        }
        proof.scales.push_back(std::move(*planned));
        return {};
      });
      if (!done) return done;
    }
    return {};
  }

  [[nodiscard]] bool serves(size_t query, size_t candidate) const {
    auto proof = proofs_.find(query);
    if (!queries_[query].advise || proof == proofs_.end() || !proof->second.used.contains(candidate)) return false;
    const Metrics& before = queries_[query].before->back().metrics;
    const Metrics& after = proof->second.scales.back().metrics;
    double saved = std::max(before.cost - after.cost, with_look_ups(before, model_) - with_look_ups(after, model_));
    return saved > model_.small * kTold;
  }

  bool drop_unused() {
    size_t dropped = std::erase_if(choice_.chosen, [&](size_t candidate) {
      return std::ranges::none_of(proofs_, [&](const auto& proof) { return serves(proof.first, candidate); });
    });
    return dropped > 0;
  }

  [[nodiscard]] Growth growth_under(const Proof& proof) const {
    if (proof.scales.size() < 2 || factors_.size() < 2) return {};
    return growth_of(proof.scales, {factors_.end() - 2, factors_.end()});
  }

  [[nodiscard]] AdvisedIndex advised(size_t candidate) const {
    AdvisedIndex advised;
    advised.index = pool_.candidates[candidate].index;
    const Statistics& statistics = engines_[0]->statistics();
    if (auto known = statistics.tables.find(advised.index.table); known != statistics.tables.end())
      advised.rows = known->second.rows * (known->second.fixed ? 1 : factors_.back());
    advised.bytes = size_of(advised.index, advised.rows, catalogue_, statistics);
    advised.redundant = redundant_with(advised.index, catalogue_);
    advised.slows = writes_.slowed(advised.index);
    for (const auto& [query, proof] : proofs_) {
      if (!serves(query, candidate)) continue;
      const Metrics& before = queries_[query].before->back().metrics;
      const PlannedQuery& after = proof.scales.back();
      advised.serves.push_back({query, growth_of(*queries_[query].before, factors_), growth_under(proof),
                                before.rows_examined, after.metrics.rows_examined, before.cost, after.metrics.cost,
                                after.plan.lines(), std::max(0.0, before.look_ups - after.metrics.look_ups),
                                std::nullopt});
    }
    return advised;
  }

  // Why a candidate isn't among the advised, seen from one query.
  [[nodiscard]] std::string reason(size_t query, size_t position) {
    const PlanUnder* best = nullptr;
    for (const auto& [set, plan] : costs_[query].plans())
      if ((plan.used >> position & 1) != 0 && (best == nullptr || plan.cost < best->cost)) best = &plan;
    const Metrics& before = queries_[query].before->back().metrics;
    const CandidateIndex& candidate = pool_.candidates[pool_.relevant[query][position]].index;
    if (best == nullptr)
      return passed_over(*engines_[0], queries_[query].statement, candidate, queries_[query].before->back());
    double saved = (before.cost - best->cost) * queries_[query].calls;
    double charge = writes_.charge(candidate);
    if (saved > model_.small && saved <= charge)
      return fmt::format("not worth it: writing its entries costs {}, and it saves {} here", with_commas(charge),
                         with_commas(saved));
    return still_examined(before.rows_examined, best->rows_examined);
  }

  // Its work grows and its result doesn't, it isn't cheap, and no advised index changes that.
  [[nodiscard]] bool unserved(size_t query) const {
    const std::vector<PlannedQuery>& before = *queries_[query].before;
    Growth growth = growth_of(before, factors_);
    if (!queries_[query].advise || growth_class(growth.work) <= growth_class(growth.result) ||
        before.back().metrics.cost <= model_.small)
      return false;
    auto proof = proofs_.find(query);
    return proof == proofs_.end() || proof->second.used.empty() ||
           proof->second.scales.back().metrics.cost >= before.back().metrics.cost;
  }

  WorkloadAdvice advice() {
    WorkloadAdvice advice;
    for (size_t candidate : choice_.chosen) advice.indexes.push_back(advised(candidate));
    std::ranges::sort(advice.indexes, {}, &AdvisedIndex::index);
    for (size_t i = 0; i < queries_.size(); ++i) {
      double before = queries_[i].before->back().metrics.cost;
      auto proof = proofs_.find(i);
      bool planned = proof != proofs_.end() && !proof->second.scales.empty();
      advice.cost_before += queries_[i].calls * before;
      advice.cost_after += queries_[i].calls * (planned ? proof->second.scales.back().metrics.cost : before);
      advice.least_cost += queries_[i].calls * (costs_[i].plans().empty() ? before : costs_[i].least());
      advice.plans += costs_[i].plans().size();
      if (!unserved(i)) continue;
      UnservedQuery unserved{i, {}};
      for (size_t position = 0; position < pool_.relevant[i].size(); ++position)
        unserved.tried.push_back({pool_.candidates[pool_.relevant[i][position]].index, reason(i, position)});
      advice.unserved.push_back(std::move(unserved));
    }
    advice.exact = choice_.exact;
    advice.candidates = pool_.candidates.size();
    return advice;
  }

  // Of the advised, those on the query's tables.
  [[nodiscard]] std::vector<CandidateIndex> advised_for(size_t query) const {
    std::vector<CandidateIndex> result = indexes(choice_.chosen);
    const std::vector<TableRef>& tables = queries_[query].statement.parsed->tables;
    std::erase_if(result, [&](const CandidateIndex& index) {
      return std::ranges::find(tables, index.table, &TableRef::name) == tables.end();
    });
    return result;
  }

  Status rewrite(WorkloadAdvice& advice) {
    std::vector<size_t> order;
    std::vector<RewriteRequest> requests;
    for (size_t i = 0; i < queries_.size(); ++i) {
      const WorkloadQuery& query = queries_[i];
      auto proof = proofs_.find(i);
      bool proven = proof != proofs_.end() && !proof->second.scales.empty();
      Standing best = standing_of(*query.before, factors_);
      if (proven)
        best = {growth_under(proof->second), proof->second.scales.back().metrics.rows_examined,
                proof->second.scales.back().metrics.cost};
      bool pages = query.statement.parsed->blocks.size() > 0 && query.statement.parsed->blocks.front().has_offset;
      if (!query.advise || query.sql.empty() || (best.cost <= model_.small && !pages)) continue;
      order.push_back(i);
      requests.push_back(
          {query.sql, query.placeholders, query.statement.parsed, query.before->size(), best, advised_for(i)});
    }
    auto trials = try_rewrites(*engines_[0], options_.dialect, requests, options_.settle);
    if (!trials) return fail(trials.error());
    for (size_t i = 0; i < order.size(); ++i)
      for (RewriteTrial& trial : (*trials)[i]) advice.rewrites.push_back({order[i], std::move(trial)});
    return {};
  }

  const std::vector<Engine*>& engines_;
  const std::vector<WorkloadQuery>& queries_;
  const WorkloadOptions& options_;
  const Catalogue& catalogue_;
  CostModel model_;
  Writes writes_;
  std::vector<double> factors_;
  Pool pool_;
  std::vector<QueryCosts> costs_;  // per query; without plans where nothing is relevant
  Choice choice_;
  std::map<size_t, Proof> proofs_;  // queries that an advised index could concern
};

}  // namespace
}  // namespace explaingate::advise

namespace explaingate {

Result<WorkloadAdvice> advise_workload(const std::vector<Engine*>& engines, const std::vector<WorkloadQuery>& queries,
                                       const WorkloadOptions& options) {
  return advise::Adviser(engines, queries, options).run();
}

}  // namespace explaingate

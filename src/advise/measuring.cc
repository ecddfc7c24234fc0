#include "advise/measuring.h"

#include <map>
#include <set>

namespace explaingate::advise {
namespace {

constexpr int64_t kMostSteps = 1'000'000'000;  // of all queries together: a minute or two

using Steps = std::map<size_t, int64_t>;  // by query

// Those of `queries` that could be run; nothing where the engine runs none.
Result<Steps> steps_of(Engine& engine, const std::vector<WorkloadQuery>& queries, const std::vector<size_t>& wanted,
                       const std::vector<CandidateIndex>& built, int64_t& left) {
  Steps steps;
  for (size_t query : wanted) {
    if (left <= 0) break;
    auto measured = engine.measure_with(built, queries[query].statement);
    if (!measured && measured.error().kind == ErrorKind::kUnverified) return Steps();
    if (!measured && measured.error().kind != ErrorKind::kStatement) return fail(measured.error());
    if (!measured) continue;
    steps[query] = measured->vm_steps;
    left -= measured->vm_steps;
  }
  return steps;
}

}  // namespace

Status measure_served(Engine& engine, const std::vector<WorkloadQuery>& queries, std::vector<AdvisedIndex>& indexes) {
  std::set<size_t> served;
  std::vector<CandidateIndex> all;
  for (const AdvisedIndex& index : indexes) {
    all.push_back(index.index);
    for (const ServedQuery& query : index.serves)
      if (queries[query.query].statement.parsed->kind == StatementKind::kSelect) served.insert(query.query);
  }
  std::vector<size_t> wanted(served.begin(), served.end());
  int64_t left = kMostSteps;
  auto before = steps_of(engine, queries, wanted, {}, left);
  if (!before) return fail(before.error());
  wanted.clear();
  for (const auto& [query, unused] : *before) wanted.push_back(query);
  auto after = steps_of(engine, queries, wanted, all, left);
  if (!after) return fail(after.error());
  for (AdvisedIndex& index : indexes)
    for (ServedQuery& query : index.serves)
      if (auto steps = after->find(query.query); steps != after->end())
        query.measured = MeasuredChange{before->at(query.query), steps->second};
  return {};
}

}  // namespace explaingate::advise

// The pass of `advise`: queries of the head side, once a text, given to the adviser with their calls.
#include "gate/advice.h"

#include <algorithm>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "gate/table_names.h"

namespace explaingate {
namespace {

constexpr size_t kQueriesPerEngine = 50;  // for which a second copy of the schema is cheaper than one core

bool is_below(const std::string& file, const std::vector<std::string>& paths) {
  return paths.empty() || std::ranges::any_of(paths, [&](const std::string& path) {
           return path.empty() || file == path || file.starts_with(path + "/");
         });
}

std::string target_of(const ParsedQuery& parsed) {
  auto target = std::ranges::find(parsed.tables, TableRef::Role::kTarget, &TableRef::role);
  return target == parsed.tables.end() ? "" : target->name;
}

class Workload {
 public:
  Workload(Run& run, const std::vector<std::string>& paths) : run_(run), paths_(paths) {
    if (run.baseline)
      for (const BaselineEntry& entry : run.baseline->entries)
        for (const auto& [scope, calls] : entry.executions) calls_[entry.fingerprint] += static_cast<double>(calls);
    std::map<std::string_view, size_t> known;  // text -> position
    for (const KnownStatement& statement : run.statements) {
      if (statement.side != kHeadSide || !statement.on[kHeadSide] || !statement.on[kHeadSide]->ok()) continue;
      auto [place, fresh] = known.try_emplace(statement.engine.text, queries_.size());
      if (fresh) add(statement);
      AdvisedQuery& query = advice_.queries[place->second];
      query.sites.push_back({statement.source.path, statement.source.line, statement.source.function});
      queries_[place->second].advise |= is_below(statement.source.path, paths_);
    }
    for (AdvisedQuery& query : advice_.queries)
      std::ranges::sort(query.sites, {}, [](const QuerySite& site) { return std::tie(site.path, site.line); });
  }

  Result<Advice> advise() {
    const SchemaSide& head = run_.sides[kHeadSide];
    std::vector<Engine*> engines = {head.engine.get()};
    std::unique_ptr<Engine> copy;
    if (queries_.size() > kQueriesPerEngine && std::thread::hardware_concurrency() > 1) {
      EngineOptions options = run_.engine_options;
      options.measure = false;
      auto opened = run_.engines->open(head.schema.statements, options);
      if (!opened) return fail(opened.error());
      copy = std::move(*opened);
      engines.push_back(copy.get());
    }
    TableNames names(head.engine->catalogue());
    WorkloadOptions options;
    options.dialect = run_.settings.dialect();
    options.settle = [&](ParsedQuery& parsed) { names.settle(parsed); };
    if (run_.progress != nullptr && *run_.progress)
      options.progress = [this](std::string_view what, size_t of) { (*run_.progress)(what, 0, of); };
    auto workload = advise_workload(engines, queries_, options);
    if (!workload) return fail(workload.error());
    advice_.workload = std::move(*workload);
    advice_.calls_known = !calls_.empty();
    advice_.concurrently = run_.settings.dialect() == Dialect::kPostgres;
    advice_.migration_tool = head.schema.tool;
    if (advice_.concurrently) advice_.way_around_transaction = way_around_transaction(head.schema.tool);
    return std::move(advice_);
  }

 private:
  void add(const KnownStatement& statement) {
    auto calls = calls_.find(statement.parsed.fingerprint);
    WorkloadQuery query;
    query.statement = request_of(statement);
    query.before = &statement.on[kHeadSide]->scales;
    query.calls = calls == calls_.end() ? 1 : std::max(1.0, calls->second);
    query.advise = false;
    if (!statement.source.dynamic)
      query.sql = statement.source.text, query.placeholders = statement.source.placeholders;
    advice_.queries.push_back(
        {statement.source.text, statement.parsed.kind, {}, target_of(statement.parsed), query.calls});
    queries_.push_back(query);
  }

  Run& run_;
  const std::vector<std::string>& paths_;
  std::map<std::string, double> calls_;  // by fingerprint
  std::vector<WorkloadQuery> queries_;
  Advice advice_;
};

}  // namespace

Result<Advice> advise(Run& run, const std::vector<std::string>& paths) {
  Workload workload(run, paths);
  auto advice = workload.advise();
  if (!advice) return advice;
  advice->outcome = conclude(run, FailLevel::kNever);
  return advice;
}

}  // namespace explaingate

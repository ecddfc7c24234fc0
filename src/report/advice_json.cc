#include "report/json_words.h"
#include "report/report.h"

namespace explaingate {
namespace {

Json served_json(const ServedQuery& served) {
  return {{"query", served.query},
          {"growth_before", two_digits(served.before.work)},
          {"growth_after", two_digits(served.after.work)},
          {"rows_before", whole(served.rows_before)},
          {"rows_after", whole(served.rows_after)},
          {"cost_before", two_digits(served.cost_before)},
          {"cost_after", two_digits(served.cost_after)},
          {"plan_after", served.plan_after},
          {"look_ups_spared", whole(served.look_ups_spared)},
          {"work_before", served.measured ? Json(served.measured->before) : Json(nullptr)},
          {"work_after", served.measured ? Json(served.measured->after) : Json(nullptr)}};
}

Json index_json(const AdvisedIndex& index, bool concurrently) {
  Json serves = Json::array(), writes = Json::array(), redundant = Json::array();
  for (const ServedQuery& served : index.serves) serves.push_back(served_json(served));
  for (const SlowedWrite& write : index.slows)
    writes.push_back({{"query", write.query}, {"percent", two_digits(write.percent)}});
  for (const std::string& name : index.redundant)
    redundant.push_back(
        {{"index", name},
         {"ddl", std::string("DROP INDEX ") + (concurrently ? "CONCURRENTLY " : "") + quote_where_needed(name)}});
  return {{"ddl", index.index.ddl(concurrently)}, {"relation", index.index.table},
          {"columns", index.index.columns},       {"rows", whole(index.rows)},
          {"bytes", whole(index.bytes)},          {"serves", std::move(serves)},
          {"redundant", std::move(redundant)},    {"writes", std::move(writes)}};
}

}  // namespace

std::string advice_json(const Advice& advice, int exit_code) {
  const WorkloadAdvice& workload = advice.workload;
  Json out = {{"schema_version", kReportVersion},
              {"tool", {{"name", "explaingate"}, {"version", kToolVersion}}},
              {"engine", {{"name", advice.outcome.engine}, {"version", advice.outcome.engine_version}}}};
  Json queries = Json::array(), indexes = Json::array(), unserved = Json::array();
  for (const AdvisedQuery& query : advice.queries) {
    Json sites = Json::array();
    for (const QuerySite& site : query.sites)
      sites.push_back({{"path", site.path}, {"line", site.line}, {"function", site.function}});
    queries.push_back({{"text", query.text},
                       {"kind", to_string(query.kind)},
                       {"calls", advice.calls_known ? Json(whole(query.calls)) : Json(nullptr)},
                       {"sites", std::move(sites)}});
  }
  for (const AdvisedIndex& index : workload.indexes) indexes.push_back(index_json(index, advice.concurrently));
  for (const UnservedQuery& query : workload.unserved) {
    Json tried = Json::array();
    for (const RefusedCandidate& refused : query.tried)
      tried.push_back({{"index", refused.index.words()},
                       {"relation", refused.index.table},
                       {"columns", refused.index.columns},
                       {"reason", refused.reason}});
    unserved.push_back({{"query", query.query}, {"tried", std::move(tried)}});
  }
  Json rewrites = Json::array();
  for (const RewrittenQuery& rewritten : workload.rewrites) {
    Json one = {{"query", rewritten.query}};
    one.update(rewrite_json(rewritten.trial, advice.concurrently));
    rewrites.push_back(std::move(one));
  }
  out["queries"] = std::move(queries);
  out["indexes"] = std::move(indexes);
  out["unserved"] = std::move(unserved);
  out["rewrites"] = std::move(rewrites);
  out["cost_before"] = two_digits(workload.cost_before);
  out["cost_after"] = two_digits(workload.cost_after);
  out["least_cost"] = two_digits(workload.least_cost);
  out["exact"] = workload.exact;
  out["candidates"] = workload.candidates;
  out["plans"] = workload.plans;
  out["migration_tool"] = advice.migration_tool;
  out["not_analysed"] = not_analysed_json(advice.outcome.not_analysed);
  out["notes"] = advice.outcome.notes;
  out["exit_code"] = exit_code;
  return dump(out);
}

}  // namespace explaingate

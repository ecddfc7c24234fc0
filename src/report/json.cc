#include "base/text.h"
#include "gate/names.h"
#include "report/formats.h"
#include "report/json_words.h"
#include "report/report.h"

namespace explaingate {

Json growth_json(const std::optional<double>& growth) {
  return growth ? Json(two_digits(*growth)) : Json(nullptr);
}

Json plan_json(const std::optional<PlanSummary>& summary) {
  if (!summary) return nullptr;
  return {{"plan", summary->plan},
          {"rows_examined", whole(summary->rows_examined)},
          {"growth", growth_json(summary->growth)}};
}

namespace {

Json finding_json(const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  Json out = {{"rule", finding.rule},
              {"level", to_string(finding.level)},
              {"path", finding.path},
              {"line", finding.line},
              {"column", finding.column},
              {"end_line", finding.end_line},
              {"subject", finding.subject},
              {"message", finding.message},
              {"fix", finding.fix.empty() ? Json(nullptr) : Json(finding.fix)}};
  out["cause"] = nullptr;
  if (reported.cause)
    out["cause"] = {{"path", reported.cause->path},
                    {"line", reported.cause->line},
                    {"text", reported.cause->text},
                    {"removed", reported.cause->removed}};
  out["before"] = plan_json(reported.before);
  out["after"] = plan_json(reported.after);
  out["suggestion"] = nullptr;
  if (const auto& suggestion = reported.suggestion)
    out["suggestion"] = {{"line", suggestion->line},
                         {"end_line", suggestion->end_line},
                         {"original", suggestion->original},
                         {"replacement", suggestion->replacement}};
  out["fingerprint"] = finding.fingerprint;
  return out;
}

Json findings_json(const std::vector<ReportedFinding>& findings) {
  Json list = Json::array();
  for (const ReportedFinding& reported : findings) list.push_back(finding_json(reported));
  return list;
}

}  // namespace

Json not_analysed_json(const std::vector<NotAnalysed>& items) {
  Json list = Json::array();
  for (const NotAnalysed& item : items)
    list.push_back({{"path", item.path},
                    {"line", item.line},
                    {"column", item.column},
                    {"function", item.function},
                    {"reason", item.reason}});
  return list;
}

Json check_document(const Outcome& outcome) {
  Json out = {{"schema_version", kReportVersion},
              {"tool", {{"name", "explaingate"}, {"version", kToolVersion}}},
              {"engine", {{"name", outcome.engine}, {"version", outcome.engine_version}}},
              {"mode", outcome.all ? "all" : "change"},
              {"base", outcome.base},
              {"head", outcome.head}};
  out["findings"] = findings_json(outcome.findings);
  Json waived = Json::array();
  for (const ReportedFinding& reported : outcome.waived) {
    waived.push_back(finding_json(reported));
    waived.back()["reason"] = reported.waiver_reason;
  }
  out["waived"] = std::move(waived);
  out["not_analysed"] = not_analysed_json(outcome.not_analysed);
  out["queries"] = outcome.queries;
  out["statements"] = {{"found", outcome.statements}, {"changed", outcome.changed}, {"planned", outcome.planned}};
  out["files"] = {{"read", outcome.files}, {"excluded", outcome.files_excluded}};
  Json rules = Json::array();
  for (const RuleStatus& status : outcome.rules)
    rules.push_back({{"rule", status.rule},
                     {"outcome", name_of(status.outcome)},
                     {"reason", status.reason},
                     {"findings", status.findings}});
  out["rules"] = std::move(rules);
  out["notes"] = outcome.notes;
  out["unverified"] = outcome.unverified ? Json(outcome.unverified->message) : Json(nullptr);
  out["exit_code"] = outcome.exit_code;
  return out;
}

std::string check_json(const Outcome& outcome) {
  return dump(check_document(outcome));
}

std::string check_jsonl(const Outcome& outcome) {
  Json whole = check_document(outcome);
  std::string out;
  auto line = [&](const char* type, const Json& fields) {
    Json each = {{"type", type}};
    each.update(fields);
    out += each.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  for (const auto& [list, type] : {std::pair<const char*, const char*>{"findings", "finding"},
                                   {"waived", "waived"},
                                   {"not_analysed", "not_analysed"},
                                   {"rules", "rule"}}) {
    for (const Json& item : whole[list]) line(type, item);
    whole.erase(list);
  }
  line("run", whole);
  return out;
}

Json rewrite_json(const RewriteTrial& trial, bool concurrently) {
  Json indexes = Json::array();
  for (const CandidateIndex& index : trial.indexes) indexes.push_back(index.ddl(concurrently));
  return {{"kind", to_string(trial.rewrite.kind)},
          {"text", trial.rewrite.text},
          {"remarks", trial.rewrite.remarks},
          {"indexes", std::move(indexes)},
          {"growth_before", two_digits(trial.before.growth.work)},
          {"growth_after", two_digits(trial.after.growth.work)},
          {"rows_before", whole(trial.before.rows)},
          {"rows_after", whole(trial.after.rows)},
          {"cost_before", two_digits(trial.before.cost)},
          {"cost_after", two_digits(trial.after.cost)},
          {"plan_after", trial.plan_after}};
}

std::string explain_json(const Explanation& explanation) {
  Json out = {{"schema_version", kReportVersion},
              {"tool", {{"name", "explaingate"}, {"version", kToolVersion}}},
              {"engine", {{"name", explanation.outcome.engine}, {"version", explanation.outcome.engine_version}}},
              {"sql", explanation.sql}};
  Json scales = Json::array();
  for (const PlannedQuery& planned : explanation.planned.scales) {
    Json nodes = Json::array();
    for (const PlanNode& node : planned.plan.nodes)
      nodes.push_back({{"id", node.id},
                       {"parent", node.parent < 0 ? Json(nullptr) : Json(node.parent)},
                       {"operation", node.operation},
                       {"access", to_string(node.access)},
                       {"relation", node.relation},
                       {"index", node.index},
                       {"terms", node.terms},
                       {"executions", whole(node.executions)},
                       {"rows_examined", whole(node.rows_examined)},
                       {"rows_out", whole(node.rows_out)},
                       {"detail", node.detail}});
    scales.push_back({{"rows_examined", whole(planned.metrics.rows_examined)},
                      {"rows_returned", whole(planned.metrics.rows_returned)},
                      {"rows_sorted", whole(planned.metrics.rows_sorted)},
                      {"cost", whole(planned.metrics.cost)},
                      {"plan", std::move(nodes)}});
  }
  out["error"] = explanation.planned.error.empty() ? Json(nullptr) : Json(explanation.planned.error);
  out["plan"] = explanation.planned.ok() ? scales.back()["plan"] : Json::array();
  bool unknown = explanation.planned.ok() && !explanation.planned.growth_known();
  out["growth"] = unknown ? Json(nullptr) : Json(two_digits(explanation.planned.growth.work));
  out["growth_words"] = unknown ? Json(nullptr) : Json(growth_words(explanation.planned.growth.work));
  out["result_growth"] = unknown ? Json(nullptr) : Json(two_digits(explanation.planned.growth.result));
  out["rows_examined"] = explanation.planned.ok() ? whole(explanation.planned.largest().metrics.rows_examined) : 0;
  out["scales"] = std::move(scales);
  out["findings"] = findings_json(explanation.outcome.findings);
  Json advice = Json::array(), tried = Json::array();
  for (const Trial& trial : explanation.trials.helpful)
    advice.push_back({{"ddl", ddl_of(trial.indexes, explanation.concurrently)},
                      {"relation", trial.relation},
                      {"growth_before", two_digits(trial.before.work)},
                      {"growth_after", two_digits(trial.after.work)},
                      {"rows_before", whole(trial.rows_before)},
                      {"rows_after", whole(trial.rows_after)},
                      {"plan_after", trial.plan_after}});
  for (const RefusedCandidate& refused : explanation.trials.refused)
    tried.push_back({{"index", refused.index.words()},
                     {"relation", refused.index.table},
                     {"columns", refused.index.columns},
                     {"reason", refused.reason}});
  Json rewrites = Json::array();
  for (const RewriteTrial& trial : explanation.rewrites)
    rewrites.push_back(rewrite_json(trial, explanation.concurrently));
  out["advice"] = std::move(advice);
  out["rewrites"] = std::move(rewrites);
  out["tried"] = std::move(tried);
  out["not_analysed"] = not_analysed_json(explanation.outcome.not_analysed);
  out["exit_code"] = explanation.outcome.exit_code;
  return dump(out);
}

std::string extract_json(const ExtractReport& report) {
  Json statements = Json::array();
  for (const Statement& statement : report.statements) {
    Json loops = Json::array();
    for (const Loop& loop : statement.loops)
      loops.push_back({{"kind", name_of(loop.kind)},
                       {"source", name_of(loop.source)},
                       {"line", loop.line},
                       {"variable", loop.variable},
                       {"iterable", loop.iterable},
                       {"argument_varies", loop.argument_varies}});
    statements.push_back({{"path", statement.path},
                          {"line", statement.line},
                          {"column", statement.column},
                          {"end_line", statement.end_line},
                          {"language", statement.language},
                          {"function", statement.function},
                          {"name", statement.name},
                          {"kind", statement.kind},
                          {"text", statement.text},
                          {"dynamic", statement.dynamic},
                          {"loops", std::move(loops)},
                          {"callee", statement.callee},
                          {"library", statement.library}});
  }
  return dump({{"schema_version", kReportVersion},
               {"statements", std::move(statements)},
               {"not_analysed", not_analysed_json(report.not_analysed)}});
}

}  // namespace explaingate

// SARIF 2.1.0 (OASIS), with what GitHub's code scanning asks for.
#include <map>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/formats.h"
#include "report/parts.h"

namespace explaingate {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kToolVersion = EXPLAINGATE_VERSION;
constexpr size_t kMostDescription = 1000;  // GitHub takes 1,024 characters

std::string_view level_of(Level level) {
  return level == Level::kError ? "error" : level == Level::kWarning ? "warning" : "note";
}

// A finding that is about no line of a file has line 0.
Json location(const std::string& path, int line, int end_line) {
  Json physical = {{"artifactLocation", {{"uri", path_uri(path)}, {"uriBaseId", "%SRCROOT%"}}}};
  if (line > 0) {
    physical["region"] = {{"startLine", line}};
    if (end_line > line) physical["region"]["endLine"] = end_line;
  }
  return {{"physicalLocation", std::move(physical)}};
}

// Without columns a region is its lines, but for the last one's line end.
Json fix(const Finding& finding, const Suggestion& suggestion) {
  Json file = location(finding.path, suggestion.line, suggestion.end_line)["physicalLocation"];
  Json replacement = {{"deletedRegion", file["region"]}, {"insertedContent", {{"text", suggestion.replacement}}}};
  Json change = {{"artifactLocation", file["artifactLocation"]},
                 {"replacements", Json::array({std::move(replacement)})}};
  return {{"description", {{"text", finding.fix}}}, {"artifactChanges", Json::array({std::move(change)})}};
}

Json rule_json(const RuleAbout& about) {
  Json rule = {{"id", about.id}};
  if (about.summary.empty()) return rule;
  rule["shortDescription"] = {{"text", about.summary}};
  rule["fullDescription"] = {{"text", shorten(about.summary, kMostDescription)}};
  rule["help"] = {{"text", about.page.empty() ? about.summary : about.page}};
  if (!about.page.empty()) rule["help"]["markdown"] = about.page;
  rule["defaultConfiguration"] = {{"level", level_of(about.severity)}};
  rule["properties"] = {{"tags", {"performance", about.family}}};
  return rule;
}

Json result_json(const ReportedFinding& reported, const std::map<std::string, size_t>& index) {
  const Finding& finding = reported.finding;
  Json result = {{"ruleId", finding.rule}};
  if (auto rule = index.find(finding.rule); rule != index.end()) result["ruleIndex"] = rule->second;
  result["level"] = level_of(finding.level);
  result["message"] = {{"text", finding_words(reported)}};
  result["locations"] = Json::array({location(finding.path, finding.line, finding.end_line)});
  if (reported.cause) {
    Json cause = location(reported.cause->path, reported.cause->line, 0);
    cause["message"] = {{"text", "cause: " + reported.cause->text}};
    result["relatedLocations"] = Json::array({std::move(cause)});
  }
  if (reported.suggestion) result["fixes"] = Json::array({fix(finding, *reported.suggestion)});
  result["partialFingerprints"] = {{"primaryLocationLineHash", finding.fingerprint}};
  return result;
}

Json notification(const NotAnalysed& item) {
  return {{"level", "note"},
          {"message", {{"text", "not analysed: " + item.reason}}},
          {"locations", Json::array({location(item.path, item.line, 0)})}};
}

}  // namespace

std::string check_sarif(const Outcome& outcome) {
  std::map<std::string, size_t> index;
  Json rules = Json::array();
  for (const RuleAbout& about : outcome.about) {
    index.emplace(about.id, rules.size());
    rules.push_back(rule_json(about));
  }
  Json results = Json::array();
  for (const ReportedFinding& reported : outcome.findings)
    if (!is_listed_apart(reported.finding)) results.push_back(result_json(reported, index));
  for (const ReportedFinding& reported : outcome.waived) {
    results.push_back(result_json(reported, index));
    results.back()["suppressions"] = Json::array({{{"kind", "external"}, {"justification", reported.waiver_reason}}});
  }
  Json notifications = Json::array();
  for (const NotAnalysed& item : outcome.not_analysed) notifications.push_back(notification(item));
  if (outcome.unverified)
    notifications.push_back(
        {{"level", "error"}, {"message", {{"text", "not verified: " + outcome.unverified->message}}}});
  Json run = {
      {"tool", {{"driver", {{"name", "explaingate"}, {"semanticVersion", kToolVersion}, {"rules", std::move(rules)}}}}},
      {"automationDetails", {{"id", "explaingate/"}}},
      {"invocations", Json::array({{{"executionSuccessful", !outcome.unverified.has_value()},
                                    {"exitCode", outcome.exit_code},
                                    {"toolExecutionNotifications", std::move(notifications)}}})},
      {"results", std::move(results)}};
  Json out = {{"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"},
              {"version", "2.1.0"},
              {"runs", Json::array({std::move(run)})}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace explaingate

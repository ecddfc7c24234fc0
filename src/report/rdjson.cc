// Reviewdog's diagnostic format (rdf.DiagnosticResult as JSON). Its columns are bytes from 1, as ours are.
#include <nlohmann/json.hpp>

#include "report/formats.h"
#include "report/parts.h"

namespace explaingate {
namespace {

using Json = nlohmann::ordered_json;

std::string_view rdjson_severity(Level level) {
  return level == Level::kError ? "ERROR" : level == Level::kWarning ? "WARNING" : "INFO";
}

Json place(const std::string& path, int line, int column) {
  Json start = {{"line", line}};
  if (column > 0) start["column"] = column;
  return {{"path", path}, {"range", {{"start", std::move(start)}}}};
}

}  // namespace

std::string check_rdjson(const Outcome& outcome) {
  Json diagnostics = Json::array();
  for (const ReportedFinding& reported : outcome.findings) {
    const Finding& finding = reported.finding;
    Json each = {{"message", finding_words(reported)},
                 {"location", place(finding.path, finding.line, finding.column)},
                 {"severity", rdjson_severity(finding.level)},
                 {"code", {{"value", finding.rule}}}};
    if (reported.cause)
      each["related_locations"] = Json::array(
          {{{"message", reported.cause->text}, {"location", place(reported.cause->path, reported.cause->line, 0)}}});
    if (const auto& suggestion = reported.suggestion)  // without columns: whole lines
      each["suggestions"] =
          Json::array({{{"range", {{"start", {{"line", suggestion->line}}}, {"end", {{"line", suggestion->end_line}}}}},
                        {"text", suggestion->replacement}}});
    diagnostics.push_back(std::move(each));
  }
  Json out = {{"source", {{"name", "explaingate"}}}, {"diagnostics", std::move(diagnostics)}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace explaingate

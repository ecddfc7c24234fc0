// One page that needs nothing beside it. Its template, style and scripts are src/report/html/; all that a run says goes
// in as JSON, in an element that browsers don't execute, and its scripts make text nodes of it.
#include <map>

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "gate/names.h"
#include "report/formats.h"
#include "report/json_words.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr size_t kMostQueries = 5000;
constexpr std::string_view kFolder = "src/report/html/";

const EmbeddedFile& part(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files())
    if (file.name.starts_with(kFolder) && file.name.substr(kFolder.size()) == name) return file;
  static const EmbeddedFile kNone;
  return kNone;
}

Json whole_plan_json(const std::optional<PlanSummary>& summary) {
  Json out = plan_json(summary);
  if (!summary) return out;
  Json steps = Json::array(), scales = Json::array();
  for (const PlanStep& step : summary->steps)
    steps.push_back({{"access", to_string(step.access)},
                     {"executions", whole(step.executions)},
                     {"rows_examined", whole(step.rows_examined)},
                     {"rows_out", whole(step.rows_out)}});
  for (const CostAtScale& at : summary->scales)
    scales.push_back({{"factor", at.factor},
                      {"rows_examined", whole(at.rows_examined)},
                      {"rows_returned", whole(at.rows_returned)}});
  out["steps"] = std::move(steps);
  out["scales"] = std::move(scales);
  return out;
}

Json site_json(const QuerySite& site) {
  return {{"path", printable_line(site.path)}, {"line", site.line}, {"function", site.function}};
}

Json workload_json(const ReportedWorkload& workload) {
  Json queries = Json::array(), indexes = Json::array(), refused = Json::array();
  for (const ReportedQuery& query : workload.queries) {
    if (queries.size() == kMostQueries) break;
    Json sites = Json::array();
    for (const QuerySite& site : query.sites) sites.push_back(site_json(site));
    queries.push_back({{"text", query.text},
                       {"sites", std::move(sites)},
                       {"changed", query.changed},
                       {"before", whole_plan_json(query.before)},
                       {"after", whole_plan_json(query.after)}});
  }
  for (const TriedIndex& index : workload.indexes) {
    Json uses = Json::array();
    for (const TriedIndex::Use& use : index.uses) {
      uses.push_back(site_json(use.site));
      uses.back().update({{"rows_before", whole(use.rows_before)},
                          {"rows_after", whole(use.rows_after)},
                          {"growth_before", growth_json(use.growth_before)},
                          {"growth_after", growth_json(use.growth_after)},
                          {"plan_after", use.plan_after}});
    }
    indexes.push_back({{"ddl", index.ddl}, {"table", index.table}, {"uses", std::move(uses)}});
  }
  for (const RefusedIndex& index : workload.refused) {
    refused.push_back(site_json(index.site));
    refused.back().update({{"ddl", index.ddl}, {"reason", index.reason}});
  }
  return {{"queries", std::move(queries)},
          {"queries_left_out", workload.queries.size() - std::min(workload.queries.size(), kMostQueries)},
          {"indexes", std::move(indexes)},
          {"refused", std::move(refused)}};
}

// The JSON report has findings, and places that were not analysed; a page shows more of each.
// `query_of`: the number of a statement's query in the workload.
void extend(Json& list, const std::vector<ReportedFinding>& findings, const std::map<int64_t, size_t>& query_of) {
  for (size_t i = 0; i < findings.size(); ++i) {
    const ReportedFinding& reported = findings[i];
    Json& out = list[i];
    out["path"] = printable_line(reported.finding.path);
    out["message"] = fold_spaces(reported.finding.message);
    out["excerpt"] = reported.excerpt;
    out["before"] = plan_differs(reported) ? whole_plan_json(reported.before) : Json(nullptr);
    out["after"] = whole_plan_json(reported.after);
    out["query"] = nullptr;
    if (reported.finding.statement_id)
      if (auto query = query_of.find(*reported.finding.statement_id); query != query_of.end())
        out["query"] = query->second;
    out["listed_apart"] = is_listed_apart(reported.finding);
  }
}

// What can't be seen, or turns the direction of writing, is shown by its code.
void make_printable(Json& value) {
  if (value.is_string())
    value = printable(value.get_ref<const std::string&>());
  else if (value.is_structured())
    for (Json& each : value) make_printable(each);
}

std::string data_of(const Outcome& outcome) {
  const ReportedWorkload workload = outcome.workload.value_or(ReportedWorkload{});
  std::map<int64_t, size_t> query_of;
  for (size_t i = 0; i < std::min(workload.queries.size(), kMostQueries); ++i)
    for (int64_t statement : workload.queries[i].statements) query_of[statement] = i;
  Json document = check_document(outcome);
  extend(document["findings"], outcome.findings, query_of);
  extend(document["waived"], outcome.waived, query_of);
  document["counts"] = counts_words(outcome);
  document["scope"] = scope_words(outcome);
  document["unverified_hint"] = outcome.unverified ? outcome.unverified->hint : "";
  Json about = Json::object();
  for (const RuleAbout& rule : outcome.about) about[rule.id] = {{"summary", rule.summary}, {"page", rule.page}};
  document["about"] = std::move(about);
  document["workload"] = workload_json(workload);
  make_printable(document);
  std::string out;
  for (char c : document.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<')
      out += "\\u003c";  // no end tag and no comment begins in it
    else
      out += c;
  }
  return out;
}

std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (char digit : hex) {
    bits = bits << 4 | static_cast<uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    for (count += 4; count >= 6; count -= 6) out += kLetters[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kLetters[bits << (6 - count) & 63];
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

// Nothing is loaded, nothing sent; of scripts and styles only our own run, and those can make no mark-up of a text.
std::string policy(const std::vector<std::string_view>& scripts, std::string_view style) {
  std::string out =
      "default-src 'none'; base-uri 'none'; form-action 'none'; trusted-types 'none'; "
      "require-trusted-types-for 'script'; script-src";
  for (std::string_view script : scripts) out += fmt::format(" 'sha256-{}'", base64_of_hex(part(script).sha256));
  return out + fmt::format("; style-src 'sha256-{}'", base64_of_hex(part(style).sha256));
}

}  // namespace

std::string check_html(const Outcome& outcome) {
  constexpr std::string_view kOpen = "{{", kClose = "}}";
  std::string_view rest = part("report.html").text;
  std::string out;
  for (size_t open = 0; (open = rest.find(kOpen)) != std::string_view::npos;) {
    size_t close = rest.find(kClose, open);
    std::string_view name = rest.substr(open + kOpen.size(), close - open - kOpen.size());
    out += rest.substr(0, open);
    if (name == "data")
      out += data_of(outcome);
    else if (name == "policy")
      out += policy({"draw.js", "report.js"}, "report.css");
    else
      out += part(name).text;
    rest.remove_prefix(close + kClose.size());
  }
  return out + std::string(rest);
}

}  // namespace explaingate

// Source: Atlassian's Swagger description of the Bitbucket Cloud API 2.0 (reports), which checks each request in the
// tests, and its limits, which that tells in words alone.
#include "publish/bitbucket.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "report/formats.h"
#include "report/parts.h"

namespace explaingate {
namespace {

// Characters that Bitbucket takes, less the one that shorten() adds; of bytes, which it counts, there are at least as
// many.
constexpr size_t kMostSummary = 450 - 1, kMostDetails = 2000 - 1;
constexpr size_t kMostPrinted = 65'000;  // Markdown, in place of a report that can't be written
constexpr std::string_view kReportId = "explaingate";

const char* severity(Level level) {
  switch (level) {
    case Level::kError:
      return "HIGH";
    case Level::kWarning:
      return "MEDIUM";
    case Level::kInfo:
      break;
  }
  return "LOW";
}

Json annotation_of(const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  std::string summary = printable_line(fmt::format("{}: {}", finding.rule, fold_spaces(finding.message)));
  return {{"type", "report_annotation"},
          {"external_id", finding.fingerprint},
          {"annotation_type", finding.level == Level::kError ? "BUG" : "CODE_SMELL"},
          {"severity", severity(finding.level)},
          {"path", printable_line(finding.path)},
          {"line", finding.line},
          {"summary", shorten(summary, kMostSummary)},
          {"details", shorten(printable(finding_words(reported)), kMostDetails)}};
}

std::vector<Json> annotations_of(const Outcome& outcome) {
  std::vector<Json> annotations;
  std::set<std::string_view> seen;
  for (const ReportedFinding* reported : worst_first(outcome))
    if (annotations.size() < kMostAnnotations && seen.insert(reported->finding.fingerprint).second)
      annotations.push_back(annotation_of(*reported));
  return annotations;
}

Json report_of(const Outcome& outcome, size_t annotations) {
  std::vector<const ReportedFinding*> findings = worst_first(outcome);
  auto of_level = [&](Level level) {
    return std::ranges::count_if(findings, [&](const ReportedFinding* each) { return each->finding.level == level; });
  };
  auto number = [](const char* title, auto value) {
    return Json{{"title", title}, {"type", "NUMBER"}, {"value", value}};
  };
  std::string details = counts_words(outcome) + "\n";
  if (outcome.unverified) details += fmt::format("not verified: {}\n", outcome.unverified->message);
  if (annotations < findings.size())
    details += fmt::format("{} annotations are shown; the JSON report has all findings\n", annotations);
  details += scope_words(outcome);
  return {{"type", "report"},
          {"title", "explaingate"},
          {"reporter", "explaingate"},
          {"report_type", "BUG"},
          {"result", outcome.exit_code == 0 ? "PASSED" : "FAILED"},
          {"details", shorten(printable(details), kMostDetails)},
          {"data",
           {number("Errors", of_level(Level::kError)), number("Warnings", of_level(Level::kWarning)),
            number("Not analysed", outcome.not_analysed.size()), number("Statements", outcome.statements)}}};
}

// The report, and its annotations.
struct Sending {
  HttpRequest request;
  size_t annotations = 0;
};

std::vector<Sending> requests_of(const Outcome& outcome, const std::string& report) {
  std::vector<Json> annotations = annotations_of(outcome);
  std::vector<Sending> requests = {{{"DELETE", report, ""}},
                                   {with_body("PUT", report, report_of(outcome, annotations.size()))}};
  for (size_t from = 0; from < annotations.size(); from += kAnnotationsAtATime) {
    size_t to = std::min(from + kAnnotationsAtATime, annotations.size());
    Json some = Json::array();
    for (size_t i = from; i < to; ++i) some.push_back(std::move(annotations[i]));
    requests.push_back({with_body("POST", report + "/annotations", some), some.size()});
  }
  return requests;
}

}  // namespace

ApiResult<Publication> publish_insights(const Outcome& outcome, const PublishOptions& options, Api& api, bool last) {
  Publication done;
  done.summary = check_markdown(outcome, kMostPrinted);
  std::string report =
      fmt::format("/repositories/{}/commit/{}/reports/{}", options.repository, options.commit, kReportId);
  for (Sending& sending : requests_of(outcome, report)) {
    if (options.dry_run) {
      done.requests.push_back(std::move(sending.request));
      continue;
    }
    auto sent = api.send(sending.request);
    ApiFailure failure = sent ? ApiFailure::kOther : sent.error().failure;
    if (!sent && failure == ApiFailure::kForbidden) {
      done.end = PublishEnd::kForbidden;
      done.problem = sent.error().message;
      return done;
    }
    bool goes_on =
        (sending.request.method == "DELETE" && failure == ApiFailure::kNotFound) ||
        (sending.annotations > 0 && (failure == ApiFailure::kRefused || (last && failure == ApiFailure::kUncertain)));
    if (!sent && !goes_on) return std::unexpected(sent.error());
    (sent ? done.posted : done.refused) += sending.annotations;
  }
  return done;
}

}  // namespace explaingate

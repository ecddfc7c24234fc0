// Source: GitHub's OpenAPI description (checks), which checks each request in the tests, and its limits, which that
// tells in words alone.
#include "publish/check_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "report/formats.h"
#include "report/parts.h"

namespace explaingate {
namespace {

// Not "explaingate": jobs are check runs too, named as in the workflow.
constexpr std::string_view kName = "explaingate report";
constexpr std::string_view kIdOpening = "explaingate:";  // by which ours are known among check runs of that name
constexpr size_t kMostRunAnnotations = 1000, kAtATime = 50;
constexpr size_t kMostTitle = 250;          // of 255 characters
constexpr size_t kMostAnnotation = 60'000;  // of 64 KB
constexpr size_t kMostRunSummary = 65'000;  // of 65,535 characters

std::string_view level_word(Level level) {
  return level == Level::kError ? "failure" : level == Level::kWarning ? "warning" : "notice";
}

Json check_annotation_of(const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  return {{"path", printable_line(finding.path)},
          {"start_line", finding.line},
          {"end_line", std::max(finding.line, finding.end_line)},
          {"annotation_level", level_word(finding.level)},
          {"title", shorten(printable_line(finding.rule), kMostTitle)},
          {"message", shorten(printable(finding_words(reported)), kMostAnnotation)}};
}

// What a check run says, but for its annotations.
Json run_of(const Outcome& outcome, const Json& annotations, size_t findings) {
  std::string left_out;
  if (annotations.size() < findings)
    left_out = fmt::format("{} of {} findings are annotated.\n\n", annotations.size(), findings);
  std::string title = outcome.unverified ? "not verified: " + outcome.unverified->message : counts_words(outcome);
  Json run = {{"status", "completed"},
              {"conclusion", outcome.exit_code == 0 ? "success" : "failure"},
              {"output",
               {{"title", shorten(printable_line(title), kMostTitle)},
                {"summary", left_out + check_markdown(outcome, kMostRunSummary - left_out.size())}}}};
  auto text = [](const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); };
  run["external_id"] = std::string(kIdOpening) + hash_fields({text(run), text(annotations)});
  return run;
}

struct There {
  int64_t id = 0;  // 0 = there is none
  std::string external_id;
  size_t annotations = 0;
};

class Writer {
 public:
  Writer(const PublishOptions& options, Api& api, const std::string& head, std::vector<HttpRequest>& requests)
      : options_(options), api_(api), head_(head), requests_(requests), repository_("/repos/" + options.repository) {}

  ApiResult<CheckRunEnd> write(const Json& run, const Json& annotations) {
    auto there = latest();
    if (!there) return std::unexpected(there.error());
    bool same = there->external_id == text_at(run, "/external_id");
    if (same && there->annotations >= annotations.size()) return CheckRunEnd{};
    bool anew = !same && there->annotations > 0;
    if (there->id != 0 && !anew) id_ = std::to_string(there->id);
    CheckRunEnd end;
    for (size_t next = same ? there->annotations : 0; end.problem.empty();) {
      size_t to = std::min(next + kAtATime, annotations.size());
      auto sent = send(run, Json(annotations.begin() + static_cast<ptrdiff_t>(next),
                                 annotations.begin() + static_cast<ptrdiff_t>(to)));
      if (!sent && sent.error().failure == ApiFailure::kRefused && to > next) {
        // Those behind them aren't sent: the annotations that are there must be the first ones, or a later run would
        // add some a second time.
        end.problem = fmt::format("{} of {} annotations are not in the check run: {}", annotations.size() - next,
                                  annotations.size(), sent.error().message);
        if (end.written || same) return end;
        sent = send(run, Json::array());
      }
      if (!sent) return std::unexpected(sent.error());
      end.written = true;
      next = to;
      if (next == annotations.size()) break;
    }
    return end;
  }

 private:
  ApiResult<There> latest() {
    auto answer = api_.send({"GET",
                             fmt::format("{}/commits/{}/check-runs?check_name={}&filter=latest&per_page=100",
                                         repository_, head_, path_uri(kName)),
                             ""});
    if (!answer) return std::unexpected(answer.error());
    There latest;
    if (!answer->is_object()) return latest;
    for (const Json& item : answer->value("check_runs", Json::array())) {
      There there{number_at(item, "/id"), text_at(item, "/external_id"),
                  static_cast<size_t>(std::max<int64_t>(number_at(item, "/output/annotations_count"), 0))};
      if (there.external_id.starts_with(kIdOpening) && there.id > latest.id) latest = std::move(there);
    }
    return latest;
  }

  // Makes the check run, or edits it from then on.
  std::expected<void, ApiError> send(Json run, Json annotations) {
    if (!annotations.empty()) run["output"]["annotations"] = std::move(annotations);
    if (id_.empty()) run.update({{"name", kName}, {"head_sha", head_}});
    std::string runs = repository_ + "/check-runs";
    HttpRequest request = id_.empty() ? with_body("POST", runs, run) : with_body("PATCH", runs + "/" + id_, run);
    request.adds = true;
    if (options_.dry_run) {
      requests_.push_back(std::move(request));
      if (id_.empty()) id_ = "{check_run_id}";  // that of the answer
      return {};
    }
    auto answer = api_.send(request);
    if (!answer) return std::unexpected(answer.error());
    if (id_.empty()) id_ = std::to_string(number_at(*answer, "/id"));
    return {};
  }

  const PublishOptions& options_;
  Api& api_;
  const std::string& head_;
  std::vector<HttpRequest>& requests_;
  std::string repository_, id_;  // id_: "" = it is still to be made
};

}  // namespace

ApiResult<CheckRunEnd> publish_check_run(const Outcome& outcome, const PublishOptions& options, Api& api,
                                         const std::string& head, std::vector<HttpRequest>& requests) {
  std::vector<const ReportedFinding*> findings = worst_first(outcome);
  Json annotations = Json::array();
  for (const ReportedFinding* reported : findings)
    if (annotations.size() < kMostRunAnnotations) annotations.push_back(check_annotation_of(*reported));
  auto end = Writer(options, api, head, requests).write(run_of(outcome, annotations, findings.size()), annotations);
  if (end) return end;
  ApiFailure failure = end.error().failure;
  if (failure != ApiFailure::kForbidden && failure != ApiFailure::kNotFound && failure != ApiFailure::kRefused)
    return end;
  CheckRunEnd not_written;
  not_written.forbidden = failure != ApiFailure::kRefused;
  not_written.problem = "no check run: " + end.error().message;
  return not_written;
}

}  // namespace explaingate

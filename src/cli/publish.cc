#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/cli.h"
#include "publish/context.h"
#include "publish/read_report.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr int kNotPublished = 4;  // under --require-publish

Environment forge_environment() {
  Environment found;
  for (const KnownForge& forge : known_forges())
    for (const Variables* names :
         {&forge.told_by, &forge.repository, &forge.api_url, &forge.token, &forge.event, &forge.number, &forge.commit})
      for (const char* name : *names)
        if (const char* value = std::getenv(name)) found[name] = value;
  return found;
}

// One after the other: the request's line, then its body. Texts are JSON, so none of their lines stands alone.
std::string shown(const std::vector<HttpRequest>& requests, const std::string& address) {
  std::string out;
  for (const HttpRequest& request : requests) {
    out += fmt::format("{} {}{}\n", request.method, address, request.target);
    if (!request.body.empty())
      out += nlohmann::ordered_json::parse(request.body)
                 .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
             "\n";
  }
  return out;
}

std::string in_words(const Publication& done, const PublishOptions& options) {
  std::string_view request = known_forge(options.forge).request;
  if (options.forge == ForgeKind::kBitbucket)
    return fmt::format("{} {}: a report with {}\n", request, options.commit,
                       counted(static_cast<double>(done.posted), "annotation"));
  std::string summary = done.summary_written                 ? "summary written"
                        : done.end == PublishEnd::kForbidden ? "summary not written"
                        : done.summary.empty()               ? "no summary"
                                                             : "summary as it was";
  std::string check_run;
  if (done.check_run && (done.check_run->written || done.check_run->problem.empty()))
    check_run = done.check_run->written ? "; check run written" : "; check run as it was";
  return fmt::format("{} {}: {} posted, {} edited, {} removed, {} kept; {}{}\n", request, done.pull_request,
                     counted(static_cast<double>(done.posted), "comment"), done.edited, done.removed, done.kept,
                     summary, check_run);
}

int tell(const Publication& done, const PublishOptions& options) {
  const KnownForge& forge = known_forge(options.forge);
  if (done.end == PublishEnd::kPublished && options.dry_run)
    return say(done.requests.empty() ? "nothing to send\n" : shown(done.requests, done.address));
  bool bitbucket = options.forge == ForgeKind::kBitbucket;
  if (done.refused > 0)
    fmt::print(stderr, "explaingate: {} on lines not accepted: told in the {} alone\n",
               counted(static_cast<double>(done.refused), bitbucket ? "annotation" : "comment"),
               bitbucket ? "report's numbers" : "summary");
  if (done.check_run && !done.check_run->problem.empty())
    fmt::print(stderr, "explaingate: {}\n{}", done.check_run->problem,
               done.check_run->forbidden
                   ? "help: permissions: checks: write; only the token of a workflow or of another "
                     "GitHub App can have it\n"
                   : "");
  if (done.end == PublishEnd::kPublished) return say(in_words(done, options));
  if (done.end == PublishEnd::kMoved) {
    fmt::print(stderr, "explaingate: not published: {}\n", done.problem);
    return 0;
  }
  bool check_run = done.check_run && done.check_run->written;
  bool something = done.posted + done.edited + done.removed > 0 || check_run;
  fmt::print(stderr,
             "explaingate: not {}published, the token may not write here: {}\n"
             "help: {}\n",
             something ? "all " : "", done.problem, forge.rights_hint);
  std::string counts = something ? in_words(done, options) : "";
  if (done.summary.empty()) return say(counts);
  StopCommands quiet = stop_commands();
  return say(counts + quiet.begin + done.summary + (quiet.end.empty() ? "" : "\n" + quiet.end));
}

Result<Publication> published(const std::string& report, const std::string& forge, PublishOptions& options) {
  if (Status complete = complete_from_environment(options, forge, forge_environment()); !complete)
    return fail(complete.error());
  auto text = read_file(report, kMostReportBytes);
  if (!text) {
    Error error = text.error();
    error.kind = ErrorKind::kUsage;  // the wrong name, or nothing wrote it
    error.hint = kReportHint;
    return fail(std::move(error));
  }
  auto outcome = read_check_report(*text, report);
  if (!outcome) return fail(outcome.error());
  return publish(*outcome, options);
}

}  // namespace

int publish_command(const std::string& report, const std::string& forge, PublishOptions options, bool required) {
  auto done = published(report, forge, options);
  if (!done) {
    int code = report_error(done.error());
    return required && code != 2 ? kNotPublished : code;
  }
  int code = tell(*done, options);
  return code == 0 && required && done->end != PublishEnd::kPublished ? kNotPublished : code;
}

}  // namespace explaingate

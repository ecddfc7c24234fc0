#include "publish/comments.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/formats.h"
#include "report/markdown.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr size_t kMostBody = 65'000;  // GitHub takes 65,536 characters
constexpr size_t kMostMessage = 4'000;
constexpr std::string_view kOpening = "<!-- explaingate:fp=", kClosing = " -->\n";

std::string inline_words(const InlineCounts& counts) {
  std::vector<std::string> rest;
  if (counts.outside > 0) rest.push_back(fmt::format("{} outside its diff", counts.outside));
  if (counts.above > 0) rest.push_back(fmt::format("{} more than are commented on at once", counts.above));
  if (counts.refused > 0) rest.push_back(fmt::format("{} where no comment was accepted", counts.refused));
  if (counts.on_lines == 0 && rest.empty()) return "";
  std::string out =
      fmt::format("\nOn lines of this change: {}", counted(static_cast<double>(counts.on_lines), "comment"));
  if (!rest.empty()) out += fmt::format("; only here: {}", fmt::join(rest, ", "));
  return out + "\n";
}

}  // namespace

std::string_view fingerprint_in(std::string_view body) {
  if (!body.starts_with(kOpening)) return "";
  body.remove_prefix(kOpening.size());
  return body.substr(0, std::min(body.find_first_not_of("0123456789abcdef"), body.size()));
}

std::string inline_body(const ReportedFinding& reported, const DiffPlace& place, const std::string& fence) {
  const Finding& finding = reported.finding;
  std::string head = fmt::format("{}{}{}**{}** {}", kOpening, finding.fingerprint, kClosing, to_string(finding.level),
                                 markdown_text(finding.rule));
  if (place.at_cause)
    head +=
        fmt::format(" at {}", markdown_code(shorten(fmt::format("{}:{}", finding.path, finding.line), kMostMessage)));
  std::string body = fmt::format("{}\n\n{}", head, finding_markdown(reported));
  if (!fence.empty() && reported.suggestion) body += markdown_block(reported.suggestion->replacement, fence);
  if (body.size() <= kMostBody) return body;
  return fmt::format("{}\n\n{}\n\nThe JSON report has the rest.\n", head,
                     markdown_text(shorten(finding.message, kMostMessage)));
}

std::string gone_body() {
  return "<!-- explaingate:gone -->\nThis finding is gone.\n";
}

std::string summary_body(const Outcome& outcome, const InlineCounts& counts) {
  std::string tail = inline_words(counts);
  return std::string(kSummaryMarker) + check_markdown(outcome, kMostBody - kSummaryMarker.size() - tail.size()) + tail;
}

std::string review_body(size_t comments) {
  return fmt::format("explaingate: {} below; the summary is a comment of its own.",
                     counted(static_cast<double>(comments), "finding"));
}

}  // namespace explaingate

// Annotations of GitHub Actions and the report of GitLab's code quality.
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/formats.h"
#include "report/parts.h"

namespace explaingate {
namespace {

// What the runner shows of one step: of each level, and no more.
constexpr size_t kMostAnnotations = 10;

// The runner decodes data and properties apart; "%" first, or the others would be decoded twice.
std::string encoded(std::string_view text, bool property) {
  std::string out;
  for (char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
}

std::string_view command_of(Level level) {
  return level == Level::kError ? "error" : level == Level::kWarning ? "warning" : "notice";
}

std::string annotation(const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  std::string properties = fmt::format("file={},line={}", encoded(finding.path, true), finding.line);
  if (finding.end_line > finding.line) properties += fmt::format(",endLine={}", finding.end_line);
  properties += fmt::format(",title={}", encoded("explaingate: " + finding.rule, true));
  return fmt::format("::{} {}::{}\n", command_of(finding.level), properties,
                     encoded(printable(finding_words(reported)), false));
}

std::string_view severity_of(Level level) {
  return level == Level::kError ? "major" : level == Level::kWarning ? "minor" : "info";
}

}  // namespace

std::string check_github(const Outcome& outcome) {
  std::string out;
  std::map<Level, size_t> shown, left_out;
  for (const ReportedFinding* reported : worst_first(outcome)) {
    if (++shown[reported->finding.level] > kMostAnnotations)
      ++left_out[reported->finding.level];
    else
      out += annotation(*reported);
  }
  for (const auto& [level, count] : left_out)
    out += fmt::format("explaingate: {} more of level {}; GitHub shows {} annotations of a level\n", count,
                       to_string(level), kMostAnnotations);
  if (outcome.unverified)
    out += fmt::format("::error title=explaingate::{}\n",
                       encoded(printable("not verified: " + outcome.unverified->message), false));
  return out;
}

std::string check_gitlab(const Outcome& outcome) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ReportedFinding& reported : outcome.findings) {
    const Finding& finding = reported.finding;
    list.push_back({{"description", finding_words(reported)},
                    {"check_name", finding.rule},
                    {"fingerprint", finding.fingerprint},
                    {"severity", severity_of(finding.level)},
                    {"location",
                     {{"path", finding.path},
                      {"lines", {{"begin", finding.line}, {"end", std::max(finding.line, finding.end_line)}}}}}});
  }
  return list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace explaingate

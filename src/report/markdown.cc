#include "report/markdown.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/formats.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr std::string_view kNothing = "\u200b";  // a character of no width: forges look for "@name", "#12" in it

size_t longest_run(std::string_view text, char wanted) {
  size_t longest = 0, run = 0;
  for (char c : text) longest = std::max(longest, run = c == wanted ? run + 1 : 0);
  return longest;
}

std::string plan_markdown(const ReportedFinding& reported) {
  if (!reported.after) return "";
  bool differs = plan_differs(reported);
  std::string plans;
  auto add = [&](std::string_view label, const PlanSummary& summary) {
    plans += fmt::format("{}: {}\n", label, cost_words(summary));
    for (const std::string& line : plan_words(summary)) plans += "  " + printable_line(line) + "\n";
  };
  if (differs) add("before", *reported.before);
  add(differs ? "after" : "plan", *reported.after);
  std::string label = cost_words(*reported.after);
  if (differs) label = fmt::format("before: {}; after: {}", cost_words(*reported.before), label);
  return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", label, markdown_block(plans));
}

std::string one_finding(const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  return fmt::format("**{}** {} {}\n\n{}", to_string(finding.level),
                     markdown_code(fmt::format("{}:{}", finding.path, finding.line)), markdown_text(finding.rule),
                     finding_markdown(reported));
}

std::string not_analysed_markdown(const Outcome& outcome) {
  if (outcome.not_analysed.empty()) return "";
  std::string out = fmt::format("<details><summary>not analysed: {}</summary>\n\n",
                                counted(static_cast<double>(outcome.not_analysed.size()), "place"));
  size_t shown = std::min(outcome.not_analysed.size(), kNotAnalysedShown);
  for (size_t i = 0; i < shown; ++i) {
    const NotAnalysed& item = outcome.not_analysed[i];
    out +=
        fmt::format("- {} {}\n", markdown_code(fmt::format("{}:{}", item.path, item.line)), markdown_text(item.reason));
  }
  if (shown < outcome.not_analysed.size())
    out += fmt::format("- and {} more, which the JSON report lists\n", outcome.not_analysed.size() - shown);
  return out + "\n</details>\n\n";
}

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMarkUp = "\\`*_{}[]|~$";
  std::string shown = printable_line(fold_spaces(text));
  std::string out;
  bool number = true;  // digits alone so far: "1." begins a list
  for (size_t i = 0; i < shown.size(); ++i) {
    char c = shown[i], next = i + 1 < shown.size() ? shown[i + 1] : ' ';
    bool digit = c >= '0' && c <= '9';
    // "/": GitLab carries out a line such as "/merge", with the rights of whoever wrote it.
    bool marks_line =
        (i == 0 && (c == '-' || c == '+' || c == '=' || c == '/')) || (number && i > 0 && (c == '.' || c == ')'));
    bool links = (c == ':' && next == '/') || (c == '.' && i > 0 && lower(shown.substr(i - 1, 1)) == "w") ||
                 (c == '!' && next >= '0' && next <= '9');  // "!12" is a merge request
    if (c == '&' || c == '<' || c == '>')
      out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;";
    else if (kMarkUp.find(c) != std::string_view::npos || c == '#' || marks_line || links)
      out += {'\\', c};
    else
      out += c;
    bool numbers = c == '%' || c == '&' || (c == '-' && i >= 2 && lower(shown.substr(i - 2, 2)) == "gh");
    if (c == '@' || c == '#' || (numbers && next >= '0' && next <= '9')) out += kNothing;  // "GH-26", milestone "%4"
    number = number && digit;
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string shown = printable_line(fold_spaces(text));
  std::string fence(longest_run(shown, '`') + 1, '`');
  bool padded = shown.empty() || shown.front() == '`' || shown.back() == '`';
  return padded ? fmt::format("{0} {1} {0}", fence, shown) : fence + shown + fence;
}

std::string markdown_block(std::string_view text, std::string_view kind) {
  std::string shown = printable(text);
  std::string fence(std::max<size_t>(3, longest_run(shown, '`') + 1), '`');
  return fmt::format("{0}{3}\n{1}{2}{0}\n", fence, shown, shown.empty() || shown.ends_with('\n') ? "" : "\n", kind);
}

std::string finding_markdown(const ReportedFinding& reported) {
  std::string out = markdown_text(reported.finding.message) + "\n\n" + plan_markdown(reported);
  if (reported.cause) out += fmt::format("Cause: {}\n\n", markdown_code(cause_words(*reported.cause)));
  if (!reported.finding.fix.empty()) out += fmt::format("Fix: {}\n\n", markdown_text(reported.finding.fix));
  return out;
}

std::string check_markdown(const Outcome& outcome, size_t bytes) {
  std::string head = fmt::format("### explaingate: {}\n\n", counts_words(outcome));
  if (outcome.unverified) head += fmt::format("**not verified** {}\n\n", markdown_text(outcome.unverified->message));
  std::string tail = not_analysed_markdown(outcome);
  for (const std::string& note : outcome.notes) tail += fmt::format("Note: {}\n\n", markdown_text(note));
  tail += markdown_text(scope_words(outcome)) + "\n";
  constexpr size_t kRoomForTheRest = 100;
  size_t used = head.size() + tail.size() + kRoomForTheRest;
  if (used > bytes) {  // notes alone that are longer than the target takes
    tail = markdown_text(scope_words(outcome)) + "\n";
    used = head.size() + tail.size() + kRoomForTheRest;
  }
  std::string out = std::move(head);
  size_t shown = 0;
  std::vector<const ReportedFinding*> findings = worst_first(outcome);
  for (const ReportedFinding* reported : findings) {
    std::string text = one_finding(*reported);
    if (used + text.size() > bytes) break;
    used += text.size();
    out += text;
    ++shown;
  }
  if (shown < findings.size())
    out += fmt::format("… and {}; the JSON report has all\n\n",
                       counted(static_cast<double>(findings.size() - shown), "more finding"));
  return out + tail;
}

}  // namespace explaingate

#include "report/parts.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"
#include "gate/names.h"

namespace explaingate {
namespace {

constexpr size_t kPlanLinesShown = 8;

void labelled(std::string& out, std::string_view label, std::string_view text) {
  out += fmt::format("\n{}: {}", label, text);
}

void plan_part(std::string& out, std::string_view label, const PlanSummary& summary) {
  labelled(out, label, cost_words(summary));
  for (const std::string& line : plan_words(summary)) out += "\n  " + line;
}

}  // namespace

std::string counted(double number, const std::string& noun) {
  return with_commas(number) + " " + noun + (with_commas(number) == "1" ? "" : "s");
}

std::string cost_words(const PlanSummary& summary) {
  std::string cost = fmt::format("{} examined", counted(summary.rows_examined, "row"));
  if (summary.growth) cost += fmt::format(", {} growth", growth_words(*summary.growth));
  return cost;
}

std::vector<std::string> plan_words(const PlanSummary& summary) {
  std::vector<std::string> lines(summary.plan.begin(),
                                 summary.plan.begin() + std::min(summary.plan.size(), kPlanLinesShown));
  if (lines.size() < summary.plan.size())
    lines.push_back(
        fmt::format("… {} more lines: `explaingate explain` shows the whole plan", summary.plan.size() - lines.size()));
  return lines;
}

bool plan_differs(const ReportedFinding& reported) {
  if (!reported.before) return false;
  auto said = [](const PlanSummary& summary) { return std::tie(summary.plan, summary.rows_examined, summary.growth); };
  return !reported.after || said(*reported.before) != said(*reported.after);
}

std::string cause_words(const Cause& cause) {
  return fmt::format("{}:{}: {}{}", cause.path, cause.line, cause.text,
                     cause.removed ? " (removed by this change)" : "");
}

std::string finding_words(const ReportedFinding& reported) {
  std::string out = fold_spaces(reported.finding.message);
  bool differs = plan_differs(reported);
  if (differs) plan_part(out, "before", *reported.before);
  if (reported.after) plan_part(out, differs ? "after" : "plan", *reported.after);
  if (reported.cause) labelled(out, "cause", cause_words(*reported.cause));
  if (!reported.finding.fix.empty()) labelled(out, "fix", reported.finding.fix);
  return out;
}

std::string counts_words(const Outcome& outcome) {
  size_t errors = 0, warnings = 0, infos = 0;
  for (const ReportedFinding& reported : outcome.findings)
    ++(reported.finding.level == Level::kError ? errors : reported.finding.level == Level::kWarning ? warnings : infos);
  std::string found = errors + warnings + infos == 0
                          ? std::string(kNoFindings)
                          : fmt::format("{}, {}", counted(static_cast<double>(errors), "error"),
                                        counted(static_cast<double>(warnings), "warning"));
  if (infos > 0) found += fmt::format(", {} for information", infos);
  if (!outcome.waived.empty()) found += fmt::format(", {} waived", outcome.waived.size());
  return found;
}

std::string scope_words(const Outcome& outcome) {
  std::string what = fmt::format("{} in {}", counted(static_cast<double>(outcome.statements), "statement"),
                                 counted(static_cast<double>(outcome.files), "file"));
  if (!outcome.all) what += fmt::format(", {} new or edited", outcome.changed);
  what += fmt::format(", {} planned", outcome.planned);
  if (outcome.files_excluded > 0)
    what += fmt::format(", {} left out", counted(static_cast<double>(outcome.files_excluded), "file"));
  std::string sides = outcome.all ? outcome.head : fmt::format("{} against {}", outcome.head, outcome.base);
  return fmt::format("{}; {} {}; {}", what, outcome.engine, outcome.engine_version, sides);
}

bool is_listed_apart(const Finding& finding) {
  return finding.rule == "not-analysed" && finding.level == Level::kInfo;
}

std::vector<const ReportedFinding*> worst_first(const Outcome& outcome) {
  std::vector<const ReportedFinding*> sorted;
  for (const ReportedFinding& reported : outcome.findings)
    if (!is_listed_apart(reported.finding)) sorted.push_back(&reported);
  std::ranges::stable_sort(
      sorted, [](const ReportedFinding* a, const ReportedFinding* b) { return a->finding.level > b->finding.level; });
  return sorted;
}

std::vector<std::string> tried_words(const std::vector<RefusedCandidate>& refused) {
  std::vector<std::pair<std::string, std::string>> by_reason;  // and the indexes, in the order of the first of each
  for (const RefusedCandidate& candidate : refused) {
    std::string index = candidate.index.words();
    auto known = std::ranges::find(by_reason, candidate.reason, &std::pair<std::string, std::string>::first);
    if (known == by_reason.end())
      by_reason.emplace_back(candidate.reason, std::move(index));
    else
      known->second += ", " + index;
  }
  std::vector<std::string> lines;
  for (const auto& [reason, indexes] : by_reason) lines.push_back(fmt::format("tried {}: {}", indexes, reason));
  return lines;
}

std::string growth_change(const Growth& before, const Growth& after) {
  std::string was = growth_words(before.work), now = growth_words(after.work);
  return was == now ? was : fmt::format("{} → {}", was, now);
}

std::string rewrite_gain(const RewriteTrial& trial) {
  const Standing& before = trial.before;
  const Standing& after = trial.after;
  return fmt::format("{}{}, {} → {} examined, cost {} → {}",
                     trial.rewrite.dearest.empty() ? "" : "the last page: ", growth_change(before.growth, after.growth),
                     counted(before.rows, "row"), with_commas(after.rows), with_commas(before.cost),
                     with_commas(after.cost));
}

std::vector<std::string> rewrite_words(const RewriteTrial& trial, bool concurrently) {
  std::vector<std::string> lines;
  for (const std::string& line : trial.plan_after) lines.push_back("  " + line);
  for (const CandidateIndex& index : trial.indexes) lines.push_back(fmt::format("with {};", index.ddl(concurrently)));
  for (const std::string& remark : trial.rewrite.remarks) lines.push_back("mind: " + remark);
  return lines;
}

std::string concurrently_words(std::string_view tool, std::string_view way) {
  return fmt::format(
      "CONCURRENTLY builds without blocking writes, but not inside a transaction{}; where it fails, it leaves an "
      "invalid "
      "index to drop",
      way.empty() ? "" : fmt::format(": with {}, {}", tool, way));
}

std::string path_uri(std::string_view path) {
  std::string out;
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                 c == '_' || c == '~' || c == '/';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace explaingate

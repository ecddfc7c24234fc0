#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/formats.h"
#include "report/painter.h"
#include "report/parts.h"
#include "report/report.h"

namespace explaingate {
namespace {

constexpr size_t kFingerprintShown = 8;  // enough for `explaingate accept`

void plan_lines(std::string& out, const Painter& paint, std::string_view label, const PlanSummary& summary) {
  out += fmt::format("  {} {}\n", paint.bold(fmt::format("{:<7}", label)), cost_words(summary));
  for (const std::string& line : plan_words(summary))
    out += fmt::format("          {}\n", paint.dim(printable_line(line)));
}

void indented(std::string& out, const Painter& paint, std::string_view label, const std::string& text) {
  std::string first = fmt::format("  {} ", paint.bold(fmt::format("{:<7}", label)));
  size_t at = 0;
  while (at <= text.size()) {
    size_t end = std::min(text.find('\n', at), text.size());
    out += first + printable(std::string_view(text).substr(at, end - at)) + "\n";
    first = "          ";
    at = end + 1;
  }
}

void finding_text(std::string& out, const Painter& paint, const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  out += fmt::format("{}: {}: {} {}\n",
                     paint.bold(fmt::format("{}:{}:{}", printable_line(finding.path), finding.line, finding.column)),
                     paint.level(finding.level), printable(fold_spaces(finding.message)),
                     paint.dim(fmt::format("[{} {}]", finding.rule, finding.fingerprint.substr(0, kFingerprintShown))));
  int line = finding.line;
  for (const std::string& text : reported.excerpt)
    out += fmt::format("  {} {}\n", paint.dim(fmt::format("{:>5} |", line++)), text);
  bool differs = plan_differs(reported);
  if (differs) plan_lines(out, paint, "before", *reported.before);
  if (reported.after) plan_lines(out, paint, differs ? "after" : "plan", *reported.after);
  if (reported.cause) indented(out, paint, "cause", cause_words(*reported.cause));
  if (!finding.fix.empty()) indented(out, paint, "fix", finding.fix);
  out += "\n";
}

void not_analysed_text(std::string& out, const Painter& paint, const std::vector<NotAnalysed>& items, bool everything) {
  if (items.empty()) return;
  out += fmt::format("{}: {}\n", paint.bold("not analysed"), counted(static_cast<double>(items.size()), "place"));
  size_t shown = everything ? items.size() : std::min(items.size(), kNotAnalysedShown);
  for (size_t i = 0; i < shown; ++i)
    out += fmt::format("  {}:{}: {}\n", printable_line(items[i].path), items[i].line,
                       printable(fold_spaces(items[i].reason)));
  if (shown < items.size())
    out += fmt::format("  … and {} more; --verbose or --format json lists them all\n", items.size() - shown);
  out += "\n";
}

std::string summary_line(const Outcome& outcome, const Painter& paint) {
  std::string counts = counts_words(outcome);
  return fmt::format(
      "{}: {} ({})\n", paint.bold("explaingate"),
      outcome.findings.empty() ? counts.replace(0, kNoFindings.size(), paint.green(kNoFindings)) : counts,
      printable_line(scope_words(outcome)));  // names of branches
}

}  // namespace

std::string check_text(const Outcome& outcome, const TextStyle& style) {
  Painter paint(style.color);
  std::string out;
  for (const ReportedFinding& reported : outcome.findings)
    if (!is_listed_apart(reported.finding)) finding_text(out, paint, reported);
  if (style.verbose)
    for (const ReportedFinding& reported : outcome.waived)
      out += fmt::format("{}:{}: waived [{}]: {}\n", printable_line(reported.finding.path), reported.finding.line,
                         reported.finding.rule, printable(fold_spaces(reported.waiver_reason)));
  not_analysed_text(out, paint, outcome.not_analysed, style.verbose);
  for (const RuleStatus& status : outcome.rules)
    if (style.verbose || status.outcome == RuleStatus::Outcome::kOff)
      out +=
          fmt::format("{}: rule {}: {}{}\n", paint.bold("note"), status.rule,
                      status.outcome == RuleStatus::Outcome::kRan ? counted(status.findings, "finding") : "not run, ",
                      status.reason);
  for (const std::string& note : outcome.notes)
    out += fmt::format("{}: {}\n", paint.bold("note"), printable(fold_spaces(note)));
  if (outcome.unverified) {
    out += fmt::format("{}: {}\n", paint.red("not verified"), printable(outcome.unverified->message));
    if (!outcome.unverified->hint.empty()) out += fmt::format("help: {}\n", printable(outcome.unverified->hint));
  }
  return out + summary_line(outcome, paint);
}

std::string check_concise(const Outcome& outcome) {
  std::string out;
  for (const ReportedFinding& reported : outcome.findings) {
    const Finding& finding = reported.finding;
    if (is_listed_apart(finding)) continue;
    out += fmt::format("{}:{}:{}: {}: {} [{}]\n", printable_line(finding.path), finding.line, finding.column,
                       to_string(finding.level), printable(fold_spaces(finding.message)), finding.rule);
  }
  if (!outcome.not_analysed.empty())
    out += fmt::format("not analysed: {}\n", counted(static_cast<double>(outcome.not_analysed.size()), "place"));
  if (outcome.unverified) out += fmt::format("not verified: {}\n", printable(outcome.unverified->message));
  return out + summary_line(outcome, Painter(false));
}

void trials_text(std::string& out, const Painter& paint, const Explanation& explanation) {
  for (const Trial& trial : explanation.trials.helpful) {
    out += fmt::format("{}   {};  -- {} → {}, {} growth\n", paint.bold("advice"),
                       printable(ddl_of(trial.indexes, explanation.concurrently)), counted(trial.rows_before, "row"),
                       with_commas(trial.rows_after), growth_words(trial.after.work));
    for (const std::string& line : trial.plan_after)
      out += fmt::format("           {}\n", paint.dim(printable_line(line)));
  }
  for (const std::string& line : tried_words(explanation.trials.refused))
    out += fmt::format("         {}\n", printable_line(line));
  bool indexes = !explanation.trials.helpful.empty();
  for (const RewriteTrial& trial : explanation.rewrites) {
    indexes = indexes || !trial.indexes.empty();
    indented(out, paint, "rewrite", trial.rewrite.text);
    out += fmt::format("          {}\n", paint.dim(rewrite_gain(trial)));
    for (const std::string& line : rewrite_words(trial, explanation.concurrently))
      out += fmt::format("          {}\n", paint.dim(printable_line(line)));
  }
  if (explanation.concurrently && indexes)
    out += fmt::format("{}     {}\n", paint.bold("note"),
                       concurrently_words(explanation.migration_tool, explanation.way_around_transaction));
}

std::string explain_text(const Explanation& explanation, const TextStyle& style) {
  Painter paint(style.color);
  std::string out;
  if (!explanation.planned.ok()) {
    out += fmt::format("{}: {}\n", paint.red("not planned"), printable(explanation.planned.error));
  } else {
    const PlannedQuery& largest = explanation.planned.largest();
    for (size_t i = 0; i < largest.plan.nodes.size(); ++i) {
      const PlanNode& node = largest.plan.nodes[i];
      std::string line = largest.plan.lines()[i];
      if (node.rows_examined > 0)
        out += fmt::format("{:<64} {}\n", printable_line(line),
                           paint.dim(counted(node.rows_examined, "row") + " examined"));
      else
        out += printable_line(line) + "\n";
    }
    const Growth& growth = explanation.planned.growth;
    out += fmt::format("\n{}  ", paint.bold("growth"));
    if (explanation.planned.growth_known())
      out += fmt::format("{} (exponent {:.2f}); result {} (exponent {:.2f})\n", growth_words(growth.work), growth.work,
                         growth_words(growth.result), growth.result);
    else
      out += "not known: planned at one size of the data\n";
    out += fmt::format("{}   ", paint.bold("scales"));
    for (size_t i = 0; i < explanation.planned.scales.size(); ++i) {
      const Metrics& metrics = explanation.planned.scales[i].metrics;
      out += fmt::format("{}{} examined → {} returned", i == 0 ? "" : "; ", counted(metrics.rows_examined, "row"),
                         with_commas(metrics.rows_returned));
    }
    out += "\n";
    trials_text(out, paint, explanation);
    out += "\n";
  }
  for (ReportedFinding reported : explanation.outcome.findings) {
    reported.before.reset();
    reported.after.reset();
    finding_text(out, paint, reported);
  }
  for (const std::string& note : explanation.outcome.notes)
    out += fmt::format("{}: {}\n", paint.bold("note"), printable(fold_spaces(note)));
  return out;
}

std::string extract_text(const ExtractReport& report, const TextStyle& style) {
  Painter paint(style.color);
  std::string out;
  for (const Statement& statement : report.statements) {
    std::string where = statement.function.empty() ? statement.name : statement.function;
    out += fmt::format(
        "{}{}{}\n",
        paint.bold(fmt::format("{}:{}:{}", printable_line(statement.path), statement.line, statement.column)),
        where.empty() ? "" : " " + printable_line(where), statement.dynamic ? paint.yellow(" partly dynamic") : "");
    for (const Loop& loop : statement.loops)
      out += fmt::format("  {}\n", paint.cyan(fmt::format(
                                       "in the loop of line {}{}", loop.line,
                                       loop.iterable.empty() ? "" : " over " + printable(fold_spaces(loop.iterable)))));
    out += fmt::format("  {}\n", printable(fold_spaces(statement.text)));
  }
  if (!report.statements.empty()) out += "\n";
  not_analysed_text(out, paint, report.not_analysed, true);
  out += fmt::format("{} in {}, {} not analysed\n", counted(static_cast<double>(report.statements.size()), "statement"),
                     counted(static_cast<double>(report.files), "file"),
                     counted(static_cast<double>(report.not_analysed.size()), "place"));
  return out;
}

}  // namespace explaingate

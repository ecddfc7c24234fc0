#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/report.h"

namespace explaingate {
namespace {

constexpr size_t kNotAnalysedShown = 10;
constexpr size_t kPlanLinesShown = 8;
constexpr size_t kFingerprintShown = 8;  // enough for `explaingate accept`

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}
  [[nodiscard]] std::string red(std::string_view text) const { return paint("1;31", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return paint("1;33", text); }
  [[nodiscard]] std::string cyan(std::string_view text) const { return paint("36", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return paint("32", text); }
  [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string level(Level level) const {
    return level == Level::kError ? red("error") : level == Level::kWarning ? yellow("warning") : cyan("info");
  }

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool color_;
};

// "SEARCH orders USING INDEX …" lines with what they cost, under a label.
void plan_lines(std::string& out, const Painter& paint, std::string_view label, const PlanSummary& summary) {
  std::string cost = fmt::format("{} examined", counted(summary.rows_examined, "row"));
  if (summary.growth) cost += fmt::format(", {} growth", growth_words(*summary.growth));
  out += fmt::format("  {} {}\n", paint.bold(fmt::format("{:<7}", label)), cost);
  size_t shown = std::min(summary.plan.size(), kPlanLinesShown);
  for (size_t i = 0; i < shown; ++i) out += fmt::format("          {}\n", paint.dim(printable_line(summary.plan[i])));
  if (shown < summary.plan.size())
    out += fmt::format("          {}\n",
                       paint.dim(fmt::format("… {} more lines: `explaingate explain` shows the whole plan",
                                             summary.plan.size() - shown)));
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
  bool differs = reported.before && reported.before != reported.after;
  if (differs) plan_lines(out, paint, "before", *reported.before);
  if (reported.after) plan_lines(out, paint, differs ? "after" : "plan", *reported.after);
  if (reported.cause)
    indented(out, paint, "cause",
             fmt::format("{}:{}: {}{}", reported.cause->path, reported.cause->line, reported.cause->text,
                         reported.cause->removed ? " (removed by this change)" : ""));
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

// The section "not analysed" has every place already; a team that raised the rule's level wants it as a finding.
bool is_listed_below(const Finding& finding) {
  return finding.rule == "not-analysed" && finding.level == Level::kInfo;
}

std::string summary_line(const Outcome& outcome, const Painter& paint) {
  size_t errors = 0, warnings = 0, infos = 0;
  for (const ReportedFinding& reported : outcome.findings)
    ++(reported.finding.level == Level::kError ? errors : reported.finding.level == Level::kWarning ? warnings : infos);
  std::string found = errors + warnings + infos == 0
                          ? paint.green("no findings")
                          : fmt::format("{}, {}", counted(static_cast<double>(errors), "error"),
                                        counted(static_cast<double>(warnings), "warning"));
  if (infos > 0) found += fmt::format(", {} for information", infos);
  if (!outcome.waived.empty()) found += fmt::format(", {} waived", outcome.waived.size());
  std::string what = fmt::format("{} in {}", counted(static_cast<double>(outcome.statements), "statement"),
                                 counted(static_cast<double>(outcome.files), "file"));
  if (!outcome.all) what += fmt::format(", {} new or edited", outcome.changed);
  what += fmt::format(", {} planned", outcome.planned);
  if (outcome.files_excluded > 0)
    what += fmt::format(", {} left out", counted(static_cast<double>(outcome.files_excluded), "file"));
  std::string sides = outcome.all ? outcome.head : fmt::format("{} against {}", outcome.head, outcome.base);
  sides = printable_line(sides);  // branch names
  return fmt::format("{}: {} ({}; {} {}; {})\n", paint.bold("explaingate"), found, what, outcome.engine,
                     outcome.engine_version, sides);
}

}  // namespace

std::string counted(double number, const std::string& noun) {
  return with_commas(number) + " " + noun + (with_commas(number) == "1" ? "" : "s");
}

std::string check_text(const Outcome& outcome, const TextStyle& style) {
  Painter paint(style.color);
  std::string out;
  for (const ReportedFinding& reported : outcome.findings)
    if (!is_listed_below(reported.finding)) finding_text(out, paint, reported);
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
    for (const Trial& trial : explanation.trials)
      out +=
          fmt::format("{}   {};  -- {} → {}, {} growth\n", paint.bold("advice"), printable(trial.index.ddl()),
                      counted(trial.rows_before, "row"), with_commas(trial.rows_after), growth_words(trial.after.work));
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

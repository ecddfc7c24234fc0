#include <cstdio>

#include <fmt/format.h>

#include "cli/cli.h"

namespace explaingate {

int explain_command(const GateOptions& options, const std::string& sql) {
  auto given = sql == "-" ? read_standard_input() : Result<std::string>(sql);
  if (!given) return report_error(given.error());
  const std::string& text = *given;
  GateOptions whole = options;
  whole.all = true;
  Context context;
  if (Status ready = prepare(whole, context); !ready) return report_error(ready.error());
  Run& run = context.run;
  // One statement in place of those of the repository; the passes are those of `check`.
  KnownStatement statement = loose_statement(text, run.settings.dialect());
  if (text.find_first_not_of(" \t\r\n;") == std::string::npos)
    return report_error(Error{ErrorKind::kUsage, "no SQL was given", "", 0, 0, "",
                              "explaingate explain 'SELECT …', or - to read standard input"});
  statement.id = 1;
  run.statements.push_back(std::move(statement));
  run.line_indexes.emplace("<sql>", LineIndex(text));
  using Pass = Status (*)(Run&);
  for (Pass pass : {Pass(load_rules), Pass(load_schemas), Pass(open_engines), Pass(plan_statements),
                    Pass(list_not_analysed), Pass(try_indexes), Pass(try_rewrites), Pass(fill_facts), Pass(judge)})
    if (Status done = pass(run); !done) return report_error(done.error());
  Explanation explanation;
  explanation.sql = text;
  explanation.outcome = conclude(run, FailLevel::kError);
  const KnownStatement& planned = run.statements.front();
  if (planned.on[kHeadSide])
    explanation.planned = *planned.on[kHeadSide];
  else
    explanation.planned.error = planned.not_planned == "DDL" || planned.not_planned == "utility"
                                    ? "only SELECT, INSERT, UPDATE and DELETE are planned"
                                    : planned.not_planned;
  explanation.trials = planned.trials;
  explanation.rewrites = planned.rewrites;
  explanation.concurrently = run.settings.dialect() == Dialect::kPostgres;
  explanation.migration_tool = run.sides[kHeadSide].schema.tool;
  if (explanation.concurrently) explanation.way_around_transaction = way_around_transaction(explanation.migration_tool);
  std::erase_if(explanation.outcome.findings, [](const ReportedFinding& reported) {
    return reported.finding.path != "<sql>" || reported.finding.rule == "not-analysed";
  });
  bool failed = !explanation.planned.ok();
  if (failed && !planned.parse_error.empty() && planned.parse_error != explanation.planned.error)
    explanation.planned.error += fmt::format(" ({})", planned.parse_error);
  explanation.outcome.exit_code = 0;
  for (const ReportedFinding& reported : explanation.outcome.findings)
    if (reported.finding.level == Level::kError) explanation.outcome.exit_code = 1;
  if (failed) explanation.outcome.exit_code = 3;
  Status written = emit(options, {{"text", [&] { return explain_text(explanation, style_of(options)); }},
                                  {"json", [&] { return explain_json(explanation); }}});
  return written ? explanation.outcome.exit_code : report_error(written.error());
}

}  // namespace explaingate

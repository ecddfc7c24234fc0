#include <fmt/format.h>

#include "base/text.h"
#include "cli/cli.h"
#include "report/parts.h"

namespace explaingate {
namespace {

class Examination {
 public:
  void good(const std::string& text) { out_ += "ok       " + printable(text) + "\n"; }
  void remark(const std::string& text, const std::string& hint) {
    out_ += fmt::format("remark   {}\n         {}\n", printable(text), printable(hint));
  }
  void bad(const Error& error) {
    out_ += fmt::format("problem  {}", printable(to_text(error)));
    code_ = exit_code_of(error);
  }
  [[nodiscard]] const std::string& text() const { return out_; }
  [[nodiscard]] int code() const { return code_; }

 private:
  std::string out_;
  int code_ = 0;
};

void examine_run(Examination& out, Run& run) {
  const Engine& engine = *run.sides[kHeadSide].engine;
  out.good(fmt::format("engine: {} {}{}", engine.name(), engine.version(),
                       engine.name() == "sqlite"  ? " (embedded)"
                       : run.settings.url.empty() ? ", in a private cluster"
                                                  : ", in a scratch database on the server of the URL"));
  const Schema& schema = run.sides[kHeadSide].schema;
  if (schema.tool.empty())
    out.remark("no schema was found: nothing can be planned",
               fmt::format("name it in {}: {{\"schema\": \"db/schema.sql\"}} (a file, or a folder of migrations)",
                           kConfigurationFile));
  else
    out.good(fmt::format("schema: {}, {}, from {}", schema.tool,
                         counted(static_cast<double>(schema.statements.size()), "statement"),
                         counted(static_cast<double>(schema.files.size()), "file")));
  for (const SchemaFailure& failure : engine.failures()) {
    const SchemaStatement& statement = schema.statements[failure.statement];
    out.remark(fmt::format("{}:{}: the engine refuses this: {}", statement.path, statement.line, failure.message),
               "queries on what it should have made can't be planned");
  }
  Outcome outcome = conclude(run, FailLevel::kNever);
  out.good(fmt::format("sources: {} in {} ({} left out), {} planned",
                       counted(static_cast<double>(outcome.statements), "statement"),
                       counted(static_cast<double>(outcome.files), "file"), outcome.files_excluded, outcome.planned));
  if (!outcome.not_analysed.empty())
    out.remark(fmt::format("{} not analysed", counted(static_cast<double>(outcome.not_analysed.size()), "place")),
               "`explaingate check --all --verbose` lists them with their reasons");
  for (const std::string& note : outcome.notes) out.remark(note, "see docs/configuration.md");
  if (run.baseline)
    out.good(fmt::format("baseline: {}, queries: {}", run.settings.baseline, run.baseline->entries.size()));
  else
    out.remark(fmt::format("no baseline at {}", run.settings.baseline),
               "changes are compared with their merge base all the same; `explaingate baseline update` makes one");
  if (outcome.unverified) out.bad(*outcome.unverified);
}

}  // namespace

int doctor_command(const GateOptions& options) {
  Examination out;
  {
    Context change;  // is there something to compare with?
    if (Status ready = prepare(options, change); !ready)
      out.bad(ready.error());
    else
      out.good(fmt::format("change: {} against {}, {}", change.run.change.head_name, change.run.change.base_name,
                           counted(static_cast<double>(change.run.change.files.size()), "file")));
  }
  GateOptions whole = options;
  whole.base.clear();
  whole.diff.clear();
  whole.staged = false;
  whole.all = true;
  Context context;
  if (Status ready = prepare(whole, context); ready) {
    out.good(context.run.settings.file.empty()
                 ? fmt::format("configuration: none; defaults are used ({} is looked for)", kConfigurationFile)
                 : "configuration: " + context.run.settings.file);
    if (Status done = run_passes(context.run); done)
      examine_run(out, context.run);
    else
      out.bad(done.error());
  }
  if (Status written = emit({}, {{"text", [&] { return out.text(); }}}); !written) return report_error(written.error());
  return out.code();
}

}  // namespace explaingate

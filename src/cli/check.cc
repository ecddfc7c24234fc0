#include <cstdio>

#include "cli/cli.h"

namespace explaingate {
namespace {

FailLevel fail_level_of(const std::string& name) {
  return name == "never"     ? FailLevel::kNever
         : name == "info"    ? FailLevel::kInfo
         : name == "warning" ? FailLevel::kWarning
                             : FailLevel::kError;
}

}  // namespace

int check_command(const GateOptions& options) {
  Context context;
  if (Status ready = prepare(options, context); !ready) return report_error(ready.error());
  Status done = run_passes(context.run);
  if (context.progress) std::fputs("\r\x1b[K", stderr);
  if (!done) return report_error(done.error());
  Outcome outcome = conclude(context.run, fail_level_of(options.fail_level));
  Status written = emit(options, {{"text", [&] { return check_text(outcome, style_of(options)); }},
                                  {"json", [&] { return check_json(outcome); }}});
  if (!written) return report_error(written.error());
  return outcome.exit_code;
}

}  // namespace explaingate

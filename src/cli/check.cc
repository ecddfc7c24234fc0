#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "cli/cli.h"

namespace explaingate {
namespace {

// The flag's value is known to be one of the four; the variable's is not.
Result<FailLevel> fail_level_of(const GateOptions& options) {
  const char* variable = std::getenv("EXPLAINGATE_FAIL_LEVEL");
  std::string name = !options.fail_level.empty() ? options.fail_level : variable == nullptr ? "" : variable;
  if (name.empty() || name == "error") return FailLevel::kError;
  if (name == "warning") return FailLevel::kWarning;
  if (name == "info") return FailLevel::kInfo;
  if (name == "never") return FailLevel::kNever;
  return fail(ErrorKind::kUsage, fmt::format("EXPLAINGATE_FAIL_LEVEL: \"{}\" is no level", name),
              "levels: error, warning, info, never");
}

}  // namespace

int check_command(const GateOptions& options) {
  auto fail_level = fail_level_of(options);
  if (!fail_level) return report_error(fail_level.error());
  Context context;
  if (Status ready = prepare(options, context); !ready) return report_error(ready.error());
  Status done = run_passes(context.run);
  if (context.progress) std::fputs("\r\x1b[K", stderr);
  if (!done) return report_error(done.error());
  Outcome outcome = conclude(context.run, *fail_level);
  Status written = emit(options, {{"text", [&] { return check_text(outcome, style_of(options)); }},
                                  {"json", [&] { return check_json(outcome); }}});
  if (!written) return report_error(written.error());
  return outcome.exit_code;
}

}  // namespace explaingate

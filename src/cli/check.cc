#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "cli/cli.h"
#include "report/formats.h"

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

// Text on standard output is for a person: annotations may stand below it, which a file of JSON would not survive.
bool writes_text(const GateOptions& options) {
  return std::ranges::all_of(options.formats, [](const std::string& format) {
    return format.find('=') != std::string::npos || format == "text" || format == "concise";
  });
}

Status append_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << text;
  if (!file.flush()) return fail(ErrorKind::kIo, fmt::format("{}: cannot be written to", path));
  return {};
}

bool shows_workload(const GateOptions& options) {
  return std::ranges::any_of(options.formats, [](const std::string& wanted) {
    std::string_view name = std::string_view(wanted).substr(0, wanted.find('='));
    return std::ranges::any_of(
        check_formats(), [&](const ReportFormat& format) { return format.name == name && format.shows_workload; });
  });
}

// Within GitHub Actions annotations and the job's summary come by themselves, and a line of the report that looks like
// a command to the runner is none.
Status report(const GateOptions& options, const Outcome& outcome) {
  std::map<std::string, std::function<std::string()>> renderers;
  for (const ReportFormat& format : check_formats())
    renderers[std::string(format.name)] = [&] { return format.render(outcome, style_of(options)); };
  StopCommands quiet = stop_commands();
  if (quiet.begin.empty() || !writes_text(options)) return emit(options, renderers);
  GateOptions annotations;
  annotations.formats = {"github"};
  say(quiet.begin);
  Status written = emit(options, renderers);
  say(quiet.end);
  const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
  if (written) written = emit(annotations, renderers);
  if (written && summary != nullptr && *summary != '\0')
    written = append_file(summary, check_markdown(outcome, kMostMarkdown));
  return written;
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
  if (shows_workload(options)) outcome.workload = workload_of(context.run);
  if (Status written = report(options, outcome); !written) {
    int code = report_error(written.error());
    return outcome.exit_code == 1 ? 1 : code;  // a report that is lost doesn't hide what was found
  }
  return outcome.exit_code;
}

}  // namespace explaingate

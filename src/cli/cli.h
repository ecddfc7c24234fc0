// The command line: options (CLI11 only here), one function a command. Reports go to stdout, everything else to stderr.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gate/outcome.h"
#include "publish/publish.h"
#include "report/report.h"

namespace explaingate {

// Parses and runs; the return value is the process's exit code (design: 0 clean, 1 findings, 2 usage, 3 not verified).
int run_command_line(int argc, char** argv);

// What the commands that look at a change have in common.
struct GateOptions {
  std::string base;  // --base
  std::string diff;  // --diff FILE or "-"
  bool staged = false;
  bool all = false;
  bool measure = false;
  std::string engine;                // --engine
  std::string url;                   // --url
  std::string config;                // --config
  std::string fail_level;            // --fail-level; empty = EXPLAINGATE_FAIL_LEVEL, or "error"
  std::vector<std::string> formats;  // FMT or FMT=FILE
  std::string color = "auto";
  bool verbose = false;
};

int check_command(const GateOptions& options);
int baseline_command(const GateOptions& options, const std::string& verb);
int accept_command(const GateOptions& options, const std::string& finding, const std::string& reason,
                   const std::string& expires);
int explain_command(const GateOptions& options, const std::string& sql);
int advise_command(const GateOptions& options, const std::vector<std::string>& paths);
int extract_command(const GateOptions& options, const std::vector<std::string>& paths);
int facts_command(const GateOptions& options, const std::string& sql, const std::string& save);
int rules_command(const GateOptions& options, const std::string& rule);
int rules_new_command(const std::string& rule);
int rules_test_command(const GateOptions& options, const std::string& rule);  // "" = all of the team's
int doctor_command(const GateOptions& options);
int init_command(const GateOptions& options);

// `report` is a file of `check --format json`; `required`: what isn't published is exit 4.
int publish_command(const std::string& report, const std::string& forge, PublishOptions options, bool required);

struct StatsOptions {
  std::string url, output, previous, file;
  std::vector<std::string> schemas;
  bool no_values = false;
};
int stats_export_command(const StatsOptions& options);
int stats_import_command(const StatsOptions& options);
int stats_show_command(const StatsOptions& options);

// A run with its settings, languages and change in place, ready for its passes. `run` must outlive nothing it points
// to: the languages are owned by the context.
struct Context {
  std::optional<Languages> languages;
  std::function<void(std::string_view, size_t, size_t)> progress;
  Run run;
};
Status prepare(const GateOptions& options, Context& context);

// Paths as given, from the working directory, to paths from the root. Refuses what is not there.
[[nodiscard]] Result<std::vector<std::string>> paths_from_root(const Run& run, const std::vector<std::string>& paths);

// Prints the error to stderr and gives its exit code.
int report_error(const Error& error);
[[nodiscard]] int exit_code_of(const Error& error);

// Writes the report where each format wants it: stdout, or its file (atomically). Formats are those that the command
// line let through.
Status emit(const GateOptions& options, const std::map<std::string, std::function<std::string()>>& renderers);
// What a command did, on stdout; the value is its exit code.
int say(const std::string& line);
// What stands between them is text to the runner of GitHub Actions, though a line of it looks like a command; elsewhere
// both are empty. Reports are made of the change's own texts.
struct StopCommands {
  std::string begin, end;  // lines
};
[[nodiscard]] StopCommands stop_commands();
[[nodiscard]] TextStyle style_of(const GateOptions& options);
[[nodiscard]] Result<std::string> read_standard_input();

}  // namespace explaingate

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/cli.h"

namespace explaingate {
namespace {

// The folder's own tree where there is no repository: extraction needs no history.
Status prepare_without_repository(Context& context) {
  auto tree = open_folder(".");
  if (!tree) return fail(tree.error());
  context.run.change.head = std::move(*tree);
  context.run.change.root = std::filesystem::current_path().string();
  auto settings = parse_settings("", "");
  if (!settings) return fail(settings.error());
  context.run.settings = std::move(*settings);
  context.run.mode = Mode::kAll;
  auto languages = Languages::built_in();
  if (!languages) return fail(languages.error());
  context.languages.emplace(std::move(*languages));
  context.run.languages = &*context.languages;
  return {};
}

}  // namespace

int extract_command(const GateOptions& options, const std::vector<std::string>& paths) {
  GateOptions whole = options;
  whole.all = true;
  Context context;
  Status ready = repository_root(".") ? prepare(whole, context) : prepare_without_repository(context);
  if (!ready) return report_error(ready.error());
  Run& run = context.run;
  if (!paths.empty()) {
    auto wanted = paths_from_root(run, paths);
    if (!wanted) return report_error(wanted.error());
    // Named on the command line beats left out by the configuration; the root names nothing in particular.
    if (std::ranges::none_of(*wanted, &std::string::empty)) {
      run.settings.include.clear();
      run.settings.exclude.clear();
      run.settings.default_excludes = false;
      run.settings.include_prefixes = std::move(*wanted);
    }
  }
  using Pass = Status (*)(Run&);
  for (Pass pass : {Pass(load_program), Pass(load_statements), Pass(parse_statements)})
    if (Status done = pass(run); !done) return report_error(done.error());
  ExtractReport report;
  for (KnownStatement& known : run.statements) {
    if (!known.parse_error.empty())
      run.not_analysed.push_back({known.source.path, known.source.line, known.source.column,
                                  "not understood: " + known.parse_error, known.source.function});
    report.statements.push_back(std::move(known.source));
  }
  report.not_analysed = std::move(run.not_analysed);
  std::sort(report.not_analysed.begin(), report.not_analysed.end(), [](const NotAnalysed& a, const NotAnalysed& b) {
    return std::tie(a.path, a.line, a.column, a.reason) < std::tie(b.path, b.line, b.column, b.reason);
  });
  report.files = run.files_read.size();
  Status written = emit(options, {{"text", [&] { return extract_text(report, style_of(options)); }},
                                  {"json", [&] { return extract_json(report); }}});
  return written ? 0 : report_error(written.error());
}

}  // namespace explaingate

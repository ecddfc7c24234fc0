#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "report/parts.h"

namespace explaingate {
namespace {

constexpr size_t kLeastPrefix = 4;  // characters of a fingerprint

std::string entries(size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "query" : "queries");
}

// Whether what is written comes to lie in the working tree: a change can have put a link in the place of a folder.
Status stays_inside(const Run& run, const std::string& path) {
  namespace fs = std::filesystem;
  if (fs::path(run.change.root) == fs::path(run.change.git_folder))
    return fail(ErrorKind::kUsage, "a bare repository has no working tree to write to", "run it in a clone");
  fs::path at = run.change.root;
  for (const fs::path& part : fs::path(path).parent_path()) {
    at /= part;
    std::error_code ignored;  // what isn't there yet is no link
    if (fs::is_symlink(at, ignored))
      return fail(Error{ErrorKind::kConfiguration, "is a symbolic link; nothing is written through it",
                        at.lexically_relative(run.change.root).string(), 0, 0, "", "put a folder there"});
  }
  return {};
}

Status write_in_repository(const Run& run, const std::string& path, const std::string& text) {
  if (Status inside = stays_inside(run, path); !inside) return inside;
  std::filesystem::path target = std::filesystem::path(run.change.root) / path;
  std::error_code code;
  std::filesystem::create_directories(target.parent_path(), code);
  if (code)
    return fail(Error{ErrorKind::kIo, "cannot make the folder: " + code.message(),
                      std::filesystem::path(path).parent_path().string(), 0, 0, "", ""});
  Status written = write_file_atomic(target, text);
  if (!written) written.error().file = path;
  return written;
}

int update(Run& run) {
  if (Status done = run_passes(run); !done) return report_error(done.error());
  Outcome outcome = conclude(run, FailLevel::kNever);
  if (outcome.unverified && outcome.planned == 0) return report_error(*outcome.unverified);
  Baseline baseline = make_baseline(run);
  if (Status written = write_in_repository(run, run.settings.baseline, to_json(baseline)); !written)
    return report_error(written.error());
  return say(fmt::format("{}: {} stored; {} not analysed\n", run.settings.baseline, entries(baseline.entries.size()),
                         counted(static_cast<double>(outcome.not_analysed.size()), "place")));
}

Result<Baseline> stored(const Run& run) {
  const std::string& path = run.settings.baseline;
  auto text = read_if_there(*run.change.head, path);
  if (!text) return fail(text.error());
  if (*text) return parse_baseline(**text, path);
  std::error_code ignored;  // what can't be looked at is as good as absent here
  if (std::filesystem::exists(std::filesystem::path(run.change.root) / path, ignored))
    return fail(ErrorKind::kUsage, fmt::format("git ignores {}", path),
                "take it out of .gitignore: the file is to be committed");
  return fail(ErrorKind::kUsage, fmt::format("there is no {}", path), "make it with `explaingate baseline update`");
}

int show(const GateOptions& options, const Run& run) {
  auto baseline = stored(run);
  if (!baseline) return report_error(baseline.error());
  auto as_text = [&] {
    std::string out = printable_line(fmt::format("{} {}, schema {}", baseline->environment.engine,
                                                 baseline->environment.engine_version,
                                                 baseline->environment.schema_hash.substr(0, 12))) +
                      "\n";
    for (const BaselineEntry& entry : baseline->entries) {
      out += fmt::format("\n{}  {}\n  {}\n  {} examined, {} growth\n", printable_line(entry.fingerprint),
                         printable_line(fmt::format("{}", fmt::join(entry.sites, ", "))), printable_line(entry.query),
                         counted(static_cast<double>(entry.rows_examined), "row"), growth_words(entry.growth));
      for (const std::string& line : entry.plan) out += "    " + printable_line(line) + "\n";
    }
    return out;
  };
  Status written = emit(options, {{"text", as_text}, {"json", [&] { return to_json(*baseline); }}});
  return written ? 0 : report_error(written.error());
}

// Drops the queries that are gone, and the waivers that match no finding.
int prune(Run& run) {
  const std::string& path = run.settings.baseline;
  auto waived = read_if_there(*run.change.head, std::string(kWaiversPath));
  if (!waived) return report_error(waived.error());
  auto text = read_if_there(*run.change.head, path);
  if (!text) return report_error(text.error());
  // Waivers alone are a thing to prune; where there is nothing at all, the name is wrong.
  auto baseline = !*text && *waived ? Result<Baseline>(Baseline{}) : stored(run);
  if (!baseline) return report_error(baseline.error());
  if (Status done = run_passes(run); !done) return report_error(done.error());
  std::set<std::string> known, found;
  for (const KnownStatement& statement : run.statements) known.insert(statement.parsed.fingerprint);
  for (const Finding& finding : run.results.findings) found.insert(finding.fingerprint);
  size_t before = baseline->entries.size();
  std::erase_if(baseline->entries, [&](const BaselineEntry& entry) { return !known.contains(entry.fingerprint); });
  std::vector<Waiver> waivers = run.waivers;
  std::erase_if(waivers, [&](const Waiver& waiver) { return !found.contains(waiver.fingerprint); });
  if (baseline->entries.size() != before)
    if (Status written = write_in_repository(run, path, to_json(*baseline)); !written)
      return report_error(written.error());
  if (waivers.size() != run.waivers.size())
    if (Status written = write_in_repository(run, std::string(kWaiversPath), to_json(waivers)); !written)
      return report_error(written.error());
  return say(fmt::format("{} of {} removed from {}, {} of {} from {}\n", before - baseline->entries.size(),
                         entries(before), path, run.waivers.size() - waivers.size(),
                         counted(static_cast<double>(run.waivers.size()), "waiver"), kWaiversPath));
}

// As they stand in the working tree, whatever side the run judged.
Result<std::vector<Waiver>> waivers_on_disk(const Run& run) {
  std::string path(kWaiversPath);
  if (Status inside = stays_inside(run, path); !inside) return fail(inside.error());
  std::filesystem::path file = std::filesystem::path(run.change.root) / path;
  std::error_code ignored;  // absent or out of reach: reading and writing say so
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) return std::vector<Waiver>{};
  auto text = read_file(file);
  if (!text) return fail(text.error());
  return parse_waivers(*text, path);
}

// The findings of rules that the fingerprint's first characters name. What is said of waivers and suppressions
// themselves can't be waived.
std::vector<const ReportedFinding*> findings_like(const Run& run, const Outcome& outcome, const std::string& start) {
  std::vector<const ReportedFinding*> found;
  for (const auto* list : {&outcome.findings, &outcome.waived})
    for (const ReportedFinding& reported : *list)
      if (reported.finding.fingerprint.starts_with(start) &&
          std::ranges::find(run.rules, reported.finding.rule, &Rule::id) != run.rules.end())
        found.push_back(&reported);
  return found;
}

Error no_single_finding(const std::string& wanted, size_t matching, const std::vector<const ReportedFinding*>& all) {
  std::string hint = all.empty() ? "there are no findings now" : "the findings are:";
  for (const ReportedFinding* reported : all)
    hint += printable_line(fmt::format("  {}  {}:{} {} {}", reported->finding.fingerprint.substr(0, 12),
                                       reported->finding.path, reported->finding.line, reported->finding.rule,
                                       reported->finding.subject))
                .insert(0, "\n");
  std::string message = wanted.size() < kLeastPrefix
                            ? fmt::format("\"{}\" is too short: give at least {} characters", wanted, kLeastPrefix)
                            : fmt::format("{} findings match \"{}\"", matching, wanted);
  return Error{ErrorKind::kUsage, message, "", 0, 0, "", hint};
}

}  // namespace

int baseline_command(const GateOptions& options, const std::string& verb) {
  GateOptions whole = options;
  whole.all = true;
  Context context;
  if (Status ready = prepare(whole, context); !ready) return report_error(ready.error());
  // The old file is about to be replaced: that it is there, whole or of this environment is not asked for.
  context.run.settings.baseline_required = false;
  context.run.ignore_baseline = verb != "show";
  return verb == "update" ? update(context.run) : verb == "show" ? show(options, context.run) : prune(context.run);
}

int accept_command(const GateOptions& options, const std::string& finding, const std::string& reason,
                   const std::string& expires) {
  if (!is_date(expires))
    return report_error(Error{ErrorKind::kUsage, fmt::format("--expires: \"{}\" is not a date", expires), "", 0, 0, "",
                              "write it as YYYY-MM-DD"});
  if (reason.find_first_not_of(" \t\n") == std::string::npos)
    return report_error(Error{ErrorKind::kUsage, "--reason is empty", "", 0, 0, "",
                              "say why this finding is acceptable: reviewers read it"});
  Context context;
  if (Status ready = prepare(options, context); !ready) return report_error(ready.error());
  Run& run = context.run;
  if (expires < run.today)
    return report_error(
        Error{ErrorKind::kUsage, fmt::format("--expires: {} is in the past", expires), "", 0, 0, "", ""});
  if (Status done = run_passes(run); !done) return report_error(done.error());
  Outcome outcome = conclude(run, FailLevel::kNever);
  auto matching = findings_like(run, outcome, finding);
  if (matching.size() != 1 || finding.size() < kLeastPrefix)
    return report_error(no_single_finding(finding, matching.size(), findings_like(run, outcome, "")));
  const ReportedFinding& accepted = *matching[0];
  Waiver waiver{accepted.finding.fingerprint,
                accepted.finding.rule,
                accepted.finding.path,
                accepted.finding.subject,
                reason,
                expires,
                std::nullopt};
  if (accepted.after) waiver.accepted_rows = round_rows(accepted.after->rows_examined);
  auto waivers = waivers_on_disk(run);
  if (!waivers) return report_error(waivers.error());
  std::erase_if(*waivers, [&](const Waiver& other) { return other.fingerprint == waiver.fingerprint; });
  waivers->push_back(waiver);
  if (Status written = write_in_repository(run, std::string(kWaiversPath), to_json(*waivers)); !written)
    return report_error(written.error());
  return say(fmt::format("{}: {} for {} ({}:{}) accepted until {}\n", kWaiversPath, waiver.rule, waiver.subject,
                         waiver.path, accepted.finding.line, expires));
}

}  // namespace explaingate

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/cli.h"

namespace explaingate {
namespace {

std::string entries(size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "query" : "queries");
}

Status write_in_repository(const Run& run, const std::string& path, const std::string& text) {
  std::filesystem::path target = std::filesystem::path(run.change.root) / path;
  std::error_code code;
  std::filesystem::create_directories(target.parent_path(), code);
  if (code)
    return fail(ErrorKind::kIo,
                fmt::format("cannot make the folder {}: {}", target.parent_path().string(), code.message()));
  return write_file_atomic(target, text);
}

int update(Run& run) {
  if (Status done = run_passes(run); !done) return report_error(done.error());
  Outcome outcome = conclude(run, FailLevel::kNever);
  if (outcome.unverified && outcome.planned == 0) return report_error(*outcome.unverified);
  Baseline baseline = make_baseline(run);
  if (Status written = write_in_repository(run, run.settings.baseline, to_json(baseline)); !written)
    return report_error(written.error());
  fmt::print("{}: {} stored; {} not analysed\n", run.settings.baseline, entries(baseline.entries.size()),
             counted(static_cast<double>(outcome.not_analysed.size()), "place"));
  return 0;
}

Result<Baseline> stored(const Run& run) {
  const std::string& path = run.settings.baseline;
  if (!run.change.head->contains(path))
    return fail(ErrorKind::kUsage, fmt::format("there is no {}", path), "make it with `explaingate baseline update`");
  auto text = run.change.head->read(path);
  if (!text) return fail(text.error());
  return parse_baseline(*text, path);
}

int show(const GateOptions& options, const Run& run) {
  auto baseline = stored(run);
  if (!baseline) return report_error(baseline.error());
  auto as_text = [&] {
    std::string out =
        fmt::format("{} {}, schema {}\n", baseline->environment.engine, baseline->environment.engine_version,
                    baseline->environment.schema_hash.substr(0, 12));
    for (const BaselineEntry& entry : baseline->entries) {
      out += fmt::format("\n{}  {}\n  {}\n  {} examined, {} growth\n", entry.fingerprint, fmt::join(entry.sites, ", "),
                         entry.query, counted(static_cast<double>(entry.rows_examined), "row"),
                         growth_words(entry.growth));
      for (const std::string& line : entry.plan) out += "    " + line + "\n";
    }
    return out;
  };
  Status written = emit(options, {{"text", as_text}, {"json", [&] { return to_json(*baseline); }}});
  return written ? 0 : report_error(written.error());
}

// Drops the queries that are gone, and the waivers that match no finding.
int prune(Run& run) {
  auto baseline = stored(run);
  if (!baseline) return report_error(baseline.error());
  if (Status done = run_passes(run); !done) return report_error(done.error());
  std::set<std::string> known;
  for (const KnownStatement& statement : run.statements) known.insert(statement.parsed.fingerprint);
  size_t before = baseline->entries.size();
  std::erase_if(baseline->entries, [&](const BaselineEntry& entry) { return !known.contains(entry.fingerprint); });
  std::set<std::string> found;
  for (const Finding& finding : run.results.findings) found.insert(finding.fingerprint);
  std::vector<Waiver> waivers = run.waivers;
  std::erase_if(waivers, [&](const Waiver& waiver) { return !found.contains(waiver.fingerprint); });
  if (baseline->entries.size() != before)
    if (Status written = write_in_repository(run, run.settings.baseline, to_json(*baseline)); !written)
      return report_error(written.error());
  if (waivers.size() != run.waivers.size())
    if (Status written = write_in_repository(run, std::string(kWaiversPath), to_json(waivers)); !written)
      return report_error(written.error());
  fmt::print("{} of {} removed from {}, {} of {} from {}\n", before - baseline->entries.size(), entries(before),
             run.settings.baseline, run.waivers.size() - waivers.size(),
             counted(static_cast<double>(run.waivers.size()), "waiver"), kWaiversPath);
  return 0;
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
  std::vector<const ReportedFinding*> matching;
  for (const auto* list : {&outcome.findings, &outcome.waived})
    for (const ReportedFinding& reported : *list)
      if (finding.size() >= 4 && reported.finding.fingerprint.starts_with(finding)) matching.push_back(&reported);
  if (matching.size() != 1) {
    std::string hint;
    for (const ReportedFinding& reported : outcome.findings)
      hint += fmt::format("\n  {}  {}:{} {} {}", reported.finding.fingerprint.substr(0, 12), reported.finding.path,
                          reported.finding.line, reported.finding.rule, reported.finding.subject);
    return report_error(Error{ErrorKind::kUsage, fmt::format("{} findings match \"{}\"", matching.size(), finding), "",
                              0, 0, "", hint.empty() ? "there are no findings now" : "the findings are:" + hint});
  }
  const ReportedFinding& accepted = *matching[0];
  Waiver waiver{accepted.finding.fingerprint,
                accepted.finding.rule,
                accepted.finding.path,
                accepted.finding.subject,
                reason,
                expires,
                std::nullopt};
  if (accepted.after) waiver.accepted_rows = round_rows(accepted.after->rows_examined);
  std::vector<Waiver> waivers = run.waivers;
  std::erase_if(waivers, [&](const Waiver& other) { return other.fingerprint == waiver.fingerprint; });
  waivers.push_back(waiver);
  if (Status written = write_in_repository(run, std::string(kWaiversPath), to_json(waivers)); !written)
    return report_error(written.error());
  fmt::print("{}: {} for {} ({}:{}) accepted until {}\n", kWaiversPath, waiver.rule, waiver.subject, waiver.path,
             accepted.finding.line, expires);
  return 0;
}

}  // namespace explaingate

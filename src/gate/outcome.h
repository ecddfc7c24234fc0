// The end of a run, for every reporter: findings with their cause, before and after, what was not analysed, the exit
// code.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gate/queries.h"
#include "gate/run.h"
#include "gate/suggestion.h"

namespace explaingate {

struct Cause {
  std::string path;
  int line = 0;
  std::string text;      // first line of the schema statement
  bool removed = false;  // the line went with the change: it is the base side's
};

struct ReportedFinding {
  Finding finding;
  std::optional<Suggestion> suggestion;
  std::optional<Cause> cause;
  std::optional<PlanSummary> before, after;
  std::vector<std::string> excerpt;  // source lines from Finding::line on, at most kExcerptLines
  std::string waiver_reason;         // waived: why; suppressed in place: why
};

// What a report says of a rule that had something to say.
struct RuleAbout {
  std::string id, family, summary, page;  // the last three are empty where a finding is the gate's own
  Level severity = Level::kWarning;
};

enum class FailLevel { kInfo, kWarning, kError, kNever };
[[nodiscard]] bool fails(Level level, FailLevel from);

struct Outcome {
  std::string engine, engine_version, base, head;
  bool all = false;
  std::vector<ReportedFinding> findings;  // by path, line, column, rule, subject
  std::vector<ReportedFinding> waived;    // by a waiver or in place
  std::vector<NotAnalysed> not_analysed;
  std::vector<RuleStatus> rules;
  std::vector<RuleAbout> about;    // by id: the rules of `findings` and `waived`
  std::vector<std::string> notes;  // sentences: assumed statistics, stand-ins, baseline changed
  size_t statements = 0;           // on the head side, of the files read
  size_t changed = 0;              // new or edited
  size_t planned = 0;              // planned on the head schema
  size_t queries = 0;              // different fingerprints among the statements
  size_t files = 0, files_excluded = 0;
  std::optional<ReportedWorkload> workload;  // for a report that shows every query: workload_of()
  std::optional<Error> unverified;
  FailLevel fail_level = FailLevel::kError;
  int exit_code = 0;
};

// Applies suppressions and waivers, adds findings about those (unused, expired, without a reason), decides the exit
// code.
[[nodiscard]] Outcome conclude(Run& run, FailLevel fail_level);

}  // namespace explaingate

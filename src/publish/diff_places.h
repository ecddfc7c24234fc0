// Where a comment can stand: forges take it only on lines that the pull request's diff shows, and a comment on several
// lines only within one hunk.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gate/outcome.h"

namespace explaingate {

// Lines that a hunk shows of one side, context included; count 0 = none.
struct HunkSide {
  int first = 0, count = 0;
  [[nodiscard]] int last() const { return first + count - 1; }
};
// One line of a hunk. An added line has as `before` the number that the next line of before the change has, a removed
// line as `after` that of the next line after it: forges that name a line by both numbers count them so.
struct DiffLine {
  enum class Kind { kUnchanged, kAdded, kRemoved } kind = Kind::kUnchanged;
  int before = 0, after = 0;
  std::string text{};  // without its mark and its line end; parse_diff() leaves it out
  bool operator==(const DiffLine&) const = default;
};
struct DiffHunk {
  HunkSide before, after;
  std::vector<DiffLine> lines;
};
struct DiffFile {
  std::string path, previous_path;  // previous_path: where it was renamed, else ""
  std::vector<DiffHunk> hunks;
};

// The hunks of one file's patch: every line "@@ -a,b +c,d @@" (a missing count is 1), and as many lines below it as it
// counts, fewer where the patch is cut short. What stands before a hunk is passed over, a header with numbers that are
// none too.
[[nodiscard]] std::vector<DiffHunk> parse_hunks(std::string_view patch);

// A whole diff as git writes it. Errors: what can't be read, or is no diff.
[[nodiscard]] Result<std::vector<DiffFile>> parse_diff(std::string_view diff);

struct DiffPlace {
  std::string path;
  bool before = false;  // on the side of before the change
  int first = 0, last = 0;
  bool at_cause = false;                              // the finding itself is elsewhere: this is what caused it
  std::string previous_path{};                        // where the file was renamed, else ""
  std::optional<DiffLine> first_line{}, last_line{};  // nothing = the patch was cut short before them
  bool operator==(const DiffPlace&) const = default;
};

// The lines of the finding that the diff shows (those in the first hunk that has any); else the line of its cause; else
// nothing. A finding of lines 10 to 14, where the diff shows 12 to 20: 12 to 14.
[[nodiscard]] std::optional<DiffPlace> place_in_diff(const ReportedFinding& reported,
                                                     const std::vector<DiffFile>& files);

// The lines of the finding's suggestion, where the diff shows all of them after the change, in one hunk, and as the
// suggestion has them; else nothing. Nothing either where one of its lines begins with "/": a forge may carry such
// lines out.
[[nodiscard]] std::optional<DiffPlace> place_of_suggestion(const ReportedFinding& reported,
                                                           const std::vector<DiffFile>& files);

}  // namespace explaingate

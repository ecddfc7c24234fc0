// Where a comment can stand: forges take it only on lines that the pull request's diff shows, and a comment on several
// lines only within one hunk.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gate/outcome.h"

namespace explaingate {

// Lines that a hunk shows of one side, context included; count 0 = none.
struct HunkSide {
  int first = 0, count = 0;
  [[nodiscard]] int last() const { return first + count - 1; }
};
struct DiffHunk {
  HunkSide before, after;
};
struct DiffFile {
  std::string path, previous_path;  // previous_path: where it was renamed, else ""
  std::vector<DiffHunk> hunks;
};

// The hunks of one file's patch: every line "@@ -a,b +c,d @@" (a missing count is 1). Other lines begin with one of "
// +-\" and so are never taken for one. A header with numbers that are none is passed over.
[[nodiscard]] std::vector<DiffHunk> parse_hunks(std::string_view patch);

struct DiffPlace {
  std::string path;
  bool before = false;  // on the side of before the change
  int first = 0, last = 0;
  bool at_cause = false;  // the finding itself is elsewhere: this is what caused it
  bool operator==(const DiffPlace&) const = default;
};

// The lines of the finding that the diff shows (those in the first hunk that has any); else the line of its cause; else
// nothing. A finding of lines 10 to 14, where the diff shows 12 to 20: 12 to 14.
[[nodiscard]] std::optional<DiffPlace> place_in_diff(const ReportedFinding& reported,
                                                     const std::vector<DiffFile>& files);

}  // namespace explaingate

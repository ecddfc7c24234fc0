// The texts of comments, and the markers by which they are known again. A marker counts at the very start of a body
// alone: elsewhere it can be quoted from the change.
#pragma once

#include <string>
#include <string_view>

#include "gate/outcome.h"
#include "publish/diff_places.h"

namespace explaingate {

inline constexpr std::string_view kSummaryMarker = "<!-- explaingate:summary -->\n";

// Of a body that begins with the marker of a comment on a line; "" = none does.
[[nodiscard]] std::string_view fingerprint_in(std::string_view body);
// `fence`: of the block that offers the finding's suggestion, which is for the lines of the comment; "" = no block.
[[nodiscard]] std::string inline_body(const ReportedFinding& reported, const DiffPlace& place,
                                      const std::string& fence = "");

// What takes the place of a comment whose finding is gone, where a forge deletes none.
[[nodiscard]] std::string gone_body();

struct InlineCounts {
  size_t on_lines = 0;  // have a comment on a line
  size_t outside = 0;   // neither they nor their cause are in the diff
  size_t above = 0;     // more than a review takes
  size_t refused = 0;   // the server took no comment there
};
// Within what a forge takes as one body.
[[nodiscard]] std::string summary_body(const Outcome& outcome, const InlineCounts& counts);
// Of the review that brings new comments.
[[nodiscard]] std::string review_body(size_t comments);

}  // namespace explaingate

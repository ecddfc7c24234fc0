// Pieces of CommonMark (GitHub's and GitLab's flavours too) that show any text as it is: no mark-up, no link, nobody
// called by name, nothing of HTML.
#pragma once

#include <string>
#include <string_view>

#include "gate/outcome.h"

namespace explaingate {

// In one line.
[[nodiscard]] std::string markdown_text(std::string_view text);
[[nodiscard]] std::string markdown_code(std::string_view text);
// A fenced block, in a fence that is longer than any in the text; ends with a line feed.
// `kind`: what stands behind the opening fence, such as a language.
[[nodiscard]] std::string markdown_block(std::string_view text, std::string_view kind = "");

// What a finding says below its place: message, plans, cause, fix.
[[nodiscard]] std::string finding_markdown(const ReportedFinding& reported);

}  // namespace explaingate

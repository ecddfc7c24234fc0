// "explaingate-ignore RULE[, RULE]: reason" in a comment, the same for SQL and for host languages.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace explaingate {

struct IgnoreComment {
  std::vector<std::string> rules;  // as written; empty when none is named
  std::string reason;              // to the end of the comment's line; empty = invalid
};

// `comment` is a whole comment with its marks (--, //, #, /* */). The words must open it: a comment that only mentions
// them is none.
[[nodiscard]] std::optional<IgnoreComment> parse_ignore_comment(std::string_view comment);

}  // namespace explaingate

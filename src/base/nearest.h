// "Did you mean": the known name nearest to one that isn't known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace explaingate {

// The known word nearest to `word` (edit distance at most a third of its length, and at least 2), or "".
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& known);

// "the nearest known one is \"severity\"", or the list of the known ones when none is near.
[[nodiscard]] std::string nearest_hint(std::string_view name, const std::vector<std::string>& known);

}  // namespace explaingate

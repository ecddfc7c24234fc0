// Whether the indexes in what the cache gave are in range: it comes from a file that something else may have written.
// Private to src/program/.
#pragma once

#include <vector>

#include "extract/extract.h"
#include "extract/outline.h"
#include "program/digest.h"
#include "program/program.h"

namespace explaingate {

[[nodiscard]] bool is_sound(const Outline& outline);
[[nodiscard]] bool is_sound(const Digest& digest, size_t names);  // `names`: how many the table has
[[nodiscard]] bool is_sound(const Extraction& extraction);
[[nodiscard]] bool is_sound(const std::vector<CallEdge>& edges, const std::vector<const Digest*>& digests);

}  // namespace explaingate

// The edges of a whole program, as the cache keeps them. Private to src/program/.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "program/digest.h"
#include "program/program.h"

namespace explaingate {

struct KeptEdges {
  std::string of;  // as edges_key() names what they were found in
  std::vector<CallEdge> edges;
};

// A hash of all that find_edges() looks at: paths and shapes, and how it was built.
[[nodiscard]] std::string edges_key(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests);

[[nodiscard]] std::string pack(const KeptEdges& edges);
// Nothing when the bytes don't fit. Whether the indexes do, is_sound() says.
[[nodiscard]] std::optional<KeptEdges> unpack_edges(std::string_view bytes);

}  // namespace explaingate

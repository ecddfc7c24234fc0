// Which calls can reach a statement. Private to src/program/.
#pragma once

#include <vector>

#include "program/digest.h"
#include "program/program.h"

namespace explaingate {

// Sorted by file, call, callee.
[[nodiscard]] std::vector<CallEdge> find_edges(const std::vector<ProgramFile>& files,
                                               const std::vector<const Digest*>& digests, const NameTable& names);

}  // namespace explaingate

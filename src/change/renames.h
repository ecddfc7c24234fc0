// Which deleted and added files are one file that moved. Private to src/change/.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "change/change.h"

namespace explaingate {

struct RenameCandidate {
  const TreeEntry* entry = nullptr;
  std::string id;  // of the stored content; empty = could not be read, and is no rename
};

// Stored content of a candidate, or nothing.
using LoadCandidate = std::function<std::optional<std::string>(const RenameCandidate&)>;

// Pairs of indexes (deleted, added), each index at most once. Both lists sorted by path.
[[nodiscard]] std::vector<std::pair<size_t, size_t>> find_renames(const std::vector<RenameCandidate>& deleted,
                                                                  const std::vector<RenameCandidate>& added,
                                                                  const LoadCandidate& load_deleted,
                                                                  const LoadCandidate& load_added);

}  // namespace explaingate

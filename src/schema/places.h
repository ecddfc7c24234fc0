// Where a schema may lie, for somebody who tries the places out.
#pragma once

#include <string>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "change/change.h"

namespace explaingate {

// .sql files, folders of them, and folders that several of those are below: at most `most`, those that make the most
// tables first. Left out are test and vendored code, and what is named after another database.
[[nodiscard]] Result<std::vector<std::string>> places_with_tables(const Tree& tree, Dialect dialect, size_t most);

}  // namespace explaingate

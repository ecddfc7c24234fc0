// The data files that the binary carries: rules/*.sql, rules/languages/*, src/facts/schema.sql,
// src/report/html/*. The build writes the list.
#pragma once

#include <span>
#include <string_view>

namespace explaingate {

struct EmbeddedFile {
  std::string_view name;  // path in the repository: "rules/cross-join.sql"
  std::string_view text;
  std::string_view sha256;  // of the text, hexadecimal, lower case
};

// Sorted by name.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

// Differs between two makes of this program that may find other things in one source text.
[[nodiscard]] std::string_view extraction_hash();

}  // namespace explaingate

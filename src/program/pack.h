// What is known of a source file as bytes, for the cache. Reading checks every length; bytes that don't fit give
// nothing, and the file is read anew.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "extract/extract.h"
#include "extract/outline.h"

namespace explaingate {

[[nodiscard]] std::string pack(const Outline& outline);
[[nodiscard]] std::string pack(const Extraction& extraction);
// `path` is given to everything inside: equal contents share one entry.
[[nodiscard]] std::optional<Outline> unpack_outline(std::string_view bytes);
[[nodiscard]] std::optional<Extraction> unpack_extraction(std::string_view bytes, const std::string& path);

}  // namespace explaingate

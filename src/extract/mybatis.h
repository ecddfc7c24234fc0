// MyBatis: mapper XML, and the markup of its annotations.
#pragma once

#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "extract/extract.h"
#include "extract/host_language.h"
#include "extract/host_syntax.h"
#include "extract/host_text.h"
#include "extract/outline.h"

namespace explaingate {

// How deep elements are nested, comments and CDATA left out. The grammar's scanner keeps all open elements with each
// token, so that many make it slow.
[[nodiscard]] int deepest_element(std::string_view text);
constexpr int kDeepestElement = 200;

// The statements of a mapper file; nothing for any other XML. Entities but the five of XML itself are never expanded.
// `outline` (nullptr = not asked for) gets a function for each id, which the mapper's interface is called by.
[[nodiscard]] Extraction extract_mapper(std::string_view path, const host::Tree& tree, Dialect dialect,
                                        Outline* outline);

// An annotation's text: #{x} is a placeholder "?", ${x} a hole.
[[nodiscard]] host::Text mapper_text(const host::Text& text);

}  // namespace explaingate

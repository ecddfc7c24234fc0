// The text of MyBatis' markup: #{x} and ${x}, entities, and the words that <trim> takes off.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "extract/host_text.h"

namespace explaingate::mybatis {

using Properties = std::map<std::string_view, std::string_view>;

[[nodiscard]] host::Text hole_piece(size_t from, size_t length, std::string reason,
                                    host::Piece::Hint hint = host::Piece::Hint::kNone, std::string text = {});
// The text of one piece of source, with #{x} and ${x} read.
void append_marked(std::string_view text, size_t from, size_t length, const Properties& properties, host::Text& out);
// What an entity of XML itself or a number stands for; empty = any other, which is never expanded.
[[nodiscard]] std::string decoded_entity(std::string_view written);
[[nodiscard]] std::string decoded_attribute(std::string_view written);
[[nodiscard]] bool is_blank(const host::Text& text);
// Takes one of the words off the front (or end) of a text.
void strip(host::Text& text, const std::vector<std::string>& words, bool front);
// The words of a prefixOverrides: "AND |OR ".
[[nodiscard]] std::vector<std::string> overrides(std::string_view written);
// The variants of one choice go together with those of another of the same name.
void choose_as(std::vector<host::Text>& texts, std::string_view name, uint32_t choice);

}  // namespace explaingate::mybatis

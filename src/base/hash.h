// Content hashes (XXH3, 128 bits): stable names for contents, not protection against forgery.
#pragma once

#include <string>
#include <string_view>

namespace explaingate {

// 32 lower-case hexadecimal digits.
[[nodiscard]] std::string hash_hex(std::string_view bytes);

// Hash of several fields; ("a","bc") and ("ab","c") differ.
[[nodiscard]] std::string hash_fields(std::initializer_list<std::string_view> fields);

}  // namespace explaingate

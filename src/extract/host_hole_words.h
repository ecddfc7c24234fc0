// SQL's words, in lower case, by what can stand behind them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace explaingate::host {

[[nodiscard]] bool is_any(std::string_view word, std::initializer_list<std::string_view> words);
[[nodiscard]] std::string lowered(std::string_view text);
// A name, a condition or a value stands behind it.
[[nodiscard]] bool wants_name(std::string_view word);
[[nodiscard]] bool wants_condition(std::string_view word);
[[nodiscard]] bool wants_value(std::string_view word);
// What follows is told by this word: FROM, SET, LIMIT, IN.
[[nodiscard]] bool opens_clause(std::string_view word);
// A keyword that can follow a complete term, or that goes on with a statement.
[[nodiscard]] bool goes_on(std::string_view word);

}  // namespace explaingate::host

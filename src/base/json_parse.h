// JSON that a stranger wrote: how deep it may be nested is given, since copying and printing a value recurses.
#pragma once

#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace explaingate {

// `Value`: nlohmann::json or nlohmann::ordered_json. `[[1]]` is two levels deep. The error is what is said of the text:
// "is no JSON: …" or "is nested deeper than 16 levels".
template <class Value>
[[nodiscard]] std::expected<Value, std::string> parse_json(std::string_view text, int deepest) {
  try {
    return Value::parse(text, [deepest](int depth, typename Value::parse_event_t event, Value&) {
      bool opens = event == Value::parse_event_t::object_start || event == Value::parse_event_t::array_start;
      if (opens && depth >= deepest) throw std::length_error("nested too deep");
      return true;
    });
  } catch (const typename Value::exception& problem) {
    return std::unexpected("is no JSON: " + printable_line(shorten(problem.what(), 200)));
  } catch (const std::length_error&) {
    return std::unexpected(fmt::format("is nested deeper than {} levels", deepest));
  }
}

}  // namespace explaingate

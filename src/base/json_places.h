// Where the keys and elements of a JSON text stand: parsers tell values, and a complaint needs the place.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace explaingate {

class JsonPlaces {
 public:
  // Of a text that a parser took, comments included. So many levels deep; what is below has no place, nor has a key
  // that is written with escapes.
  explicit JsonPlaces(std::string_view text, size_t deepest = 4);
  // Offset of a key's opening quote, or of the element of a list by its number: {"tables", "orders", "rows"},
  // {"waivers", "0"}. npos = it isn't there.
  [[nodiscard]] size_t of(std::span<const std::string> path) const;
  // Of the first key that its object has already; npos = none has.
  [[nodiscard]] size_t repeated() const { return repeated_; }

 private:
  std::map<std::string, size_t> places_;  // keys joined by kJoint
  size_t repeated_ = std::string::npos;
};

}  // namespace explaingate

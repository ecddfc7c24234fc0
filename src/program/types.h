// Classes, interfaces and fields of all files of one family of languages, by numbers of names. Private to src/program/.
#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "program/digest.h"

namespace explaingate {

struct Types {
  using Links = std::unordered_map<uint32_t, std::vector<uint32_t>>;
  Links bases, derived;
  Links methods;                                     // without a body, by interface
  std::vector<std::pair<uint32_t, uint32_t>> owned;  // class and name of such a method with a body; sorted
  std::unordered_map<uint32_t, std::vector<const Digest::Field*>> fields;  // by name

  // In this order: every file's types; then what classes have of the methods that some interface asks for.
  void add(const Digest& digest);
  void ask(std::vector<bool>& asked) const;
  void add_methods(const Digest& digest, const std::vector<bool>& asked);
  void sort();

  // A class and those below it, or above it.
  [[nodiscard]] std::set<uint32_t> with_derived(uint32_t type) const;
  [[nodiscard]] std::set<uint32_t> with_bases(uint32_t type) const;
  // A class that has every method of an interface implements it, where the language doesn't ask it to say so.
  [[nodiscard]] bool has_all(uint32_t owner, const std::vector<uint32_t>& wanted) const;
};

}  // namespace explaingate

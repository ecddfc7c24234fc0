// Finding tables, columns and indexes by name: the exact spelling first, then without regard to ASCII case, since
// SQLite's names, a statistics file and the configuration may differ in it while PostgreSQL may hold both "Orders" and
// "orders".
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace explaingate {

[[nodiscard]] inline char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return lower_ascii(a) == lower_ascii(b); });
}

// The spellings of a set of names. Look-ups take logarithmic time: a hostile schema has a hundred thousand tables.
class NameIndex {
 public:
  template <class Map>
  static NameIndex of_keys(const Map& map) {
    NameIndex index;
    for (const auto& [name, unused] : map) index.add(name);
    return index;
  }
  void add(const std::string& name) {
    if (exact_.insert(name).second) folded_.emplace(folded(name), name);
  }
  // The spelling that is there; nullptr when there is none.
  [[nodiscard]] const std::string* find(const std::string& name) const {
    if (auto exact = exact_.find(name); exact != exact_.end()) return &*exact;
    auto other = folded_.find(folded(name));
    return other == folded_.end() ? nullptr : &other->second;
  }

 private:
  static std::string folded(std::string name) {
    std::ranges::transform(name, name.begin(), lower_ascii);
    return name;
  }
  std::set<std::string> exact_;
  std::map<std::string, std::string> folded_;
};

// Renames the entry that `name` means to that spelling. `index` holds the map's keys as they were.
template <class Map>
void adopt_name(Map& map, const NameIndex& index, const std::string& name) {
  const std::string* spelling = index.find(name);
  if (!spelling || *spelling == name) return;
  auto node = map.extract(*spelling);
  if (node.empty()) return;  // another name took it
  node.key() = name;
  map.insert(std::move(node));
}

}  // namespace explaingate

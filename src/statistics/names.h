// Finding tables, columns and indexes by name: the exact spelling first, then without regard to ASCII case, since
// SQLite's names, a statistics file and the configuration may differ in it while PostgreSQL may hold both "Orders" and
// "orders".
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace explaingate {

[[nodiscard]] inline bool same_name(std::string_view left, std::string_view right) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(left, right, [&](char a, char b) { return lower(a) == lower(b); });
}

template <class Map>
[[nodiscard]] auto find_name(Map& map, const std::string& name) {
  auto exact = map.find(name);
  if (exact != map.end()) return exact;
  return std::find_if(map.begin(), map.end(), [&](const auto& entry) { return same_name(entry.first, name); });
}

// Renames the entry that `name` finds to that spelling; keys of other entries stay.
template <class Map>
void adopt_name(Map& map, const std::string& name) {
  auto found = find_name(map, name);
  if (found == map.end() || found->first == name) return;
  auto node = map.extract(found);
  node.key() = name;
  map.insert(std::move(node));
}

}  // namespace explaingate

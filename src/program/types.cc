#include "program/types.h"

#include <algorithm>

namespace explaingate {
namespace {

// A class and those that `to` leads to from it.
std::set<uint32_t> related(const Types::Links& to, uint32_t type) {
  constexpr size_t kMostClasses = 200;
  std::set<uint32_t> names{type};
  std::vector<uint32_t> ahead{type};
  while (!ahead.empty() && names.size() < kMostClasses) {
    auto next = to.find(ahead.back());
    ahead.pop_back();
    if (next == to.end()) continue;
    for (uint32_t name : next->second)
      if (names.size() < kMostClasses && names.insert(name).second) ahead.push_back(name);
  }
  return names;
}

}  // namespace

void Types::add(const Digest& digest) {
  for (const Digest::Class& entry : digest.classes) {
    for (uint32_t base : entry.bases) {
      bases[entry.name].push_back(base);
      derived[base].push_back(entry.name);
    }
    if (entry.bases.empty() && !entry.methods.empty()) {
      std::vector<uint32_t>& asked = methods[entry.name];
      if (asked.empty() || asked.size() > entry.methods.size())  // of namesakes, the one that asks for least
        asked = entry.methods;
    }
  }
  for (const Digest::Field& field : digest.fields) fields[field.name].push_back(&field);
}

void Types::ask(std::vector<bool>& asked) const {
  for (const auto& [interface, wanted] : methods)
    for (uint32_t method : wanted) asked[method] = true;
}

void Types::add_methods(const Digest& digest, const std::vector<bool>& asked) {
  if (methods.empty()) return;
  for (const Digest::Function& function : digest.functions)
    if (function.owner != 0 && asked[function.name]) owned.emplace_back(function.owner, function.name);
}

void Types::sort() {
  std::sort(owned.begin(), owned.end());
}

std::set<uint32_t> Types::with_derived(uint32_t type) const {
  return related(derived, type);
}

std::set<uint32_t> Types::with_bases(uint32_t type) const {
  return related(bases, type);
}

bool Types::has_all(uint32_t owner, const std::vector<uint32_t>& wanted) const {
  return std::all_of(wanted.begin(), wanted.end(), [&](uint32_t method) {
    return std::binary_search(owned.begin(), owned.end(), std::pair(owner, method));
  });
}

}  // namespace explaingate

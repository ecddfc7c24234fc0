#include "program/digest.h"

#include <algorithm>

namespace explaingate {

uint32_t NameTable::add(std::string_view text) {
  if (auto known = find(text)) return *known;
  auto [entry, added] = numbers_.emplace(text, static_cast<uint32_t>(size()));
  added_.push_back(&entry->first);
  return entry->second;
}

std::optional<uint32_t> NameTable::find(std::string_view text) const {
  if (text.empty()) return 0;
  auto base = std::lower_bound(base_.begin(), base_.end(), text);
  if (base != base_.end() && *base == text) return static_cast<uint32_t>(base - base_.begin());
  auto added = numbers_.find(text);
  if (added == numbers_.end()) return std::nullopt;
  return added->second;
}

Digest digest(const Outline& outline, NameTable& names) {
  Digest result;
  result.family = names.add(outline.family);
  result.functions.reserve(outline.functions.size());
  for (const Outline::Function& function : outline.functions)
    result.functions.push_back({names.add(function.name), names.add(function.owner), function.line, function.end_line,
                                function.parent, false});
  for (const Outline::Execution& execution : outline.executions)
    if (execution.function >= 0) result.functions[static_cast<size_t>(execution.function)].executes = true;
  result.calls.reserve(outline.calls.size());
  for (const Outline::Call& call : outline.calls)
    result.calls.push_back({call.function, names.add(call.name), names.add(call.receiver), names.add(call.module),
                            names.add(call.file), names.add(call.type), names.add(call.holder), call.on_field,
                            call.on_self, call.bare, !call.loops.empty()});
  for (const Outline::Class& entry : outline.classes) {
    Digest::Class& made = result.classes.emplace_back();
    made.name = names.add(entry.name);
    for (const std::string& base : entry.bases) made.bases.push_back(names.add(base));
    for (const std::string& method : entry.methods) made.methods.push_back(names.add(method));
  }
  for (const Outline::Field& field : outline.fields)
    result.fields.push_back({names.add(field.owner), names.add(field.name), names.add(field.type)});
  result.constants = outline.constants;
  result.wrappers = outline.wrappers;
  result.wanted = outline.wanted;
  return result;
}

}  // namespace explaingate

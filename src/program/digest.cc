#include "program/digest.h"

#include <algorithm>

#include "base/hash.h"

namespace explaingate {
namespace {

// Functions, calls and types without the lines that they stand on: an edit within a function leaves it as it was.
std::string shape_of(const Outline& outline) {
  std::string text;
  auto name = [&text](std::string_view part) { text.append(part) += '\0'; };
  auto number = [&](auto value) { name(std::to_string(value)); };
  auto list_of = [&](const std::vector<std::string>& parts) {
    number(parts.size());
    for (const std::string& part : parts) name(part);
  };
  std::vector<bool> executes(outline.functions.size());
  for (const Outline::Execution& execution : outline.executions)
    if (execution.function >= 0) executes[static_cast<size_t>(execution.function)] = true;
  name(outline.family);
  number(outline.functions.size());
  for (size_t i = 0; i < outline.functions.size(); ++i) {
    const Outline::Function& function = outline.functions[i];
    name(function.name), name(function.owner), number(function.parent), number(executes[i] ? 1 : 0);
  }
  number(outline.calls.size());
  for (const Outline::Call& call : outline.calls) {
    number(call.function), name(call.name), name(call.receiver), name(call.module), name(call.file), name(call.type),
        name(call.holder);
    number((call.on_field ? 1 : 0) + (call.on_self ? 2 : 0) + (call.bare ? 4 : 0) + (call.loops.empty() ? 0 : 8));
  }
  number(outline.classes.size());
  for (const Outline::Class& entry : outline.classes) name(entry.name), list_of(entry.bases), list_of(entry.methods);
  for (const Outline::Field& field : outline.fields) name(field.owner), name(field.name), name(field.type);
  return hash_hex(text);
}

}  // namespace

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
  result.shape = shape_of(outline);
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
  result.creates = outline.creates;
  result.transacts = outline.transacts;
  return result;
}

}  // namespace explaingate

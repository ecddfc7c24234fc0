#include "program/sound.h"

#include <algorithm>

namespace explaingate {

bool is_sound(const Outline& outline) {
  auto function = [&](int32_t index) { return index >= -1 && index < static_cast<int32_t>(outline.functions.size()); };
  for (size_t i = 0; i < outline.functions.size(); ++i)
    if (outline.functions[i].parent < -1 || outline.functions[i].parent >= static_cast<int32_t>(i)) return false;
  for (const Outline::Call& call : outline.calls)
    if (!function(call.function)) return false;
  for (const Outline::Wrapper& wrapper : outline.wrappers)
    if (wrapper.function < 0 || !function(wrapper.function)) return false;
  for (const Outline::Execution& execution : outline.executions)
    if (!function(execution.function) || execution.statement < 0) return false;
  return true;
}

bool is_sound(const Digest& digest, size_t names) {
  auto function = [&](int32_t index) { return index >= -1 && index < static_cast<int32_t>(digest.functions.size()); };
  for (size_t i = 0; i < digest.functions.size(); ++i) {
    const Digest::Function& one = digest.functions[i];
    if (one.name >= names || one.owner >= names || one.parent < -1 || one.parent >= static_cast<int32_t>(i))
      return false;
  }
  for (const Digest::Call& call : digest.calls)
    if (!function(call.function) || call.name >= names || call.receiver >= names || call.module >= names ||
        call.file >= names || call.type >= names || call.holder >= names)
      return false;
  auto known = [&](uint32_t name) { return name < names; };
  for (const Digest::Class& entry : digest.classes)
    if (!known(entry.name) || !std::ranges::all_of(entry.bases, known) || !std::ranges::all_of(entry.methods, known))
      return false;
  for (const Digest::Field& field : digest.fields)
    if (!known(field.owner) || !known(field.name) || !known(field.type)) return false;
  for (const Outline::Wrapper& wrapper : digest.wrappers)
    if (wrapper.function < 0 || !function(wrapper.function)) return false;
  return digest.family < names;
}

bool is_sound(const Extraction& extraction) {
  auto count = static_cast<int>(extraction.statements.size());
  for (const Statement& statement : extraction.statements)
    for (const Loop& loop : statement.loops)
      if (loop.rows_statement < -1 || loop.rows_statement >= count) return false;
  return true;
}

bool is_sound(const std::vector<CallEdge>& edges, const std::vector<const Digest*>& digests) {
  auto has_call = [&](size_t file, size_t call) { return file < digests.size() && call < digests[file]->calls.size(); };
  auto has_function = [&](size_t file, size_t function) {
    return file < digests.size() && function < digests[file]->functions.size();
  };
  return std::ranges::all_of(edges, [&](const CallEdge& edge) {
    return has_call(edge.file, edge.call) && has_function(edge.callee_file, edge.callee) && edge.depth >= 1 &&
           edge.depth <= kMostCalls && edge.caller >= -1 &&
           (edge.caller == -1 || has_function(edge.file, static_cast<size_t>(edge.caller))) && edge.via >= -1 &&
           (edge.via == -1 || has_call(edge.via_file, static_cast<size_t>(edge.via)));
  });
}

}  // namespace explaingate

// A statement that is prepared once and run in a loop runs in the loop. Its handle says where:
//
//   sqlite3_prepare_v2(db, "SELECT …", -1, &st, 0);
//   for (i = 0; i < n; i++) { sqlite3_bind_int(st, 1, ids[i]); while (sqlite3_step(st) == SQLITE_ROW) …;
//   sqlite3_reset(st); }
//
// The outer loop runs it; the inner one goes over its rows. What both runs a statement and gives its next row (step)
// says nothing by itself: only a reset in the same loop says that it starts anew. The near miss:
//
//   while (1) { if (sqlite3_step(st) != SQLITE_ROW) break; … }
#include <algorithm>

#include "extract/host_calls.h"

namespace explaingate::host {

// The name that a prepared statement goes by: what its row of the call sites says, else what the call is assigned to.
std::string_view HostFile::handle_of(int call) const {
  auto prepare = prepares_.find(call);
  if (prepare == prepares_.end()) return {};
  int handle = prepare->second->handle;
  if (handle == -1) return tree_.text(tree_.ungrouped(tree_.part(call, Part::kReceiver)));
  if (handle >= 0) return tree_.text(tree_.ungrouped(evaluator_.sql_argument(call, handle, {})));
  int outer = tree_.parent(call);
  while (tree_.role(outer) == Role::kGroup) outer = tree_.parent(outer);
  if (tree_.role(outer) == Role::kList && tree_.role(tree_.parent(outer)) == Role::kAssignment &&
      tree_.first_named(outer) <= call && call < tree_.at(tree_.first_named(outer)).after)
    outer = tree_.parent(outer);  // the values of a list of names: the first
  if (tree_.role(outer) == Role::kAssignment) {
    int left = tree_.part(outer, Part::kLeft);
    return tree_.text(tree_.role(left) == Role::kList ? tree_.first_named(left) : left);  // stmt, err := …
  }
  for (int inner = call + 1; inner < tree_.at(call).after; ++inner)  // Statement q(db, "…"): inside the declaration
    if (tree_.role(inner) == Role::kAssignment) return tree_.text(tree_.part(inner, Part::kLeft));
  return {};
}

HostFile::Uses HostFile::uses_of_handles() const {
  const Words& words = language_.words;
  Uses uses;
  for (const auto& [call, row] : prepares_)
    if (std::string_view handle = handle_of(call); !handle.empty()) uses[handle];
  if (uses.empty()) return uses;
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kCall) continue;
    std::string_view name = evaluator_.callee_name(node);
    int receiver = tree_.part(node, Part::kReceiver);
    const std::vector<std::string>& running = receiver >= 0 ? words.run_methods : words.run_functions;
    Use use{Use::Kind::kOther, node};
    if (is_one_of(name, running)) use.kind = Use::Kind::kRun;
    if (is_one_of(name, words.reset_functions)) use.kind = Use::Kind::kReset;
    std::string_view prepared = handle_of(node);
    if (!prepared.empty()) use.kind = Use::Kind::kPrepare;
    std::vector<std::string_view> handles{prepared};
    if (prepared.empty() && receiver >= 0) handles.push_back(tree_.text(tree_.ungrouped(receiver)));
    constexpr size_t kMostPlaces = 2;  // PQexecPrepared(connection, "name", …)
    std::vector<int> given = tree_.elements(tree_.part(node, Part::kArguments));
    for (size_t index = 0; prepared.empty() && index < std::min(kMostPlaces, given.size()); ++index)
      handles.push_back(tree_.text(tree_.ungrouped(given[index])));
    for (std::string_view handle : handles)
      if (auto known = uses.find(handle); known != uses.end()) known->second.push_back(use);
  }
  return uses;
}

// Replaces the loops around a prepare by those around the run that stands in most, where those are more.
void HostFile::run_loops(LoopFinder& finder, const Uses& uses, int prepare, std::vector<FoundLoop>& loops) const {
  std::string_view handle = handle_of(prepare);
  auto found = handle.empty() ? uses.end() : uses.find(handle);
  if (found == uses.end()) return;
  constexpr int kMostUses = 50;
  int function = tree_.function_of(prepare);
  std::vector<std::vector<FoundLoop>> others;
  auto use = std::upper_bound(found->second.begin(), found->second.end(), prepare,
                              [](int node, const Use& entry) { return node < entry.call; });
  for (int tried = 0; use != found->second.end() && tried < kMostUses; ++use, ++tried) {
    if (tree_.function_of(use->call) != function || use->kind == Use::Kind::kPrepare) break;
    std::vector<FoundLoop> around = finder.around(use->call, -1, false);
    bool steps = !language_.words.reset_functions.empty() &&
                 is_one_of(evaluator_.callee_name(use->call), language_.words.fetch_methods);
    bool runs = use->kind == Use::Kind::kReset || (use->kind == Use::Kind::kRun && !steps);
    if (runs && around.size() > loops.size()) loops = around;
    others.push_back(std::move(around));
  }
  for (FoundLoop& loop : loops)  // bound in the loop, or given to the call that runs it
    for (const std::vector<FoundLoop>& around : others)
      for (const FoundLoop& other : around)
        if (other.node == loop.node && other.loop.argument_varies) loop.loop.argument_varies = true;
}

}  // namespace explaingate::host

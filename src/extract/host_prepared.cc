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

// The function without a name that a call's value is given to at once: prepare("…").use { it.execute() }; -1 = none.
int HostFile::lambda_given(int call) const {
  int scope = method_call_on(call, language_.words.scope_methods);
  if (scope < 0) return -1;
  int inner = tree_.first_child(tree_.part(scope, Part::kArguments));
  while (inner >= 0 && tree_.role(inner) != Role::kLambda) inner = tree_.first_child(inner);
  return inner;
}

// The name that a prepared statement goes by: what its row of the call sites says, else what the call is assigned to.
std::string_view HostFile::handle_of(int call) const {
  auto prepare = prepares_.find(call);
  if (prepare == prepares_.end()) return {};
  if (prepare->second->assigned) {  // command.CommandText = "…"; new Command { CommandText = "…" }
    if (int left = tree_.part(call, Part::kLeft); tree_.role(left) == Role::kMember)
      return tree_.text(tree_.ungrouped(tree_.part(left, Part::kReceiver)));
    int outer = tree_.parent(call);
    while (outer >= 0 && tree_.role(outer) != Role::kAssignment && !opens_scope(tree_.role(outer)))
      outer = tree_.parent(outer);
    return tree_.role(outer) == Role::kAssignment ? tree_.text(tree_.part(outer, Part::kLeft)) : std::string_view{};
  }
  int handle = prepare->second->handle;
  if (handle == -1) return tree_.text(tree_.ungrouped(tree_.part(call, Part::kReceiver)));
  if (handle >= 0) return tree_.text(tree_.ungrouped(evaluator_.sql_argument(call, handle, {})));
  if (int lambda = lambda_given(call); lambda >= 0) {
    std::vector<int> names = tree_.elements(tree_.part(lambda, Part::kParameters));
    if (names.size() == 1) return tree_.text(names.front());
    const std::vector<std::string>& implied = language_.words.implicit_parameters;
    return names.empty() && !implied.empty() ? std::string_view(implied.front()) : std::string_view{};
  }
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

// The object that an expression begins with: `command` of command.Parameters["id"].Value.
std::string_view HostFile::object_of(int node) const {
  constexpr int kMostParts = 12;
  for (int parts = 0; parts < kMostParts; ++parts) {
    node = tree_.ungrouped(node);
    int receiver = tree_.part(node, Part::kReceiver);
    if (receiver < 0) break;
    node = receiver;
  }
  return tree_.role(node) == Role::kIdentifier ? tree_.text(node) : std::string_view{};
}

// command.Parameters[0].Value = id, and parameter.Value = id behind parameter = command.CreateParameter(): what binds a
// value without a call.
void HostFile::find_bindings(int assignment, Uses& uses, Aliases& aliases) const {
  int left = tree_.part(assignment, Part::kLeft);
  if (tree_.role(left) == Role::kIdentifier) {
    int right = tree_.ungrouped(tree_.part(assignment, Part::kRight));
    if (tree_.role(right) != Role::kCall) return;
    std::string_view object = object_of(right);
    if (uses.contains(object)) aliases[tree_.text(left)] = object;
  } else if (tree_.role(left) == Role::kMember) {
    std::string_view object = object_of(left);
    if (auto alias = aliases.find(object); alias != aliases.end()) object = alias->second;
    if (auto known = uses.find(object); known != uses.end()) known->second.push_back({Use::Kind::kOther, assignment});
  }
}

HostFile::Uses HostFile::uses_of_handles() const {
  const Words& words = language_.words;
  Uses uses;
  for (const auto& [call, row] : prepares_)
    if (std::string_view handle = handle_of(call); !handle.empty()) uses[handle];
  if (uses.empty()) return uses;
  Aliases aliases;
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) == Role::kAssignment && !prepares_.contains(node)) {
      find_bindings(node, uses, aliases);
    } else if (tree_.role(node) == Role::kAssignment) {
      if (auto known = uses.find(handle_of(node)); known != uses.end())
        known->second.push_back({Use::Kind::kPrepare, node});
    }
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

// const byId = db.prepare("…") at top level, this.byId = db.prepare("…"): what other functions of the file run as well,
// if nothing else is prepared by that name.
bool HostFile::is_shared(int prepare, const std::vector<Use>& uses) const {
  std::string_view handle = handle_of(prepare);
  bool field = handle.find('.') != std::string_view::npos || handle.find("->") != std::string_view::npos ||
               handle.starts_with('@');
  if (!field && (tree_.function_of(prepare) > 0 || lambda_given(prepare) >= 0)) return false;
  auto first = std::ranges::find(uses, Use::Kind::kPrepare, &Use::kind);
  return first != uses.end() && std::find_if(first + 1, uses.end(), [](const Use& use) {
                                  return use.kind == Use::Kind::kPrepare;
                                }) == uses.end();
}

// The calls that run what is prepared there, and those that bind its values.
std::vector<HostFile::Use> HostFile::uses_of(int prepare) const {
  constexpr size_t kMostUses = 50;
  std::vector<Use> found;
  std::string_view handle = handle_of(prepare);
  auto known = handle.empty() ? uses_.end() : uses_.find(handle);
  if (known == uses_.end()) return found;
  bool shared = is_shared(prepare, known->second);
  int function = tree_.function_of(prepare);
  int owner = tree_.class_of(prepare);
  int lambda = lambda_given(prepare);
  auto use = known->second.begin();
  if (!shared)
    use = std::upper_bound(use, known->second.end(), prepare,
                           [](int node, const Use& entry) { return node < entry.call; });
  for (; use != known->second.end() && found.size() < kMostUses; ++use) {
    if (shared) {
      bool own = use->kind != Use::Kind::kPrepare && (owner < 0 || tree_.class_of(use->call) == owner);
      if (own) found.push_back(*use);
      continue;
    }
    if (lambda >= 0 && use->call >= tree_.at(lambda).after) break;
    if (tree_.function_of(use->call) != function || use->kind == Use::Kind::kPrepare) break;
    found.push_back(*use);
  }
  return found;
}

// What both runs a statement and gives its next row runs it anew only where it was reset.
bool HostFile::runs_anew(const Use& use) const {
  bool steps = !language_.words.reset_functions.empty() &&
               is_one_of(evaluator_.callee_name(use.call), language_.words.fetch_methods);
  return use.kind == Use::Kind::kReset || (use.kind == Use::Kind::kRun && !steps);
}

// Replaces the loops around a prepare by those around the run that stands in most, where those are more: that run; -1 =
// none.
int HostFile::run_loops(LoopFinder& finder, int prepare, std::vector<FoundLoop>& loops) const {
  std::vector<std::vector<FoundLoop>> others;
  int at = -1;
  for (const Use& use : uses_of(prepare)) {
    std::vector<FoundLoop> around = finder.around(use.call, -1, false);
    if (runs_anew(use) && around.size() > loops.size()) {
      loops = around;
      at = use.call;
    }
    others.push_back(std::move(around));
  }
  for (FoundLoop& loop : loops)  // bound in the loop, or given to the call that runs it
    for (const std::vector<FoundLoop>& around : others)
      for (const FoundLoop& other : around)
        if (other.node == loop.node && other.loop.argument_varies) loop.loop.argument_varies = true;
  return at;
}

// Statements that are prepared from a table, by the name of the field that keeps each, which stands before it:
//
//   {&s.selectUser, selectUserSQL},
std::map<std::string_view, std::set<int>> HostFile::kept_handles() const {
  std::map<std::string_view, std::set<int>> kept;
  std::map<std::string_view, int> constants;
  for (size_t index = 0; index < found_.size(); ++index)
    if (const Found& found = found_[index]; found.call < 0 && !found.statement.name.empty())
      constants.try_emplace(found.statement.name, static_cast<int>(index));
  if (constants.empty()) return kept;
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kList) continue;
    int first = tree_.ungrouped(tree_.first_named(node));
    int second = tree_.role(first) == Role::kMember ? tree_.next_named(tree_.first_named(node)) : -1;
    if (second < 0 || tree_.next_named(second) >= 0) continue;
    if (auto constant = constants.find(tree_.text(second)); constant != constants.end())
      kept[tree_.text(tree_.part(first, Part::kName))].insert(constant->second);
  }
  return kept;
}

// The functions that run them: each that names one and calls something that runs a prepared statement.
std::map<int, std::set<int>> HostFile::kept_runs() const {
  std::map<int, std::set<int>> runs;
  std::map<std::string_view, std::set<int>> kept = kept_handles();
  if (kept.empty()) return runs;
  std::set<int> running;
  for (int node = 0; node < tree_.size(); ++node)
    if (tree_.role(node) == Role::kCall && is_one_of(evaluator_.callee_name(node), language_.words.run_methods))
      running.insert(tree_.function_of(node));
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kMember) continue;
    auto handle = kept.find(tree_.text(tree_.part(node, Part::kName)));
    if (handle == kept.end()) continue;
    int function = tree_.function_of(node);
    if (function <= 0 || tree_.role(function) != Role::kFunction || !running.contains(function)) continue;
    for (int statement : handle->second) runs[statement].insert(function);
  }
  return runs;
}

// The functions that run what is prepared there; that of the prepare itself where no other does.
std::set<int> HostFile::running_functions(const Found& found) const {
  std::set<int> functions;
  int own = tree_.function_of(found.call);
  if (found.statement.call == CallKind::kPrepare)
    for (const Use& use : uses_of(found.call))
      if (runs_anew(use)) functions.insert(tree_.function_of(use.call));
  if (functions.empty()) functions.insert(own);
  return functions;
}

}  // namespace explaingate::host

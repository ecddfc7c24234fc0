// The passes over a host-language file, in order; what they find is sorted and given its loops.
#include "extract/host_calls.h"

#include <algorithm>

namespace explaingate::host {

HostFile::HostFile(std::string_view path, const Tree& tree, const Language& language, Dialect dialect,
                   const Externals* externals, const Language* markup)
    : path_(path),
      tree_(tree),
      language_(language),
      dialect_(dialect),
      externals_(externals),
      markup_(markup),
      lines_(tree.source()),
      evaluator_(tree, language, externals) {}

Extraction HostFile::run(Outline* outline) {
  find_external_calls(true);
  find_calls();
  find_wrapper_calls();
  find_external_calls(false);
  find_named_calls();
  find_texts();
  find_constants();
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tuple(a.statement.line, a.statement.column, a.statement.call_line, a.call) <
           std::tuple(b.statement.line, b.statement.column, b.statement.call_line, b.call);
  });
  std::vector<Executed> executed;
  for (int call : sites_) {
    std::string_view handle = handle_of(call);
    executed.push_back({call, handle.empty() ? tree_.text(tree_.part(call, Part::kReceiver)) : handle});
  }
  std::map<int, int> first_of_call;
  for (size_t index = 0; index < found_.size(); ++index)
    if (found_[index].call >= 0) first_of_call.try_emplace(found_[index].call, static_cast<int>(index));
  LoopFinder finder(tree_, language_, evaluator_, executed, lines_);
  find_transactions();
  add_loops(finder, first_of_call);
  if (outline != nullptr) fill_outline(*outline, finder, first_of_call);
  if (int node = tree_.too_deep(); node >= 0) {
    Position at = lines_.position(tree_.at(node).start);
    not_analysed_.push_back({std::string(path_), at.line, at.column,
                             "the source is nested too deeply here to be looked at", function_name(node)});
  }
  Extraction extraction;
  for (Found& found : found_) extraction.statements.push_back(std::move(found.statement));
  std::stable_sort(not_analysed_.begin(), not_analysed_.end(), [](const NotAnalysed& a, const NotAnalysed& b) {
    return std::tie(a.line, a.column, a.reason) < std::tie(b.line, b.column, b.reason);
  });
  auto same = [](const NotAnalysed& a, const NotAnalysed& b) {
    return a.line == b.line && a.column == b.column && a.reason == b.reason;
  };
  not_analysed_.erase(std::unique(not_analysed_.begin(), not_analysed_.end(), same), not_analysed_.end());
  extraction.not_analysed = std::move(not_analysed_);
  return extraction;
}

std::string HostFile::function_name(int node) const {
  std::string name;
  for (int scope = tree_.parent(node); scope >= 0; scope = tree_.parent(scope)) {
    Role role = tree_.role(scope);
    if (role != Role::kFunction && role != Role::kClass && role != Role::kNamespace) continue;
    std::string own(tree_.text(tree_.part(scope, Part::kName)));
    name = name.empty() ? own : own + "." + name;
    if (int receiver = tree_.part(scope, Part::kReceiver); receiver >= 0)
      name = std::string(tree_.text(receiver)) + "." + name;
  }
  // A class alone is no function: what stands directly in it runs at import.
  int function = tree_.function_of(node);
  return function > 0 ? name : std::string{};
}

void HostFile::add_loops(LoopFinder& finder, const std::map<int, int>& first_of_call) {
  uses_ = uses_of_handles();
  for (Found& found : found_) {
    if (found.call < 0) continue;
    std::vector<FoundLoop> loops = finder.around(found.call, found.argument, found.statement.dynamic);
    if (found.statement.call == CallKind::kPrepare) {
      int run = run_loops(finder, found.call, loops);
      if (run >= 0) found.statement.call_line = lines_.position(tree_.at(run).start).line;
    }
    vary_holes(finder, found, loops);
    for (FoundLoop& loop : loops) {
      if (auto rows = first_of_call.find(loop.rows_call); rows != first_of_call.end())
        loop.loop.rows_statement = rows->second;
      loop.loop.commits = commits_of(loop, found.call);
      found.statement.loops.push_back(std::move(loop.loop));
    }
  }
}

// What of a text differs from turn to turn: of "… FROM {prefix}users WHERE id = {user.id}" the second alone. A part of
// a split text is known again by its expression.
void HostFile::vary_holes(LoopFinder& finder, Found& found, const std::vector<FoundLoop>& loops) const {
  std::vector<Hole>& holes = found.statement.holes;
  bool split = holes.size() != found.hole_nodes.size();
  for (size_t index = 0; index < holes.size(); ++index) {
    int node = split ? -1 : found.hole_nodes[index];
    for (size_t other = 0; split && node < 0 && other < found.hole_nodes.size(); ++other)
      if (tree_.text(found.hole_nodes[other]).starts_with(holes[index].expression)) node = found.hole_nodes[other];
    holes[index].varies =
        std::ranges::any_of(loops, [&](const FoundLoop& loop) { return finder.varies_with(loop, found.call, node); });
  }
}

}  // namespace explaingate::host

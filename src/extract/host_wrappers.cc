// Functions that execute a parameter, of this file and of others: their calls execute what they are given.
//
//   def run(sql): cursor.execute(sql)
//   run("SELECT 1")              a statement, at this call
//
//   fun String.run() = session.execute(this)
//   "SELECT 1".run()             the same
#include <algorithm>
#include <utility>

#include "extract/host_calls.h"

namespace explaingate::host {

// The parameter that a text begins with: `sql` of `sql + " LIMIT 1"`; -1 = none.
int HostFile::leading_parameter(const Site& site, const Text& text) const {
  auto first = std::ranges::find_if(
      text, [](const Piece& piece) { return piece.kind == Piece::Kind::kHole || !piece.text.empty(); });
  if (first == text.end() || first->kind != Piece::Kind::kHole || tree_.role(first->node) != Role::kIdentifier)
    return -1;
  return evaluator_.parameter(tree_.function_of(site.call), tree_.text(first->node));
}

// The parameter that an executed name still is behind a function of which nothing is known: sql = cleaned(sql); -1 =
// none.
int HostFile::cleaned_parameter(const Site& site) const {
  if (tree_.role(site.argument) != Role::kIdentifier) return -1;
  std::string_view name = tree_.text(site.argument);
  const std::vector<int>* assigned = evaluator_.assignments(tree_.at(site.call).scope, name);
  if (assigned == nullptr) return -1;
  auto cleans = [&](int assignment) {
    if (assignment > site.call) return true;  // cut for a log
    int right = tree_.ungrouped(tree_.part(assignment, Part::kRight));
    return tree_.role(right) == Role::kCall &&
           std::ranges::any_of(tree_.elements(tree_.part(right, Part::kArguments)),
                               [&](int given) { return tree_.text(given) == name; });
  };
  if (!std::ranges::all_of(*assigned, cleans)) return -1;
  return evaluator_.parameter(tree_.function_of(site.call), name);
}

void HostFile::find_wrapper(const Site& site, int parameter) {
  if (parameter < 0) return;
  int function = tree_.function_of(parameter);
  if (tree_.role(function) != Role::kFunction) return;
  Wrapper wrapper;
  wrapper.function = function;
  wrapper.name = tree_.text(tree_.part(function, Part::kName));
  wrapper.position = evaluator_.parameter_position(function, parameter);
  bool given_object = site.argument == tree_.ungrouped(tree_.part(site.call, Part::kReceiver));
  if (given_object && wrapper.position != kOnReceiver) return;  // any object may have a method of that name
  if (wrapper.position != kOnReceiver) wrapper.parameter = evaluator_.parameter_name(parameter);
  wrapper.site = site;
  // Anything may take `*args`, and go by the name of something else, such as get(): its calls need a literal.
  if (tree_.role(site.argument) == Role::kSplat) wrapper.site.gate = false;
  if (wrapper.name.empty()) return;
  auto [known, added] = wrapped_.try_emplace({function, wrapper.position}, all_wrappers_.size());
  if (added) {
    all_wrappers_.push_back(wrapper);
  } else {  // known by a name alone until now
    Wrapper& before = all_wrappers_[known->second];
    if (before.site.gate || before.site.wrapper != nullptr || !wrapper.site.gate) return;
    before = wrapper;
  }
  wrappers_.push_back(std::move(wrapper));
}

// Functions that hand their parameter on to such a function are found in the next round.
void HostFile::find_wrapper_calls() {
  constexpr int kMostRounds = 4;
  for (int round = 0; round < kMostRounds && !wrappers_.empty(); ++round) find_calls_of(std::exchange(wrappers_, {}));
  wrappers_.clear();
}

// A method is called on a receiver, a function without one.
void HostFile::find_calls_of(const std::vector<Wrapper>& wrappers) {
  std::multimap<std::string_view, const Wrapper*> by_name;
  for (const Wrapper& wrapper : wrappers) by_name.emplace(wrapper.name, &wrapper);
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kCall || sites_.contains(node) || declared_.contains(node)) continue;
    std::string_view name = evaluator_.callee_name(node);
    auto [first, last] = by_name.equal_range(name);
    constexpr int kMostOfOneName = 20;
    int tried = 0;
    for (auto entry = first; entry != last && tried < kMostOfOneName; ++entry, ++tried) {
      const Wrapper& wrapper = *entry->second;
      if (tree_.contains(wrapper.function, node)) continue;
      bool method = tree_.role(tree_.at(wrapper.function).scope) == Role::kClass ||
                    tree_.part(wrapper.function, Part::kReceiver) >= 0;
      bool called_on = tree_.part(node, Part::kReceiver) >= 0;
      bool path = !called_on && tree_.role(tree_.part(node, Part::kCallee)) == Role::kMember;  // Store::exec(…)
      if (method != called_on && !path && !(method && language_.words.members_by_name)) continue;
      Site site = wrapper.site;
      site.call = node;
      site.wrapped = true;
      site.gate = site.gate && wrapper.position != kOnReceiver;
      site.sure = false;  // another function may have the name
      site.argument = evaluator_.sql_argument(node, wrapper.position, {std::string(wrapper.parameter)});
      if (site.argument < 0) continue;
      analyse(site);
      break;
    }
  }
}

// A method is called on something; a function stands alone, or behind its module's name.
bool HostFile::fits(const Externals::Wrapper& wrapper, int call) const {
  int receiver = tree_.part(call, Part::kReceiver);
  if (wrapper.trusted)
    return wrapper.callee.empty() ||
           ends_with_path(dotted(tree_.text(tree_.part(call, Part::kCallee))), wrapper.callee);
  if (!wrapper.owner.empty()) return receiver >= 0;
  return receiver < 0 || evaluator_.import_of(last_word(tree_.text(receiver))) != nullptr;
}

// What the project declares comes first, and nothing else is made of such a call; what other files were seen to do
// comes last.
void HostFile::find_external_calls(bool declared) {
  if (externals_ == nullptr) return;
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kCall || sites_.contains(node) || declared_.contains(node)) continue;
    std::string_view name = evaluator_.callee_name(node);
    if (name.empty()) continue;
    for (const Externals::Wrapper* wrapper : externals_->wrappers(name)) {
      if (wrapper->trusted != declared || !fits(*wrapper, node)) continue;
      Site site;
      site.call = node;
      site.wrapper = wrapper;
      site.gate = wrapper->trusted;
      site.placeholders = wrapper->placeholders;
      site.argument = evaluator_.sql_argument(node, wrapper->position, {wrapper->parameter});
      if (site.argument < 0) continue;
      if (declared) declared_.insert(node);
      analyse(site);
      break;
    }
  }
}

}  // namespace explaingate::host

// One pass over the tree, before anything is evaluated: where names get their values, what builds texts and lists,
// which functions and classes there are.
#include <deque>

#include "extract/host_evaluate.h"

namespace explaingate::host {

Evaluator::Evaluator(const Tree& tree, const Language& language, const Externals* externals)
    : tree_(tree), language_(language), externals_(externals), used_(static_cast<size_t>(tree.size()), false) {
  index();
}

void Evaluator::index() {
  std::deque<int> openings;
  for (int node = 0; node < tree_.size(); ++node) {
    switch (tree_.role(node)) {
      case Role::kAppend:
        if (tree_.role(tree_.parent(node)) != Role::kAppend) index_target(node, append_target(node));
        break;
      case Role::kAssignment:
      case Role::kBind:
        index_target(node, tree_.part(node, Part::kLeft));
        break;
      case Role::kFor:
      case Role::kClause:
        index_target(node, tree_.part(node, Part::kVariable));
        break;
      case Role::kCall:
        if (is_one_of(callee_name(node), language_.words.mutating_methods)) {
          mutated_.insert(tree_.text(tree_.part(node, Part::kReceiver)));
          if (!is_one_of(callee_name(node), language_.words.append_methods))
            rearranged_.insert(tree_.text(tree_.part(node, Part::kReceiver)));
        }
        index_append(node);
        break;
      case Role::kHeredoc:
        openings.push_back(node);
        break;
      case Role::kHeredocBody:
        if (openings.empty()) break;
        heredocs_[openings.front()] = node;
        openings.pop_front();
        break;
      case Role::kClass:
        classes_.try_emplace(tree_.text(tree_.part(node, Part::kName)), node);
        break;
      case Role::kFunction:
        functions_[{tree_.at(node).scope, tree_.text(tree_.part(node, Part::kName))}].push_back(node);
        if (int last = given_last(node); last >= 0 && tree_.role(last) != Role::kReturn) returns_[node].push_back(last);
        break;
      case Role::kReturn:
        if (int given = tree_.part(node, Part::kValue); given >= 0) returns_[tree_.at(node).scope].push_back(given);
        break;
      default:
        break;
    }
  }
}

// A chain of appends changes its variable once, at its outermost call, wherever the variable belongs. A builder that is
// given away may be changed there.
void Evaluator::index_append(int call) {
  auto add = [&](int variable, const std::set<std::pair<int, std::string_view>>& known) {
    for (int scope = tree_.at(call).scope;; scope = tree_.at(scope).scope) {
      std::pair<int, std::string_view> key{scope, tree_.text(variable)};
      if (known.contains(key)) {
        std::vector<int>& statements = assignments_[key];
        if (!tree_.contains(statements.back(), call)) statements.push_back(call);
        return true;
      }
      if (scope <= 0) return false;
    }
  };
  int outer = tree_.parent(call);
  if (tree_.role(outer) == Role::kMember) outer = tree_.parent(outer);
  bool inside = tree_.role(outer) == Role::kCall && tree_.part(outer, Part::kReceiver) == call &&
                is_one_of(callee_name(outer), language_.words.append_methods);
  int target = inside ? -1 : appended_to(call);
  if (tree_.role(target) == Role::kIdentifier) {
    if (!add(target, builders_) && !add(target, lists_)) index_target(call, target);
    return;
  }
  if (inside || builders_.empty() || is_one_of(callee_name(call), language_.words.quiet_callees)) return;
  for (int argument : tree_.elements(tree_.part(call, Part::kArguments)))
    if (tree_.role(argument) == Role::kIdentifier) (void)add(argument, builders_);
}

int Evaluator::append_target(int append) const {
  while (tree_.role(append) == Role::kAppend) append = tree_.part(append, Part::kLeft);
  return append;
}

void Evaluator::index_target(int statement, int target) {
  if (target < 0) return;
  switch (tree_.role(target)) {
    case Role::kIdentifier:
    case Role::kContent: {  // define("NAME", "x")
      std::pair<int, std::string_view> key{tree_.at(statement).scope, tree_.text(target)};
      assignments_[key].push_back(statement);
      int given = tree_.part(statement, Part::kRight);
      while (tree_.role(given) == Role::kCall && is_one_of(callee_name(given), language_.words.append_methods))
        given = tree_.part(given, Part::kReceiver);
      if (tree_.role(given) == Role::kCall && is_one_of(callee_name(given), language_.words.builders))
        builders_.insert(key);
      if (tree_.role(given) == Role::kList) lists_.insert(key);
      return;
    }
    case Role::kMember: {
      int owner = tree_.class_of(statement);
      if (owner >= 0 && is_one_of(tree_.text(tree_.part(target, Part::kReceiver)), language_.words.self))
        attributes_[{owner, tree_.text(tree_.part(target, Part::kName))}].push_back(statement);
      return;
    }
    case Role::kSubscript:
    case Role::kCall:
      return;
    default:
      break;
  }
  for (int node = target + 1; node < tree_.at(target).after; ++node)  // a pattern of names
    if (tree_.role(node) == Role::kIdentifier)
      assignments_[{tree_.at(statement).scope, tree_.text(node)}].push_back(statement);
}

void Evaluator::mark_used(int node) {
  for (int inner = node; inner >= 0 && inner < tree_.at(node).after; ++inner) used_[static_cast<size_t>(inner)] = true;
}

const std::vector<int>* Evaluator::assignments(int scope, std::string_view name) const {
  auto found = assignments_.find({scope, name});
  return found == assignments_.end() ? nullptr : &found->second;
}

}  // namespace explaingate::host

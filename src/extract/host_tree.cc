// Questions to a tree that is there: parts, neighbours, what a node stands in.
#include "extract/host_syntax.h"

namespace explaingate::host {

int Tree::part(int node, Part part) const {
  if (node < 0) return -1;
  if (at(node).parts < 0) return role(node) == Role::kBinary ? operand(node, part) : -1;
  return parts_[static_cast<size_t>(at(node).parts)][static_cast<size_t>(part)];
}

std::string_view Tree::callee(int call) const {
  if (int whole = part(call, Part::kCallee); whole >= 0) return text(whole);
  int name = part(call, Part::kName);
  return name < 0 ? std::string_view{} : source_.substr(at(call).start, at(name).end - at(call).start);
}

int Tree::operand(int node, Part part) const {
  int left = first_named(node);
  if (part == Part::kLeft || left < 0) return left;
  if (part == Part::kRight) return next_named(left);
  if (part != Part::kOperator) return -1;
  int sign = next_sibling(left);
  while (sign >= 0 && at(sign).named) sign = next_sibling(sign);
  return sign;
}

int Tree::next_sibling(int node) const {
  int parent = at(node).parent;
  return parent >= 0 && at(node).after < at(parent).after ? at(node).after : -1;
}

int Tree::first_named(int node) const {
  int child = first_child(node);
  while (child >= 0 && (!at(child).named || role(child) == Role::kComment)) child = next_sibling(child);
  return child;
}

int Tree::next_named(int node) const {
  int child = next_sibling(node);
  while (child >= 0 && (!at(child).named || role(child) == Role::kComment)) child = next_sibling(child);
  return child;
}

// The last node below ends the text; climbing from it to the child beats walking all children.
int Tree::last_named(int node) const {
  int child = at(node).after - 1;
  if (child <= node) return -1;
  while (at(child).parent != node) child = at(child).parent;
  if (at(child).named && role(child) != Role::kComment) return child;
  int found = -1;
  for (child = first_named(node); child >= 0; child = next_named(child)) found = child;
  return found;
}

std::vector<int> Tree::elements(int node) const {
  std::vector<int> found;
  if (node < 0) return found;
  for (int child = first_named(node); child >= 0; child = next_named(child)) found.push_back(child);
  return found;
}

int Tree::ungrouped(int node) const {
  while (role(node) == Role::kGroup) {
    int inner = part(node, Part::kValue);
    node = inner >= 0 ? inner : first_named(node);
  }
  return node;
}

int Tree::function_of(int node, bool lambdas) const {
  int scope = at(node).scope;
  while (scope > 0 && role(scope) != Role::kFunction && !(lambdas && role(scope) == Role::kLambda))
    scope = at(scope).scope;
  return scope;
}

int Tree::class_of(int node) const {
  int scope = at(node).scope;
  while (scope > 0 && role(scope) != Role::kClass) scope = at(scope).scope;
  return scope > 0 ? scope : -1;
}

}  // namespace explaingate::host

#include "parse/assigned.h"

#include <vector>

#include "parse/grammar.h"
#include "parse/tree.h"

namespace explaingate {
namespace {}  // namespace

std::set<std::string, std::less<>> assigned_columns(std::string_view sql) {
  std::set<std::string, std::less<>> columns;
  if (sql.size() > kLargestStatement || sql.find('\0') != std::string_view::npos) return columns;
  std::string text(sql);
  GrammarResult parsed(text);
  if (!parsed.accepted()) return columns;
  Tree tree(parsed.json());
  std::vector<const Node*> open = {&tree.root()};
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    const Node* targets = node->type == Type::kUpdateStmt ? tree.child(*node, Key::kTargetList) : nullptr;
    const Node* target = targets == nullptr ? nullptr : tree.first(*targets);
    for (; target != nullptr; target = tree.next(*target)) columns.emplace(tree.text(*target, Key::kName));
    for (const Node* child = tree.first(*node); child != nullptr; child = tree.next(*child)) open.push_back(child);
  }
  return columns;
}

}  // namespace explaingate

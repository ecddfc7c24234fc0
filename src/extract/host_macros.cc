// The text of a macro: quoted literals and the names of other macros, side by side.
#include <algorithm>

#include "extract/host_evaluate.h"

namespace explaingate::host {

// Another macro, or a constant, that a macro's text names.
Value Evaluator::macro_name(int node, std::string_view name) {
  for (const auto& [constant, text] : language_.constants) {
    if (constant != name) continue;
    Value value;
    value.variants.push_back(text_piece(text, tree_.at(node).start, 0));
    return value;
  }
  for (int scope = tree_.at(node).scope;; scope = tree_.at(scope).scope) {
    if (assignments(scope, name) != nullptr) {
      if (std::find(following_.begin(), following_.end(), node) != following_.end()) return {};
      following_.push_back(node);
      Value value = flow_value(*this, scope, name, -1, {});
      following_.pop_back();
      return value;
    }
    if (scope <= 0) return {};
  }
}

Value Evaluator::macro_text(int node, const Binding* bound) {
  std::string_view source = tree_.source();
  size_t at = tree_.at(node).start, end = tree_.at(node).end;
  Value value;
  value.variants.emplace_back();
  bool any = false;
  auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  while (at < end) {
    if (std::string_view(" \t\r\n\\()").find(source[at]) != std::string_view::npos) {
      ++at;
    } else if (Text text; macro_literal(at, end, text)) {
      any = true;
      extend(value.variants, {text});
    } else {
      size_t from = at;
      while (at < end && in_name(source[at])) ++at;
      std::string_view name = source.substr(from, at - from);
      Value part = name.empty() ? Value{} : macro_name(node, name);
      if (!part.known()) return unknown("SQL is the macro's text " + std::string(tree_.text(node)));
      any = true;
      extend(value.variants, std::move(part.variants));
    }
  }
  (void)bound;
  return any ? value : unknown("SQL is the macro's text " + std::string(tree_.text(node)));
}

}  // namespace explaingate::host

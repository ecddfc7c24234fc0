// What a name stands for: variables, parameters, attributes, imports.
#include "extract/host_evaluate.h"

namespace explaingate::host {

Value Evaluator::identifier(int node, const Binding* bound) {
  return name_at(node, tree_.text(node), bound);
}

// Scopes from the inside out. A class is a scope for what stands directly in it, not for its methods.
Value Evaluator::name_at(int node, std::string_view name, const Binding* bound) {
  if (++steps_ > kMostSteps) return unknown("SQL is put together in too many steps");
  for (const Binding* binding = bound; binding != nullptr; binding = binding->outer)
    if (binding->name == name) return *binding->value;
  int own = tree_.at(node).scope;
  bool in_place = true;  // nothing but lambdas between the scope and the name: they're taken to run where they stand
  for (int scope = own;; scope = tree_.at(scope).scope) {
    bool visible = scope == own || tree_.role(scope) != Role::kClass || language_.words.members_by_name;
    int parameter_node = scope > 0 && visible ? parameter(scope, name) : -1;
    const std::vector<int>* statements = visible ? assignments(scope, name) : nullptr;
    Value start;
    if (parameter_node >= 0) {
      start = unknown("SQL is the parameter " + quoted(name) + " of this function");
      start.parameter = parameter_node;
    }
    if (statements != nullptr) {
      Value value = flow_value(*this, scope, name, in_place ? node : -1, start);
      if (value.known() && value.name.empty()) value.name = name;
      if (value.variants.size() > 1) mark_choices(value.variants, name);
      if (value.known() || !value.reason.empty()) return value;
    }
    if (parameter_node >= 0) return start;
    if (scope <= 0) break;
    in_place = in_place && tree_.role(scope) == Role::kLambda;
  }
  if (is_empty_text(node)) return empty_text(node);
  if (int function = language_.gives_last ? function_called(node) : -1; function >= 0) {  // a call without arguments
    if (Value value = result_of(function, node, bound); value.known()) return value;
  }
  return imported_name(node, name);
}

Value Evaluator::member(int node, const Binding* bound) {
  if (is_empty_text(node)) return empty_text(node);
  for (const auto& [constant, text] : language_.constants)
    if (constant == tree_.text(node)) {
      Value value;
      value.variants.push_back(text_piece(text, tree_.at(node).start, tree_.text(node).size()));
      return value;
    }
  int receiver = tree_.part(node, Part::kReceiver);
  std::string_view object = tree_.text(receiver);
  std::string_view name = tree_.text(tree_.part(node, Part::kName));
  if (is_one_of(name, language_.words.text_members)) {
    if (int made = text_object(node); made >= 0) return evaluate(made, bound);
    if (Value value = evaluate(receiver, bound); value.known()) return value;
  }
  if (int map = literal_collection(receiver); map >= 0 && tree_.role(map) == Role::kMap) {
    Value value = evaluate(pair_named(map, name), bound);
    if (value.known()) {
      value.name = tree_.text(node);
      return value;
    }
  }
  int owner = is_one_of(object, language_.words.self) ? tree_.class_of(node) : -1;
  if (owner < 0) {
    if (auto found = classes_.find(object); found != classes_.end()) owner = found->second;
  }
  if (owner >= 0) {
    Value value = class_attribute(owner, name, 0);
    if (value.known() || !value.reason.empty()) {
      if (value.known()) value.name = name;
      return value;
    }
  }
  if (language_.words.members_by_name && assignments(0, name) != nullptr) {  // Class::kName, defined outside of it
    Value value = flow_value(*this, 0, name, -1, {});
    if (value.known()) {
      value.name = name;
      return value;
    }
  }
  const Import* import = import_of(object);
  Outline::Wanted wanted{std::string(last_word(object)), std::string(name),
                         std::string(import != nullptr ? import->module : std::string_view{})};
  if (auto value = external(node, std::move(wanted))) return std::move(*value);
  if (import != nullptr) return unknown("SQL is imported: " + quoted(name) + " from module " + quoted(object));
  return unknown("SQL is the attribute " + quoted(tree_.text(node)) + ", which this file gives no value");
}

// self.text += x; self.text = self.text[:-1]
bool Evaluator::is_grown(int statement) const {
  if (tree_.role(statement) == Role::kAppend) return true;
  std::string_view left = tree_.text(tree_.part(statement, Part::kLeft));
  int right = tree_.part(statement, Part::kRight);
  for (int node = right; node >= 0 && node < tree_.at(right).after; ++node)
    if (tree_.role(node) == Role::kMember && tree_.text(node) == left) return true;
  return false;
}

Value Evaluator::class_attribute(int class_node, std::string_view name, int depth) {
  constexpr int kMostBases = 8;
  Value value;
  if (assignments(class_node, name) != nullptr) value = flow_value(*this, class_node, name, -1, {});
  if (auto found = attributes_.find({class_node, name}); found != attributes_.end()) {
    int grown = -1;
    for (int statement : found->second) {
      if (is_grown(statement)) {
        grown = statement;
        continue;
      }
      Value assigned = evaluate(tree_.part(statement, Part::kRight), nullptr);
      if (!assigned.known() && value.reason.empty()) value.reason = assigned.reason;
      add_variants(value.variants, std::move(assigned.variants));
    }
    if (grown >= 0) {  // nobody knows which of the class's methods run, and in which order
      Text more = hole(grown, "SQL is put together in several statements");
      more.front().hint = Piece::Hint::kClause;
      if (value.known()) extend(value.variants, {more});
      if (value.reason.empty()) value.reason = more.front().reason;
    }
  }
  if (value.known() || !value.reason.empty() || depth >= kMostBases) return value;
  for (int base : tree_.elements(tree_.part(class_node, Part::kBases))) {
    auto found = classes_.find(tree_.text(base));
    if (found == classes_.end() || found->second == class_node) continue;
    value = class_attribute(found->second, name, depth + 1);
    if (value.known()) break;
  }
  return value;
}

const Import* Evaluator::import_of(std::string_view local) const {
  for (const Import& import : tree_.imports()) {
    std::string_view own = !import.alias.empty() ? import.alias : import.name;
    if (own.empty()) own = last_word(import.module);
    if (own == local && !local.empty()) return &import;
  }
  return nullptr;
}

std::optional<Value> Evaluator::external(int node, Outline::Wanted wanted) {
  const std::string* text = externals_ != nullptr ? externals_->constant(wanted) : nullptr;
  std::string name = wanted.name;
  wanted_.push_back(std::move(wanted));
  if (text == nullptr) return std::nullopt;
  Value value;
  value.name = std::move(name);
  value.variants.push_back(text_piece(*text, tree_.at(node).start, tree_.text(node).size()));
  return value;
}

Value Evaluator::imported_name(int node, std::string_view name) {
  for (const auto& [constant, text] : language_.constants) {
    if (constant != name) continue;
    Value value;
    value.variants.push_back(text_piece(text, tree_.at(node).start, name.size()));
    return value;
  }
  const Import* import = import_of(name);
  if (import != nullptr && import->name.empty()) import = nullptr;  // a module
  Outline::Wanted wanted{"", std::string(import != nullptr ? import->name : name),
                         std::string(import != nullptr ? import->module : std::string_view{})};
  if (auto value = external(node, std::move(wanted))) return std::move(*value);
  if (import == nullptr) return unknown("SQL is " + quoted(name) + ", which this file gives no value");
  return unknown("SQL is imported: " + quoted(import->name) + " from module " + quoted(import->module));
}

}  // namespace explaingate::host

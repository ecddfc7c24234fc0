// An expression's text by its role, within bounds; operators and branches. The other roles have files of their own:
// calls (host_call_text.cc), names (host_names.cc), collections (host_collections.cc), literals (host_strings.cc).
#include "extract/host_evaluate.h"

#include <algorithm>

namespace explaingate::host {
namespace {

constexpr int kDeepest = 60;
constexpr size_t kMostBytes = 1 << 20;  // of one text

}  // namespace

Value Evaluator::evaluate(int node) {
  steps_ = 0;
  depth_ = 0;
  return evaluate(node, nullptr);
}

Value Evaluator::evaluate(int node, const Binding* bound) {
  if (node < 0) return unknown("SQL is missing");
  if (++steps_ > kMostSteps || depth_ >= kDeepest || work_ > kMostWork)
    return unknown("SQL is put together in too many steps");
  ++depth_;
  Value value = dispatch(node, bound);
  --depth_;
  for (const Text& text : value.variants) {
    size_t bytes = 0;
    work_ += text.size();
    for (const Piece& piece : text) bytes += piece.text.size();
    if (bytes > kMostBytes) return unknown("SQL is longer than 1 MiB");
  }
  return value;
}

Value Evaluator::dispatch(int node, const Binding* bound) {
  switch (tree_.role(node)) {
    case Role::kString:
    case Role::kHeredoc:
      return string(node, bound);
    case Role::kConcat:
      return concat(node, bound);
    case Role::kBinary:
      return binary(node, bound);
    case Role::kConditional:
      return conditional(node, bound);
    case Role::kIdentifier:
      return identifier(node, bound);
    case Role::kMember:
      return member(node, bound);
    case Role::kCall:
      return call(node, bound);
    case Role::kSubscript:
      return subscript(node, bound);
    case Role::kNumber: {
      Value value;
      value.number = true;
      value.variants.push_back(
          text_piece(std::string(tree_.text(node)), tree_.at(node).start, tree_.text(node).size()));
      return value;
    }
    case Role::kAssignment:
      return evaluate(tree_.part(node, Part::kRight), bound);  // as an expression
    case Role::kGroup: {
      if (is_empty_text(node)) return empty_text(node);
      int inner = tree_.part(node, Part::kValue);
      return evaluate(inner >= 0 ? inner : tree_.first_named(node), bound);
    }
    case Role::kBranch:
    case Role::kSwitch:
      return branch(node, bound);
    case Role::kList:
      if (joined_by_ != nullptr) return list_text(tree_.elements(node), bound);
      return unknown("SQL is the expression " + quoted(tree_.text(node)));
    case Role::kMacroText:
      return macro_text(node, bound);
    case Role::kSplat:
      return splat(node);
    case Role::kConstant:
      return unknown("");  // None: no text, and nothing to report
    default:
      if (is_empty_text(node)) return empty_text(node);
      return unknown("SQL is the expression " + quoted(tree_.text(node)));
  }
}

bool Evaluator::is_empty_text(int node) const {
  constexpr size_t kLongest = 80;
  std::string_view written = tree_.text(node);
  return written.size() <= kLongest && is_one_of(dotted(written), language_.words.empty_texts);
}

Value Evaluator::empty_text(int node) const {
  Value value;
  value.variants.push_back(text_piece("", tree_.at(node).start, 0));
  value.text_calls.push_back(node);  // a template takes it as it is
  return value;
}

Text Evaluator::hole(int node, std::string reason) const {
  Piece piece;
  piece.kind = Piece::Kind::kHole;
  piece.node = node;
  piece.from = tree_.at(node).start;
  piece.length = tree_.at(node).end - tree_.at(node).start;
  piece.reason = std::move(reason);
  return {std::move(piece)};
}

std::vector<Text> Evaluator::part(int node, const Binding* bound, std::vector<int>* text_calls) {
  Value value = evaluate(node, bound);
  if (text_calls != nullptr) text_calls->insert(text_calls->end(), value.text_calls.begin(), value.text_calls.end());
  if (!value.known()) return {hole(node, std::move(value.reason))};
  return std::move(value.variants);
}

Value Evaluator::concat(int node, const Binding* bound) {
  Value value;
  value.variants.emplace_back();
  for (int child : tree_.elements(node)) {
    bool unplaced = tree_.role(child) == Role::kNone && tree_.elements(child).size() == 1;  // "a" NAME "b"
    extend(value.variants, part(unplaced ? tree_.first_named(child) : child, bound));
  }
  used_[static_cast<size_t>(node)] = true;
  return value;
}

// Operators associate to the left, so a long sum is a deep left spine: it's walked down in a loop.
Value Evaluator::binary(int node, const Binding* bound) {
  const Words& words = language_.words;
  std::string_view sign = tree_.text(tree_.part(node, Part::kOperator));
  if (is_one_of(sign, words.format)) {
    Value pattern = evaluate(tree_.part(node, Part::kLeft), bound);
    return pattern.known() ? percent(pattern, tree_.part(node, Part::kRight), bound) : pattern;
  }
  if (is_one_of(sign, words.repeat)) return repeat(tree_.part(node, Part::kLeft), node, bound);
  if (!is_one_of(sign, words.concatenate)) return unknown("SQL is the expression " + quoted(tree_.text(node)));
  std::vector<int> operands;
  int left = node;
  while (tree_.role(left) == Role::kBinary &&
         is_one_of(tree_.text(tree_.part(left, Part::kOperator)), words.concatenate)) {
    operands.push_back(tree_.part(left, Part::kRight));
    left = tree_.part(left, Part::kLeft);
  }
  operands.push_back(left);
  std::reverse(operands.begin(), operands.end());
  Value value;
  value.variants.emplace_back();
  bool any_text = false;
  Value first_unknown;
  for (int operand : operands) {
    Value term = evaluate(operand, bound);
    value.text_calls.insert(value.text_calls.end(), term.text_calls.begin(), term.text_calls.end());
    if (term.known()) {
      any_text = any_text || !term.number;
      if (value.name.empty()) value.name = term.name;
      extend(value.variants, term.variants);
    } else {
      if (first_unknown.reason.empty()) first_unknown = term;
      extend(value.variants, std::vector<Text>{hole(operand, term.reason)});
    }
  }
  if (any_text) return value;  // else it's arithmetic
  return first_unknown.reason.empty() ? unknown("SQL is the expression " + quoted(tree_.text(node))) : first_unknown;
}

Value Evaluator::conditional(int node, const Binding* bound) {
  Value then = evaluate(tree_.part(node, Part::kThen), bound);
  Value otherwise = evaluate(tree_.part(node, Part::kElse), bound);
  if (!then.known()) {
    if (otherwise.known() && tree_.role(tree_.part(node, Part::kThen)) != Role::kConstant) {
      otherwise.variants.push_back(hole(tree_.part(node, Part::kThen), then.reason));
    }
    return otherwise.known() ? otherwise : then;
  }
  if (!otherwise.known()) {
    if (tree_.role(tree_.part(node, Part::kElse)) != Role::kConstant)
      then.variants.push_back(hole(tree_.part(node, Part::kElse), otherwise.reason));
    return then;
  }
  then.variants = spread({std::move(then.variants), std::move(otherwise.variants)}, 0);
  then.text_calls.insert(then.text_calls.end(), otherwise.text_calls.begin(), otherwise.text_calls.end());
  return then;
}

// A branch that is an expression: what each arm ends in.
Value Evaluator::branch(int node, const Binding* bound) {
  Value value;
  std::vector<std::vector<Text>> ways;
  auto add = [&](int arm) {
    auto holds = [&](Role role) { return role == Role::kNone || role == Role::kArm || role == Role::kDefaultArm; };
    while (holds(tree_.role(arm)) && tree_.last_named(arm) >= 0) {
      int given = tree_.part(arm, Part::kValue);
      arm = given >= 0 ? given : tree_.last_named(arm);
    }
    Role role = tree_.role(arm);
    if (role == Role::kReturn || role == Role::kBreak || role == Role::kSkip || role == Role::kConstant) return;
    Value given = evaluate(arm, bound);
    value.text_calls.insert(value.text_calls.end(), given.text_calls.begin(), given.text_calls.end());
    if (!given.known()) given.variants.push_back(hole(arm, given.reason));
    ways.push_back(std::move(given.variants));
  };
  int then = tree_.part(node, Part::kThen), otherwise = tree_.part(node, Part::kElse);
  for (int inner = node + 1; inner < tree_.at(node).after;) {
    Role role = tree_.role(inner);
    bool arm = role == Role::kArm || role == Role::kDefaultArm || inner == then || inner == otherwise;
    if (arm) add(inner);
    inner = arm || role != Role::kNone ? tree_.at(inner).after : inner + 1;
  }
  value.variants = spread(std::move(ways), 0);
  return value.known() ? value : unknown("SQL is the expression " + quoted(tree_.text(node)));
}

}  // namespace explaingate::host

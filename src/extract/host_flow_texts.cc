// What the statements of a flow do to the texts of its name: assignments, appends, cuts, and several ways that meet.
#include "extract/host_flow.h"

#include <algorithm>
#include <utility>

namespace explaingate::host {

// A call that a text's builder is given to: what it appends isn't known.
Flow::End Flow::give_away(int call, State& state) {
  if (uses(call)) return End::kReached;
  append_loop(call, state);
  return End::kOn;
}

Flow::End Flow::assign(int node, State& state, int depth) {
  int right = tree_.part(node, Part::kRight);
  int target = tree_.part(node, Part::kLeft);
  if (tree_.role(target) == Role::kIdentifier && tree_.text(target) != name_)
    return block(node, state, depth);  // another name's: what it is given may hold the use, or an append
  if (uses(node)) {
    if (!uses(tree_.part(node, Part::kLeft)) && tree_.role(node) == Role::kBind) return block(node, state, depth);
    return End::kReached;
  }
  if (tree_.role(node) == Role::kAppend) return append_all(node, state);
  int left = tree_.part(node, Part::kLeft);
  bool alone = tree_.role(left) == Role::kIdentifier || tree_.role(left) == Role::kContent;
  if (!alone || right < 0) {
    pattern(node, left, right, state);
    return tree_.role(node) == Role::kBind ? block(node, state, depth) : End::kOn;
  }
  Binding binding{name_, &state.value, nullptr};
  if (right >= 0 && assigns(right)) statement(right, state, depth + 1);  // a = b = "…"
  state.value = evaluator_.evaluate(right, &binding);
  if (state.value.known()) state.value.name = name_;
  return End::kOn;
}

// b.append("x").append(y), fprintf(b, "x")
bool Flow::is_append(int call) const {
  int target = evaluator_.appended_to(call);
  return tree_.role(target) == Role::kIdentifier && tree_.text(target) == name_;
}

Flow::End Flow::append_call(int call, State& state) {
  if (uses(call)) return End::kReached;
  if (evaluator_.clears(call)) {
    state.value = evaluator_.empty_text(call);
    return End::kOn;
  }
  if (is_one_of(evaluator_.callee_name(call), evaluator_.language_.words.cut_methods)) {
    cut(evaluator_.bytes_cut(call), state);
    return End::kOn;
  }
  if (const FormatFunction* function = evaluator_.format_function(call); function != nullptr && function->anew)
    state.value = evaluator_.empty_text(call);
  if (!state.value.known()) return End::kOn;
  Binding binding{name_, &state.value, nullptr};
  const Piece* separator = std::exchange(evaluator_.joined_by_, nullptr);
  std::vector<Value> texts = evaluator_.appended_texts(call, &binding);
  evaluator_.joined_by_ = separator;
  for (Value& text : texts) {
    extend(state.value.variants, std::move(text.variants));
    separate(state);
    state.value.text_calls.insert(state.value.text_calls.end(), text.text_calls.begin(), text.text_calls.end());
  }
  state.value.name = name_;
  spend(state);
  return End::kOn;
}

// What a hole ends in isn't known, nor whether it's cut.
void Flow::cut(int bytes, State& state) {
  if (state.value.known() && (bytes < 0 || !cut_end(state.value.variants, static_cast<size_t>(bytes))))
    state.value = unknown("SQL is cut by a call");
}

// a, b = "x", "y"; text, arguments = query("x")
void Flow::pattern(int node, int left, int right, State& state) {
  std::vector<int> names = tree_.elements(left);
  std::vector<int> values = tree_.role(right) == Role::kList ? tree_.elements(right) : std::vector<int>{};
  if (names.size() == values.size()) {
    for (size_t index = 0; index < names.size(); ++index) {
      if (tree_.text(names[index]) != name_) continue;
      state.value = evaluator_.evaluate(values[index], nullptr);
      return;
    }
  }
  if (!names.empty() && tree_.text(names.front()) == name_ && tree_.role(right) == Role::kCall) {
    Binding binding{name_, &state.value, nullptr};
    if (Value first = evaluator_.evaluate(right, &binding); first.known()) {
      state.value = std::move(first);
      return;
    }
  }
  if (tree_.role(node) != Role::kBind || !state.value.known())
    state.value = unknown("SQL is `" + std::string(name_) + "`, which is assigned from something else");
}

// Texts that are copied at every branch are work too.
void Flow::spend(State& state) const {
  for (const Text& text : state.value.variants) evaluator_.work_ += text.size();
  if (evaluator_.work_ > Evaluator::kMostWork) state.value = unknown("SQL is put together in too many steps");
}

Flow::End Flow::append_all(int node, State& state) {
  std::vector<int> rights;
  for (; tree_.role(node) == Role::kAppend; node = tree_.part(node, Part::kLeft))
    rights.push_back(tree_.part(node, Part::kRight));
  Binding binding{name_, &state.value, nullptr};
  for (auto right = rights.rbegin(); right != rights.rend(); ++right) append(*right, state, binding);
  return End::kOn;
}

void Flow::append(int right, State& state, const Binding& binding) {
  if (!state.value.known()) return;
  std::vector<Text> tail = evaluator_.part(right, &binding, &state.value.text_calls);
  extend(state.value.variants, tail);
  spend(state);
}

// Variants of several ways to the same place. A way on which the text isn't known is one of them, as a hole; None is
// none, since nobody executes it. More than kMostVariants: each way has a share of what is kept.
void Flow::merge(State& state, std::vector<State>& ways, int node) {
  State merged;
  std::vector<std::vector<Text>> variants;
  for (State& way : ways) {
    if (!way.value.known()) {
      if (merged.value.reason.empty()) {
        merged.value.reason = way.value.reason;
        merged.value.parameter = way.value.parameter;
      }
      continue;
    }
    if (merged.value.name.empty()) merged.value.name = way.value.name;
    merged.value.text_calls.insert(merged.value.text_calls.end(), way.value.text_calls.begin(),
                                   way.value.text_calls.end());
    variants.push_back(std::move(way.value.variants));
  }
  if (!variants.empty() && !merged.value.reason.empty()) {
    int named = use_ >= 0 && tree_.text(use_) == name_ ? use_ : node;
    variants.push_back({evaluator_.hole(named, merged.value.reason)});
  }
  merged.value.variants = spread(std::move(variants), merges_++);
  if (merged.value.known()) merged.value.reason.clear();
  state = std::move(merged);
  spend(state);
}

// Made from itself: `q += x`, `q = q + x`.
bool Flow::grows(int assignment) const {
  if (tree_.role(assignment) == Role::kCall) return !evaluator_.clears(assignment);
  if (tree_.role(assignment) == Role::kAppend) return true;
  int right = tree_.part(assignment, Part::kRight);
  for (int node = right; node >= 0 && node < tree_.at(right).after; ++node)
    if (tree_.role(node) == Role::kIdentifier && tree_.text(node) == name_) return true;
  return false;
}

// What the first assignment of a loop's body appends, where no other begins anew; -1 = nothing.
int Flow::appended(int body) const {
  if (!assigns(body)) return -1;
  int found = -1;
  auto at = std::lower_bound(assignments_.begin(), assignments_.end(), body);
  for (; at != assignments_.end() && *at < tree_.at(body).after; ++at) {
    if (!grows(*at)) return -1;
    if (found < 0) found = tree_.role(*at) == Role::kCall ? *at : tree_.part(*at, Part::kRight);
  }
  return found;
}

void Flow::append_loop(int expression, State& state) {
  if (!state.value.known() || expression < 0) return;
  Text hole = evaluator_.hole(expression, "SQL is built in a loop");
  hole.front().hint = Piece::Hint::kClause;
  for (Text& text : state.value.variants) text.insert(text.end(), hole.begin(), hole.end());
  separate(state);
}

// Behind an element of a list that is evaluated as a text.
void Flow::separate(State& state) const {
  if (evaluator_.joined_by_ == nullptr) return;
  for (Text& text : state.value.variants) text.push_back(*evaluator_.joined_by_);
}

}  // namespace explaingate::host

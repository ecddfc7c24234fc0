// The value of a name at one place, by running the statements before it on sets of variants.
//
//   q = "SELECT a FROM t"
//   if x:
//       q += " WHERE b = 1"
//   cur.execute(q)            two variants: with the condition and without
//
//   q = "SELECT a FROM t"
//   for c in conditions:
//       q += " AND " + c      the near miss: what a loop appends is one hole, since nobody knows how often it runs
//   cur.execute(q)
//
// An arm that leaves (return, raise, continue; break, but that of a switch) gives nothing to what follows. Each
// statement is run once, and only those that hold an assignment to the name, or the use, are entered: the cost is the
// number of those times the depth of their nesting.
#include <algorithm>
#include <utility>

#include "extract/host_evaluate.h"

namespace explaingate::host {

class Flow {
 public:
  Flow(Evaluator& evaluator, int scope, std::string_view name, int use, const std::vector<int>& assignments)
      : evaluator_(evaluator),
        tree_(evaluator.tree_),
        scope_(scope),
        name_(name),
        use_(use),
        assignments_(assignments) {}

  enum class End { kOn, kReached, kLeft, kBroke };

  Value run(Value start) {
    State state{std::move(start)};
    if (scope_ == 0) {
      block(0, state, 0);
    } else {
      block(tree_.part(scope_, Part::kBody), state, 0);
    }
    return std::move(state.value);
  }

 private:
  struct State {
    Value value;
  };

  Evaluator& evaluator_;
  const Tree& tree_;
  int scope_;
  std::string_view name_;
  int use_;
  const std::vector<int>& assignments_;

  size_t merges_ = 0;

  static constexpr int kDeepestBlock = 100;

  [[nodiscard]] bool assigns(int node) const {
    auto first = std::lower_bound(assignments_.begin(), assignments_.end(), node);
    return first != assignments_.end() && *first < tree_.at(node).after;
  }
  [[nodiscard]] bool uses(int node) const { return tree_.contains(node, use_); }

  // The children of a node in order, those alone that hold an assignment or the use; at last whether the block ends in
  // leaving.
  End block(int node, State& state, int depth) {
    if (node < 0 || depth > kDeepestBlock) return End::kOn;
    for (int at = node + 1; at < tree_.at(node).after;) {
      auto next = std::lower_bound(assignments_.begin(), assignments_.end(), at);
      int child = next != assignments_.end() ? *next : tree_.size();
      if (use_ >= at) child = std::min(child, use_);
      if (child >= tree_.at(node).after) break;
      while (tree_.parent(child) != node) child = tree_.parent(child);
      if (End end = statement(child, state, depth + 1); end != End::kOn) return end;
      at = tree_.at(child).after;
    }
    return end_of(node);
  }

  [[nodiscard]] End end_of(int node) const {
    for (int levels = 0; levels < 3 && node >= 0 && !uses(node); ++levels) {
      Role role = tree_.role(node);
      if (role == Role::kBreak) return End::kBroke;
      if (role == Role::kReturn || role == Role::kSkip) return End::kLeft;
      if (levels > 0 && role != Role::kNone) return End::kOn;
      node = tree_.last_named(node);
    }
    return End::kOn;
  }

  // An arm is a block, or one statement by itself.
  End arm(int node, State& state, int depth) {
    Role role = tree_.role(node);
    bool whole = role == Role::kNone || role == Role::kArm || role == Role::kDefaultArm;
    return whole ? block(node, state, depth) : statement(node, state, depth);
  }

  End statement(int node, State& state, int depth) {
    if (node == use_) return End::kReached;
    Role role = tree_.role(node);
    if (role == Role::kReturn || role == Role::kBreak || role == Role::kSkip)
      return uses(node) ? End::kReached : role == Role::kBreak ? End::kBroke : End::kLeft;
    if (!uses(node) && !assigns(node)) return End::kOn;
    switch (role) {
      case Role::kFunction:
      case Role::kClass:
        return End::kOn;
      case Role::kLambda:
        if (uses(node)) return End::kReached;
        append_loop(appended(tree_.part(node, Part::kBody)), state);
        return End::kOn;
      case Role::kCall:
        if (is_append(node)) return append_call(node, state);
        if (std::binary_search(assignments_.begin(), assignments_.end(), node)) return give_away(node, state);
        return block(node, state, depth);
      case Role::kAssignment:
      case Role::kAppend:
      case Role::kBind:
        return assign(node, state, depth);
      case Role::kBranch:
      case Role::kSwitch:
        return branch(node, state, depth);
      case Role::kTry:
        return attempt(node, state, depth);
      case Role::kFor:
      case Role::kWhile:
        return loop(node, state, depth);
      case Role::kComprehension:
        return comprehension(node, state, depth);
      default:
        return block(node, state, depth);
    }
  }

  // A call that a text's builder is given to: what it appends isn't known.
  End give_away(int call, State& state) {
    if (uses(call)) return End::kReached;
    append_loop(call, state);
    return End::kOn;
  }

  End assign(int node, State& state, int depth) {
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
  [[nodiscard]] bool is_append(int call) const {
    int target = evaluator_.appended_to(call);
    return tree_.role(target) == Role::kIdentifier && tree_.text(target) == name_;
  }
  End append_call(int call, State& state) {
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
  static void cut(int bytes, State& state) {
    if (state.value.known() && (bytes < 0 || !cut_end(state.value.variants, static_cast<size_t>(bytes))))
      state.value = unknown("SQL is cut by a call");
  }

  // a, b = "x", "y"; text, arguments = query("x")
  void pattern(int node, int left, int right, State& state) {
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
  void spend(State& state) const {
    for (const Text& text : state.value.variants) evaluator_.work_ += text.size();
    if (evaluator_.work_ > Evaluator::kMostWork) state.value = unknown("SQL is put together in too many steps");
  }

  End append_all(int node, State& state) {
    std::vector<int> rights;
    for (; tree_.role(node) == Role::kAppend; node = tree_.part(node, Part::kLeft))
      rights.push_back(tree_.part(node, Part::kRight));
    Binding binding{name_, &state.value, nullptr};
    for (auto right = rights.rbegin(); right != rights.rend(); ++right) append(*right, state, binding);
    return End::kOn;
  }

  void append(int right, State& state, const Binding& binding) {
    if (!state.value.known()) return;
    std::vector<Text> tail = evaluator_.part(right, &binding, &state.value.text_calls);
    extend(state.value.variants, tail);
    spend(state);
  }

  // Variants of several ways to the same place. A way on which the text isn't known is one of them, as a hole; None is
  // none, since nobody executes it. More than kMostVariants: each way has a share of what is kept.
  void merge(State& state, std::vector<State>& ways, int node) {
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

  // Arms are found below the branch, outside nested branches; the branch itself is no arm. What stands beside them
  // (conditions) runs first.
  void arms_of(int node, std::vector<int>& arms) const {
    int then = tree_.part(node, Part::kThen), otherwise = tree_.part(node, Part::kElse);
    for (int child = tree_.first_child(node); child >= 0; child = tree_.next_sibling(child)) {
      Role role = tree_.role(child);
      if (role == Role::kArm || role == Role::kDefaultArm || child == then || child == otherwise) {
        arms.push_back(child);
      } else if (role == Role::kNone) {
        for (int inner = tree_.first_child(child); inner >= 0; inner = tree_.next_sibling(inner))
          if (tree_.role(inner) == Role::kArm || tree_.role(inner) == Role::kDefaultArm) arms.push_back(inner);
      }
    }
  }

  End branch(int node, State& state, int depth) {
    std::vector<int> arms;
    arms_of(node, arms);
    for (int arm : arms)
      if (uses(arm)) return this->arm(arm, state, depth + 1);
    int condition = tree_.part(node, Part::kCondition);
    if (condition >= 0 && (uses(condition) || assigns(condition))) {
      if (End end = statement(condition, state, depth + 1); end != End::kOn) return end;
    }
    if (uses(node)) return End::kReached;
    std::vector<State> ways;
    bool exhaustive = false;
    for (int arm : arms) {
      exhaustive = exhaustive || tree_.role(arm) == Role::kDefaultArm || arm == tree_.part(node, Part::kElse);
      State way = state;
      End end = this->arm(arm, way, depth + 1);
      if (end == End::kOn || (end == End::kBroke && tree_.role(node) == Role::kSwitch)) ways.push_back(std::move(way));
    }
    if (!exhaustive) ways.insert(ways.begin(), state);
    if (ways.empty()) return End::kLeft;
    merge(state, ways, node);
    return End::kOn;
  }

  End attempt(int node, State& state, int depth) {
    State before = state;
    int body = tree_.part(node, Part::kBody);
    std::vector<State> ways;
    End end = block(body, state, depth + 1);
    if (end == End::kReached) return end;
    if (end == End::kOn) ways.push_back(state);
    for (int child = tree_.first_child(node); child >= 0; child = tree_.next_sibling(child)) {
      if (child == body) continue;
      if (tree_.role(child) == Role::kHandler) {
        State way = before;
        End handled = block(child, way, depth + 1);
        if (handled == End::kReached) {
          state = std::move(way);
          return handled;
        }
        if (handled == End::kOn && assigns(child)) ways.push_back(std::move(way));
      } else if (uses(child) || assigns(child)) {
        if (!ways.empty()) merge(state, ways, node);
        ways.clear();
        if (End last = arm(child, state, depth + 1); last != End::kOn) return last;
        ways.push_back(state);
      }
    }
    if (ways.empty()) return End::kLeft;
    merge(state, ways, node);
    return End::kOn;
  }

  // Made from itself: `q += x`, `q = q + x`.
  [[nodiscard]] bool grows(int assignment) const {
    if (tree_.role(assignment) == Role::kCall) return !evaluator_.clears(assignment);
    if (tree_.role(assignment) == Role::kAppend) return true;
    int right = tree_.part(assignment, Part::kRight);
    for (int node = right; node >= 0 && node < tree_.at(right).after; ++node)
      if (tree_.role(node) == Role::kIdentifier && tree_.text(node) == name_) return true;
    return false;
  }
  // What the first assignment of a loop's body appends, where no other begins anew; -1 = nothing.
  [[nodiscard]] int appended(int body) const {
    int found = -1;
    auto at = std::lower_bound(assignments_.begin(), assignments_.end(), body);
    for (; at != assignments_.end() && *at < tree_.at(body).after; ++at) {
      if (!grows(*at)) return -1;
      if (found < 0) found = tree_.role(*at) == Role::kCall ? *at : tree_.part(*at, Part::kRight);
    }
    return found;
  }

  void append_loop(int expression, State& state) {
    if (!state.value.known() || expression < 0) return;
    Text hole = evaluator_.hole(expression, "SQL is built in a loop");
    hole.front().hint = Piece::Hint::kClause;
    for (Text& text : state.value.variants) text.insert(text.end(), hole.begin(), hole.end());
    separate(state);
  }

  // Behind an element of a list that is evaluated as a text.
  void separate(State& state) const {
    if (evaluator_.joined_by_ == nullptr) return;
    for (Text& text : state.value.variants) text.push_back(*evaluator_.joined_by_);
  }

  End loop(int node, State& state, int depth) {
    int body = tree_.part(node, Part::kBody);
    int iterable = tree_.part(node, Part::kIterable);
    if (uses(iterable)) return End::kReached;
    if (uses(tree_.part(node, Part::kCondition))) return End::kReached;
    int from_loop = appended(body);
    int variable = tree_.part(node, Part::kVariable);
    bool own_variable = false;  // the loop's variable has the name
    for (int inner = variable; inner >= 0 && inner < tree_.at(variable).after; ++inner)
      own_variable = own_variable || tree_.text(inner) == name_;
    if (own_variable) state.value = evaluator_.loop_variable(name_, variable, iterable);
    if (uses(body)) {
      if (from_loop >= 0) append_loop(from_loop, state);
      return block(body, state, depth + 1);
    }
    State before = state;
    if (assigns(body)) {
      if (from_loop >= 0) {
        append_loop(from_loop, state);
      } else {
        std::vector<State> ways{before};
        block(body, state, depth + 1);
        ways.push_back(state);
        state = before;
        merge(state, ways, node);
      }
    }
    for (int child = tree_.first_child(node); child >= 0; child = tree_.next_sibling(child)) {
      if (child == body || child == iterable || child == variable) continue;
      if (uses(child) || assigns(child)) {
        if (End end = statement(child, state, depth + 1); end != End::kOn) return end;
      }
    }
    return End::kOn;
  }

  End comprehension(int node, State& state, int depth) {
    for (int clause = tree_.first_child(node); clause >= 0; clause = tree_.next_sibling(clause)) {
      int variable = tree_.part(clause, Part::kVariable);
      if (tree_.role(clause) != Role::kClause || variable < 0) continue;
      if (uses(clause)) return End::kReached;
      for (int inner = variable; inner < tree_.at(variable).after; ++inner)
        if (tree_.text(inner) == name_)
          state.value = evaluator_.loop_variable(name_, variable, tree_.part(clause, Part::kIterable));
    }
    return block(node, state, depth + 1);
  }
};

Value flow_value(Evaluator& evaluator, int scope, std::string_view name, int use, Value start) {
  const std::vector<int>* assignments = evaluator.assignments(scope, name);
  if (assignments == nullptr) return start;
  return Flow(evaluator, scope, name, use, *assignments).run(std::move(start));
}

}  // namespace explaingate::host

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
#include "extract/host_flow.h"

#include <algorithm>
#include <utility>

namespace explaingate::host {

Value Flow::run(Value start) {
  State state{std::move(start)};
  if (scope_ == 0) {
    block(0, state, 0);
  } else {
    block(tree_.part(scope_, Part::kBody), state, 0);
  }
  return std::move(state.value);
}

bool Flow::assigns(int node) const {
  if (node < 0) return false;  // the body of a loop that is cut off
  auto first = std::lower_bound(assignments_.begin(), assignments_.end(), node);
  return first != assignments_.end() && *first < tree_.at(node).after;
}

// The children of a node in order, those alone that hold an assignment or the use; at last whether the block ends in
// leaving.
Flow::End Flow::block(int node, State& state, int depth) {
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

Flow::End Flow::end_of(int node) const {
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
Flow::End Flow::arm(int node, State& state, int depth) {
  Role role = tree_.role(node);
  bool whole = role == Role::kNone || role == Role::kArm || role == Role::kDefaultArm;
  return whole ? block(node, state, depth) : statement(node, state, depth);
}

Flow::End Flow::statement(int node, State& state, int depth) {
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

// Arms are found below the branch, outside nested branches; the branch itself is no arm. What stands beside them
// (conditions) runs first.
void Flow::arms_of(int node, std::vector<int>& arms) const {
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

Flow::End Flow::branch(int node, State& state, int depth) {
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
  for (size_t index = 0; index < arms.size(); ++index) {
    int arm = arms[index];
    exhaustive = exhaustive || tree_.role(arm) == Role::kDefaultArm || arm == tree_.part(node, Part::kElse);
    State way = state;
    End end = this->arm(arm, way, depth + 1);
    if (end != End::kOn && (end != End::kBroke || tree_.role(node) != Role::kSwitch)) continue;
    mark_way(way.value.variants, static_cast<size_t>(node), index);
    ways.push_back(std::move(way));
  }
  if (!exhaustive) {
    ways.insert(ways.begin(), state);
    mark_way(ways.front().value.variants, static_cast<size_t>(node), arms.size());
  }
  if (ways.empty()) return End::kLeft;
  merge(state, ways, node);
  return End::kOn;
}

Flow::End Flow::attempt(int node, State& state, int depth) {
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

Flow::End Flow::loop(int node, State& state, int depth) {
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

Flow::End Flow::comprehension(int node, State& state, int depth) {
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

Value flow_value(Evaluator& evaluator, int scope, std::string_view name, int use, Value start) {
  const std::vector<int>* assignments = evaluator.assignments(scope, name);
  if (assignments == nullptr) return start;
  return Flow(evaluator, scope, name, use, *assignments).run(std::move(start));
}

}  // namespace explaingate::host

// A call stands in a loop when it runs once per turn. Walking up from the call, each ancestor says whether it's a loop
// and from which of its parts the walk came:
//
//   for x in cur.execute(a):     the iterable is evaluated once: outside
//       cur.execute(b, (x,))     inside
//   else:
//       cur.execute(c)           outside
//   while cur.execute(d):        the condition is evaluated every turn: inside
//   [f(cur.execute(e)) for x in cur.execute(g) for y in cur.execute(h)]
//                                e is in both loops, g in none, h in the first
//
// The walk ends at the function: defining a function in a loop isn't calling it there. A lambda belongs to its
// function, but it is only run in a loop when the call that takes it is known to run it per element (map, filter,
// sorted).
#include "extract/host_loops.h"

#include <algorithm>

namespace explaingate::host {
namespace {

constexpr size_t kLongestIterable = 120;

bool is_any_of(Role role, std::initializer_list<Role> roles) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

}  // namespace

std::vector<FoundLoop> LoopFinder::around(int call, int argument, bool dynamic) {
  std::vector<FoundLoop> found;
  int inner = call;
  for (int node = tree_.parent(call); node >= 0; inner = node, node = tree_.parent(node)) {
    Role role = tree_.role(node);
    if (int macro = macro_before(inner); macro >= 0)
      add(found, {inner, tree_.part(macro, Part::kArguments), -1, inner, LoopKind::kFor}, call, argument, dynamic);
    if (role == Role::kFunction || role == Role::kClass) break;
    bool every_turn = tree_.contains(tree_.part(node, Part::kBody), call) ||
                      tree_.contains(tree_.part(node, Part::kCondition), call) ||
                      tree_.contains(tree_.part(node, Part::kValue), call);
    if (role == Role::kFor && every_turn) {
      int variable = tree_.part(node, Part::kVariable), iterable = tree_.part(node, Part::kIterable);
      bool bare = variable < 0 && iterable < 0 && tree_.part(node, Part::kValue) < 0;  // for (;;), for (; rows.next();)
      add(found, {node, variable, iterable, tree_.part(node, Part::kBody), bare ? LoopKind::kWhile : LoopKind::kFor},
          call, argument, dynamic);
    } else if (role == Role::kWhile) {
      int body = tree_.part(node, Part::kBody);
      if (every_turn) add(found, {node, -1, -1, body, LoopKind::kWhile}, call, argument, dynamic);
    } else if (role == Role::kComprehension) {
      add_clauses(found, node, inner, call, argument, dynamic);
    } else if (role == Role::kLambda) {
      Shape shape{};
      if (callback(node, shape)) {
        add(found, shape, call, argument, dynamic);
      } else if (!runs_in_place(node)) {
        break;
      }
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

// TAILQ_FOREACH(entry, &head, next) { … }: a macro, which the grammar takes for a call without its ";" before a
// statement. The near miss: foreach(entry); { … }
int LoopFinder::macro_before(int statement) const {
  int parent = tree_.parent(statement);
  int before = statement - 1;
  if (language_.words.loop_macro_words.empty() || parent < 0 || before <= parent) return -1;
  while (tree_.parent(before) != parent) before = tree_.parent(before);
  int call = tree_.role(before) == Role::kCall ? before : tree_.first_child(before);
  bool macro = tree_.role(call) == Role::kCall && tree_.text(before).ends_with(')') &&
               has_name_word(evaluator_.callee_name(call), language_.words.loop_macro_words);
  return macro ? call : -1;
}

bool LoopFinder::runs_per_element(int given) const {
  Shape shape{};
  return (tree_.role(given) == Role::kIdentifier || tree_.role(given) == Role::kMember) && callback(given, shape);
}

std::vector<FoundLoop> LoopFinder::around_function(int call, int given) {
  std::vector<FoundLoop> found = around(call, -1, false);
  Shape shape{};
  if (!callback(given, shape)) return found;
  shape.variable = shape.body = -1;
  add(found, shape, call, -1, false);
  found.back().loop.argument_varies = true;
  return found;
}

// The clauses whose loop the call is in, innermost first.
void LoopFinder::add_clauses(std::vector<FoundLoop>& found, int comprehension, int inner, int call, int argument,
                             bool dynamic) {
  std::vector<int> clauses;
  bool from_element = tree_.contains(tree_.part(comprehension, Part::kBody), call);
  for (int child = tree_.first_child(comprehension); child >= 0; child = tree_.next_sibling(child)) {
    if (child == inner && !from_element) break;  // conditions and iterables are evaluated in the loops before them
    if (tree_.role(child) == Role::kClause) clauses.push_back(child);
  }
  for (auto clause = clauses.rbegin(); clause != clauses.rend(); ++clause)
    add(found,
        {*clause, tree_.part(*clause, Part::kVariable), tree_.part(*clause, Part::kIterable),
         tree_.part(comprehension, Part::kBody), LoopKind::kComprehension},
        call, argument, dynamic);
}

// x.iter(), x.iter().rev(), 0..n: what is called on one of these runs per element.
bool LoopFinder::is_iterator(int expression, int depth) const {
  constexpr int kMostCalls = 12;
  expression = tree_.ungrouped(expression);
  if (tree_.role(expression) == Role::kSlice) return true;
  if (tree_.role(expression) != Role::kCall || depth > kMostCalls) return false;
  std::string_view name = evaluator_.callee_name(expression);
  if (is_one_of(name, language_.words.iterator_methods)) return true;
  return is_one_of(name, language_.words.element_methods) &&
         is_iterator(tree_.part(expression, Part::kReceiver), depth + 1);
}

// (function () { … })(), and in some languages any function that is given to a call: transact(func(tx) { … }). In
// others one that is given to a call which is waited for: await transact(() => …).
bool LoopFinder::runs_in_place(int lambda) const {
  auto runs = [&](int call) {
    const std::string& waiting = language_.words.waiting;
    int outer = tree_.parent(call);
    return language_.closures_run ||
           (!waiting.empty() && tree_.role(outer) == Role::kGroup && tree_.text(outer).starts_with(waiting));
  };
  int node = lambda;
  int parent = tree_.parent(node);
  while (tree_.role(parent) == Role::kGroup) {
    node = parent;
    parent = tree_.parent(parent);
  }
  if (tree_.role(parent) == Role::kCall) return tree_.part(parent, Part::kCallee) == node || runs(parent);
  int call = tree_.parent(parent);
  return tree_.role(call) == Role::kCall && tree_.part(call, Part::kArguments) == parent && runs(call);
}

bool LoopFinder::callback(int lambda, Shape& shape) const {
  int node = lambda;
  bool keyword = tree_.role(tree_.parent(node)) == Role::kKeyword;
  std::string_view name = keyword ? tree_.text(tree_.part(tree_.parent(node), Part::kName)) : std::string_view{};
  int arguments = tree_.parent(keyword ? tree_.parent(node) : node);
  bool block = tree_.role(arguments) == Role::kCall;  // behind the arguments
  int outer = block ? arguments : tree_.parent(arguments);
  if (tree_.role(outer) != Role::kCall || (!block && tree_.part(outer, Part::kArguments) != arguments)) return false;
  int call = outer;
  int before = tree_.ungrouped(tree_.part(outer, Part::kCallee));
  bool trailing = !block && tree_.role(before) == Role::kCall;  // query("…") { row -> … }
  if (trailing) call = before;
  auto last = static_cast<int>(tree_.elements(tree_.part(call, Part::kArguments)).size());
  std::string_view path = tree_.callee(call);
  std::string_view callee = evaluator_.callee_name(call);
  for (const Callback& callback : language_.callbacks) {
    if (!is_one_of(callee, callback.callees) && !is_one_of(path, callback.callees)) continue;
    bool here = block      ? callback.function < 0
                : trailing ? callback.function == last
                : keyword  ? name == callback.function_keyword
                           : evaluator_.sql_argument(outer, callback.function, {}) == lambda;
    if (!here) continue;
    if (callback.iterator && !is_iterator(tree_.part(call, Part::kReceiver), 0)) continue;
    int iterable = callback.iterable == -2 ? call
                   : callback.iterable < 0 ? tree_.part(call, Part::kReceiver)
                                           : evaluator_.sql_argument(call, callback.iterable, {});
    shape = {outer,
             tree_.part(lambda, Part::kParameters),
             iterable,
             tree_.part(lambda, Part::kBody),
             LoopKind::kCallback,
             callback.over};
    return true;
  }
  return false;
}

void LoopFinder::add(std::vector<FoundLoop>& found, const Shape& shape, int call, int argument, bool dynamic) {
  FoundLoop entry;
  entry.node = shape.node;
  entry.variable = shape.variable;
  Loop& loop = entry.loop;
  loop.kind = shape.kind;
  loop.line = lines_.position(tree_.at(shape.node).start).line;
  int last = shape.body >= 0 && shape.kind != LoopKind::kComprehension ? shape.body : shape.node;
  size_t end = std::max(tree_.at(last).end, tree_.at(call).end);
  loop.end_line = lines_.position(end > 0 ? end - 1 : 0).line;
  loop.variable = tree_.text(shape.variable);
  loop.iterable = tree_.text(shape.iterable).substr(0, kLongestIterable);
  loop.source = source_of(shape, call, entry.rows_call);
  loop.argument_varies = varies(shape, call, argument, dynamic);
  loop.text_varies = mentions(shape, argument >= 0 ? (dynamic ? argument : -1) : tree_.part(call, Part::kReceiver));
  loop.always_leaves = shape.kind == LoopKind::kFor || shape.kind == LoopKind::kWhile ? leaves(shape, call) : false;
  found.push_back(std::move(entry));
}

// A loop that lets time pass between its turns, outside of functions that it only defines. Of the words that wait,
// those that say so: near misses are Go's deadline.After(now) and group.Wait().
bool LoopFinder::sleeps(int body) const {
  auto waits = [&](int call) {
    std::string_view name = evaluator_.callee_name(call);
    bool says = name.find("leep") != std::string_view::npos || name.find("elay") != std::string_view::npos;
    return says && is_one_of(name, language_.words.sleep_functions);
  };
  for (int node = body; node >= 0 && node < tree_.at(body).after; ++node) {
    if (tree_.role(node) == Role::kLambda || tree_.role(node) == Role::kFunction) {
      node = tree_.at(node).after - 1;
      continue;
    }
    if (tree_.role(node) == Role::kCall && waits(node)) return true;
  }
  return false;
}

// A loop that waits between its turns, or tries the same thing again: the call is in a `try` of its own body, and the
// loop is either over attempts by name, or ends as soon as the try succeeds (something in the loop leaves it) and its
// handler goes on or sleeps.
bool LoopFinder::is_retry(const Shape& shape, int call) {
  if (shape.kind != LoopKind::kFor && shape.kind != LoopKind::kWhile) return false;
  auto [paced, unseen] = retries_.try_emplace({shape.node, -1}, false);
  if (unseen) paced->second = sleeps(shape.body);
  if (paced->second) return true;
  int attempt = -1;
  for (int node = tree_.parent(call); node >= 0 && node != shape.node; node = tree_.parent(node)) {
    if (tree_.role(node) == Role::kFor || tree_.role(node) == Role::kWhile) return false;
    if (tree_.role(node) == Role::kTry) attempt = node;
  }
  const Words& words = language_.words;
  if (shape.kind == LoopKind::kFor) {
    int iterable = tree_.ungrouped(shape.iterable);
    bool counts = iterable < 0 || tree_.role(iterable) == Role::kSlice ||
                  (attempt >= 0 && tree_.role(iterable) == Role::kCall &&
                   is_one_of(evaluator_.callee_name(iterable), words.range_functions));
    if (!counts) return false;
    // Where errors are values there is no `try`: the name of what is counted says enough.
    if (has_word(tree_.text(shape.variable), words.retry_words)) return true;
  }
  if (attempt < 0) return false;
  auto [entry, made] = retries_.try_emplace({shape.node, attempt}, false);
  if (made) entry->second = tries_again(attempt);
  return entry->second;
}

bool LoopFinder::tries_again(int attempt) const {
  bool gets_out = false, goes_on = false;
  int handler_end = 0;
  for (int node = attempt; node < tree_.at(attempt).after; ++node) {
    Role role = tree_.role(node);
    if (role == Role::kHandler) handler_end = tree_.at(node).after;
    bool handled = node < handler_end;
    if (!handled && (role == Role::kReturn || role == Role::kBreak)) gets_out = true;
    bool sleeps = role == Role::kCall && is_one_of(evaluator_.callee_name(node), language_.words.sleep_functions);
    if (handled && (role == Role::kSkip || sleeps)) goes_on = true;
  }
  int last = tree_.last_named(tree_.parent(attempt));
  if (last > attempt && (tree_.role(last) == Role::kReturn || tree_.role(last) == Role::kBreak)) gets_out = true;
  return gets_out && goes_on;
}

// A `break` ends the loop or switch it stands in, so between the call and an inner one it says nothing of the outer
// loop.
bool LoopFinder::leaves(const Shape& shape, int call) {
  auto in_inner_loop = [&](int node) {
    for (node = tree_.parent(node); node >= 0 && node != shape.node; node = tree_.parent(node))
      if (is_any_of(tree_.role(node), {Role::kFor, Role::kWhile, Role::kSwitch})) return true;
    return false;
  };
  int first = call;  // a function without a name that is returned from leaves no loop
  for (int node = call; node >= 0 && node != shape.node; node = tree_.parent(node))
    if (tree_.role(node) == Role::kLambda) first = node;
  bool breaks = !in_inner_loop(first);
  for (int node = first; node >= 0 && node != shape.body && node != shape.node; node = tree_.parent(node)) {
    Role role = tree_.role(node);
    if (role == Role::kReturn) return true;
    if (is_any_of(role, {Role::kFor, Role::kWhile, Role::kSwitch})) breaks = !in_inner_loop(node);
    if (is_any_of(tree_.role(tree_.parent(node)), {Role::kBranch, Role::kSwitch, Role::kTry})) continue;
    int last = tree_.last_named(tree_.parent(node));  // what follows a statement that leaves never runs
    if (last > node && always_leaves(last, breaks, 0)) return true;
    if (int later = left_later(tree_.parent(node), breaks); later >= 0 && later < node) return true;
  }
  return false;
}

// The name that a condition is nothing but: `found` of `if (found)`, `seen` of `if (seen > 0)`; empty = it's another.
std::string_view LoopFinder::flag_of(int condition) const {
  condition = tree_.ungrouped(condition);
  if (tree_.role(condition) == Role::kBinary &&
      tree_.role(tree_.ungrouped(tree_.part(condition, Part::kRight))) == Role::kNumber)
    condition = tree_.ungrouped(tree_.part(condition, Part::kLeft));
  return tree_.role(condition) == Role::kIdentifier ? tree_.text(condition) : std::string_view{};
}

// Where a block leaves the loop in its second turn, so that what stands behind that place runs once: it asks for a flag
// that it sets. -1 = nowhere.
//
//   for (x of xs) { if (found) throw …; found = true; load(x); }
//
// The near miss asks for what the same turn has set: err = step(); if (err) return err;
int LoopFinder::left_later(int block, bool breaks) {
  auto [entry, made] = left_later_.try_emplace({block, breaks}, -1);
  if (!made) return entry->second;
  constexpr int kMostGuards = 4;
  int guards = 0, guard = -1;
  std::string_view flag;
  for (int node = tree_.first_named(block); node >= 0; node = tree_.next_named(node)) {
    int statement = node;  // found = true; is a statement around the assignment
    while (tree_.role(statement) == Role::kNone && tree_.first_named(statement) >= 0 &&
           tree_.first_named(statement) == tree_.last_named(statement))
      statement = tree_.first_named(statement);
    Role role = tree_.role(statement);
    if (flag.empty() && role == Role::kBranch) {
      int then = tree_.part(statement, Part::kThen);
      for (int arm = tree_.first_named(statement); arm >= 0 && then < 0; arm = tree_.next_named(arm))
        if (tree_.role(arm) == Role::kArm) then = arm;
      if (then < 0 || tree_.part(statement, Part::kElse) >= 0 || ++guards > kMostGuards) continue;
      std::string_view asked = flag_of(tree_.part(statement, Part::kCondition));
      if (asked.empty() || !always_leaves(then, breaks, 0)) continue;
      bool set_before = false;
      for (int before = tree_.first_named(block); before < node && !set_before; before = tree_.next_named(before))
        set_before = names(before, asked);
      if (set_before) continue;
      flag = asked;
      guard = node;
      continue;
    }
    if (flag.empty() || !is_any_of(role, {Role::kAssignment, Role::kBind, Role::kAppend}) ||
        tree_.text(tree_.ungrouped(tree_.part(statement, Part::kLeft))) != flag)
      continue;
    int right = tree_.ungrouped(tree_.part(statement, Part::kRight));
    std::string_view set = tree_.text(right);
    bool truth = set == "true" || set == "True" || set == "TRUE" || (tree_.role(right) == Role::kNumber && set != "0");
    if (role != Role::kAssignment || truth) return entry->second = guard;
  }
  return -1;
}

bool LoopFinder::always_leaves(int statement, bool breaks, int depth) const {
  constexpr int kDeepest = 30;
  if (depth > kDeepest) return false;
  switch (tree_.role(statement)) {
    case Role::kReturn:
      return true;
    case Role::kBreak:
      return breaks;
    case Role::kFor:
    case Role::kWhile:
    case Role::kFunction:
    case Role::kClass:
    case Role::kLambda:
    case Role::kTry:
      return false;
    case Role::kSwitch:
    case Role::kBranch: {
      breaks = breaks && tree_.role(statement) == Role::kBranch;
      int then = tree_.part(statement, Part::kThen), otherwise = tree_.part(statement, Part::kElse);
      bool exhaustive = false, all = true;
      for (int node = statement + 1; node < tree_.at(statement).after;) {
        Role role = tree_.role(node);
        if (role != Role::kArm && role != Role::kDefaultArm && node != then && node != otherwise) {
          ++node;
          continue;
        }
        exhaustive = exhaustive || role == Role::kDefaultArm || node == otherwise;
        bool arm = always_leaves(node, breaks, depth + 1);
        all = all && arm;
        node = tree_.at(node).after;
      }
      return exhaustive && all;
    }
    default: {
      int last = tree_.last_named(statement);
      return last >= 0 && always_leaves(last, breaks, depth + 1);
    }
  }
}

}  // namespace explaingate::host

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

bool has_word(std::string_view text, const std::vector<std::string>& words) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return lower.find(word) != std::string::npos; });
}

bool is_any_of(Role role, std::initializer_list<Role> roles) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

}  // namespace

std::vector<FoundLoop> LoopFinder::around(int call, int argument, bool dynamic) {
  std::vector<FoundLoop> found;
  int inner = call;
  for (int node = tree_.parent(call); node >= 0; inner = node, node = tree_.parent(node)) {
    Role role = tree_.role(node);
    if (role == Role::kFunction || role == Role::kClass) break;
    bool every_turn = tree_.contains(tree_.part(node, Part::kBody), call) ||
                      tree_.contains(tree_.part(node, Part::kCondition), call) ||
                      tree_.contains(tree_.part(node, Part::kValue), call);
    if (role == Role::kFor && every_turn) {
      add(found,
          {node, tree_.part(node, Part::kVariable), tree_.part(node, Part::kIterable), tree_.part(node, Part::kBody),
           LoopKind::kFor},
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

// (function () { … })(), and in some languages any function that is given to a call: transact(func(tx) { … }).
bool LoopFinder::runs_in_place(int lambda) const {
  int node = lambda;
  int parent = tree_.parent(node);
  while (tree_.role(parent) == Role::kGroup) {
    node = parent;
    parent = tree_.parent(parent);
  }
  if (tree_.role(parent) == Role::kCall) return tree_.part(parent, Part::kCallee) == node || language_.closures_run;
  int call = tree_.parent(parent);
  return language_.closures_run && tree_.role(call) == Role::kCall && tree_.part(call, Part::kArguments) == parent;
}

bool LoopFinder::callback(int lambda, Shape& shape) const {
  int node = lambda;
  bool keyword = tree_.role(tree_.parent(node)) == Role::kKeyword;
  std::string_view name = keyword ? tree_.text(tree_.part(tree_.parent(node), Part::kName)) : std::string_view{};
  int arguments = tree_.parent(keyword ? tree_.parent(node) : node);
  bool block = tree_.role(arguments) == Role::kCall;  // behind the arguments
  int outer = block ? arguments : tree_.parent(arguments);
  if (tree_.role(outer) != Role::kCall || (!block && tree_.part(outer, Part::kArguments) != arguments)) return false;
  std::string_view path = tree_.callee(outer);
  std::string_view callee = evaluator_.callee_name(outer);
  for (const Callback& callback : language_.callbacks) {
    if (!is_one_of(callee, callback.callees) && !is_one_of(path, callback.callees)) continue;
    bool here = block     ? callback.function < 0
                : keyword ? name == callback.function_keyword
                          : evaluator_.sql_argument(outer, callback.function, {}) == lambda;
    if (!here) continue;
    if (callback.iterator && !is_iterator(tree_.part(outer, Part::kReceiver), 0)) continue;
    int iterable = callback.iterable == -2 ? outer
                   : callback.iterable < 0 ? tree_.part(outer, Part::kReceiver)
                                           : evaluator_.sql_argument(outer, callback.iterable, {});
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
  loop.always_leaves = shape.kind == LoopKind::kFor || shape.kind == LoopKind::kWhile ? leaves(shape, call) : false;
  found.push_back(std::move(entry));
}

LoopSource LoopFinder::source_of(const Shape& shape, int call, int& rows_call) {
  const Words& words = language_.words;
  if (is_retry(shape, call)) return LoopSource::kRetry;
  if (shape.kind == LoopKind::kWhile) {
    int condition = tree_.part(shape.node, Part::kCondition);
    for (int node = condition; node >= 0 && node < tree_.at(condition).after; ++node) {
      if (tree_.role(node) != Role::kCall || node == call) continue;
      rows_call = rows_of(node, 0);
      if (tree_.contains(condition, rows_call)) {  // asked anew every turn: no row of it is left behind
        rows_call = -1;
        return LoopSource::kUnknown;
      }
      if (rows_call >= 0 || is_one_of(evaluator_.callee_name(node), words.fetch_methods)) return LoopSource::kRows;
    }
    return LoopSource::kUnknown;
  }
  if (shape.iterable < 0 && shape.kind == LoopKind::kFor) return source_of_count(shape.node, rows_call);
  if (shape.over == "batch") return LoopSource::kBatch;
  if (shape.over == "rows") return LoopSource::kRows;
  if (shape.iterable < 0) return LoopSource::kUnknown;
  if (has_word(tree_.text(shape.variable), words.batch_words)) return LoopSource::kBatch;
  return source_of_iterable(shape.iterable, rows_call, 0);
}

// for (; rows.next();), for (i = 0; i < 10; i++), for (i = 0; i < ids.length; i++), and by steps: for (i = 0; i <
// ids.length; i += 100).
LoopSource LoopFinder::source_of_count(int loop, int& rows_call) const {
  int condition = tree_.part(loop, Part::kCondition);
  for (int node = condition; node >= 0 && node < tree_.at(condition).after; ++node) {
    if (tree_.role(node) != Role::kCall) continue;
    rows_call = rows_of(node, 0);
    if (rows_call >= 0 || is_one_of(evaluator_.callee_name(node), language_.words.fetch_methods))
      return LoopSource::kRows;
  }
  condition = tree_.ungrouped(condition);
  int step = tree_.part(loop, Part::kValue);
  if (tree_.role(condition) != Role::kBinary) return LoopSource::kUnknown;
  if (tree_.role(step) == Role::kAppend && tree_.text(tree_.part(step, Part::kRight)) != "1") return LoopSource::kBatch;
  for (Part side : {Part::kLeft, Part::kRight})
    if (tree_.role(tree_.part(condition, side)) == Role::kNumber && tree_.text(tree_.part(condition, side)) != "0")
      return LoopSource::kLiteral;
  return LoopSource::kCollection;
}

LoopSource LoopFinder::source_of_iterable(int iterable, int& rows_call, int depth) {
  constexpr int kMostWrappers = 8;
  const Words& words = language_.words;
  iterable = tree_.ungrouped(iterable);
  if (iterable < 0 || depth > kMostWrappers) return LoopSource::kUnknown;
  if (int collection = evaluator_.literal_collection(iterable); collection >= 0)
    return is_literal(collection) ? LoopSource::kLiteral : LoopSource::kCollection;
  rows_call = rows_of(iterable, 0);
  if (rows_call >= 0) return LoopSource::kRows;
  switch (tree_.role(iterable)) {
    case Role::kString:
    case Role::kNumber:  // 3.times
      return LoopSource::kLiteral;
    case Role::kSubscript:
      for (int node = iterable; node < tree_.at(iterable).after; ++node)
        if (tree_.role(node) == Role::kSlice)
          return source_of_iterable(tree_.part(iterable, Part::kReceiver), rows_call, depth + 1);
      return LoopSource::kCollection;
    case Role::kIdentifier:
    case Role::kMember:
      return has_word(tree_.text(iterable), words.batch_words) ? LoopSource::kBatch : LoopSource::kCollection;
    case Role::kComprehension:
      return LoopSource::kCollection;
    case Role::kBinary: {  // 1..3
      int left = tree_.part(iterable, Part::kLeft), right = tree_.part(iterable, Part::kRight);
      bool written = tree_.role(left) == Role::kNumber && tree_.role(right) == Role::kNumber;
      return written ? LoopSource::kLiteral : LoopSource::kCollection;
    }
    case Role::kSlice: {  // 0..10
      std::vector<int> ends = tree_.elements(iterable);
      bool literal = ends.size() == 2 &&
                     std::all_of(ends.begin(), ends.end(), [&](int end) { return tree_.role(end) == Role::kNumber; });
      return literal ? LoopSource::kLiteral : LoopSource::kCollection;
    }
    case Role::kCall:
      break;
    default:
      return LoopSource::kUnknown;
  }
  std::string_view name = evaluator_.callee_name(iterable);
  std::vector<int> given = tree_.elements(tree_.part(iterable, Part::kArguments));
  if (is_one_of(name, words.range_functions)) {
    bool literal =
        std::all_of(given.begin(), given.end(), [&](int argument) { return tree_.role(argument) == Role::kNumber; });
    if (literal) return LoopSource::kLiteral;
    return given.size() == 3 ? LoopSource::kBatch : LoopSource::kCollection;
  }
  if (is_one_of(name, words.batch_functions) || has_word(name, words.batch_words)) return LoopSource::kBatch;
  if (is_one_of(name, words.iterate_through) && !given.empty())
    return source_of_iterable(given.front(), rows_call, depth + 1);
  int receiver = tree_.part(iterable, Part::kReceiver);
  if (receiver >= 0 && is_one_of(name, words.element_methods))
    return source_of_iterable(receiver, rows_call, depth + 1);
  if (is_one_of(name, words.fetch_methods)) return LoopSource::kRows;  // of an unknown statement
  return LoopSource::kUnknown;
}

// A loop that tries the same thing again: the call is in a `try` of its own body, and the loop is either over attempts
// by name, or ends as soon as the try succeeds (something in the loop leaves it) and its handler goes on or sleeps.
bool LoopFinder::is_retry(const Shape& shape, int call) {
  if (shape.kind != LoopKind::kFor && shape.kind != LoopKind::kWhile) return false;
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

// The call that executed the statement whose rows an expression gives: cur.execute(…), cur.execute(…).fetchall(),
// cur.fetchall(), cur, or a name that was assigned from one of these; -1 = not known.
int LoopFinder::rows_of(int expression, int depth) const {
  constexpr int kMostNames = 6;
  expression = tree_.ungrouped(expression);
  if (expression < 0 || depth > kMostNames) return -1;
  auto by_place = [](const Executed& entry, int node) { return entry.call < node; };
  if (tree_.role(expression) == Role::kCall) {
    auto found = std::lower_bound(executed_.begin(), executed_.end(), expression, by_place);
    if (found != executed_.end() && found->call == expression) return expression;
    int receiver = tree_.part(expression, Part::kReceiver);
    std::string_view name = evaluator_.callee_name(expression);
    if (receiver >= 0 &&
        (is_one_of(name, language_.words.fetch_methods) || is_one_of(name, language_.words.element_methods)))
      return rows_of(receiver, depth + 1);
    std::vector<int> given = tree_.elements(tree_.part(expression, Part::kArguments));
    if (receiver < 0 && !given.empty() && is_one_of(name, language_.words.fetch_methods))
      return rows_of(given.front(), depth + 1);  // mysqli_fetch_assoc($rows)
    return -1;
  }
  if (tree_.role(expression) == Role::kMember &&
      is_one_of(tree_.text(tree_.part(expression, Part::kName)), language_.words.fetch_methods)) {  // result.rows
    if (int rows = rows_of(tree_.part(expression, Part::kReceiver), depth + 1); rows >= 0) return rows;
  }
  if (tree_.role(expression) != Role::kIdentifier && tree_.role(expression) != Role::kMember) return -1;
  // The nearest before this place: either it was executed on this receiver, or this name was assigned from an
  // execution.
  std::string_view name = tree_.text(expression);
  int function = tree_.function_of(expression);
  int assigned = -1;
  if (const std::vector<int>* statements = evaluator_.assignments(tree_.at(expression).scope, name)) {
    for (int statement : *statements)
      if (statement < expression && tree_.role(statement) == Role::kAssignment &&
          !tree_.contains(statement, expression))
        assigned = statement;
  }
  if (auto calls = by_receiver_.find(name); calls != by_receiver_.end()) {
    auto before = std::lower_bound(calls->second.begin(), calls->second.end(), expression);
    if (before != calls->second.begin() && *std::prev(before) > assigned &&
        tree_.function_of(*std::prev(before)) == function)
      return *std::prev(before);
  }
  return assigned >= 0 ? rows_of(tree_.part(assigned, Part::kRight), depth + 1) : -1;
}

bool LoopFinder::is_literal(int collection) const {
  for (int node = collection + 1; node < tree_.at(collection).after; ++node) {
    if (!tree_.at(node).named) continue;
    switch (tree_.role(node)) {
      case Role::kIdentifier:
      case Role::kCall:
      case Role::kInterpolation:
      case Role::kSplat:
        return false;
      default:
        break;
    }
  }
  return true;
}

// Names that differ from turn to turn: the loop's variables, what is assigned from them, from calls, or from itself.
const std::set<std::string_view>& LoopFinder::varying_names(const Shape& shape) {
  auto [entry, made] = varying_.try_emplace({shape.node, shape.variable});
  std::set<std::string_view>& names = entry->second;
  if (!made) return names;
  auto add_names = [&](int node) {
    size_t before = names.size();
    for (int inner = node; inner >= 0 && inner < tree_.at(node).after; ++inner)
      if (tree_.role(inner) == Role::kIdentifier) names.insert(tree_.text(inner));
    return names.size() != before;
  };
  auto differs = [&](int node) {
    for (int inner = node; inner >= 0 && inner < tree_.at(node).after; ++inner)
      if (tree_.role(inner) == Role::kCall ||
          (tree_.role(inner) == Role::kIdentifier && names.contains(tree_.text(inner))))
        return true;
    return false;
  };
  add_names(shape.variable);
  int condition = tree_.part(shape.node, Part::kCondition);  // while (rows.next()): what is read of `rows`
  for (int node = condition; node >= 0 && node < tree_.at(condition).after; ++node)
    if (tree_.role(node) == Role::kCall && is_one_of(evaluator_.callee_name(node), language_.words.fetch_methods))
      add_names(tree_.part(node, Part::kReceiver));
  if (shape.kind == LoopKind::kCallback && shape.variable < 0)
    names.insert(language_.words.implicit_parameters.begin(), language_.words.implicit_parameters.end());
  constexpr int kMostRounds = 4;  // of names assigned from names assigned further down
  bool changed = true;
  for (int round = 0; changed && round < kMostRounds; ++round) {
    changed = false;
    for (int node = shape.node + 1; node < tree_.at(shape.node).after; ++node) {
      Role role = tree_.role(node);
      int target = -1;
      if (role == Role::kAppend || role == Role::kBind) target = tree_.part(node, Part::kLeft);
      if (role == Role::kFor || role == Role::kClause) target = tree_.part(node, Part::kVariable);
      if (role == Role::kCall && is_one_of(evaluator_.callee_name(node), language_.words.filling_methods))
        target = tree_.part(node, Part::kArguments);  // rows.Scan(&id)
      if (role == Role::kAssignment && differs(tree_.part(node, Part::kRight))) target = tree_.part(node, Part::kLeft);
      if (target >= 0 && tree_.role(target) != Role::kMember && add_names(target)) changed = true;
    }
  }
  return names;
}

// What a statement is prepared as takes its values later: s = prepare("…"); s.bind(1, x).
bool LoopFinder::is_bound_later(const Shape& shape, int call, const std::set<std::string_view>& names) const {
  constexpr int kMostNodes = 5'000;
  int holder = tree_.role(call) == Role::kAssignment ? call : tree_.parent(call);
  if (tree_.role(holder) != Role::kAssignment || (holder != call && tree_.part(holder, Part::kRight) != call))
    return false;
  int left = tree_.part(holder, Part::kLeft);
  std::string_view object = tree_.text(holder == call ? tree_.part(left, Part::kReceiver) : left);
  if (object.empty()) return false;
  int last = std::min(tree_.at(shape.node).after, call + kMostNodes);
  for (int node = call; node < last; ++node) {
    if (tree_.role(node) != Role::kCall) continue;
    std::string_view receiver = tree_.text(tree_.part(node, Part::kReceiver));
    bool own = receiver.starts_with(object) && (receiver.size() == object.size() || receiver[object.size()] == '.');
    int arguments = own ? tree_.part(node, Part::kArguments) : -1;
    for (int inner = arguments; inner >= 0 && inner < tree_.at(arguments).after; ++inner)
      if (tree_.role(inner) == Role::kCall ||
          (tree_.role(inner) == Role::kIdentifier && names.contains(tree_.text(inner))))
        return true;
  }
  return false;
}

bool LoopFinder::varies(const Shape& shape, int call, int argument, bool dynamic) {
  const std::set<std::string_view>& names = varying_names(shape);
  if (argument >= 0 && is_bound_later(shape, call, names)) return true;
  auto mentions = [&](int node) {
    for (int inner = node; inner >= 0 && inner < tree_.at(node).after; ++inner) {
      if (tree_.role(inner) == Role::kIdentifier && names.contains(tree_.text(inner))) return true;
      int body = tree_.role(inner) == Role::kHeredoc ? evaluator_.heredoc_body(inner) : -1;
      for (int part = body; part >= 0 && part < tree_.at(body).after; ++part)
        if (tree_.role(part) == Role::kIdentifier && names.contains(tree_.text(part))) return true;
    }
    return false;
  };
  if (argument < 0 && mentions(tree_.part(call, Part::kReceiver))) return true;  // order.customer()
  for (int given : tree_.elements(tree_.part(call, Part::kArguments))) {
    if (tree_.contains(given, argument)) {  // itself, or a keyword with it
      if (dynamic && mentions(argument)) return true;
    } else if (mentions(given)) {
      return true;
    }
  }
  // query("…").bind(x).fetch(): what the calls further down the chain are given
  constexpr int kMostCalls = 30;
  int node = call;
  for (int calls = 0; calls < kMostCalls; ++calls) {
    int parent = tree_.parent(node);
    while (tree_.role(parent) == Role::kGroup) parent = tree_.parent(parent);
    if (tree_.role(parent) != Role::kMember || tree_.role(tree_.parent(parent)) != Role::kCall) break;
    node = tree_.parent(parent);
    if (tree_.part(node, Part::kCallee) != parent) break;
    if (mentions(tree_.part(node, Part::kArguments))) return true;
  }
  return false;
}

// A `break` ends the loop or switch it stands in, so between the call and an inner one it says nothing of the outer
// loop.
bool LoopFinder::leaves(const Shape& shape, int call) const {
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
  }
  return false;
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

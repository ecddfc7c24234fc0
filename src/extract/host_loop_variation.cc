// Whether what a call is given varies with the loop around it.
#include <algorithm>

#include "extract/host_loops.h"

namespace explaingate::host {

// A name in it differs from turn to turn.
bool LoopFinder::mentions(const Shape& shape, int node) {
  const std::set<std::string_view>& names = varying_names(shape);
  for (int inner = node; inner >= 0 && inner < tree_.at(node).after; ++inner) {
    if (tree_.role(inner) == Role::kIdentifier && names.contains(tree_.text(inner))) return true;
    int body = tree_.role(inner) == Role::kHeredoc ? evaluator_.heredoc_body(inner) : -1;
    for (int part = body; part >= 0 && part < tree_.at(body).after; ++part)
      if (tree_.role(part) == Role::kIdentifier && names.contains(tree_.text(part))) return true;
  }
  return false;
}

bool LoopFinder::varies_with(const FoundLoop& loop, int call, int part) {
  if (part < 0 || tree_.function_of(part) != tree_.function_of(call)) return loop.loop.text_varies;
  return tree_.contains(loop.node, part) && mentions({loop.node, loop.variable, -1, -1, loop.loop.kind}, part);
}

// The call of what an expression gives, or of a method of that: `query("…").bind(x)` of `query("…")`; -1 = there is
// none.
int LoopFinder::called_on(int expression) const {
  int inner = expression;
  int outer = tree_.parent(inner);
  while (tree_.role(outer) == Role::kGroup) {
    inner = outer;
    outer = tree_.parent(outer);
  }
  if (tree_.role(outer) == Role::kMember && tree_.part(outer, Part::kReceiver) == inner) {
    inner = outer;
    outer = tree_.parent(outer);
  }
  if (tree_.role(outer) != Role::kCall) return -1;
  return tree_.part(outer, Part::kCallee) == inner || tree_.part(outer, Part::kReceiver) == inner ? outer : -1;
}

// What the library's call that makes the text is given beside it: run(queryOf("…", id).asUpdate)
bool LoopFinder::text_varies(const Shape& shape, int argument, bool dynamic) {
  for (int node = argument; node >= 0 && node < tree_.at(argument).after; ++node) {
    const CallSite* row = tree_.role(node) == Role::kCall ? evaluator_.text_call(node) : nullptr;
    if (row == nullptr) continue;
    int text = evaluator_.sql_argument(node, row->argument, row->keywords);
    if (text >= 0 && varies(shape, node, text, dynamic)) return true;
    node = tree_.at(node).after - 1;
  }
  return false;
}

bool LoopFinder::varies(const Shape& shape, int call, int argument, bool dynamic) {
  const std::set<std::string_view>& names = varying_names(shape);
  if (argument >= 0 && is_bound_later(shape, call, names)) return true;
  auto mentions = [&](int node) { return this->mentions(shape, node); };
  if (argument < 0 && mentions(tree_.part(call, Part::kReceiver))) return true;  // order.customer()
  if (argument < 0 && mentions(tree_.part(call, Part::kRight))) return true;     // command.Parameters[0].Value = id
  for (int given : tree_.elements(tree_.part(call, Part::kArguments))) {
    if (tree_.contains(given, argument)) {  // itself, or a keyword with it
      if (dynamic && mentions(argument)) return true;
      if (text_varies(shape, argument, dynamic)) return true;
    } else if (mentions(given)) {
      return true;
    }
  }
  // query("…").bind(x).fetch(), execute("…") { setLong(1, x) }: what the calls further down the chain are given
  constexpr int kMostCalls = 30;
  int node = call;
  for (int calls = 0; calls < kMostCalls; ++calls) {
    node = called_on(node);
    if (node < 0) break;
    if (mentions(tree_.part(node, Part::kArguments))) return true;
  }
  return false;
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
  auto add_holder = [&](int fetching) {  // while (rows.next()), sqlite3_step(st): what is read of `rows`, of `st`
    std::vector<int> given = tree_.elements(tree_.part(fetching, Part::kArguments));
    int receiver = tree_.part(fetching, Part::kReceiver);
    if (receiver >= 0) add_names(receiver);
    if (receiver < 0 && given.size() == 1) add_names(given.front());
  };
  int condition = tree_.part(shape.node, Part::kCondition);
  for (int node = condition; node >= 0 && node < tree_.at(condition).after; ++node) {
    if (tree_.role(node) == Role::kMember && ends_rows(node)) add_names(tree_.part(node, Part::kReceiver));
    if (tree_.role(node) == Role::kCall && fetches(node)) add_holder(node);
  }
  if (shape.kind == LoopKind::kWhile)
    if (int fetching = fetched_until_left(shape.node); fetching >= 0) add_holder(fetching);
  if (shape.kind == LoopKind::kCallback && shape.variable < 0)
    names.insert(language_.words.implicit_parameters.begin(), language_.words.implicit_parameters.end());
  auto follows_itself = [&](int assignment) {  // entry = entry->next
    int left = tree_.part(assignment, Part::kLeft), right = tree_.part(assignment, Part::kRight);
    for (int inner = right; inner >= 0 && inner < tree_.at(right).after; ++inner)
      if (tree_.role(inner) == Role::kIdentifier && tree_.text(inner) == tree_.text(left)) return true;
    return false;
  };
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
      if (int grown = role == Role::kCall && target < 0 ? evaluator_.appended_to(node) : -1;
          grown >= 0 && differs(tree_.part(node, Part::kArguments)))
        target = grown;  // snprintf(query, sizeof query, "… %d", id)
      if (role == Role::kAssignment && (differs(tree_.part(node, Part::kRight)) || follows_itself(node)))
        target = tree_.part(node, Part::kLeft);
      if (target >= 0 && tree_.role(target) != Role::kMember && add_names(target)) changed = true;
    }
  }
  return names;
}

// What a statement is prepared as takes its values later: s = prepare("…"); s.bind(1, x).
bool LoopFinder::is_bound_later(const Shape& shape, int call, const std::set<std::string_view>& names) const {
  constexpr int kMostNodes = 5'000;
  constexpr size_t kMostObjects = 4;
  int holder = tree_.role(call) == Role::kAssignment ? call : tree_.parent(call);
  if (tree_.role(holder) != Role::kAssignment || (holder != call && tree_.part(holder, Part::kRight) != call))
    return false;
  int left = tree_.part(holder, Part::kLeft);
  std::string_view object = tree_.text(holder == call ? tree_.part(left, Part::kReceiver) : left);
  if (object.empty()) return false;
  std::vector<std::string_view> objects{object};  // and what is taken of it: auto& st = prepared.statement()
  auto is_one_of_them = [&](std::string_view receiver) {
    return std::ranges::any_of(objects, [&](std::string_view own) {
      return receiver.starts_with(own) && (receiver.size() == own.size() || receiver[own.size()] == '.');
    });
  };
  int last = std::min(tree_.at(shape.node).after, call + kMostNodes);
  for (int node = call; node < last; ++node) {
    if (tree_.role(node) == Role::kAssignment && node != holder && objects.size() < kMostObjects) {
      int taken = tree_.ungrouped(tree_.part(node, Part::kRight));
      int name = tree_.part(node, Part::kLeft);
      if (tree_.role(taken) == Role::kCall && tree_.role(name) == Role::kIdentifier &&
          is_one_of_them(tree_.text(tree_.part(taken, Part::kReceiver))))
        objects.push_back(tree_.text(name));
    }
    if (tree_.role(node) != Role::kCall) continue;
    bool own = is_one_of_them(tree_.text(tree_.part(node, Part::kReceiver)));
    int arguments = own ? tree_.part(node, Part::kArguments) : -1;
    for (int inner = arguments; inner >= 0 && inner < tree_.at(arguments).after; ++inner)
      if (tree_.role(inner) == Role::kCall ||
          (tree_.role(inner) == Role::kIdentifier && names.contains(tree_.text(inner))))
        return true;
  }
  return false;
}

}  // namespace explaingate::host

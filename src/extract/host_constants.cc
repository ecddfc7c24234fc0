// Statements that no call of this file is seen to execute: SQL given to a library's text function, and literals that
// are SQL beyond doubt and are kept somewhere.
#include <algorithm>

#include "extract/host_calls.h"

namespace explaingate::host {

void HostFile::find_texts() {
  for (int call : texts_) {
    if (text_calls_.contains(call)) continue;
    Site site;
    site.call = call;
    site.row = evaluator_.text_call(call);
    site.argument = evaluator_.sql_argument(call, site.row->argument, site.row->keywords);
    site.placeholders = site.row->placeholders;
    site.sure = comes_from(call, *site.row);
    if (site.argument < 0) continue;
    int method = tree_.parent(tree_.parent(call));  // sql`…`.execute(db)
    bool runs = tree_.role(method) == Role::kCall && tree_.part(method, Part::kReceiver) == call &&
                is_one_of(evaluator_.callee_name(method), site.row->run_by);
    CallKind kind = runs ? CallKind::kRun : site.row->kind;
    Value value = evaluator_.evaluate(site.argument);
    for (const Text& text : value.variants)
      if (emit(site, text, value, kind)) sites_.insert(call);
    if (sites_.contains(call)) list_cut(site, value);
  }
}

// An element of something that is given to a call which says nothing: parametrize("text", ["SELECT …"]).
bool HostFile::is_quiet_element(int node) const {
  constexpr int kMostContainers = 8;
  for (int containers = 0; containers < kMostContainers; ++containers) {
    Role role = tree_.role(node);
    int outer = tree_.parent(node);
    if (tree_.role(outer) == Role::kCall && tree_.part(outer, Part::kArguments) == node)
      return is_one_of(evaluator_.callee_name(outer), language_.words.quiet_callees);
    if (containers > 0 && role != Role::kList && role != Role::kMap && role != Role::kPair && role != Role::kKeyword &&
        role != Role::kGroup)
      return false;
    node = outer;
  }
  return false;
}

// Held in something: assigned, returned, an element of a collection, a default value, or given to a call that isn't
// known.
bool HostFile::is_constant_place(int node) const {
  int parent = tree_.parent(node);
  while (tree_.role(parent) == Role::kGroup || tree_.role(parent) == Role::kConditional) {
    node = parent;
    parent = tree_.parent(parent);
  }
  switch (tree_.role(parent)) {
    case Role::kAssignment:
    case Role::kBind:
      return tree_.part(parent, Part::kRight) == node;
    case Role::kReturn:
    case Role::kParameter:
      return true;
    case Role::kList:
      return !is_quiet_element(node);
    case Role::kPair:
    case Role::kKeyword:
      return tree_.part(parent, Part::kValue) == node && !is_quiet_element(node);
    default:
      break;
  }
  if (int function = tree_.at(node).scope; function > 0 && evaluator_.given_last(function) == node) return true;
  int call = tree_.parent(parent);
  if (tree_.role(call) == Role::kReturn && tree_.part(call, Part::kArguments) < 0) return true;  // return, not raise
  if (tree_.role(call) != Role::kCall || tree_.part(call, Part::kArguments) != parent) return false;
  return !is_one_of(evaluator_.callee_name(call), language_.words.quiet_callees);
}

// The call of one of these methods on an expression; -1 = it's none.
int HostFile::method_call_on(int receiver, const std::vector<std::string>& names) const {
  int up = tree_.parent(receiver);
  int call = tree_.role(up) == Role::kMember ? tree_.parent(up) : up;
  bool fits = tree_.role(call) == Role::kCall && tree_.part(call, Part::kReceiver) == receiver &&
              is_one_of(evaluator_.callee_name(call), names);
  return fits ? call : -1;
}

void HostFile::find_constants() {
  constexpr size_t kBeginning = 100;  // white space may stand before the first word
  std::set<std::pair<int, std::string_view>> subqueries = subquery_names();
  for (int node = 0; node < tree_.size(); ++node) {
    Role role = tree_.role(node);
    if (role != Role::kString && role != Role::kHeredoc && role != Role::kConcat && role != Role::kBinary) continue;
    int after = tree_.at(node).after;
    int whole = node;
    int literal = node;  // the leftmost literal decides whether it's looked at
    while (literal >= 0 && tree_.role(literal) != Role::kString && tree_.role(literal) != Role::kHeredoc)
      literal = literal + 1 < after ? literal + 1 : -1;
    node = after - 1;  // what is inside belongs to it
    if (literal < 0 || evaluator_.was_used(literal)) continue;
    for (int call = whole; call >= 0; call = method_call_on(whole, language_.words.format_methods))
      whole = call;  // "…".strip(), "…".format(x)
    std::string_view written = tree_.text(role == Role::kHeredoc ? evaluator_.heredoc_body(node) : whole);
    bool may_be_sql = written.find_first_of("SIUDWCR") != std::string_view::npos ||
                      (written.find('\n') != std::string_view::npos && written.find_first_of("siudwcr") < kBeginning);
    if (!may_be_sql || !is_constant_place(whole)) continue;
    int holder = tree_.parent(whole);
    if (tree_.role(holder) == Role::kAssignment &&
        subqueries.contains({tree_.function_of(whole), tree_.text(tree_.part(holder, Part::kLeft))}))
      continue;
    Value value = evaluator_.evaluate(whole);
    Site site;
    site.call = whole;
    site.argument = whole;
    bool any = false;
    for (const Text& text : value.variants) {
      Filled filled = fill_holes(text, tree_.source(), dialect_);
      if (!is_sql_beyond_doubt(filled.text)) continue;
      Value named = value;
      int parent = tree_.parent(whole);
      int outer = tree_.parent(parent) >= 0 ? tree_.parent(parent) : parent;
      for (int assignment : {parent, outer})
        if (tree_.role(assignment) == Role::kAssignment && tree_.part(assignment, Part::kRight) == whole)
          named.name = tree_.text(tree_.part(assignment, Part::kLeft));
      if (tree_.role(parent) == Role::kKeyword) named.name = tree_.text(tree_.part(parent, Part::kName));
      site.gate = site.sure = true;
      if (tree_.role(whole) != Role::kCall) any = emit(site, text, named, CallKind::kNone) || any;
    }
    if (any) list_cut(site, value);
  }
}

}  // namespace explaingate::host

// Whether what a loop writes is committed once, behind the loop, or at every turn: what begins and ends transactions in
// the same function, and names that say that there is one.
//
//   tx = conn.begin(); for (x of xs) insert.run(x); tx.commit();          together: begun before the loop
//   for (x of xs) insert.run(x); conn.commit();                           together: ended behind it
//   conn.transaction(() => { for (x of xs) insert.run(x); })();           together
//   function load(tx, xs) { for (x of xs) tx.execute("INSERT …"); }       together
//   for (x of xs) { insert.run(x); if (++n % 1000 == 0) conn.commit(); }  together: many at once
//   for (x of xs) { insert.run(x); conn.commit(); }                       each
//
// Nothing is known of a loop in a function that its caller may have begun a transaction for, of one behind the end of
// another transaction, and of one that both begins and ends one at each turn, which may be meant.
#include <algorithm>

#include "extract/host_calls.h"

namespace explaingate::host {
namespace {

// Of an SQL text in its quotes, in small letters.
std::string first_word(std::string_view text) {
  std::string word;
  for (char c : text.substr(std::min(text.find_first_not_of(" \t\r\n\"'`"), text.size()))) {
    bool capital = c >= 'A' && c <= 'Z';
    if (!capital && (c < 'a' || c > 'z')) break;
    word += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return word;
}

bool is_true(std::string_view text) {
  return text == "true" || text == "True" || text == "TRUE" || text == "1";
}

}  // namespace

// What a call, an assignment or a `with` does to the transaction around it.
HostFile::Mark HostFile::mark_of(int node) const {
  const Words& words = language_.words;
  switch (tree_.role(node)) {
    case Role::kCall: {
      std::string_view name = evaluator_.callee_name(node);
      std::vector<int> given = tree_.elements(tree_.part(node, Part::kArguments));
      if (is_one_of(name, words.transaction_begins) || is_one_of(tree_.callee(node), words.transaction_begins))
        return Mark::kBegins;
      if (is_one_of(name, words.transaction_ends)) {  // repository.commit("what was done")
        auto is_text = [&](int argument) { return tree_.role(tree_.ungrouped(argument)) == Role::kString; };
        return std::ranges::any_of(given, is_text) ? Mark::kNone : Mark::kEnds;
      }
      if (is_one_of(name, words.autocommit_names) && !given.empty())
        return is_true(tree_.text(given.front())) ? Mark::kEnds : Mark::kBegins;
      if (!has_name_word(name, words.executing_words)) return Mark::kNone;
      for (int argument : given) {
        if (tree_.role(tree_.ungrouped(argument)) != Role::kString) continue;
        std::string word = first_word(tree_.text(argument));
        if (word == "begin" || word == "savepoint" || word == "start") return Mark::kBegins;
        if (word == "commit" || word == "end" || word == "release") return Mark::kEnds;
      }
      return Mark::kNone;
    }
    case Role::kAssignment:
      if (!is_one_of(last_word(tree_.text(tree_.part(node, Part::kLeft))), words.autocommit_names)) return Mark::kNone;
      return is_true(tree_.text(tree_.part(node, Part::kRight))) ? Mark::kEnds : Mark::kBegins;
    case Role::kWith: {
      int held = tree_.ungrouped(tree_.part(node, Part::kValue));
      std::string_view name =
          tree_.role(held) == Role::kCall ? evaluator_.callee_name(held) : last_word(tree_.text(held));
      return is_one_of(bare(name), words.transaction_scopes) ? Mark::kBegins : Mark::kNone;
    }
    default:
      return Mark::kNone;
  }
}

void HostFile::find_transactions() {
  const Words& words = language_.words;
  transacts_ = words.implicit_transactions;
  for (int node = 0; node < tree_.size(); ++node) {
    Role role = tree_.role(node);
    if (!transacts_ && (role == Role::kIdentifier || role == Role::kString || role == Role::kDecorator))
      transacts_ = has_name_word(tree_.text(node), words.transaction_words) ||
                   is_one_of(tree_.text(node), words.transaction_hooks);
    Mark mark = mark_of(node);
    if (mark == Mark::kNone) continue;
    marks_[tree_.function_of(node)].emplace_back(node, mark);
    if (mark != Mark::kBegins || role != Role::kCall) continue;
    for (int given : tree_.elements(tree_.part(node, Part::kArguments)))
      if (tree_.role(given) == Role::kIdentifier) given_to_transactions_.insert(tree_.text(given));
  }
}

// An identifier of it, other than those of the loop, goes by a name that transactions go by.
bool HostFile::names_transaction(int expression, int variable) const {
  for (int node = expression; node >= 0 && node < tree_.at(expression).after; ++node) {
    if (tree_.role(node) != Role::kIdentifier || !has_name_word(tree_.text(node), language_.words.transaction_handles))
      continue;
    bool own = false;
    for (int other = variable; other >= 0 && other < tree_.at(variable).after && !own; ++other)
      own = tree_.text(other) == tree_.text(node);
    if (!own) return true;
  }
  return false;
}

// tx.execute("…"), query("…").bind(x).execute(&mut tx), conn.execute("…", x, transaction: tx)
bool HostFile::runs_on_transaction(int call, const FoundLoop& loop) const {
  constexpr int kMostCalls = 20, kMostNodes = 8;
  auto is_plain = [&](int argument) {
    if (tree_.at(argument).after - argument > kMostNodes) return false;
    for (int node = argument; node < tree_.at(argument).after; ++node)
      if (tree_.role(node) == Role::kCall || tree_.role(node) == Role::kMember ||
          tree_.role(node) == Role::kSubscript || opens_scope(tree_.role(node)))
        return false;
    return true;
  };
  int calls = 0;
  for (int node = call; node > loop.node && calls < kMostCalls; node = tree_.parent(node)) {
    ++calls;
    if (tree_.role(node) == Role::kCall) {
      for (int argument : tree_.elements(tree_.part(node, Part::kArguments)))
        if (is_plain(argument) && names_transaction(argument, loop.variable)) return true;
    } else if (tree_.role(node) != Role::kMember && tree_.role(node) != Role::kGroup) {
      break;
    }
  }
  for (int node = tree_.part(call, Part::kReceiver); node >= 0 && calls < 2 * kMostCalls; ++calls) {
    node = tree_.ungrouped(node);
    int name = tree_.role(node) == Role::kMember ? tree_.part(node, Part::kName) : node;
    if (tree_.role(node) != Role::kCall && names_transaction(name, loop.variable)) return true;
    node = tree_.part(node, Part::kReceiver);
  }
  return false;
}

// A function of its own, or one without a name: its parameters, its name, a decorator or who is given it say so.
bool HostFile::is_run_in_transaction(int function) {
  auto [entry, made] = run_in_transaction_.try_emplace(function, false);
  if (!made) return entry->second;
  const Words& words = language_.words;
  std::string_view name = tree_.text(tree_.part(function, Part::kName));
  bool named = tree_.role(function) == Role::kFunction;
  return entry->second = names_transaction(tree_.part(function, Part::kParameters), -1) ||
                         (named && (is_one_of(name, words.transaction_hooks) || given_to_transactions_.contains(name) ||
                                    is_decorated(function, words.transaction_decorators)));
}

// What a transaction's beginning is for, where that isn't all that follows it: conn.transaction(() => { … }), with
// conn:
bool HostFile::is_around(int mark, int loop) const {
  if (tree_.role(mark) == Role::kWith) return tree_.contains(tree_.parent(tree_.parent(mark)), loop);
  if (tree_.role(mark) != Role::kCall || tree_.contains(mark, loop)) return true;
  std::vector<int> given = tree_.elements(tree_.part(mark, Part::kArguments));
  for (int child = tree_.first_child(mark); child >= 0; child = tree_.next_sibling(child)) given.push_back(child);
  return std::ranges::none_of(given, [&](int part) { return tree_.role(part) == Role::kLambda; });
}

Commits HostFile::commits_of(const FoundLoop& found, int call) {
  int loop = found.node;
  auto [entry, made] = commits_.try_emplace(loop, Commits::kUnknown);
  if (made) entry->second = commits_of_loop(loop);
  if (entry->second != Commits::kUnknown || own_transactions_.contains(loop)) return entry->second;
  return runs_on_transaction(call, found) ? Commits::kTogether : Commits::kUnknown;
}

Commits HostFile::commits_of_loop(int loop) {
  constexpr size_t kMostMarks = 100;  // in one function
  int function = tree_.function_of(loop);
  auto is_conditional = [&](int node, int within) {
    for (node = tree_.parent(node); node > within; node = tree_.parent(node))
      if (tree_.role(node) == Role::kBranch || tree_.role(node) == Role::kSwitch) return true;
    return false;
  };
  auto is_elsewhere = [&](int node) {  // in a function that the loop is no part of
    for (node = tree_.parent(node); node > function; node = tree_.parent(node))
      if (opens_scope(tree_.role(node)) && !tree_.contains(node, loop)) return true;
    return false;
  };
  bool begun = false, begins_each = false, ends_each = false, ends_some = false, is_behind = false, ended = false;
  const std::vector<std::pair<int, Mark>>& marks = marks_[function];
  if (marks.size() > kMostMarks) return Commits::kUnknown;
  for (auto [node, mark] : marks) {
    if (node > loop && tree_.contains(loop, node)) {
      if (mark == Mark::kBegins) begins_each = true;
      if (mark == Mark::kEnds) (is_conditional(node, loop) ? ends_some : ends_each) = true;
    } else if (node < loop) {
      if (is_elsewhere(node)) continue;
      if (mark == Mark::kBegins && is_around(node, loop)) begun = true;
      if (mark == Mark::kEnds && !is_conditional(node, function)) begun = false;
    } else if (!is_behind) {
      is_behind = true;
      ended = mark == Mark::kEnds && !is_elsewhere(node);
    }
  }
  if (begins_each && (ends_each || !begun)) {
    own_transactions_.insert(loop);
    return Commits::kUnknown;
  }
  if (ends_each) return Commits::kEach;
  if (begun || ended || ends_some) return Commits::kTogether;
  for (int node = tree_.parent(loop); node > 0; node = tree_.parent(node)) {
    bool runs = tree_.role(node) == Role::kLambda || tree_.role(node) == Role::kFunction;
    if (runs && is_run_in_transaction(node)) return Commits::kTogether;
    if (node == function) break;
  }
  return Commits::kUnknown;
}

}  // namespace explaingate::host

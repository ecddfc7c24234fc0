// What a `while` goes over, told by what advances from turn to turn. A loop of which that isn't known may page, poll or
// wait: nothing is said of it.
//
//   while (rows.next())                                        rows
//   while (1) { if (sqlite3_step(st) != SQLITE_ROW) break; … }  rows
//   while (it.hasNext()) { load(it.next()); }                  a collection, by its iterator
//   while (entry) { load(entry->id); entry = entry->next; }    by what an element says of the next one
//   while ((line = reader.readLine()) != null) { load(line); } by what the condition takes
//   while (i < n) { load(ids[i]); i++; }                       by place
//   while (ids.length) { load(ids.pop()); }                    what is taken of a collection that nothing is added to
//
// The near misses: while (page.hasNext()) page = load(page.next), while ((job = queue.take())), while (open.length) {
// x = open.pop(); open.push(...children(x)) }
#include <algorithm>

#include "extract/host_loops.h"

namespace explaingate::host {

// Takes the next of something: by its name, or by the words of it: db_fetch_array(rows). fetch_batch(…) is the near
// miss.
bool LoopFinder::fetches(int call) const {
  const Words& words = language_.words;
  std::string_view name = evaluator_.callee_name(call);
  return is_one_of(name, words.fetch_methods) || has_name_word(name, words.row_fetching_words) ||
         (has_name_word(name, words.fetching_words) && has_name_word(name, words.row_words));
}

// What it takes is a row: nothing else has a method of that name, or what it is called on goes by a name that rows go
// by.
//
//   rows.next(), st.step(), mysqli_fetch_assoc(result)      yes
//   iterator.next(), listing.list()                         no
bool LoopFinder::gives_rows(int call) const {
  if (!fetches(call)) return false;
  const Words& words = language_.words;
  std::string_view name = evaluator_.callee_name(call);
  if (!is_one_of(name, words.common_fetch_methods)) return true;
  int holder = tree_.ungrouped(tree_.part(call, Part::kReceiver));
  if (holder < 0) {
    std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
    holder = given.empty() ? -1 : tree_.ungrouped(given.front());
  }
  if (tree_.role(holder) == Role::kMember) holder = tree_.part(holder, Part::kName);
  std::string_view held = tree_.role(holder) == Role::kCall ? evaluator_.callee_name(holder) : tree_.text(holder);
  return has_name_word(bare(held), words.row_holder_words) ||
         is_one_of(bare(held), words.database_receivers);  // what executed them gives them
}

bool LoopFinder::pumps(int call) const {
  const Words& words = language_.words;
  return has_name_word(evaluator_.callee_name(call), words.pumping_words) ||
         has_name_word(last_word(tree_.text(tree_.part(call, Part::kReceiver))), words.pumping_words);
}

// $rows->EOF
bool LoopFinder::ends_rows(int member) const {
  return is_one_of(tree_.text(tree_.part(member, Part::kName)), language_.words.end_properties);
}

LoopSource LoopFinder::source_of_while(int loop, int call, int& rows_call) {
  int condition = tree_.part(loop, Part::kCondition);
  if (is_endless(loop)) {
    int fetching = fetched_until_left(loop);
    if (fetching < 0 || fetching == call) return LoopSource::kUnknown;
    rows_call = rows_of(fetching, 0);
    if (!tree_.contains(loop, rows_call)) return LoopSource::kRows;
    rows_call = -1;
    return LoopSource::kUnknown;
  }
  bool advances = false;
  for (int node = condition; node >= 0 && node < tree_.at(condition).after; ++node) {
    if (tree_.role(node) == Role::kMember && ends_rows(node)) return LoopSource::kRows;
    if (tree_.role(node) != Role::kCall || node == call) continue;
    rows_call = rows_of(node, 0);
    if (tree_.contains(condition, rows_call)) {  // asked anew every turn: no row of it is left behind
      rows_call = -1;
      return LoopSource::kUnknown;
    }
    if (rows_call >= 0 || gives_rows(node)) return LoopSource::kRows;
    advances = advances || (fetches(node) && !pumps(node));
  }
  if (advances || takes_next(condition) || walks_on(loop, condition)) return LoopSource::kCollection;
  if (LoopSource counted = source_of_counter(loop, condition); counted != LoopSource::kUnknown) return counted;
  return drains(loop, condition) ? LoopSource::kCollection : LoopSource::kUnknown;
}

bool LoopFinder::is_endless(int loop) const {
  int condition = tree_.ungrouped(tree_.part(loop, Part::kCondition));
  std::string_view written = tree_.text(condition);
  return condition < 0 || written == "1" || written == "true" || written == "True" || written == "TRUE";
}

// The call that gives an endless loop its next row, where something leaves the loop; -1 = none, or another loop.
int LoopFinder::fetched_until_left(int loop) {
  auto [entry, made] = fetched_.try_emplace(loop, -1);
  if (!made || !is_endless(loop)) return entry->second;
  int body = tree_.part(loop, Part::kBody);
  int fetching = -1;
  bool left = false;
  for (int node = body; node >= 0 && node < tree_.at(body).after; ++node) {
    Role role = tree_.role(node);
    if (role == Role::kFor || role == Role::kWhile || opens_scope(role)) {  // their breaks and rows are their own
      node = tree_.at(node).after - 1;
      continue;
    }
    left = left || role == Role::kBreak || role == Role::kReturn;
    if (role == Role::kCall && fetching < 0 && gives_rows(node)) fetching = node;
  }
  return entry->second = left ? fetching : -1;
}

// while ((line = reader.readLine()) != null)
bool LoopFinder::takes_next(int condition) const {
  for (int node = condition; node >= 0 && node < tree_.at(condition).after; ++node) {
    int taken = tree_.role(node) == Role::kAssignment ? tree_.ungrouped(tree_.part(node, Part::kRight)) : -1;
    if (tree_.role(taken) == Role::kCall &&
        !has_name_word(evaluator_.callee_name(taken), language_.words.pumping_words) &&
        !has_name_word(tree_.text(tree_.part(node, Part::kLeft)), language_.words.pumping_words))
      return true;
  }
  return false;
}

// By an iterator, whose next one is taken in its body; or by what an element that the condition looks at says of the
// one that follows it: entry->next, g_list_next(entry).
bool LoopFinder::walks_on(int loop, int condition) const {
  const Words& words = language_.words;
  std::string_view iterator;
  std::vector<std::string_view> elements;
  for (int node = condition; node >= 0 && node < tree_.at(condition).after; ++node) {
    if (tree_.role(node) == Role::kCall && is_one_of(evaluator_.callee_name(node), words.has_next_methods))
      iterator = tree_.text(tree_.part(node, Part::kReceiver));
    bool field = tree_.role(tree_.parent(node)) == Role::kMember && tree_.part(tree_.parent(node), Part::kName) == node;
    if (tree_.role(node) == Role::kIdentifier && !field && !has_name_word(tree_.text(node), words.pumping_words))
      elements.push_back(tree_.text(node));
  }
  auto follows = [&](int assignment) {
    std::string_view name = tree_.text(tree_.part(assignment, Part::kLeft));
    if (std::ranges::find(elements, name) == elements.end()) return false;
    int right = tree_.ungrouped(tree_.part(assignment, Part::kRight));
    if (tree_.role(right) == Role::kMember)
      return tree_.text(tree_.ungrouped(tree_.part(right, Part::kReceiver))) == name;
    if (tree_.role(right) != Role::kCall || !has_name_word(evaluator_.callee_name(right), words.next_words) ||
        has_name_word(evaluator_.callee_name(right), words.pumping_words))
      return false;
    std::vector<int> given = tree_.elements(tree_.part(right, Part::kArguments));
    int of = given.empty() ? tree_.part(right, Part::kReceiver) : given.front();
    return tree_.text(tree_.ungrouped(of)) == name;
  };
  int body = tree_.part(loop, Part::kBody);
  for (int node = body; node >= 0 && node < tree_.at(body).after; ++node) {
    if (tree_.role(node) == Role::kCall && !iterator.empty() && evaluator_.callee_name(node).starts_with("next") &&
        tree_.text(tree_.part(node, Part::kReceiver)) == iterator)
      return true;
    if (tree_.role(node) == Role::kAssignment && follows(node)) return true;
  }
  return false;
}

// while (i < n) { load(ids[i]); i++; }: a counter, by which the body looks something up. The near miss counts how often
// something was tried: while (tries < 3) { tries++; … }
LoopSource LoopFinder::source_of_counter(int loop, int condition) const {
  int comparison = tree_.ungrouped(condition);
  int counter = tree_.ungrouped(tree_.part(comparison, Part::kLeft));
  if (tree_.role(comparison) != Role::kBinary || tree_.role(counter) != Role::kIdentifier) return LoopSource::kUnknown;
  std::string_view name = tree_.text(counter);
  int body = tree_.part(loop, Part::kBody);
  bool steps = false, looks_up = false;
  auto is_counter = [&](int node) { return tree_.text(tree_.ungrouped(node)) == name; };
  for (int node = body; node >= 0 && node < tree_.at(body).after; ++node) {
    Role role = tree_.role(node);
    if ((role == Role::kAppend || role == Role::kBind) && is_counter(tree_.part(node, Part::kLeft))) {
      int by = tree_.part(node, Part::kRight);
      if (by >= 0 && tree_.text(by) != "1") return LoopSource::kBatch;
      steps = true;
    }
    if (role == Role::kSubscript && is_counter(tree_.part(node, Part::kValue))) looks_up = true;
    if (role != Role::kCall || tree_.part(node, Part::kReceiver) < 0) continue;
    std::vector<int> given = tree_.elements(tree_.part(node, Part::kArguments));
    if (given.size() == 1 && is_counter(given.front()) &&
        is_one_of(evaluator_.callee_name(node), language_.words.at_methods))
      looks_up = true;
  }
  if (!steps || !looks_up) return LoopSource::kUnknown;
  bool literal = tree_.role(tree_.ungrouped(tree_.part(comparison, Part::kRight))) == Role::kNumber;
  return literal ? LoopSource::kLiteral : LoopSource::kCollection;
}

// while (ids.length) { load(ids.pop()); }, while (!ids.isEmpty()) { load(ids.remove(0)); }
bool LoopFinder::drains(int loop, int condition) const {
  const Words& words = language_.words;
  int body = tree_.part(loop, Part::kBody);
  for (int node = body; node >= 0 && node < tree_.at(body).after; ++node) {
    if (tree_.role(node) != Role::kCall || !is_one_of(evaluator_.callee_name(node), words.taking_methods)) continue;
    int receiver = tree_.ungrouped(tree_.part(node, Part::kReceiver));
    std::string_view held = tree_.text(receiver);
    if (tree_.role(receiver) != Role::kIdentifier || has_name_word(held, words.pumping_words) ||
        !names(condition, held))
      continue;
    if (!is_added_to(body, held)) return true;
  }
  return false;
}

bool LoopFinder::names(int expression, std::string_view name) const {
  for (int node = expression; node >= 0 && node < tree_.at(expression).after; ++node)
    if (tree_.role(node) == Role::kIdentifier && tree_.text(node) == name) return true;
  return false;
}

// By a method that takes nothing away, by an assignment, or by a function that it is given to.
bool LoopFinder::is_added_to(int body, std::string_view collection) const {
  for (int node = body; node < tree_.at(body).after; ++node) {
    Role role = tree_.role(node);
    if (role == Role::kAssignment || role == Role::kAppend || role == Role::kBind) {
      if (names(tree_.part(node, Part::kLeft), collection)) return true;
    }
    if (role != Role::kCall) continue;
    if (names(tree_.part(node, Part::kArguments), collection)) return true;
    std::string_view name = evaluator_.callee_name(node);
    if (tree_.text(tree_.ungrouped(tree_.part(node, Part::kReceiver))) == collection &&
        is_one_of(name, language_.words.mutating_methods) && !is_one_of(name, language_.words.taking_methods))
      return true;
  }
  return false;
}

}  // namespace explaingate::host

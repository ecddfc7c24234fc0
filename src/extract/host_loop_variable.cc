// The texts that a loop's variable goes through, where it runs over a literal list.
#include <algorithm>

#include "extract/host_evaluate.h"

namespace explaingate::host {
namespace {

constexpr size_t kMostElements = 500;  // of a list of statements that a loop executes one by one

}  // namespace

// for sql in ("…", "…"): each of them; of a slice, whatever its bounds, each element may be in it.
Value Evaluator::loop_variable(std::string_view name, int variable, int iterable) {
  bool numbered = false;
  int list = looped_list(iterable, numbered);
  Value value = unknown("SQL is the variable `" + std::string(name) + "` of a loop");
  if (list < 0) return value;
  if (numbered) {  // for number, sql in enumerate(list)
    std::vector<int> names = tree_.elements(variable);
    if (names.size() != 2) return value;
    variable = names[1];
  }
  for (int element : tree_.elements(list)) {
    int field = field_of(name, variable, element, 0);
    Value text = field >= 0 ? evaluate(field, nullptr) : Value{};
    if (text.known()) value.reason.clear();
    add_variants(value.variants, std::move(text.variants), kMostElements);
  }
  return value;
}

// The literal list that a loop runs over: by name, a slice of it, or what a function such as sorted() gives of it.
int Evaluator::looped_list(int iterable, bool& numbered) {
  constexpr int kMostWrappers = 4;
  for (int wrappers = 0; iterable >= 0 && wrappers < kMostWrappers; ++wrappers) {
    int list = literal_collection(iterable);
    if (list >= 0) return tree_.role(list) == Role::kList ? list : -1;
    if (tree_.role(iterable) == Role::kSubscript) {
      if (tree_.role(tree_.part(iterable, Part::kValue)) != Role::kSlice) return -1;
      iterable = tree_.part(iterable, Part::kReceiver);
    } else if (tree_.role(iterable) == Role::kCall) {
      const Words& words = language_.words;
      std::string_view name = callee_name(iterable);
      std::vector<int> given = tree_.elements(tree_.part(iterable, Part::kArguments));
      bool numbers = is_one_of(name, words.numbering_functions);
      if (given.empty() || !(numbers || is_one_of(name, words.same_elements))) return -1;
      if (numbers && (wrappers > 0 || numbered)) return -1;
      numbered = numbered || numbers;
      iterable = given.front();
    } else {
      return -1;
    }
  }
  return -1;
}

// The part of an element that goes to the name in a pattern: sql, of `(number, (title, sql))`; -1 = none does.
int Evaluator::field_of(std::string_view name, int pattern, int element, int depth) const {
  constexpr int kDeepestPattern = 4;
  if (tree_.role(pattern) == Role::kIdentifier) return tree_.text(pattern) == name ? element : -1;
  if (depth == kDeepestPattern) return -1;
  std::vector<int> names = tree_.elements(pattern), fields = tree_.elements(element);
  for (size_t index = 0; index < std::min(names.size(), fields.size()); ++index)
    if (int found = field_of(name, names[index], fields[index], depth + 1); found >= 0) return found;
  return -1;
}

}  // namespace explaingate::host

// What a loop runs over: rows of a query, a literal, a count, batches, a collection.
#include <algorithm>

#include "extract/host_loops.h"

namespace explaingate::host {

// A loop's statement runs over the same for every call in it, but for those that it asks itself.
LoopSource LoopFinder::source_of(const Shape& shape, int call, int& rows_call) {
  if (is_retry(shape, call)) return LoopSource::kRetry;
  bool statement = shape.kind == LoopKind::kFor || shape.kind == LoopKind::kWhile;
  bool asked = tree_.contains(tree_.part(shape.node, Part::kCondition), call) ||
               (shape.kind == LoopKind::kWhile && fetched_until_left(shape.node) == call);
  if (!statement || asked) return source_over(shape, call, rows_call);
  auto [entry, made] = sources_.try_emplace(shape.node, LoopSource::kUnknown, -1);
  auto& [source, rows] = entry->second;
  if (made) source = source_over(shape, -1, rows);
  rows_call = rows;
  return source;
}

LoopSource LoopFinder::source_over(const Shape& shape, int call, int& rows_call) {
  const Words& words = language_.words;
  if (shape.kind == LoopKind::kWhile) return source_of_while(shape.node, call, rows_call);
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
    if (rows_call >= 0 || gives_rows(node)) return LoopSource::kRows;
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
  if (gives_rows(iterable)) return LoopSource::kRows;  // of an unknown statement
  return LoopSource::kUnknown;
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

// An empty one is filled before it's looped over.
bool LoopFinder::is_literal(int collection) const {
  if (tree_.first_named(collection) < 0) return false;
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

}  // namespace explaingate::host

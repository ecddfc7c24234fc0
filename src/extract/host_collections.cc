// Literal lists and maps: QUERIES["by_name"], ", ".join(list), "?" * n, *arguments.
#include <algorithm>
#include <charconv>
#include <utility>

#include "extract/host_evaluate.h"

namespace explaingate::host {

int Evaluator::literal_collection(int node, int depth) const {
  constexpr int kMostNames = 4;
  node = tree_.ungrouped(node);
  Role role = tree_.role(node);
  if (role == Role::kList || role == Role::kMap) return node;
  if (role == Role::kCall && is_called(node, language_.words.map_functions)) return node;
  if (depth >= kMostNames || mutated_.contains(tree_.text(node))) return -1;
  const std::vector<int>* found = nullptr;
  if (role == Role::kIdentifier) {
    for (int scope = tree_.at(node).scope; found == nullptr; scope = tree_.at(scope).scope) {
      found = assignments(scope, tree_.text(node));
      if (scope <= 0) break;
    }
  } else if (role == Role::kMember) {
    std::string_view object = tree_.text(tree_.part(node, Part::kReceiver));
    int owner = is_one_of(object, language_.words.self) ? tree_.class_of(node) : -1;
    if (auto known = classes_.find(object); owner < 0 && known != classes_.end()) owner = known->second;
    if (owner >= 0) found = assignments(owner, tree_.text(tree_.part(node, Part::kName)));
  }
  if (found == nullptr || found->size() != 1 || tree_.role(found->front()) != Role::kAssignment) return -1;
  int left = tree_.part(found->front(), Part::kLeft);
  if (tree_.role(left) != Role::kIdentifier) return -1;
  return literal_collection(tree_.part(found->front(), Part::kRight), depth + 1);
}

// The value of a pair of a literal map, by its key as written, quotes apart; -1 = none.
int Evaluator::pair_named(int map, std::string_view name) const {
  for (int pair : tree_.elements(map)) {
    if (tree_.role(pair) == Role::kIdentifier && tree_.text(pair) == name) return pair;  // {text}: short for text: text
    if (tree_.role(pair) != Role::kPair) continue;
    std::string_view key = tree_.text(tree_.part(pair, Part::kName));
    if (key.size() == name.size() + 2 && (key.front() == '"' || key.front() == '\'')) key = key.substr(1, name.size());
    if (key == name) return tree_.part(pair, Part::kValue);
  }
  return -1;
}

// The pairs of a literal map, of a call that makes one from its arguments, and of what is spread into either.
std::vector<std::pair<std::string, int>> Evaluator::named_values(int node, int depth) {
  constexpr int kDeepestSpread = 4;
  int map = literal_collection(node);
  if (map < 0 || depth > kDeepestSpread || tree_.role(map) == Role::kList) return {};
  return pairs_in(tree_.elements(tree_.role(map) == Role::kCall ? tree_.part(map, Part::kArguments) : map), depth);
}

std::vector<std::pair<std::string, int>> Evaluator::pairs_in(const std::vector<int>& nodes, int depth) {
  std::vector<std::pair<std::string, int>> named;
  std::string key;
  for (int node : nodes) {
    switch (tree_.role(node)) {
      case Role::kKeyword:
        named.emplace_back(tree_.text(tree_.part(node, Part::kName)), tree_.part(node, Part::kValue));
        break;
      case Role::kPair: {
        Value name = evaluate(tree_.part(node, Part::kName), nullptr);
        if (name.variants.size() != 1 || !plain_text(name.variants[0], key)) key.clear();
        named.emplace_back(key, tree_.part(node, Part::kValue));
        break;
      }
      case Role::kSplat:
        node = tree_.first_named(node);
        [[fallthrough]];
      default: {
        auto spread = named_values(node, depth + 1);
        named.insert(named.end(), spread.begin(), spread.end());
      }
    }
  }
  return named;
}

// s[:-2], s[0:len(s) - 2]: how many bytes are cut off a text's end; -1 = it's another slice.
int Evaluator::bytes_sliced(int subscript) const {
  std::string written;
  for (char c : tree_.text(tree_.part(subscript, Part::kValue)).substr(0, 80))
    if (c != ' ') written += c;
  std::string_view rest = written;
  if (rest.starts_with('0')) rest.remove_prefix(1);
  if (!rest.starts_with(':')) return -1;
  rest.remove_prefix(1);
  std::string length = "len(" + std::string(tree_.text(tree_.part(subscript, Part::kReceiver))) + ")";
  if (rest.starts_with(length)) rest.remove_prefix(length.size());
  if (!rest.starts_with('-')) return -1;
  int bytes = -1;
  auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), bytes);
  return error == std::errc{} && end == rest.data() + rest.size() ? bytes : -1;
}

// QUERIES["by_name"] of a literal map: the value of that key, or of every key where the key isn't known.
Value Evaluator::subscript(int node, const Binding* bound) {
  if (tree_.role(tree_.part(node, Part::kValue)) == Role::kSlice) {
    int bytes = bytes_sliced(node);
    Value value = bytes >= 0 ? evaluate(tree_.part(node, Part::kReceiver), bound) : Value{};
    if (value.known() && cut_end(value.variants, static_cast<size_t>(bytes))) return value;
  }
  int map = literal_collection(tree_.part(node, Part::kReceiver));
  Value otherwise = unknown("SQL is the expression " + quoted(tree_.text(node)));
  if (map < 0 || tree_.role(map) == Role::kList) return otherwise;
  Value key = evaluate(tree_.part(node, Part::kValue), bound);
  std::string want;
  bool known_key = key.variants.size() == 1 && plain_text(key.variants[0], want);
  Value value;
  for (const auto& [name, element] : named_values(map)) {
    if (known_key && name != want) continue;
    add_variants(value.variants, evaluate(element, bound).variants);
  }
  value.name = tree_.text(tree_.part(node, Part::kReceiver));
  return value.known() ? value : otherwise;
}

Value Evaluator::splat(int node) {
  std::string_view name = tree_.text(tree_.first_named(node));
  int function = tree_.function_of(node);
  Value value = unknown("SQL is in " + quoted(tree_.text(node)) + ", which is spread into the arguments");
  int given = function > 0 ? parameter(function, name) : -1;
  if (given < 0 || assignments(function, name) != nullptr) return value;
  value.reason = "SQL is the parameter " + quoted(tree_.text(node)) + " of this function";
  value.parameter = given;
  return value;
}

Value Evaluator::joined(int list, std::string_view separator) {
  steps_ = 0;
  Value value;
  value.variants.emplace_back();
  bool first = true;
  for (int element : tree_.elements(list)) {
    if (!first) {
      Text between = text_piece(std::string(separator), tree_.at(element).start, 0);
      for (Text& text : value.variants) text.push_back(between.front());
    }
    first = false;
    extend(value.variants, part(element, nullptr));
  }
  return value;
}

Value Evaluator::join(const Value& separator, int arguments, const Binding* bound) {
  std::vector<int> given = tree_.elements(arguments);
  if (given.size() != 1) {
    if (tree_.role(arguments) != Role::kComprehension) return unknown("SQL is joined from no list");
    given = {arguments};  // join(x for x in xs): the parentheses of the call are those of the expression
  }
  return join_list(separator, given[0], bound);
}

// "\n".join(f"INSERT INTO t VALUES ({x});" for x in xs): whole statements, all alike, of which one stands for them all.
// " UNION ".join(f"SELECT a FROM {t}" for t in ts) is the near miss: parts of one.
Value Evaluator::joined_statements(int comprehension, std::string_view between, const Binding* bound) {
  int body = tree_.part(comprehension, Part::kBody);
  bool apart = between.find(';') != std::string_view::npos;
  if (tree_.role(comprehension) != Role::kComprehension) return {};
  if (!apart && tree_.text(body).find(';') == std::string_view::npos) return {};
  Value each = evaluate(body, bound);
  auto whole = [&](const Text& text) {
    std::string head, tail;  // before the first hole, behind the last one
    bool hole = false;
    for (const Piece& piece : text) {
      hole = hole || piece.kind == Piece::Kind::kHole;
      if (piece.kind == Piece::Kind::kHole) tail.clear();
      if (piece.kind == Piece::Kind::kText) tail += piece.text;
      if (!hole) head += piece.text;
    }
    size_t end = tail.find_last_not_of(" \t\r\n");
    bool ends = apart || (end != std::string::npos && tail[end] == ';');
    return ends && starts_with_main_verb(head);
  };
  return std::ranges::all_of(each.variants, whole) ? each : Value{};
}

Value Evaluator::join_list(const Value& separator, int given, const Binding* bound) {
  int collection = literal_collection(given);
  if (collection >= 0 && tree_.role(collection) == Role::kList)
    return join_elements(separator, tree_.elements(collection), bound);
  std::string between, element;
  bool plain = separator.variants.size() == 1 && plain_text(separator.variants[0], between);
  bool commas = plain && between.find(',') != std::string::npos;
  if (plain && tree_.role(given) == Role::kIdentifier && lists_built(given)) {
    Piece piece = text_piece(between, tree_.at(given).start, tree_.text(given).size()).front();
    piece.hint = Piece::Hint::kSeparator;
    if (Value value = grown_list(piece, given, bound); value.known()) return value;
  }
  if (Value each = plain ? joined_statements(given, between, bound) : Value{}; each.known()) return each;
  Value list;
  list.variants.push_back(hole(given, "SQL is joined from a list that is not written there"));
  Piece& piece = list.variants[0][0];
  if (!commas) {
    piece.hint = Piece::Hint::kClause;
  } else {
    int node = given;
    for (int names = 0; names < 4 && tree_.role(node) == Role::kIdentifier; ++names) {  // marks = ["?"] * n
      const std::vector<int>* found = assignments(tree_.at(node).scope, tree_.text(node));
      if (found == nullptr || found->size() != 1 || tree_.role(found->front()) != Role::kAssignment) break;
      node = tree_.part(found->front(), Part::kRight);
    }
    if (placeholder_list(node, element, bound) >= 0) {
      piece.hint = Piece::Hint::kPlaceholders;
      piece.text = element;
    }
  }
  return list;
}

Value Evaluator::join_elements(const Value& separator, const std::vector<int>& list, const Binding* bound) {
  Value result = separator;
  result.variants.assign(1, {});
  bool first = true;
  for (int element : list) {
    if (!first) extend(result.variants, separator.variants);
    first = false;
    std::string reason;
    extend(result.variants, substitute(element, bound, reason));
  }
  return result;
}

// parts = ["SELECT a", "FROM t"]; parts.push("WHERE b = 1"); parts.join(" "): each element and what is appended is
// followed by the separator, and the last separator is dropped.
Value Evaluator::grown_list(const Piece& separator, int list, const Binding* bound) {
  const Piece* outer = std::exchange(joined_by_, &separator);
  Value value = evaluate(list, bound);
  joined_by_ = outer;
  for (Text& text : value.variants)
    if (!text.empty() && text.back().hint == Piece::Hint::kSeparator) text.pop_back();
  std::erase_if(value.variants, [](const Text& text) { return text.empty(); });  // an empty list is seldom joined
  return value;
}

// A name of a list that appends alone change.
bool Evaluator::lists_built(int name) const {
  return mutated_.contains(tree_.text(name)) && !rearranged_.contains(tree_.text(name));
}

Value Evaluator::list_text(const std::vector<int>& elements, const Binding* bound) {
  const Piece* separator = std::exchange(joined_by_, nullptr);
  Value value;
  value.variants.emplace_back();
  for (int element : elements) {
    extend(value.variants, part(element, bound, &value.text_calls));
    for (Text& text : value.variants) text.push_back(*separator);
  }
  joined_by_ = separator;
  return value;
}

// "?" * n and ["?"] * n: so many placeholders as nobody knows. `node` is the repeated thing.
Value Evaluator::repeat(int text, int whole, const Binding* bound) {
  std::string element;
  Value value = evaluate(text, bound);
  if (value.variants.size() != 1 || !plain_text(value.variants[0], element)) return unknown("SQL is repeated text");
  size_t last = element.find_last_not_of(" ,");
  if (last == std::string::npos) return unknown("SQL is repeated text");
  Value list;
  list.variants.push_back(hole(whole, "SQL is repeated text"));
  list.variants[0][0].hint = Piece::Hint::kPlaceholders;
  list.variants[0][0].text = element.substr(0, last + 1);
  return list;
}

// A collection whose elements are all the same known text, as many as there are: "?" * n, ["?"] * n, ("?" for x in xs).
int Evaluator::placeholder_list(int node, std::string& element, const Binding* bound) {
  node = tree_.ungrouped(node);
  int repeated = -1;
  if (tree_.role(node) == Role::kComprehension) {
    repeated = tree_.part(node, Part::kBody);
  } else if (tree_.role(node) == Role::kBinary &&
             is_one_of(tree_.text(tree_.part(node, Part::kOperator)), language_.words.repeat)) {
    repeated = tree_.part(node, Part::kLeft);
    if (tree_.role(repeated) == Role::kList) repeated = tree_.first_named(repeated);
  } else if (tree_.role(node) == Role::kCall) {  // map(lambda x: "?", xs)
    for (const Callback& callback : language_.callbacks) {
      if (!is_one_of(tree_.callee(node), callback.callees) && !is_one_of(callee_name(node), callback.callees)) continue;
      int function = callback.function < 0 ? tree_.last_named(node) : sql_argument(node, callback.function, {});
      if (tree_.role(function) != Role::kLambda) continue;
      repeated = tree_.part(function, Part::kBody);
      if (callback.function < 0 && tree_.role(repeated) == Role::kNone) repeated = tree_.last_named(repeated);
    }
  }
  if (repeated < 0) return -1;
  Value value = evaluate(repeated, bound);
  return value.variants.size() == 1 && plain_text(value.variants[0], element) ? repeated : -1;
}

}  // namespace explaingate::host

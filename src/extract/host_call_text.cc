// The text that a call gives: builders, formats, joins, methods of strings, functions of the same file.
#include <algorithm>
#include <charconv>

#include "extract/host_evaluate.h"

namespace explaingate::host {

Value Evaluator::call(int node, const Binding* bound) {
  const Words& words = language_.words;
  int receiver = tree_.part(node, Part::kReceiver);
  int arguments = tree_.part(node, Part::kArguments);
  std::string_view name = callee_name(node);
  if (const CallSite* row = text_call(node)) {
    Value value = evaluate(sql_argument(node, row->argument, row->keywords), bound);
    value.text_calls.push_back(node);
    return value;
  }
  if (int object = is_one_of(name, words.text_members) ? text_object(node) : -1; object >= 0)
    return evaluate(object, bound);
  if (is_empty_text(node)) return empty_text(node);
  if (is_one_of(name, words.builders) || (receiver >= 0 && is_one_of(name, words.append_methods))) {
    Value value = builder(node, bound);
    if (value.known() || !value.reason.empty()) return value;
  }
  if (receiver >= 0) {
    if (is_one_of(name, words.indent_methods) || is_one_of(name, words.margin_methods)) {
      Value value = evaluate(receiver, bound);
      for (Text& text : value.variants) {
        if (is_one_of(name, words.indent_methods)) strip_indent(text, tree_.at(receiver).start, tree_.at(receiver).end);
        if (is_one_of(name, words.margin_methods)) strip_margin(text, '|');
      }
      if (value.known()) return value;
    }
    if (is_one_of(name, words.transparent_methods)) {
      Value value = evaluate(receiver, bound);
      if (value.known() || value.parameter >= 0) return value;
    } else if (is_one_of(name, words.format_methods) || is_one_of(name, words.join_methods) ||
               is_one_of(name, words.replace_methods)) {
      Value value = evaluate(receiver, bound);
      if (value.known() && is_one_of(name, words.format_methods))
        return format(value, tree_.elements(arguments), -1, bound);
      if (value.known() && is_one_of(name, words.join_methods)) return join(value, arguments, bound);
      if (value.known()) return replace(value, arguments, bound);
    } else if (is_one_of(name, words.numbered_methods)) {
      Value value = evaluate(receiver, bound);
      if (value.known()) return numbered(value, tree_.elements(arguments), bound);
    } else if (is_one_of(name, words.repeat_methods)) {
      Value value = repeat(receiver, node, bound);
      if (value.known()) return value;
    }
  }
  if (const FormatFunction* function = format_function(node)) return formatted(*function, node, bound);
  for (const JoinFunction& function : language_.join_functions) {
    if (!is_called(node, function.callees)) continue;
    int list = function.list < 0 ? receiver : sql_argument(node, function.list, {});
    int between = sql_argument(node, function.separator, {});
    Value separator = between >= 0 ? evaluate(between, bound) : Value{};
    if (list < 0 || !separator.known()) continue;
    auto behind = static_cast<size_t>(function.list);
    std::vector<int> given = tree_.elements(arguments);
    if (function.list >= 0 && given.size() > behind + 1 && function.separator < function.list) {  // one by one
      given.erase(given.begin(), given.begin() + function.list);
      return join_elements(separator, given, bound);
    }
    return join_list(separator, list, bound);
  }
  if (std::vector<int> given = tree_.elements(arguments); !given.empty()) {
    if (is_called(node, words.repeat_functions)) return repeat(given.front(), node, bound);
    if (is_called(node, words.empty_functions)) return empty_text(node);
    if (is_called(node, words.concatenate_functions)) {
      Value value = empty_text(node);
      for (int argument : given) extend(value.variants, part(argument, bound, &value.text_calls));
      return value;
    }
    if (is_called(node, words.replace_functions)) {
      Value value = evaluate(given.front(), bound);
      if (!value.known() || given.size() < 3) return value;
      return replace(value, given[1], given[2], bound);
    }
  }
  std::string_view path = tree_.callee(node);
  bool transparent = std::any_of(words.transparent_functions.begin(), words.transparent_functions.end(),
                                 [&](const std::string& function) { return function == path; });
  std::vector<int> given = is_tag(node) ? std::vector<int>{arguments} : tree_.elements(arguments);
  if (transparent && !given.empty()) {  // sanitize_sql_array(["…", 1])
    if (tree_.role(given.front()) == Role::kLambda) return evaluate(tree_.part(given.front(), Part::kBody), bound);
    bool list = tree_.role(given.front()) == Role::kList && tree_.first_named(given.front()) >= 0;
    return evaluate(list ? tree_.first_named(given.front()) : given.front(), bound);
  }
  if (int function = function_called(node); function >= 0) {
    Value value = result_of(function, node, bound);
    if (value.known()) return value;
  }
  // stringtf("SELECT … %d", id): a text with as many marks as there are values behind it
  if (given.size() > 1 && tree_.role(given.front()) == Role::kString && !has_name_word(name, words.executing_words) &&
      tree_.text(given.front()).find('%') != std::string_view::npos) {
    Value pattern = evaluate(given.front(), bound);
    bool sql = pattern.variants.size() == 1 && !pattern.variants.front().empty() &&
               is_sql_in_capitals(pattern.variants.front().front().text);
    if (sql) {
      Value filled = with_arguments(pattern, node, given.front());
      if (filled.known() && filled.variants.front().size() > pattern.variants.front().size()) return filled;
    }
  }
  if (has_name_word(name, words.format_words)) {
    for (int argument : given) {
      Value pattern = tree_.role(argument) == Role::kNumber ? Value{} : evaluate(argument, bound);
      if (pattern.known()) return with_arguments(std::move(pattern), node, argument);
    }
  }
  if (int closure = language_.closures_run ? given_closure(node) : -1; closure >= 0) {
    // template(schema => $"SELECT … FROM {schema}.t"): what a function that is given to the call makes
    Value value = evaluate(closure, bound);
    bool sql = !value.variants.empty() && !value.variants.front().empty() &&
               starts_with_main_verb(value.variants.front().front().text);
    if (sql) return value;
  }
  return unknown("SQL is the result of the call " + quoted(tree_.callee(node)));
}

int Evaluator::given_closure(int call) const {
  int found = -1;
  for (int argument : tree_.elements(tree_.part(call, Part::kArguments))) {
    if (tree_.role(argument) != Role::kLambda) continue;
    if (found >= 0) return -1;
    found = tree_.part(argument, Part::kBody);
    if (found == argument) found = tree_.last_named(argument);
  }
  Role role = tree_.role(found);
  return role == Role::kString || role == Role::kBinary ? found : -1;
}

Value Evaluator::formatted(const FormatFunction& function, int call, const Binding* bound) {
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  auto first = static_cast<size_t>(function.argument);
  bool method = function.argument < 0;
  if (!method && first >= given.size()) return unknown("SQL is missing");
  Value pattern = evaluate(method ? tree_.part(call, Part::kReceiver) : given[first], bound);
  if (!pattern.known()) return pattern;
  given.erase(given.begin(), given.begin() + function.argument + 1);
  return function.braces ? format(pattern, given, call, bound) : percent(pattern, given, bound);
}

// new StringBuilder("a").append("b").append(c)
Value Evaluator::builder(int node, const Binding* bound) {
  int start = node;
  while (tree_.role(start) == Role::kCall && is_one_of(callee_name(start), language_.words.append_methods))
    start = tree_.ungrouped(tree_.part(start, Part::kReceiver));
  Value value;
  if (tree_.role(start) == Role::kCall && is_one_of(callee_name(start), language_.words.builders)) {
    if (int given = sql_argument(start, 0, {}); given >= 0) value = evaluate(given, bound);
    if (!value.known() || value.number) value = empty_text(start);  // nothing, or a capacity
  } else {
    value = evaluate(start, bound);
  }
  if (!value.known() || start == node) return value;
  for (Value& text : appended_texts(node, bound)) {
    extend(value.variants, std::move(text.variants));
    value.text_calls.insert(value.text_calls.end(), text.text_calls.begin(), text.text_calls.end());
  }
  return value;
}

bool Evaluator::clears(int call) const {
  if (!is_one_of(callee_name(call), language_.words.clear_methods)) return false;
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  return given.empty() || tree_.text(given.front()) == "0";  // setLength(n) cuts it
}

// b.setLength(b.length() - 2), b.deleteCharAt(b.length() - 1): the 2, the 1; -1 = it cuts nothing that is known.
int Evaluator::bytes_cut(int call) const {
  if (!is_one_of(callee_name(call), language_.words.cut_methods)) return -1;
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  if (given.empty()) return -1;
  std::string_view written = tree_.text(given.front());
  size_t minus = written.rfind('-');
  if (minus == std::string_view::npos) return -1;
  written.remove_prefix(std::min(written.find_first_not_of(' ', minus + 1), written.size()));
  int bytes = -1;
  auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), bytes);
  return error == std::errc{} && end == written.data() + written.size() ? bytes : -1;
}

int Evaluator::appended_to(int call) const {
  if (clears(call) || is_one_of(callee_name(call), language_.words.cut_methods))
    return tree_.ungrouped(tree_.part(call, Part::kReceiver));
  if (const FormatFunction* function = format_function(call); function != nullptr && function->into >= 0)
    return tree_.ungrouped(sql_argument(call, function->into, {}));
  int target = call;
  while (tree_.role(target) == Role::kCall && is_one_of(callee_name(target), language_.words.append_methods))
    target = tree_.ungrouped(tree_.part(target, Part::kReceiver));
  return target == call ? -1 : target;
}

std::vector<Value> Evaluator::appended_texts(int call, const Binding* bound) {
  std::vector<Value> texts;
  auto add = [&](int node, Value value) {
    if (!value.known() && node >= 0) value.variants.push_back(hole(node, value.reason));
    texts.push_back(std::move(value));
  };
  if (const FormatFunction* function = format_function(call); function != nullptr && function->into >= 0) {
    Value value = formatted(*function, call, bound);
    int pattern =
        value.parameter >= 0 ? sql_argument(call, function->argument, {}) : -1;  // vsnprintf(q, n, format, ap)
    add(pattern >= 0 ? pattern : call, std::move(value));
    return texts;
  }
  while (tree_.role(call) == Role::kCall && is_one_of(callee_name(call), language_.words.append_methods)) {
    std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
    for (const auto& [method, tail] : language_.words.append_tails) {
      if (method != callee_name(call)) continue;
      texts.emplace_back();
      texts.back().variants.push_back(text_piece(tail, tree_.at(call).end - 1, 1));
    }
    if (const FormatFunction* function = format_function(call)) {
      add(call, formatted(*function, call, bound));
    } else if (given.size() == 1) {
      add(given.front(), evaluate(given.front(), bound));
    } else if (given.size() > 1) {
      add(call, unknown("a part of a text is appended"));
    }
    call = tree_.ungrouped(tree_.part(call, Part::kReceiver));
  }
  std::reverse(texts.begin(), texts.end());
  return texts;
}

}  // namespace explaingate::host

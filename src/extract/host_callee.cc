// What a call is, without evaluating it: the name it goes by, the rows of call sites that it fits, which argument holds
// the SQL.
#include <algorithm>

#include "extract/host_evaluate.h"

namespace explaingate::host {

std::string_view Evaluator::callee_name(int call) const {
  int name = tree_.part(call, Part::kName);
  if (name < 0) name = tree_.part(call, Part::kCallee);
  bool written = tree_.role(name) == Role::kIdentifier || tree_.role(name) == Role::kContent;  // $calls['query'](…)
  return written ? tree_.text(name) : std::string_view{};
}

bool Evaluator::is_tag(int call) const {
  return tree_.role(tree_.part(call, Part::kArguments)) == Role::kString;
}

std::string_view Evaluator::with_mark(std::string_view name) const {
  const std::string& mark = language_.macro_mark;
  if (mark.empty() || name.empty()) return name;
  auto end = static_cast<size_t>(name.data() - tree_.source().data()) + name.size();
  if (!tree_.source().substr(end).starts_with(mark)) return name;
  return tree_.source().substr(end - name.size(), name.size() + mark.size());
}

std::string_view Evaluator::callee_text(int call) const {
  return with_mark(tree_.callee(call));
}

bool Evaluator::is_called(int call, const std::vector<std::string>& callees) const {
  std::string_view name = callee_name(call);
  if (name.empty()) return false;
  name = with_mark(name);
  std::string path;
  return std::any_of(callees.begin(), callees.end(), [&](std::string_view callee) {
    if (!callee.ends_with(name)) return false;
    if (callee == name) return true;
    if (path.empty()) path = dotted(callee_text(call));
    return ends_with_path(path, callee);
  });
}

const FormatFunction* Evaluator::format_function(int call) const {
  for (const FormatFunction& function : language_.format_functions)
    if (is_called(call, function.callees)) return &function;
  return nullptr;
}

int Evaluator::given_argument(int call, int position, const std::vector<std::string>& keywords) const {
  int index = 0;
  int found = -1;
  if (is_tag(call)) return position == 0 ? tree_.part(call, Part::kArguments) : -1;
  for (int argument : tree_.elements(tree_.part(call, Part::kArguments))) {
    if (tree_.role(argument) == Role::kKeyword) {
      if (is_one_of(tree_.text(tree_.part(argument, Part::kName)), keywords)) return tree_.part(argument, Part::kValue);
      continue;
    }
    if (index++ == position && found < 0 && tree_.role(argument) != Role::kSplat) found = argument;
  }
  return found;
}

int Evaluator::sql_argument(int call, int position, const std::vector<std::string>& keywords) const {
  if (position == kOnReceiver) return tree_.ungrouped(tree_.part(call, Part::kReceiver));
  int argument = given_argument(call, position, keywords);
  if (argument < 0 || keywords.empty() || tree_.role(argument) == Role::kString) return argument;
  int map = literal_collection(argument);
  if (map < 0 || tree_.role(map) != Role::kMap) return argument;
  for (const std::string& keyword : keywords)
    if (int value = pair_named(map, keyword); value >= 0) return value;
  return argument;
}

int Evaluator::spread_argument(int call, int position) {
  int index = 0;
  for (int argument : tree_.elements(tree_.part(call, Part::kArguments))) {
    if (index > position) return -1;
    if (tree_.role(argument) == Role::kSplat) {
      int list = literal_collection(tree_.first_named(argument));
      if (list < 0 || tree_.role(list) != Role::kList) return argument;
      std::vector<int> elements = tree_.elements(list);
      if (index + static_cast<int>(elements.size()) > position) return elements[static_cast<size_t>(position - index)];
      index += static_cast<int>(elements.size());
    } else if (tree_.role(argument) != Role::kKeyword) {
      ++index;
    }
  }
  return -1;
}

std::vector<const CallSite*> Evaluator::rows_for(int call) const {
  std::vector<const CallSite*> rows;
  std::string_view name = callee_name(call);
  if (name.empty()) return rows;
  std::string path;  // made where a row asks for it: those of a long chain of calls are long
  name = with_mark(name);
  bool has_receiver = tree_.part(call, Part::kReceiver) >= 0;
  for (const CallSite& row : language_.call_sites) {
    for (std::string_view callee : row.callees) {
      bool dotted = callee.find('.') != std::string_view::npos;
      if (!callee.ends_with(name) || row.tagged != is_tag(call)) continue;
      if (dotted && path.empty()) path = host::dotted(callee_text(call));
      bool fits = dotted ? ends_with_path(path, callee)
                         : callee == name && !(row.receiver == CallSite::Receiver::kNone && has_receiver) &&
                               !(row.receiver == CallSite::Receiver::kRequired && !has_receiver);
      if (!fits) continue;
      rows.push_back(&row);
      break;
    }
  }
  return rows;
}

bool Evaluator::gate_is_open(const CallSite& row, int call) const {
  if (imported(row)) return true;
  if (tree_.part(call, Part::kReceiver) >= 0) return false;
  std::string path = dotted(tree_.text(tree_.part(call, Part::kCallee)));
  size_t last = path.rfind('.');
  if (last == std::string::npos) return false;
  std::string_view module = std::string_view(path).substr(0, last);
  return std::any_of(row.imports.begin(), row.imports.end(),
                     [&](const std::string& gate) { return has_path(module, gate); });
}

bool Evaluator::imported(const CallSite& row) const {
  for (const Import& import : tree_.imports()) {
    std::string whole = std::string(import.module) + "." + std::string(import.name);
    for (const std::string& gate : row.imports)
      if (has_path(import.module, gate) || has_path(whole, gate)) return true;
  }
  return false;
}

bool Evaluator::has_required(int call, const CallSite& row) const {
  return std::all_of(row.required.begin(), row.required.end(), [&](const auto& wanted) {
    return tree_.text(sql_argument(call, -1, {wanted.first})) == wanted.second;
  });
}

const CallSite* Evaluator::text_call(int call) const {
  for (const CallSite* row : rows_for(call))
    if ((row->kind == CallKind::kText || row->tagged) && (row->certain || gate_is_open(*row, call)) &&
        has_required(call, *row))
      return row;
  return nullptr;
}

// The call of a library's that made the text which an expression still is: queryOf("…").map { … }.asSingle; -1 = none.
int Evaluator::text_object(int node) const {
  constexpr int kMostMembers = 8;
  for (int members = 0; members < kMostMembers; ++members) {
    node = tree_.ungrouped(node);
    bool call = tree_.role(node) == Role::kCall;
    if (call && text_call(node) != nullptr) return node;
    std::string_view name = call ? callee_name(node) : tree_.text(tree_.part(node, Part::kName));
    if ((!call && tree_.role(node) != Role::kMember) || !is_one_of(name, language_.words.text_members)) return -1;
    node = tree_.part(node, Part::kReceiver);
  }
  return -1;
}

}  // namespace explaingate::host

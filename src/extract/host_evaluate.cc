#include "extract/host_evaluate.h"

#include <algorithm>
#include <deque>

namespace explaingate::host {
namespace {

constexpr int kMostSteps = 20'000;
constexpr int kDeepest = 60;
constexpr size_t kMostBytes = 1 << 20;  // of one text

std::string quoted(std::string_view expression) {
  constexpr size_t kLongest = 80;
  std::string text;
  for (char c : expression.substr(0, kLongest)) {  // one line
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    if (c == ' ' && text.ends_with(' ')) continue;
    text += c;
  }
  return "`" + text + (expression.size() > kLongest ? "…`" : "`");
}

}  // namespace

Evaluator::Evaluator(const Tree& tree, const Language& language, const Externals* externals)
    : tree_(tree), language_(language), externals_(externals), used_(static_cast<size_t>(tree.size()), false) {
  index();
}

void Evaluator::index() {
  std::deque<int> openings;
  for (int node = 0; node < tree_.size(); ++node) {
    switch (tree_.role(node)) {
      case Role::kAppend:
        if (tree_.role(tree_.parent(node)) != Role::kAppend) index_target(node, append_target(node));
        break;
      case Role::kAssignment:
      case Role::kBind:
        index_target(node, tree_.part(node, Part::kLeft));
        break;
      case Role::kFor:
      case Role::kClause:
        index_target(node, tree_.part(node, Part::kVariable));
        break;
      case Role::kCall:
        if (is_one_of(callee_name(node), language_.words.mutating_methods)) {
          mutated_.insert(tree_.text(tree_.part(node, Part::kReceiver)));
          if (!is_one_of(callee_name(node), language_.words.append_methods))
            rearranged_.insert(tree_.text(tree_.part(node, Part::kReceiver)));
        }
        index_append(node);
        break;
      case Role::kHeredoc:
        openings.push_back(node);
        break;
      case Role::kHeredocBody:
        if (openings.empty()) break;
        heredocs_[openings.front()] = node;
        openings.pop_front();
        break;
      case Role::kClass:
        classes_.try_emplace(tree_.text(tree_.part(node, Part::kName)), node);
        break;
      case Role::kFunction:
        functions_[{tree_.at(node).scope, tree_.text(tree_.part(node, Part::kName))}].push_back(node);
        if (int last = given_last(node); last >= 0 && tree_.role(last) != Role::kReturn) returns_[node].push_back(last);
        break;
      case Role::kReturn:
        if (int given = tree_.part(node, Part::kValue); given >= 0) returns_[tree_.at(node).scope].push_back(given);
        break;
      default:
        break;
    }
  }
}

// A chain of appends changes its variable once, at its outermost call, wherever the variable belongs. A builder that is
// given away may be changed there.
void Evaluator::index_append(int call) {
  auto add = [&](int variable, const std::set<std::pair<int, std::string_view>>& known) {
    for (int scope = tree_.at(call).scope;; scope = tree_.at(scope).scope) {
      std::pair<int, std::string_view> key{scope, tree_.text(variable)};
      if (known.contains(key)) {
        std::vector<int>& statements = assignments_[key];
        if (!tree_.contains(statements.back(), call)) statements.push_back(call);
        return true;
      }
      if (scope <= 0) return false;
    }
  };
  int outer = tree_.parent(call);
  if (tree_.role(outer) == Role::kMember) outer = tree_.parent(outer);
  bool inside = tree_.role(outer) == Role::kCall && tree_.part(outer, Part::kReceiver) == call &&
                is_one_of(callee_name(outer), language_.words.append_methods);
  int target = inside ? -1 : appended_to(call);
  if (tree_.role(target) == Role::kIdentifier) {
    if (!add(target, builders_) && !add(target, lists_)) index_target(call, target);
    return;
  }
  if (inside || builders_.empty() || is_one_of(callee_name(call), language_.words.quiet_callees)) return;
  for (int argument : tree_.elements(tree_.part(call, Part::kArguments)))
    if (tree_.role(argument) == Role::kIdentifier) (void)add(argument, builders_);
}

int Evaluator::append_target(int append) const {
  while (tree_.role(append) == Role::kAppend) append = tree_.part(append, Part::kLeft);
  return append;
}

void Evaluator::index_target(int statement, int target) {
  if (target < 0) return;
  switch (tree_.role(target)) {
    case Role::kIdentifier:
    case Role::kContent: {  // define("NAME", "x")
      std::pair<int, std::string_view> key{tree_.at(statement).scope, tree_.text(target)};
      assignments_[key].push_back(statement);
      int given = tree_.part(statement, Part::kRight);
      while (tree_.role(given) == Role::kCall && is_one_of(callee_name(given), language_.words.append_methods))
        given = tree_.part(given, Part::kReceiver);
      if (tree_.role(given) == Role::kCall && is_one_of(callee_name(given), language_.words.builders))
        builders_.insert(key);
      if (tree_.role(given) == Role::kList) lists_.insert(key);
      return;
    }
    case Role::kMember: {
      int owner = tree_.class_of(statement);
      if (owner >= 0 && is_one_of(tree_.text(tree_.part(target, Part::kReceiver)), language_.words.self))
        attributes_[{owner, tree_.text(tree_.part(target, Part::kName))}].push_back(statement);
      return;
    }
    case Role::kSubscript:
    case Role::kCall:
      return;
    default:
      break;
  }
  for (int node = target + 1; node < tree_.at(target).after; ++node)  // a pattern of names
    if (tree_.role(node) == Role::kIdentifier)
      assignments_[{tree_.at(statement).scope, tree_.text(node)}].push_back(statement);
}

void Evaluator::mark_used(int node) {
  for (int inner = node; inner >= 0 && inner < tree_.at(node).after; ++inner) used_[static_cast<size_t>(inner)] = true;
}

const std::vector<int>* Evaluator::assignments(int scope, std::string_view name) const {
  auto found = assignments_.find({scope, name});
  return found == assignments_.end() ? nullptr : &found->second;
}

Value Evaluator::evaluate(int node) {
  steps_ = 0;
  depth_ = 0;
  return evaluate(node, nullptr);
}

Value Evaluator::evaluate(int node, const Binding* bound) {
  if (node < 0) return unknown("SQL is missing");
  if (++steps_ > kMostSteps || depth_ >= kDeepest || work_ > kMostWork)
    return unknown("SQL is put together in too many steps");
  ++depth_;
  Value value = dispatch(node, bound);
  --depth_;
  for (const Text& text : value.variants) {
    size_t bytes = 0;
    work_ += text.size();
    for (const Piece& piece : text) bytes += piece.text.size();
    if (bytes > kMostBytes) return unknown("SQL is longer than 1 MiB");
  }
  return value;
}

Value Evaluator::dispatch(int node, const Binding* bound) {
  switch (tree_.role(node)) {
    case Role::kString:
    case Role::kHeredoc:
      return string(node, bound);
    case Role::kConcat:
      return concat(node, bound);
    case Role::kBinary:
      return binary(node, bound);
    case Role::kConditional:
      return conditional(node, bound);
    case Role::kIdentifier:
      return identifier(node, bound);
    case Role::kMember:
      return member(node, bound);
    case Role::kCall:
      return call(node, bound);
    case Role::kSubscript:
      return subscript(node, bound);
    case Role::kNumber: {
      Value value;
      value.number = true;
      value.variants.push_back(
          text_piece(std::string(tree_.text(node)), tree_.at(node).start, tree_.text(node).size()));
      return value;
    }
    case Role::kAssignment:
      return evaluate(tree_.part(node, Part::kRight), bound);  // as an expression
    case Role::kGroup: {
      if (is_empty_text(node)) return empty_text(node);
      int inner = tree_.part(node, Part::kValue);
      return evaluate(inner >= 0 ? inner : tree_.first_named(node), bound);
    }
    case Role::kBranch:
    case Role::kSwitch:
      return branch(node, bound);
    case Role::kList:
      if (joined_by_ != nullptr) return list_text(tree_.elements(node), bound);
      return unknown("SQL is the expression " + quoted(tree_.text(node)));
    case Role::kMacroText:
      return macro_text(node, bound);
    case Role::kSplat:
      return splat(node);
    case Role::kConstant:
      return unknown("");  // None: no text, and nothing to report
    default:
      if (is_empty_text(node)) return empty_text(node);
      return unknown("SQL is the expression " + quoted(tree_.text(node)));
  }
}

bool Evaluator::is_empty_text(int node) const {
  constexpr size_t kLongest = 80;
  std::string_view written = tree_.text(node);
  return written.size() <= kLongest && is_one_of(dotted(written), language_.words.empty_texts);
}

Value Evaluator::empty_text(int node) const {
  Value value;
  value.variants.push_back(text_piece("", tree_.at(node).start, 0));
  value.text_calls.push_back(node);  // a template takes it as it is
  return value;
}

Text Evaluator::hole(int node, std::string reason) const {
  Piece piece;
  piece.kind = Piece::Kind::kHole;
  piece.node = node;
  piece.from = tree_.at(node).start;
  piece.length = tree_.at(node).end - tree_.at(node).start;
  piece.reason = std::move(reason);
  return {std::move(piece)};
}

std::vector<Text> Evaluator::part(int node, const Binding* bound, std::vector<int>* text_calls) {
  Value value = evaluate(node, bound);
  if (text_calls != nullptr) text_calls->insert(text_calls->end(), value.text_calls.begin(), value.text_calls.end());
  if (!value.known()) return {hole(node, std::move(value.reason))};
  return std::move(value.variants);
}

Value Evaluator::concat(int node, const Binding* bound) {
  Value value;
  value.variants.emplace_back();
  for (int child : tree_.elements(node)) {
    bool unplaced = tree_.role(child) == Role::kNone && tree_.elements(child).size() == 1;  // "a" NAME "b"
    extend(value.variants, part(unplaced ? tree_.first_named(child) : child, bound));
  }
  used_[static_cast<size_t>(node)] = true;
  return value;
}

// Operators associate to the left, so a long sum is a deep left spine: it's walked down in a loop.
Value Evaluator::binary(int node, const Binding* bound) {
  const Words& words = language_.words;
  std::string_view sign = tree_.text(tree_.part(node, Part::kOperator));
  if (is_one_of(sign, words.format)) {
    Value pattern = evaluate(tree_.part(node, Part::kLeft), bound);
    return pattern.known() ? percent(pattern, tree_.part(node, Part::kRight), bound) : pattern;
  }
  if (is_one_of(sign, words.repeat)) return repeat(tree_.part(node, Part::kLeft), node, bound);
  if (!is_one_of(sign, words.concatenate)) return unknown("SQL is the expression " + quoted(tree_.text(node)));
  std::vector<int> operands;
  int left = node;
  while (tree_.role(left) == Role::kBinary &&
         is_one_of(tree_.text(tree_.part(left, Part::kOperator)), words.concatenate)) {
    operands.push_back(tree_.part(left, Part::kRight));
    left = tree_.part(left, Part::kLeft);
  }
  operands.push_back(left);
  std::reverse(operands.begin(), operands.end());
  Value value;
  value.variants.emplace_back();
  bool any_text = false;
  Value first_unknown;
  for (int operand : operands) {
    Value term = evaluate(operand, bound);
    value.text_calls.insert(value.text_calls.end(), term.text_calls.begin(), term.text_calls.end());
    if (term.known()) {
      any_text = any_text || !term.number;
      if (value.name.empty()) value.name = term.name;
      extend(value.variants, term.variants);
    } else {
      if (first_unknown.reason.empty()) first_unknown = term;
      extend(value.variants, std::vector<Text>{hole(operand, term.reason)});
    }
  }
  if (any_text) return value;  // else it's arithmetic
  return first_unknown.reason.empty() ? unknown("SQL is the expression " + quoted(tree_.text(node))) : first_unknown;
}

Value Evaluator::conditional(int node, const Binding* bound) {
  Value then = evaluate(tree_.part(node, Part::kThen), bound);
  Value otherwise = evaluate(tree_.part(node, Part::kElse), bound);
  if (!then.known()) {
    if (otherwise.known() && tree_.role(tree_.part(node, Part::kThen)) != Role::kConstant) {
      otherwise.variants.push_back(hole(tree_.part(node, Part::kThen), then.reason));
    }
    return otherwise.known() ? otherwise : then;
  }
  if (!otherwise.known()) {
    if (tree_.role(tree_.part(node, Part::kElse)) != Role::kConstant)
      then.variants.push_back(hole(tree_.part(node, Part::kElse), otherwise.reason));
    return then;
  }
  add_variants(then.variants, std::move(otherwise.variants));
  then.text_calls.insert(then.text_calls.end(), otherwise.text_calls.begin(), otherwise.text_calls.end());
  return then;
}

// A branch that is an expression: what each arm ends in.
Value Evaluator::branch(int node, const Binding* bound) {
  Value value;
  auto add = [&](int arm) {
    auto holds = [&](Role role) { return role == Role::kNone || role == Role::kArm || role == Role::kDefaultArm; };
    while (holds(tree_.role(arm)) && tree_.last_named(arm) >= 0) {
      int given = tree_.part(arm, Part::kValue);
      arm = given >= 0 ? given : tree_.last_named(arm);
    }
    Role role = tree_.role(arm);
    if (role == Role::kReturn || role == Role::kBreak || role == Role::kSkip || role == Role::kConstant) return;
    Value given = evaluate(arm, bound);
    value.text_calls.insert(value.text_calls.end(), given.text_calls.begin(), given.text_calls.end());
    if (!given.known()) given.variants.push_back(hole(arm, given.reason));
    for (Text& text : given.variants)
      if (value.variants.size() < kMostVariants) value.variants.push_back(std::move(text));
  };
  int then = tree_.part(node, Part::kThen), otherwise = tree_.part(node, Part::kElse);
  for (int inner = node + 1; inner < tree_.at(node).after;) {
    Role role = tree_.role(inner);
    bool arm = role == Role::kArm || role == Role::kDefaultArm || inner == then || inner == otherwise;
    if (arm) add(inner);
    inner = arm || role != Role::kNone ? tree_.at(inner).after : inner + 1;
  }
  return value.known() ? value : unknown("SQL is the expression " + quoted(tree_.text(node)));
}

std::string_view Evaluator::callee_name(int call) const {
  int name = tree_.part(call, Part::kName);
  if (name < 0) name = tree_.part(call, Part::kCallee);
  return tree_.role(name) == Role::kIdentifier ? tree_.text(name) : std::string_view{};
}

bool Evaluator::is_tag(int call) const {
  return tree_.role(tree_.part(call, Part::kArguments)) == Role::kString;
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

int Evaluator::sql_argument(int call, int position, const std::vector<std::string>& keywords) const {
  int argument = given_argument(call, position, keywords);
  if (argument < 0 || keywords.empty() || tree_.role(argument) == Role::kString) return argument;
  int map = literal_collection(argument);
  if (map < 0 || tree_.role(map) != Role::kMap) return argument;
  for (const std::string& keyword : keywords)
    if (int value = pair_named(map, keyword); value >= 0) return value;
  return argument;
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
      if (value.known()) return value;
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
  if (int closure = language_.closures_run ? given_closure(node) : -1; closure >= 0) {
    // template(schema => $"SELECT … FROM {schema}.t"): what a function that is given to the call makes
    Value value = evaluate(closure, bound);
    bool sql = !value.variants.empty() && !value.variants.front().empty() &&
               starts_with_main_verb(value.variants.front().front().text);
    if (sql) return value;
  }
  return unknown("SQL is the result of the call " + quoted(tree_.callee(node)));
}

int Evaluator::appended_to(int call) const {
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
    add(call, formatted(*function, call, bound));
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

// What the only function without a name among the arguments gives, where its body is an expression; -1 = there is none.
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

// QUERIES["by_name"] of a literal map: the value of that key, or of every key where the key isn't known.
Value Evaluator::subscript(int node, const Binding* bound) {
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

const Import* Evaluator::import_of(std::string_view local) const {
  for (const Import& import : tree_.imports()) {
    std::string_view own = !import.alias.empty() ? import.alias : import.name;
    if (own.empty()) own = last_word(import.module);
    if (own == local && !local.empty()) return &import;
  }
  return nullptr;
}

std::optional<Value> Evaluator::external(int node, Outline::Wanted wanted) {
  const std::string* text = externals_ != nullptr ? externals_->constant(wanted) : nullptr;
  std::string name = wanted.name;
  wanted_.push_back(std::move(wanted));
  if (text == nullptr) return std::nullopt;
  Value value;
  value.name = std::move(name);
  value.variants.push_back(text_piece(*text, tree_.at(node).start, tree_.text(node).size()));
  return value;
}

Value Evaluator::imported_name(int node, std::string_view name) {
  for (const auto& [constant, text] : language_.constants) {
    if (constant != name) continue;
    Value value;
    value.variants.push_back(text_piece(text, tree_.at(node).start, name.size()));
    return value;
  }
  const Import* import = import_of(name);
  if (import != nullptr && import->name.empty()) import = nullptr;  // a module
  Outline::Wanted wanted{"", std::string(import != nullptr ? import->name : name),
                         std::string(import != nullptr ? import->module : std::string_view{})};
  if (auto value = external(node, std::move(wanted))) return std::move(*value);
  if (import == nullptr) return unknown("SQL is " + quoted(name) + ", which this file gives no value");
  return unknown("SQL is imported: " + quoted(import->name) + " from module " + quoted(import->module));
}

// Scopes from the inside out. A class is a scope for what stands directly in it, not for its methods.
Value Evaluator::identifier(int node, const Binding* bound) {
  return name_at(node, tree_.text(node), bound);
}

Value Evaluator::name_at(int node, std::string_view name, const Binding* bound) {
  if (++steps_ > kMostSteps) return unknown("SQL is put together in too many steps");
  for (const Binding* binding = bound; binding != nullptr; binding = binding->outer)
    if (binding->name == name) return *binding->value;
  int own = tree_.at(node).scope;
  bool in_place = true;  // nothing but lambdas between the scope and the name: they're taken to run where they stand
  for (int scope = own;; scope = tree_.at(scope).scope) {
    bool visible = scope == own || tree_.role(scope) != Role::kClass || language_.words.members_by_name;
    int parameter_node = scope > 0 && visible ? parameter(scope, name) : -1;
    const std::vector<int>* statements = visible ? assignments(scope, name) : nullptr;
    Value start;
    if (parameter_node >= 0) {
      start = unknown("SQL is the parameter " + quoted(name) + " of this function");
      start.parameter = parameter_node;
    }
    if (statements != nullptr) {
      Value value = flow_value(*this, scope, name, in_place ? node : -1, start);
      if (value.known() && value.name.empty()) value.name = name;
      if (value.variants.size() > 1) mark_choices(value.variants, name);
      if (value.known() || !value.reason.empty()) return value;
    }
    if (parameter_node >= 0) return start;
    if (scope <= 0) break;
    in_place = in_place && tree_.role(scope) == Role::kLambda;
  }
  if (is_empty_text(node)) return empty_text(node);
  if (int function = language_.gives_last ? function_called(node) : -1; function >= 0) {  // a call without arguments
    if (Value value = result_of(function, node, bound); value.known()) return value;
  }
  return imported_name(node, name);
}

Value Evaluator::member(int node, const Binding* bound) {
  (void)bound;
  if (is_empty_text(node)) return empty_text(node);
  for (const auto& [constant, text] : language_.constants)
    if (constant == tree_.text(node)) {
      Value value;
      value.variants.push_back(text_piece(text, tree_.at(node).start, tree_.text(node).size()));
      return value;
    }
  int receiver = tree_.part(node, Part::kReceiver);
  std::string_view object = tree_.text(receiver);
  std::string_view name = tree_.text(tree_.part(node, Part::kName));
  if (is_empty_text(node)) return empty_text(node);
  if (int map = literal_collection(receiver); map >= 0 && tree_.role(map) == Role::kMap) {
    Value value = evaluate(pair_named(map, name), bound);
    if (value.known()) {
      value.name = tree_.text(node);
      return value;
    }
  }
  int owner = is_one_of(object, language_.words.self) ? tree_.class_of(node) : -1;
  if (owner < 0) {
    if (auto found = classes_.find(object); found != classes_.end()) owner = found->second;
  }
  if (owner >= 0) {
    Value value = class_attribute(owner, name, 0);
    if (value.known() || !value.reason.empty()) {
      if (value.known()) value.name = name;
      return value;
    }
  }
  if (language_.words.members_by_name && assignments(0, name) != nullptr) {  // Class::kName, defined outside of it
    Value value = flow_value(*this, 0, name, -1, {});
    if (value.known()) {
      value.name = name;
      return value;
    }
  }
  const Import* import = import_of(object);
  Outline::Wanted wanted{std::string(last_word(object)), std::string(name),
                         std::string(import != nullptr ? import->module : std::string_view{})};
  if (auto value = external(node, std::move(wanted))) return std::move(*value);
  if (import != nullptr) return unknown("SQL is imported: " + quoted(name) + " from module " + quoted(object));
  return unknown("SQL is the attribute " + quoted(tree_.text(node)) + ", which this file gives no value");
}

Value Evaluator::class_attribute(int class_node, std::string_view name, int depth) {
  constexpr int kMostBases = 8;
  Value value;
  if (assignments(class_node, name) != nullptr) value = flow_value(*this, class_node, name, -1, {});
  if (auto found = attributes_.find({class_node, name}); found != attributes_.end()) {
    for (int statement : found->second) {
      Value assigned = evaluate(tree_.part(statement, Part::kRight), nullptr);
      if (!assigned.known() && value.reason.empty()) value.reason = assigned.reason;
      add_variants(value.variants, std::move(assigned.variants));
    }
  }
  if (value.known() || !value.reason.empty() || depth >= kMostBases) return value;
  for (int base : tree_.elements(tree_.part(class_node, Part::kBases))) {
    auto found = classes_.find(tree_.text(base));
    if (found == classes_.end() || found->second == class_node) continue;
    value = class_attribute(found->second, name, depth + 1);
    if (value.known()) break;
  }
  return value;
}

std::string_view Evaluator::parameter_name(int parameter) const {
  int name = tree_.part(parameter, Part::kName);
  if (name < 0 && tree_.role(parameter) != Role::kIdentifier) name = tree_.first_named(parameter);
  return tree_.text(name >= 0 ? name : parameter);
}

int Evaluator::parameter(int function, std::string_view name) const {
  int parameters = tree_.part(function, Part::kParameters);
  if (parameters < 0) return -1;
  if (tree_.role(parameters) == Role::kIdentifier) return tree_.text(parameters) == name ? parameters : -1;  // x => …
  for (int child = tree_.first_named(parameters); child >= 0; child = tree_.next_named(child)) {
    if (parameter_name(child) == name) return child;
    for (int shared = tree_.first_named(child); shared >= 0; shared = tree_.next_named(shared))
      if (tree_.role(shared) == Role::kParameter && parameter_name(shared) == name) return shared;
  }
  return -1;
}

std::vector<int> Evaluator::parameters(int function) const {
  std::vector<int> found;
  for (int child : tree_.elements(tree_.part(function, Part::kParameters))) {
    size_t before = found.size();
    for (int shared = tree_.first_named(child); shared >= 0; shared = tree_.next_named(shared))
      if (tree_.role(shared) == Role::kParameter) found.push_back(shared);
    if (found.size() == before) found.push_back(child);
  }
  return found;
}

int Evaluator::parameter_position(int function, int parameter) const {
  int position = 0;
  if (tree_.part(function, Part::kParameters) == parameter) return 0;
  for (int child : parameters(function)) {
    if (child == parameter) return position;
    if (!(position == 0 && is_one_of(parameter_name(child), language_.words.self))) ++position;
  }
  return -1;
}

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

}  // namespace explaingate::host

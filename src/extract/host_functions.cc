// What a function of the same file gives: the texts that it returns, with its parameters' names bound to what the call
// passes.
//
//   def by(column):
//       return f"SELECT a FROM t WHERE {column} = ?"
//   cur.execute(by("b"))        SELECT a FROM t WHERE b = ?
//
//   def make(column):
//       return make(column)     the near miss: a function that is being looked at isn't entered again
#include <algorithm>

#include "extract/host_evaluate.h"

namespace explaingate::host {
namespace {

constexpr size_t kDeepestCalls = 4;  // functions that call functions
constexpr size_t kMostReturns = 16;
constexpr size_t kMostParameters = 16;

}  // namespace

// By its name from the inside out, or as a method of the object's own class or of its bases. A name that two functions
// have is no answer.
int Evaluator::function_called(int call) const {
  std::string_view name = tree_.role(call) == Role::kIdentifier ? tree_.text(call) : callee_name(call);
  if (name.empty()) return -1;
  auto only = [&](int scope) {
    auto found = functions_.find({scope, name});
    return found == functions_.end() ? -1 : found->second.size() == 1 ? found->second.front() : -2;
  };
  int receiver = tree_.part(call, Part::kReceiver);
  if (receiver < 0) {
    int own = tree_.at(call).scope;
    for (int scope = own;; scope = tree_.at(scope).scope) {
      bool visible = scope == own || tree_.role(scope) != Role::kClass || language_.words.members_by_name;
      if (visible && assignments(scope, name) != nullptr) return -1;
      if (int function = visible ? only(scope) : -1; function != -1) return function;
      if (scope <= 0) return -1;
    }
  }
  constexpr int kMostBases = 8;
  std::string_view object = tree_.text(receiver);
  int owner = is_one_of(object, language_.words.self) ? tree_.class_of(call) : -1;
  if (auto known = classes_.find(object); owner < 0 && known != classes_.end()) owner = known->second;
  for (int bases = 0; owner >= 0 && bases < kMostBases; ++bases) {
    if (int function = only(owner); function != -1) return function;
    int base = -1;
    for (int written : tree_.elements(tree_.part(owner, Part::kBases)))
      if (auto known = classes_.find(tree_.text(written)); base < 0 && known != classes_.end()) base = known->second;
    owner = base;
  }
  return -1;
}

int Evaluator::given_last(int function) const {
  int body = tree_.part(function, Part::kBody);
  if (!language_.gives_last || body < 0) return -1;
  if (tree_.role(body) != Role::kNone && tree_.role(body) != Role::kTry) return body;
  int last = tree_.last_named(body);
  if (tree_.role(last) != Role::kHeredocBody) return last;
  for (int node : tree_.elements(body))
    if (tree_.role(node) != Role::kHeredocBody) last = node;
  return last;
}

std::string_view Evaluator::parameter_name(int parameter) const {
  int name = tree_.part(parameter, Part::kName);
  if (name < 0 && tree_.role(parameter) != Role::kIdentifier) name = tree_.first_named(parameter);
  return tree_.text(name >= 0 ? name : parameter);
}

int Evaluator::parameter(int function, std::string_view name) const {
  int parameters = tree_.part(function, Part::kParameters);
  int receiver = tree_.part(function, Part::kReceiver);
  if (receiver >= 0 && is_one_of(name, language_.words.self) &&
      is_one_of(last_word(tree_.text(receiver)), language_.words.text_types))
    return receiver;  // fun String.load()
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
  if (tree_.part(function, Part::kReceiver) == parameter) return kOnReceiver;
  if (tree_.part(function, Part::kParameters) == parameter) return 0;
  for (int child : parameters(function)) {
    if (child == parameter) return position;
    if (!(position == 0 && is_one_of(parameter_name(child), language_.words.self))) ++position;
  }
  return -1;
}

Value Evaluator::result_of(int function, int call, const Binding* bound) {
  auto returns = returns_.find(function);
  bool again = std::find(following_.begin(), following_.end(), function) != following_.end();
  if (returns == returns_.end() || again || following_.size() >= kDeepestCalls) return {};
  std::vector<Value> values;
  std::vector<Binding> bindings;
  values.reserve(kMostParameters);
  bindings.reserve(kMostParameters);
  for (int given : tree_.elements(tree_.part(function, Part::kParameters))) {
    std::string_view name = parameter_name(given);
    int position = parameter_position(function, given);
    if (values.size() == kMostParameters || position < 0 || assignments(function, name) != nullptr) continue;
    int argument = sql_argument(call, position, {std::string(name)});
    Value value = argument >= 0 ? evaluate(argument, bound) : Value{};
    if (!value.known()) continue;
    values.push_back(std::move(value));
    bindings.push_back({name, &values.back(), bindings.empty() ? nullptr : &bindings.back()});
  }
  following_.push_back(function);
  Value result;
  bool all_known = true;
  std::vector<std::vector<Text>> ways;
  for (size_t index = 0; index < returns->second.size(); ++index) {
    int given = returns->second[index];
    if (tree_.role(given) == Role::kConstant) continue;
    Value value = index < kMostReturns ? evaluate(given, bindings.empty() ? nullptr : &bindings.back()) : Value{};
    all_known = all_known && value.known();
    result.text_calls.insert(result.text_calls.end(), value.text_calls.begin(), value.text_calls.end());
    ways.push_back(std::move(value.variants));
  }
  following_.pop_back();
  bool any_known = std::ranges::any_of(ways, [](const std::vector<Text>& way) { return !way.empty(); });
  if (any_known && !all_known)
    ways.push_back({hole(
        call, "SQL is the result of the call `" + std::string(tree_.text(tree_.part(call, Part::kCallee))) + "`")});
  result.variants = spread(std::move(ways), 0);
  return result;
}

}  // namespace explaingate::host

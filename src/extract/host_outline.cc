// The outline of one host-language file: who calls whom, in which loops, and what is offered to other files.
#include <algorithm>
#include <tuple>

#include "extract/host_calls.h"

namespace explaingate::host {
namespace {

constexpr size_t kLongestConstant = 64 << 10;

// What a getter is called after: "Store" of GetStore, "store" of get_store. "getaway" is the near miss.
std::string_view without_get(std::string_view name) {
  for (std::string_view prefix : {"get_", "Get", "get"}) {
    std::string_view rest = name.substr(std::min(prefix.size(), name.size()));
    bool capital = !rest.empty() && rest.front() >= 'A' && rest.front() <= 'Z';
    if (name.starts_with(prefix) && !rest.empty() && (capital || prefix.ends_with('_'))) return rest;
  }
  return name;
}

}  // namespace

void HostFile::fill_outline(Outline& outline, LoopFinder& finder, const std::map<int, int>& first_of_call) {
  outline.transacts = transacts_;
  std::map<int, int> index_of;  // function node -> index
  outline_functions(outline, index_of);
  Types types(tree_, language_, evaluator_);
  types.fill(outline);
  outline_calls(outline, types, finder, first_of_call, index_of);
  std::map<int, std::set<int>> kept = kept_runs();
  for (size_t index = 0; index < found_.size(); ++index) {
    std::set<int> functions = kept[static_cast<int>(index)];
    if (functions.empty() && found_[index].call >= 0) functions = running_functions(found_[index]);
    for (int function : functions) {
      auto known = index_of.find(function);
      outline.executions.push_back({known == index_of.end() ? -1 : known->second, static_cast<int32_t>(index)});
    }
  }
  for (const Wrapper& wrapper : all_wrappers_) {
    const Site& site = wrapper.site;
    auto known = index_of.find(wrapper.function);
    if (known == index_of.end()) continue;  // of a text that is no program: a function without a body that calls
    Outline::Wrapper entry;
    entry.function = known->second;
    entry.position = wrapper.position;
    entry.parameter = wrapper.parameter;
    entry.kind = site.row != nullptr ? site.row->kind : site.wrapper != nullptr ? site.wrapper->kind : entry.kind;
    entry.library = site.row != nullptr       ? site.row->library
                    : site.wrapper != nullptr ? site.wrapper->library
                                              : "unknown";
    entry.placeholders = site.placeholders;
    // Known by its name alone, an executing call says nothing of what a function does with its parameter.
    if (site.gate || site.wrapper != nullptr) outline.wrappers.push_back(std::move(entry));
  }
  outline_constants(outline);
  outline.wanted = evaluator_.wanted();
  auto key = [](const Outline::Wanted& wanted) { return std::tie(wanted.qualifier, wanted.name, wanted.module); };
  std::sort(outline.wanted.begin(), outline.wanted.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  auto same = [&](const auto& a, const auto& b) { return key(a) == key(b); };
  outline.wanted.erase(std::unique(outline.wanted.begin(), outline.wanted.end(), same), outline.wanted.end());
}

std::string HostFile::owner_of(int function) const {
  if (int receiver = tree_.part(function, Part::kReceiver); receiver >= 0)
    return std::string(last_word(tree_.text(receiver)));
  int owner = tree_.class_of(function);
  if (owner < 0) {  // const Users = { find(id) { … } }
    int object = tree_.parent(function);
    if (tree_.role(object) == Role::kPair) object = tree_.parent(object);
    int holder = tree_.parent(object);
    if (tree_.role(object) == Role::kMap && tree_.role(holder) == Role::kAssignment &&
        tree_.role(tree_.part(holder, Part::kLeft)) == Role::kIdentifier)
      return std::string(tree_.text(tree_.part(holder, Part::kLeft)));
  }
  return owner < 0 ? std::string{} : std::string(last_word(tree_.text(tree_.part(owner, Part::kName))));
}

bool HostFile::is_decorated(int function, const std::vector<std::string>& words) const {
  auto keeps = [&](int node) { return tree_.role(node) == Role::kDecorator && has_word(tree_.text(node), words); };
  for (int node = tree_.first_child(tree_.parent(function)); node >= 0 && node < function;
       node = tree_.next_sibling(node))
    if (keeps(node) && tree_.next_named(node) >= 0) {
      int next = node;  // nothing but decorators between it and the function
      while (next >= 0 && next < function && tree_.role(next) == Role::kDecorator) next = tree_.next_named(next);
      if (next == function) return true;
    }
  int name = tree_.part(function, Part::kName);
  for (int node = function + 1; node < name; ++node)
    if (keeps(node)) return true;
  return false;
}

void HostFile::outline_functions(Outline& outline, std::map<int, int>& index_of) const {
  std::set<int> executing;  // a method without a body runs what its annotation says
  for (const Found& found : found_)
    if (found.call >= 0) executing.insert(tree_.function_of(found.call));
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kFunction) continue;
    if (tree_.part(node, Part::kBody) < 0 && !executing.contains(node)) continue;
    Outline::Function function;
    function.name = last_word(tree_.text(tree_.part(node, Part::kName)));
    function.owner = owner_of(node);
    if (!function.owner.empty() && is_one_of(function.name, language_.words.constructors))
      function.name = function.owner;
    function.line = lines_.position(tree_.at(node).start).line;
    function.end_line = lines_.position(tree_.at(node).end > 0 ? tree_.at(node).end - 1 : 0).line;
    function.memoised = is_decorated(node, language_.words.memo_words);
    if (auto around = index_of.find(tree_.function_of(node)); around != index_of.end())
      function.parent = around->second;
    index_of[node] = static_cast<int>(outline.functions.size());
    outline.functions.push_back(std::move(function));
  }
}

// The name a call's callee goes by, and what it's called on.
Outline::Call HostFile::outline_callee(const Types& types, int callee, int receiver, std::string_view name) const {
  Outline::Call call;
  call.name = name;
  int path = receiver < 0 ? tree_.part(callee, Part::kCallee) : -1;  // Store::load(…)
  if (tree_.role(path) == Role::kMember) receiver = tree_.part(path, Part::kReceiver);
  std::string_view written = tree_.text(receiver);
  int inner = receiver;  // self.repository.find(): on `repository`
  if (tree_.role(inner) == Role::kCall) {
    std::string_view getter = evaluator_.callee_name(inner);
    std::string_view got = without_get(getter);
    call.receiver = got;
    bool capital = !got.empty() && got.front() >= 'A' && got.front() <= 'Z';
    call.on_field = capital && (got != getter || tree_.part(inner, Part::kReceiver) >= 0);  // what it gives, no class
  } else {
    inner = tree_.ungrouped(inner);
    call.on_field = tree_.role(inner) == Role::kMember;
    call.receiver = last_word(tree_.text(tree_.role(inner) == Role::kMember ? tree_.part(inner, Part::kName) : inner));
  }
  call.on_self = is_one_of(written, language_.words.self);
  if (is_one_of(name, language_.words.constructors)) {  // parent::__construct(…): the base's
    std::vector<int> bases = tree_.elements(tree_.part(tree_.class_of(callee), Part::kBases));
    if (!bases.empty()) call.name = call.receiver = last_word(tree_.text(bases.front()));
  }
  if (receiver >= 0 && !call.on_self) {
    Types::Receiver declared = types.of(receiver);
    call.type = std::move(declared.type);
    call.holder = std::move(declared.holder);
  }
  int first = receiver >= 0 ? receiver : callee;
  while (tree_.role(first) == Role::kMember || tree_.role(first) == Role::kCall) {
    int below = tree_.part(first, Part::kReceiver);
    first = below >= 0 ? below : tree_.part(first, Part::kCallee);
  }
  if (const Import* import = evaluator_.import_of(tree_.text(first))) {
    call.module = import->module;
    if (receiver >= 0 && !import->name.empty()) call.module += "." + std::string(import->name);
  }
  return call;
}

// Of a class itself, and not within another function of it.
bool HostFile::is_method(int function) const {
  int owner = tree_.class_of(function);
  return tree_.part(function, Part::kReceiver) >= 0 || (owner >= 0 && tree_.function_of(function) < owner);
}

// title.search(/x/): a text's own method.
bool HostFile::is_given_regex(int call) const {
  std::vector<int> given = tree_.elements(tree_.part(call, Part::kArguments));
  std::string_view first = given.empty() ? std::string_view{} : tree_.text(given.front());
  return first.starts_with('/') && !first.starts_with("/*") && !first.starts_with("//");
}

// byIds([order.customer_id]): a function that takes many, given one.
bool HostFile::is_given_single(int call) const {
  auto is_named = [&](int element) {
    for (int node = element; node < tree_.at(element).after; ++node)
      if (tree_.role(node) == Role::kIdentifier) return tree_.role(element) != Role::kSplat;
    return false;
  };
  for (int given : tree_.elements(tree_.part(call, Part::kArguments))) {
    if (tree_.role(given) == Role::kKeyword) given = tree_.part(given, Part::kValue);
    given = tree_.ungrouped(given);
    bool made = tree_.role(given) == Role::kCall &&
                is_one_of(evaluator_.callee_name(given), language_.words.collection_functions);
    if (tree_.role(given) != Role::kList && !made) continue;
    std::vector<int> elements = tree_.elements(made ? tree_.part(given, Part::kArguments) : given);
    if (elements.size() == 1 && is_named(elements.front())) return true;
  }
  return false;
}

// designs::fetch, given to a call: a function. The near miss: Kind::First, a constant.
bool HostFile::names_function(int member, int name) const {
  std::string_view own = tree_.text(name);
  return !own.empty() && own.front() >= 'a' && own.front() <= 'z' && own != "class" &&
         tree_.text(member).find("::") != std::string_view::npos;
}

void HostFile::outline_calls(Outline& outline, const Types& types, LoopFinder& finder,
                             const std::map<int, int>& first_of_call, const std::map<int, int>& index_of) {
  std::set<std::string_view> own_functions, bare_functions;  // the latter are named without `self`
  for (const auto& [node, index] : index_of) {
    std::string_view own = tree_.text(tree_.part(node, Part::kName));
    own_functions.insert(own);
    if (language_.words.members_by_name || !is_method(node)) bare_functions.insert(own);
  }
  std::set<std::tuple<int, std::string_view, std::string_view, std::string_view>>
      seen;  // outside loops one call of a kind is enough
  auto add = [&](int node, int callee, int receiver, std::string_view name, int given = -1) {
    int scope = tree_.function_of(node);
    std::vector<Loop> loops;
    for (FoundLoop& loop : given >= 0 ? finder.around_function(node, given) : finder.around(node, -1, false)) {
      if (auto rows = first_of_call.find(loop.rows_call); rows != first_of_call.end())
        loop.loop.rows_statement = rows->second;
      loop.loop.commits = commits_of(loop, node);
      loops.push_back(std::move(loop.loop));
    }
    auto file = files_.find(node);
    std::string_view path = file != files_.end() ? std::string_view(file->second) : std::string_view{};
    if (loops.empty() && !seen.insert({scope, name, tree_.text(receiver), path}).second) return;
    Outline::Call call = outline_callee(types, callee, receiver, name);
    call.file = path;
    call.loops = std::move(loops);
    auto function = index_of.find(scope);
    call.function = function == index_of.end() ? -1 : function->second;
    for (int around = tree_.parent(node); around >= 0 && around != scope; around = tree_.parent(around))
      call.handled = call.handled || tree_.role(around) == Role::kHandler;
    call.bare =
        given < 0 && callee == node && receiver < 0 && tree_.elements(tree_.part(node, Part::kArguments)).empty();
    call.single = given < 0 && is_given_single(node);
    Position at = lines_.position(tree_.at(node).start);
    call.line = at.line;
    call.column = at.column;
    outline.calls.push_back(std::move(call));
  };
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kCall) continue;
    std::string_view name = evaluator_.callee_name(node);
    bool known = sites_.contains(node) && !named_.contains(node);
    if (!name.empty() && !known && !is_given_regex(node)) add(node, node, tree_.part(node, Part::kReceiver), name);
    for (int given : tree_.elements(tree_.part(node, Part::kArguments))) {  // functions of this file as values
      if (tree_.role(given) == Role::kKeyword) given = tree_.part(given, Part::kValue);
      int receiver = tree_.role(given) == Role::kMember ? tree_.part(given, Part::kReceiver) : -1;
      int value = tree_.role(given) == Role::kMember ? tree_.part(given, Part::kName) : given;
      bool local = receiver < 0 || is_one_of(tree_.text(receiver), language_.words.self);
      bool each = finder.runs_per_element(given);  // ids.map(users.find)
      bool reference = receiver >= 0 && names_function(given, value);
      if ((!local && !each && !reference) || tree_.role(value) != Role::kIdentifier) continue;
      if (receiver < 0 && is_parameter_around(node, tree_.text(value))) continue;  // a value of that name
      if ((receiver < 0 ? bare_functions : own_functions).contains(tree_.text(value)) || each || reference) {
        add(node, given, receiver, tree_.text(value), each ? given : -1);
      } else if (const std::vector<int>* assigned = evaluator_.assignments(tree_.at(node).scope, tree_.text(value));
                 assigned != nullptr && receiver < 0) {  // by a name of its own: work = load_one
        for (int statement : *assigned) {
          int right = tree_.part(statement, Part::kRight);
          if (right == tree_.part(statement, Part::kType)) continue;  // var a Author: the type of that name
          if (tree_.role(right) == Role::kIdentifier && bare_functions.contains(tree_.text(right)))
            add(node, right, -1, tree_.text(right));
        }
      }
    }
  }
}

// Names with one value, at top level or in a class.
void HostFile::outline_constants(Outline& outline) {
  for (int node = 0; node < tree_.size(); ++node) {
    if (tree_.role(node) != Role::kAssignment) continue;
    int scope = tree_.at(node).scope;
    int left = tree_.part(node, Part::kLeft);
    if ((scope > 0 && tree_.role(scope) != Role::kClass) || tree_.role(left) != Role::kIdentifier) continue;
    const std::vector<int>* all = evaluator_.assignments(scope, tree_.text(left));
    if (all == nullptr || all->size() != 1) continue;
    Value value = evaluator_.evaluate(tree_.part(node, Part::kRight));
    std::string text;
    if (value.variants.size() != 1 || value.number || !plain_text(value.variants.front(), text) || text.empty() ||
        text.size() > kLongestConstant)
      continue;
    std::string owner = scope > 0 ? std::string(tree_.text(tree_.part(scope, Part::kName))) : std::string{};
    outline.constants.push_back({std::move(owner), std::string(tree_.text(left)), std::move(text)});
  }
}

}  // namespace explaingate::host

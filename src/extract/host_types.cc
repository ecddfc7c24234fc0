// What names are declared as, as far as one file says it: the class that a call's receiver belongs to.
//
//   class Report {
//     constructor(private readonly users: UserRepository) {}
//     names(ids) { return ids.map(id => this.users.get(id)); }      `get` of UserRepository
//   }
//
// A type is known by its name alone. The near miss: a name that is declared twice in one place, with two types, has
// none.
#include "extract/host_types.h"

#include <algorithm>

namespace explaingate::host {
namespace {

constexpr size_t kLongestType = 300;

bool in_type_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_capital(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

// The next name in a written type, from `at` on; what brackets hold is passed over when `flat`.
std::string_view next_name(std::string_view text, size_t& at, bool flat) {
  int depth = 0;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (flat && (c == '<' || c == '[' || c == '(' || c == '{')) ++depth;
    if (flat && (c == '>' || c == ']' || c == ')' || c == '}')) --depth;
    if (depth > 0 || !in_type_name(c)) continue;
    size_t start = at;
    while (at < text.size() && in_type_name(text[at])) ++at;
    return text.substr(start, at - start);
  }
  return {};
}

bool is_path_sign(std::string_view text, size_t at) {
  return at < text.size() && (text[at] == '.' || text[at] == ':' || text[at] == '\\') && at + 1 < text.size() &&
         (text[at] != ':' || text[at + 1] == ':');
}

// "implements a.Repository<User>, Closeable" gives Repository and Closeable.
std::vector<std::string> names_in(std::string_view written, const std::vector<std::string>& keywords) {
  constexpr size_t kMostBases = 40;
  std::vector<std::string> names;
  if (written.starts_with('(')) written = written.substr(1, written.size() - 2);  // Python's bases
  for (size_t at = 0; at < written.size() && names.size() < kMostBases;) {
    std::string_view name = next_name(written, at, true);
    if (name.empty() || is_path_sign(written, at)) continue;
    if (!is_one_of(name, keywords)) names.emplace_back(name);
  }
  return names;
}

}  // namespace

std::string Types::named_by(std::string_view written) const {
  written = written.substr(0, kLongestType);
  for (size_t at = 0; at < written.size();) {
    std::string_view name = next_name(written, at, false);
    if (name.empty() || is_path_sign(written, at)) continue;
    if (is_one_of(name, language_.words.type_keywords)) continue;
    if (name.size() == 1 && !is_capital(name)) continue;  // &'a Store
    if (is_one_of(name, language_.words.type_wrappers)) continue;
    return is_capital(name) ? std::string(name) : std::string{};
  }
  return {};
}

// UserDao.class, UserDao::class: the class that is named.
std::string Types::class_given(int call) const {
  for (int given : tree_.elements(tree_.part(call, Part::kArguments))) {
    std::string_view written = tree_.text(given);
    for (std::string_view tail : language_.words.class_literals) {
      if (!written.ends_with(tail) || written.size() > kLongestType) continue;
      std::string_view name = last_word(written.substr(0, written.size() - tail.size()));
      if (is_capital(name)) return std::string(name);
    }
  }
  return {};
}

// new UserRepository(…), UserRepository(…), UserRepository::new(…): the class that is named.
std::string Types::made_by(int value) const {
  constexpr int kMostLayers = 4;
  value = tree_.ungrouped(value);
  for (int layer = 0; layer < kMostLayers && tree_.role(value) == Role::kCall; ++layer) {
    int receiver = tree_.part(value, Part::kReceiver);
    int callee = tree_.part(value, Part::kCallee);
    std::string_view name = evaluator_.callee_name(value);
    if (receiver < 0 && tree_.role(callee) == Role::kMember) receiver = tree_.part(callee, Part::kReceiver);
    if (is_capital(name)) return std::string(name);
    if (std::string given = class_given(value); !given.empty()) return given;  // handle.attach(UserDao.class)
    std::string_view object = receiver < 0 ? std::string_view{} : last_word(tree_.text(receiver));
    if (is_capital(object) && tree_.role(receiver) != Role::kCall) return std::string(object);
    std::vector<int> given = tree_.elements(tree_.part(value, Part::kArguments));
    if (!is_one_of(object, language_.words.type_wrappers) || given.empty()) return {};
    value = tree_.ungrouped(given.front());
  }
  return {};
}

std::string Types::owner_at(int node) const {
  for (; node >= 0; node = tree_.parent(node)) {
    Role role = tree_.role(node);
    if (role == Role::kClass || role == Role::kRecord)
      return std::string(last_word(tree_.text(tree_.part(node, Part::kName))));
    if (int receiver = role == Role::kFunction ? tree_.part(node, Part::kReceiver) : -1; receiver >= 0)
      return std::string(last_word(tree_.text(receiver)));
  }
  return {};
}

void Types::declare(int scope, std::string_view name, std::string type) {
  if (type.empty() || name.empty()) return;
  auto [entry, made] = locals_.try_emplace({scope, bare(name)}, type);
  if (!made && entry->second != type) entry->second.clear();
}

void Types::declare_field(const std::string& owner, std::string_view name, std::string type) {
  if (type.empty() || name.empty() || owner.empty()) return;
  auto [entry, made] = fields_.try_emplace({owner, std::string(bare(name))}, type);
  if (!made && entry->second != type) entry->second.clear();
}

Types::Types(const Tree& tree, const Language& language, const Evaluator& evaluator)
    : tree_(tree), language_(language), evaluator_(evaluator) {
  for (int node = 0; node < tree_.size(); ++node)
    if (int type = tree_.part(node, Part::kType); type >= 0) add_declaration(node, type);
  for (int node = 0; node < tree_.size(); ++node)
    if (tree_.role(node) == Role::kAssignment) add_assignment(node);
}

void Types::add_declaration(int node, int type) {
  int name = tree_.part(node, Part::kLeft);
  if (name < 0) name = tree_.part(node, Part::kName);
  if (name < 0) name = tree_.part(node, Part::kVariable);  // for (Node child : children)
  if (tree_.role(name) == Role::kMember) {                 // self.users: Users = …
    if (is_one_of(tree_.text(tree_.part(name, Part::kReceiver)), language_.words.self))
      declare_field(owner_at(node), tree_.text(tree_.part(name, Part::kName)), named_by(tree_.text(type)));
    return;
  }
  int scope = tree_.at(node).scope;
  int holder = tree_.parent(node);  // a field's declaration, or a class' own parameter
  while (holder >= 0 && tree_.role(holder) != Role::kRecord && !opens_scope(tree_.role(holder)))
    holder = tree_.parent(holder);
  std::string named = named_by(tree_.text(type));
  if (tree_.role(holder) == Role::kRecord || tree_.role(holder) == Role::kClass) {
    declare_field(owner_at(node), tree_.text(name), std::move(named));
    return;
  }
  // What a class is made with it mostly keeps, under the same name.
  if (tree_.role(holder) == Role::kFunction && tree_.role(tree_.at(holder).scope) == Role::kClass) {
    std::string owner = owner_at(holder);
    std::string_view maker = tree_.text(tree_.part(holder, Part::kName));
    if (maker == owner || is_one_of(maker, language_.words.constructors))
      given_.try_emplace({owner, std::string(bare(tree_.text(name)))}, named);
  }
  declare(scope, tree_.text(name), std::move(named));
}

void Types::add_assignment(int node) {
  int left = tree_.part(node, Part::kLeft);
  int right = tree_.ungrouped(tree_.part(node, Part::kRight));
  if (!named_by(tree_.text(tree_.part(node, Part::kType))).empty()) return;  // but var, auto: what it's made by
  std::string type = tree_.role(right) == Role::kIdentifier ? local(right) : made_by(right);
  if (tree_.role(left) == Role::kIdentifier) {
    int scope = tree_.at(node).scope;
    if (tree_.role(scope) == Role::kClass)
      declare_field(owner_at(node), tree_.text(left), std::move(type));
    else
      declare(scope, tree_.text(left), std::move(type));
  } else if (tree_.role(left) == Role::kMember &&
             is_one_of(tree_.text(tree_.part(left, Part::kReceiver)), language_.words.self)) {
    declare_field(owner_at(node), tree_.text(tree_.part(left, Part::kName)), std::move(type));
  }
}

// Of a name, from the inside out.
std::string Types::local(int identifier) const {
  std::string_view name = bare(tree_.text(identifier));
  for (int scope = tree_.at(identifier).scope;; scope = tree_.at(scope).scope) {
    if (auto found = locals_.find({scope, name}); found != locals_.end()) return found->second;
    if (scope <= 0) return {};
  }
}

std::string Types::field(const std::string& owner, std::string_view name) const {
  std::pair<std::string, std::string> key{owner, std::string(bare(name))};
  if (auto found = fields_.find(key); found != fields_.end()) return found->second;
  auto found = given_.find(key);
  return found == given_.end() ? std::string{} : found->second;
}

Types::Receiver Types::of(int receiver) const {
  Receiver result;
  receiver = tree_.ungrouped(receiver);
  if (tree_.role(receiver) == Role::kCall) {
    result.type = made_by(receiver);
  } else if (tree_.role(receiver) == Role::kIdentifier) {
    result.type = local(receiver);
    if (result.type.empty()) {
      result.holder = owner_at(receiver);
      result.type = field(result.holder, tree_.text(receiver));
    }
  } else if (tree_.role(receiver) == Role::kMember) {
    int object = tree_.ungrouped(tree_.part(receiver, Part::kReceiver));
    if (is_one_of(tree_.text(object), language_.words.self)) {
      result.holder = owner_at(receiver);
    } else if (tree_.role(object) == Role::kIdentifier) {
      result.holder = local(object);
    } else if (tree_.role(object) == Role::kMember) {  // self.server.store
      Receiver outer = depth_of(object) < kDeepest ? of(object) : Receiver{};
      result.holder = outer.type;
    }
    if (!result.holder.empty()) result.type = field(result.holder, tree_.text(tree_.part(receiver, Part::kName)));
  }
  return result;
}

int Types::depth_of(int member) const {
  int depth = 0;
  while (depth < kDeepest && tree_.role(member) == Role::kMember) {
    member = tree_.ungrouped(tree_.part(member, Part::kReceiver));
    ++depth;
  }
  return depth;
}

void Types::fill(Outline& outline) const {
  for (int node = 0; node < tree_.size(); ++node) {
    Role role = tree_.role(node);
    if (role != Role::kClass && role != Role::kRecord) continue;
    Outline::Class entry;
    entry.name = last_word(tree_.text(tree_.part(node, Part::kName)));
    for (Part part : {Part::kBases, Part::kImplements})
      for (std::string& name :
           names_in(tree_.text(tree_.part(node, part)).substr(0, kLongestType), language_.words.type_keywords))
        entry.bases.push_back(std::move(name));
    for (int inner = node + 1; inner < tree_.at(node).after;) {
      bool opens = opens_scope(tree_.role(inner)) || tree_.role(inner) == Role::kRecord;
      if (tree_.role(inner) == Role::kFunction && tree_.part(inner, Part::kBody) < 0)
        entry.methods.emplace_back(last_word(tree_.text(tree_.part(inner, Part::kName))));
      inner = opens ? tree_.at(inner).after : inner + 1;
    }
    if (!entry.name.empty() && (!entry.bases.empty() || !entry.methods.empty()))
      outline.classes.push_back(std::move(entry));
  }
  std::map<std::pair<std::string, std::string>, std::string> all = fields_;
  all.insert(given_.begin(), given_.end());
  for (const auto& [key, type] : all)
    if (!type.empty()) outline.fields.push_back({key.first, key.second, type});
}

}  // namespace explaingate::host

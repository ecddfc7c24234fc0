#include "program/names.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace explaingate {
namespace {

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Takes the last word off a module's name: "com.shop.Tables" gives "Tables" and leaves "com.shop".
std::string_view take_last(std::string_view& rest) {
  size_t end = rest.size();
  while (end > 0 && !in_word(rest[end - 1])) --end;
  size_t start = end;
  while (start > 0 && in_word(rest[start - 1])) --start;
  std::string_view word = rest.substr(start, end - start);
  rest = rest.substr(0, start);
  return word;
}

// Modules of ECMAScript name the file that is made of the source: './agents.js' for agents.ts, and './agents.js.find'
// of it.
std::string without_extension(std::string_view module) {
  std::string plain(module);
  size_t last = plain.rfind('/');
  if (last == std::string::npos) return plain;
  for (std::string_view extension : {".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"}) {
    size_t at = plain.find(extension, last);
    size_t end = at + extension.size();
    if (at == std::string::npos || (end != plain.size() && plain[end] != '.')) continue;
    return plain.erase(at, extension.size());
  }
  return plain;
}

std::string_view last_folder(std::string_view folder) {
  size_t slash = folder.rfind('/');
  return slash == std::string_view::npos ? folder : folder.substr(slash + 1);
}

bool has_capital(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::string_view path_folder(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view path_stem(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path.substr(0, path.find('.'));
}

// The module's last word is the file's name or its folder's; the words in front of it, as far as the path has them, are
// the folders above.
bool is_module(std::string_view path, std::string_view module) {
  const std::string bare = without_extension(module);
  module = bare;
  // A file with dots in its name: './user.repository', and './user.repository.find' of it.
  std::string_view file = path.substr(path.rfind('/') + 1);
  file = file.substr(0, file.rfind('.'));
  if (std::string_view last = module.substr(module.rfind('/') + 1);
      file.find('.') != std::string_view::npos && module.size() != last.size() && last.starts_with(file) &&
      (last.size() == file.size() || last[file.size()] == '.'))
    return true;
  std::string_view word = take_last(module);
  if (word.empty()) return false;
  std::string_view above = path_folder(path);
  if (path_stem(path) != word) {
    if (last_folder(above) != word) return false;
    above = path_folder(above);
  }
  for (int levels = 0; levels < 2 && !above.empty(); ++levels) {
    word = take_last(module);
    if (word.empty() || word == "src" || word == "crate" || word == "super") return true;
    if (last_folder(above) != word) return levels > 0;
    above = path_folder(above);
  }
  return true;
}

Names::Names(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests, const NameTable& names,
             const std::vector<Externals::Wrapper>& declared)
    : files_(files), names_(names), is_wrapper_(names.size()) {
  for (size_t i = 0; i < files.size(); ++i) {
    const Digest& digest = *digests[i];
    const std::string& family = names.text(digest.family);
    if (!digest.constants.empty()) {
      ByName<std::vector<Constant>>& constants = constants_[family];
      for (const Outline::Constant& constant : digest.constants)
        constants[constant.name].push_back({i, constant.owner, constant.text});
    }
    if (!digest.functions.empty()) {
      std::vector<uint32_t>& defined = definitions_[family];
      defined.resize(names.size());
      for (const Digest::Function& function : digest.functions) ++defined[function.name];
    }
    for (const Outline::Wrapper& wrapper : digest.wrappers) {
      const Digest::Function& function = digest.functions[static_cast<size_t>(wrapper.function)];
      const std::string& name = names.text(function.name);
      wrappers_[name].push_back({i,
                                 family,
                                 {name, names.text(function.owner), wrapper.position, wrapper.parameter, "",
                                  wrapper.kind, wrapper.library, wrapper.placeholders, false}});
      is_wrapper_[function.name] = true;
    }
  }
  for (const Externals::Wrapper& wrapper : declared) {
    wrappers_[wrapper.name].push_back({kDeclared, "", wrapper});
    if (auto number = names.find(wrapper.name)) is_wrapper_[*number] = true;
  }
}

// One text, or none: by the qualifier or the module where they are known, else in the same folder, else the only one of
// that name in the repository, if it looks like a constant.
const std::string* Names::constant(std::string_view path, std::string_view family,
                                   const Outline::Wanted& wanted) const {
  auto of_family = constants_.find(family);
  if (of_family == constants_.end()) return nullptr;
  auto found = of_family->second.find(wanted.name);
  if (found == of_family->second.end()) return nullptr;
  enum { kFar, kFolder, kNamed };
  int best = -1;
  const std::string* text = nullptr;
  bool several = false;
  for (const Constant& candidate : found->second) {
    const std::string& there = files_[candidate.file].path;
    if (there == path) continue;
    const std::string& owner = candidate.owner;
    bool near = path_folder(there) == path_folder(path);
    int rank = -1;
    if (!wanted.qualifier.empty()) {
      bool module = owner.empty() &&
                    (path_stem(there) == wanted.qualifier || last_folder(path_folder(there)) == wanted.qualifier ||
                     (!wanted.module.empty() && is_module(there, wanted.module)));
      if (owner == wanted.qualifier || module) rank = kNamed;
    } else if (owner.empty() && !wanted.module.empty()) {
      if (is_module(there, wanted.module)) rank = kNamed;
    } else if (owner.empty()) {
      rank = near ? kFolder : has_capital(wanted.name) ? kFar : -1;
    }
    if (rank < 0 || rank < best) continue;
    if (rank > best) {
      best = rank;
      text = &candidate.text;
      several = false;
    } else if (*text != candidate.text) {
      several = true;
    }
  }
  return several ? nullptr : text;
}

std::vector<const Externals::Wrapper*> Names::wrappers(std::string_view path, std::string_view family,
                                                       std::string_view name) const {
  std::vector<const Externals::Wrapper*> fitting;
  auto found = wrappers_.find(name);
  if (found == wrappers_.end()) return fitting;
  size_t offered = 0;
  for (const Offered& entry : found->second) {
    if (entry.file != kDeclared && (entry.family != family || files_[entry.file].path == path)) continue;
    offered += entry.file != kDeclared ? 1 : 0;
    bool same =
        entry.file != kDeclared && std::any_of(fitting.begin(), fitting.end(), [&](const Externals::Wrapper* other) {
          return other->position == entry.wrapper.position && other->owner.empty() == entry.wrapper.owner.empty();
        });
    if (!same) fitting.push_back(&entry.wrapper);
  }
  // Most functions of that name do something else.
  auto of_family = definitions_.find(family);
  if (offered == 0 || of_family == definitions_.end()) return fitting;
  auto number = names_.find(name);
  if (number && *number < of_family->second.size() && offered * 2 < of_family->second[*number])
    std::erase_if(fitting, [](const Externals::Wrapper* wrapper) { return !wrapper->trusted; });
  return fitting;
}

std::string Names::used_by(size_t file, const Digest& mine, const Digest* alone) const {
  const std::string& path = files_[file].path;
  const std::string& family = names_.text(mine.family);
  std::string used;
  auto add_constants = [&](const Digest& digest) {
    for (const Outline::Wanted& wanted : digest.wanted)
      if (const std::string* text = constant(path, family, wanted))
        used += fmt::format("{}\x1f{}\x1f{}\x1f{}\x1e", wanted.qualifier, wanted.name, wanted.module, *text);
  };
  add_constants(mine);
  if (alone != nullptr) add_constants(*alone);
  if (wrappers_.empty()) return used;
  std::set<std::string_view> called;
  auto add_calls = [&](const Digest& digest) {
    for (const Digest::Call& call : digest.calls)
      if (call.name < is_wrapper_.size() && is_wrapper_[call.name]) called.insert(names_.text(call.name));
  };
  add_calls(mine);
  if (alone != nullptr) add_calls(*alone);
  for (std::string_view name : called)
    for (const Externals::Wrapper* wrapper : wrappers(path, family, name))
      used += fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1d", wrapper->name, wrapper->owner,
                          wrapper->callee, wrapper->position, wrapper->parameter, static_cast<int>(wrapper->kind),
                          wrapper->library, wrapper->placeholders, wrapper->trusted);
  return used;
}

}  // namespace explaingate

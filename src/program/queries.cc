#include "program/queries.h"

#include <algorithm>

#include "program/names.h"

namespace explaingate {
namespace {

// "get-user", "get_user" and "getUser" are one name.
std::string letters(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

// What runs a statement that was prepared: Exec, Get, Select, QueryRow.
bool runs(std::string_view name) {
  std::string plain = letters(name);
  return std::ranges::any_of(std::initializer_list<std::string_view>{"exec", "get", "select", "query"},
                             [&](std::string_view verb) { return plain.starts_with(verb); });
}

// GetUser, get_user. Of one word are fields of anything: self.users.get(id)
bool has_two_words(std::string_view name) {
  for (size_t i = 1; i + 1 < name.size(); ++i)
    if (name[i] == '_' || (name[i] >= 'A' && name[i] <= 'Z' && name[i - 1] >= 'a' && name[i - 1] <= 'z')) return true;
  return false;
}

// queries.get_user(), app.userQueries.get(). The near miss: query.count(), which builders of queries have.
bool holds_queries(std::string_view receiver) {
  return letters(receiver).ends_with("queries");
}

// "a/b" and "../c/./d" -> "a/c/d"; false when it leads out.
bool joined(std::string_view folder, std::string_view path, std::string& out) {
  out = folder;
  while (!path.empty()) {
    size_t slash = std::min(path.find('/'), path.size());
    std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (out.empty()) return false;
      out = path_folder(out);
      continue;
    }
    if (!out.empty()) out += '/';
    out += part;
  }
  return true;
}

}  // namespace

Queries::Queries(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests,
                 const NameTable& names)
    : files_(files), digests_(digests), names_(names) {
  for (size_t f = 0; f < files.size(); ++f) {
    const std::vector<Digest::Function>& functions = digests[f]->functions;
    if (functions.empty() || files[f].family != kSqlFamily) continue;
    by_path_.emplace(files[f].path, f);
    for (size_t i = 0; i < functions.size(); ++i) {
      if (functions[i].name == 0) {
        by_stem_[path_stem(files[f].path)].emplace_back(f, i);
      } else {
        by_name_[letters(names.text(functions[i].name))].emplace_back(f, i);
      }
    }
  }
  if (by_name_.empty()) return;
  is_known_.resize(names.size());
  for (uint32_t number = 0; number < names.size(); ++number)
    is_known_[number] = by_name_.contains(letters(names.text(number)));
}

std::vector<Queries::Place> Queries::of_path(std::string_view caller, std::string_view path) const {
  std::vector<Place> found;
  std::string there;
  for (std::string_view folder = path_folder(caller);; folder = path_folder(folder)) {
    if (joined(folder, path, there)) {
      if (auto file = by_path_.find(there); file != by_path_.end()) {
        for (size_t i = 0; i < digests_[file->second]->functions.size(); ++i) found.emplace_back(file->second, i);
        return found;
      }
    }
    if (folder.empty()) return found;
  }
}

// Of one name in several files, those of the file that the receiver is called after.
std::vector<Queries::Place> Queries::of_name(std::string_view name, std::string_view receiver, bool sure) const {
  auto known = by_name_.find(letters(name));
  if (known == by_name_.end()) return {};
  std::string plain = letters(receiver);
  std::vector<Place> after;
  for (const Place& place : known->second) {
    std::string stem = letters(path_stem(files_[place.first].path));
    if (!stem.empty() && (plain == stem || plain == stem + "queries" || plain == "queries" + stem))
      after.push_back(place);
  }
  if (!after.empty()) return after;
  return sure && known->second.size() == 1 ? known->second : std::vector<Place>{};
}

std::vector<Queries::Place> Queries::meant(size_t caller, const Digest::Call& call) const {
  if (by_path_.empty() || files_[caller].family == kSqlFamily) return {};
  if (call.file != 0) return of_path(files_[caller].path, names_.text(call.file));
  if (call.receiver == 0) {
    auto stem = names_.text(call.module).ends_with("/sql") ? by_stem_.find(names_.text(call.name)) : by_stem_.end();
    return stem == by_stem_.end() ? std::vector<Place>{} : stem->second;
  }
  if (is_known_.empty()) return {};
  const std::string& receiver = names_.text(call.receiver);
  if (call.on_field && is_known_[call.receiver] && has_two_words(receiver) && runs(names_.text(call.name)))
    if (std::vector<Place> prepared = of_name(receiver, {}, true); !prepared.empty()) return prepared;
  if (!is_known_[call.name]) return {};
  return of_name(names_.text(call.name), receiver, holds_queries(receiver));
}

}  // namespace explaingate

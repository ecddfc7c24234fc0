#include "program/resolve.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "program/names.h"

namespace explaingate {
namespace {

// Names that everything has: followed only where the receiver, the class or the import says which one is meant.
constexpr std::array<std::string_view, 66> kCommonNames = {
    "add",    "all",   "append",  "apply",  "build",  "call",  "check",  "clear",    "clone",   "close",  "commit",
    "copy",   "count", "create",  "delete", "each",   "emit",  "error",  "exec",     "execute", "exists", "fetch",
    "filter", "find",  "first",   "flush",  "format", "get",   "handle", "has",      "init",    "insert", "items",
    "join",   "keys",  "last",    "list",   "load",   "log",   "main",   "map",      "next",    "open",   "parse",
    "pop",    "print", "process", "push",   "put",    "query", "read",   "remove",   "render",  "reset",  "run",
    "save",   "send",  "set",     "size",   "start",  "stop",  "test",   "toString", "update",  "value",  "write"};

constexpr size_t kMostDefinitions = 12;  // of one name, where the name is all there is to go by

std::string plain(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c != '_') out += c;
  }
  return out;
}

// `customer_repo` or `repository` for class CustomerRepository; `o` for Orders is no match.
bool names_owner(std::string_view receiver, std::string_view owner) {
  constexpr size_t kLeast = 4;
  std::string a = plain(receiver), b = plain(owner);
  if (a.empty() || b.empty()) return false;
  if (a == b) return true;
  return a.size() >= kLeast && (b.starts_with(a) || b.ends_with(a) || (b.size() >= kLeast && a.ends_with(b)));
}

struct Definition {
  size_t file, function;
};

class Resolver {
 public:
  explicit Resolver(const std::vector<ProgramFile>& files) : files_(files), reach_(files.size()) {
    for (size_t f = 0; f < files.size(); ++f) {
      const Outline& outline = files[f].outline;
      reach_[f].assign(outline.functions.size(), 0);
      for (size_t i = 0; i < outline.functions.size(); ++i)
        definitions_[{outline.family, outline.functions[i].name}].push_back({f, i});
      for (const Outline::Execution& execution : outline.executions)
        if (execution.function >= 0) reach_[f][static_cast<size_t>(execution.function)] = 1;
    }
  }

  std::vector<CallEdge> all() {
    std::vector<CallEdge> edges;
    for (int depth = 1; depth <= kMostCalls; ++depth) {
      std::vector<CallEdge> found = edges_to(depth);
      for (const CallEdge& edge : found) {  // who calls them reaches a statement, one call further
        int32_t caller = files_[edge.file].outline.calls[edge.call].function;
        if (caller < 0) continue;
        int& reach = reach_[edge.file][static_cast<size_t>(caller)];
        if (reach == 0) reach = depth + 1;
      }
      edges.insert(edges.end(), found.begin(), found.end());
    }
    auto key = [](const CallEdge& edge) { return std::tie(edge.file, edge.call, edge.callee_file, edge.callee); };
    std::sort(edges.begin(), edges.end(), [&](const CallEdge& a, const CallEdge& b) { return key(a) < key(b); });
    return edges;
  }

 private:
  using Key = std::pair<std::string_view, std::string_view>;  // family, name
  const std::vector<ProgramFile>& files_;
  std::map<Key, std::vector<Definition>> definitions_;
  std::vector<std::vector<int>> reach_;  // 0: no statement; n: n - 1 calls away from one

  [[nodiscard]] const Outline::Function& function(const Definition& definition) const {
    return files_[definition.file].outline.functions[definition.function];
  }
  [[nodiscard]] int reach(const Definition& definition) const { return reach_[definition.file][definition.function]; }

  std::vector<CallEdge> edges_to(int depth) const {
    std::vector<CallEdge> found;
    for (size_t f = 0; f < files_.size(); ++f) {
      const Outline& outline = files_[f].outline;
      for (size_t c = 0; c < outline.calls.size(); ++c) {
        const Outline::Call& call = outline.calls[c];
        auto known = definitions_.find({outline.family, call.name});
        if (known == definitions_.end()) continue;
        bool any = std::any_of(known->second.begin(), known->second.end(),
                               [&](const Definition& definition) { return reach(definition) == depth; });
        if (!any) continue;
        for (const Definition& definition : meant(f, call, known->second)) {
          bool itself = definition.file == f && static_cast<int32_t>(definition.function) == call.function;
          if (reach(definition) == depth && !itself && !function(definition).memoised)
            found.push_back({f, c, definition.file, definition.function, depth});
        }
      }
    }
    return found;
  }

  template <class Fits>
  static std::vector<Definition> those(const std::vector<Definition>& all, Fits&& fits) {
    std::vector<Definition> out;
    std::copy_if(all.begin(), all.end(), std::back_inserter(out), fits);
    return out;
  }

  // The definitions that a call can mean, surest way first.
  [[nodiscard]] std::vector<Definition> meant(size_t file, const Outline::Call& call,
                                              const std::vector<Definition>& all) const {
    const ProgramFile& mine = files_[file];
    std::string_view owner;  // class of the caller
    if (call.function >= 0) owner = mine.outline.functions[static_cast<size_t>(call.function)].owner;
    auto in_class = [&](const Definition& d) { return !owner.empty() && function(d).owner == owner; };
    auto in_file = [&](const Definition& d) { return d.file == file; };
    auto in_folder = [&](const Definition& d) { return path_folder(files_[d.file].path) == path_folder(mine.path); };
    auto in_module = [&](const Definition& d) {
      return !call.module.empty() && is_module(files_[d.file].path, call.module);
    };
    // `from . import x` names no module
    bool imported = call.module.find_first_not_of("./ ") != std::string::npos;
    auto free = [&](const Definition& d) { return function(d).owner.empty(); };
    auto member = [&](const Definition& d) { return !function(d).owner.empty(); };
    auto first_of = [&](auto... ways) {
      std::vector<Definition> out;
      ((out = out.empty() ? those(all, ways) : out), ...);
      return out;
    };
    if (call.on_self) {
      auto found = first_of([&](const Definition& d) { return in_class(d) && in_file(d); }, in_class);
      return found.empty() ? by_name(call, those(all, member)) : found;  // of a base class
    }
    if (call.receiver.empty()) {
      auto found = first_of([&](const Definition& d) { return free(d) && in_file(d); },
                            [&](const Definition& d) { return in_class(d) && in_file(d); },
                            [&](const Definition& d) { return free(d) && in_module(d); }, in_class,
                            [&](const Definition& d) { return !imported && free(d) && in_folder(d); });
      // Imported from a place that isn't in the repository, under a name that is: nothing.
      return found.empty() && !imported ? by_name(call, those(all, free)) : found;
    }
    auto found =
        first_of([&](const Definition& d) { return free(d) && in_module(d); },
                 [&](const Definition& d) { return member(d) && function(d).owner == call.receiver; },
                 [&](const Definition& d) {
                   return free(d) && (path_stem(files_[d.file].path) == call.receiver ||
                                      path_stem(path_folder(files_[d.file].path)) == call.receiver);
                 },
                 [&](const Definition& d) { return member(d) && names_owner(call.receiver, function(d).owner); });
    return found.empty() ? by_name(call, those(all, member)) : found;
  }

  // Nothing but the name: most of those that have it must reach a statement, and it must not be everybody's.
  [[nodiscard]] std::vector<Definition> by_name(const Outline::Call& call, std::vector<Definition> all) const {
    std::string lower = plain(call.name);
    bool common = std::any_of(kCommonNames.begin(), kCommonNames.end(),
                              [&](std::string_view name) { return plain(name) == lower; });
    if (common || all.size() > kMostDefinitions) return {};
    auto reaching =
        static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const Definition& d) { return reach(d) > 0; }));
    if (reaching * 2 < all.size()) return {};
    return all;
  }
};

}  // namespace

std::vector<CallEdge> find_edges(const std::vector<ProgramFile>& files) {
  return Resolver(files).all();
}

}  // namespace explaingate

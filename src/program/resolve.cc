#include "program/resolve.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

#include "base/parallel.h"
#include "program/names.h"
#include "program/queries.h"

namespace explaingate {
namespace {

// Names that everything has: followed only where the receiver, the class or the import says which one is meant.
constexpr std::array<std::string_view, 70> kCommonNames = {
    "new",     "default", "from",   "into",    "add",    "all",    "append",   "apply",  "build",  "call",
    "check",   "clear",   "clone",  "close",   "commit", "copy",   "count",    "create", "delete", "each",
    "emit",    "error",   "exec",   "execute", "exists", "fetch",  "filter",   "find",   "first",  "flush",
    "format",  "get",     "handle", "has",     "init",   "insert", "items",    "join",   "keys",   "last",
    "list",    "load",    "log",    "main",    "map",    "next",   "open",     "parse",  "pop",    "print",
    "process", "push",    "put",    "query",   "read",   "remove", "render",   "reset",  "run",    "save",
    "send",    "set",     "size",   "start",   "stop",   "test",   "toString", "update", "value",  "write"};

constexpr size_t kMostDefinitions = 12;  // of one name, where the name is all there is to go by
constexpr size_t kMostLookedAt = 200;    // of one name; of a name that has more, those of the caller's own file

std::string plain(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c != '_') out += c;
  }
  return out;
}

bool is_common(std::string_view name) {
  static const std::set<std::string> common = [] {
    std::set<std::string> names;
    for (std::string_view one : kCommonNames) names.insert(plain(one));
    return names;
  }();
  return common.contains(plain(name));
}

// `customer_repo` or `repository` for class CustomerRepository; `o` for Orders is no match.
// Both in plain letters.
bool names_owner(std::string_view a, std::string_view b) {
  constexpr size_t kLeast = 4;
  if (a.empty() || b.empty()) return false;
  if (a == b) return true;
  return a.size() >= kLeast && (b.starts_with(a) || b.ends_with(a) || (b.size() >= kLeast && a.ends_with(b)));
}

// Tests' stand-ins and generated code have the names of what they stand for, and say nothing of what a call means.
bool is_stand_in(std::string_view path) {
  constexpr std::array<std::string_view, 8> kMarks = {"mock", "fake",   "stub",      "dummy",
                                                      ".pb.", "_grpc.", "generated", "_pb2"};
  std::string lower = plain(path.substr(path.rfind('/') + 1));
  std::string folder = plain(path_folder(path));
  return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
    std::string word = plain(mark);
    return lower.find(word) != std::string::npos || folder.ends_with(word) || folder.ends_with(word + "s");
  });
}

bool starts_with_capital(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

struct Definition {
  size_t file, function;
};

class Resolver {
 public:
  explicit Resolver(const std::vector<ProgramFile>& files)
      : files_(files), queries_(files), reach_(files.size()), owners_(files.size()) {
    for (size_t f = 0; f < files.size(); ++f) {
      const Outline& outline = files[f].outline;
      reach_[f].assign(outline.functions.size(), 0);
      ByName& of_family = definitions_[outline.family];
      bool stand_in = is_stand_in(files[f].path);
      for (size_t i = 0; i < outline.functions.size(); ++i) {
        owners_[f].push_back(plain(outline.functions[i].owner));
        if (!stand_in) of_family[outline.functions[i].name].push_back({f, i});
      }
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
  using ByName = std::unordered_map<std::string_view, std::vector<Definition>>;
  const std::vector<ProgramFile>& files_;
  Queries queries_;
  std::map<std::string_view, ByName> definitions_;  // by family
  std::vector<std::vector<int>> reach_;             // 0: no statement; n: n - 1 calls away from one
  std::vector<std::vector<std::string>> owners_;    // of functions, in plain letters

  [[nodiscard]] const Outline::Function& function(const Definition& definition) const {
    return files_[definition.file].outline.functions[definition.function];
  }
  [[nodiscard]] int reach(const Definition& definition) const { return reach_[definition.file][definition.function]; }

  // The function and those that stand in it, which it runs or has run.
  template <class Each>
  void with_inner(const Definition& definition, Each&& each) const {
    each(definition);
    const std::vector<Outline::Function>& all = files_[definition.file].outline.functions;
    // By place: those inside come next, up to the first that begins after its end.
    for (size_t i = definition.function + 1; i < all.size() && all[i].line <= all[definition.function].end_line; ++i) {
      auto up = all[i].parent;
      while (up > static_cast<int32_t>(definition.function)) up = all[static_cast<size_t>(up)].parent;
      if (up == static_cast<int32_t>(definition.function)) each({definition.file, i});
    }
  }
  [[nodiscard]] bool reaches(const Definition& definition, int depth) const {  // 0: any
    bool found = false;
    with_inner(definition,
               [&](const Definition& d) { found = found || (depth == 0 ? reach(d) > 0 : reach(d) == depth); });
    return found;
  }

  // Names of which some definition is that far from a statement: few calls of a program have one.
  [[nodiscard]] ByName reaching(const ByName& all, int depth) const {
    ByName found;
    for (const auto& [name, definitions] : all)
      if (std::any_of(definitions.begin(), definitions.end(), [&](const Definition& d) { return reaches(d, depth); }))
        found.emplace(name, definitions);
    return found;
  }

  [[nodiscard]] std::vector<CallEdge> edges_to(int depth) const {
    std::map<std::string_view, ByName> reaching_names;
    for (const auto& [family, all] : definitions_) reaching_names.emplace(family, reaching(all, depth));
    std::vector<std::vector<CallEdge>> found(files_.size());
    parallel_for(files_.size(), [&](size_t f) {
      const Outline& outline = files_[f].outline;
      const ByName& known = reaching_names.at(outline.family);
      for (size_t c = 0; c < outline.calls.size(); ++c) {
        const Outline::Call& call = outline.calls[c];
        if (depth == 1 && !is_generated(f, call))
          for (auto [file, function] : queries_.meant(files_[f], call))
            found[f].push_back({f, c, file, function, depth});
        auto named = known.find(call.name);
        if (named == known.end()) continue;
        const std::vector<Definition>* looked_at = &named->second;
        std::vector<Definition> own;
        if (looked_at->size() > kMostLookedAt) {
          own = of_file(f, named->second);
          looked_at = &own;
        }
        for (const Definition& definition : meant(f, call, *looked_at)) {
          bool itself = definition.file == f && static_cast<int32_t>(definition.function) == call.function;
          if (itself) continue;
          if (depth > 1 && reaches(definition, 1)) continue;  // by way of a function in it: that edge is there
          with_inner(definition, [&](const Definition& inner) {
            if (reach(inner) == depth) found[f].push_back({f, c, inner.file, inner.function, depth});
          });
        }
      }
    });
    std::vector<CallEdge> all;
    for (std::vector<CallEdge>& of_file : found) all.insert(all.end(), of_file.begin(), of_file.end());
    return all;
  }

  // Where a method that was made for the statement is in the repository as well, that is what is called.
  [[nodiscard]] bool is_generated(size_t file, const Outline::Call& call) const {
    auto of_family = definitions_.find(files_[file].outline.family);
    if (of_family == definitions_.end()) return false;
    auto named = of_family->second.find(call.name);
    return named != of_family->second.end() && std::ranges::any_of(named->second, [&](const Definition& d) {
             return reach(d) == 1 && owners_[d.file][d.function] == "queries";
           });
  }

  static std::vector<Definition> of_file(size_t file, const std::vector<Definition>& all) {
    auto [first, last] = std::equal_range(all.begin(), all.end(), Definition{file, 0},
                                          [](const Definition& a, const Definition& b) { return a.file < b.file; });
    return {first, first + std::min<ptrdiff_t>(last - first, kMostLookedAt)};
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
    const std::string receiver = plain(call.receiver);
    auto found =
        first_of([&](const Definition& d) { return free(d) && in_module(d); },
                 [&](const Definition& d) { return member(d) && function(d).owner == call.receiver; },
                 [&](const Definition& d) {
                   return free(d) && (path_stem(files_[d.file].path) == call.receiver ||
                                      path_stem(path_folder(files_[d.file].path)) == call.receiver);
                 },
                 [&](const Definition& d) { return member(d) && names_owner(receiver, owners_[d.file][d.function]); });
    if (!found.empty()) return found;
    // A class that isn't in the repository: Path::new().
    return starts_with_capital(call.receiver) && !call.on_field ? std::vector<Definition>{}
                                                                : by_name(call, those(all, member));
  }

  // Nothing but the name: most of those that have it must reach a statement, and it must not be everybody's.
  [[nodiscard]] std::vector<Definition> by_name(const Outline::Call& call, std::vector<Definition> all) const {
    if (is_common(call.name) || all.size() > kMostDefinitions) return {};
    auto reaching =
        static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const Definition& d) { return reaches(d, 0); }));
    if (reaching * 2 < all.size()) return {};
    return all;
  }
};

}  // namespace

std::vector<CallEdge> find_edges(const std::vector<ProgramFile>& files) {
  return Resolver(files).all();
}

}  // namespace explaingate

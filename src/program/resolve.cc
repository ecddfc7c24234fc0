#include "program/resolve.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>

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
  constexpr std::array<std::string_view, 8> kMarks = {"mock", "fake",  "stub",      "dummy",
                                                      ".pb.", "grpc.", "generated", "pb2"};  // in plain letters
  std::string lower = plain(path.substr(path.rfind('/') + 1));
  std::string folder = plain(path_folder(path));
  std::string_view one = folder;  // of a folder that is named for several
  if (one.ends_with('s')) one.remove_suffix(1);
  return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
    return lower.find(mark) != std::string::npos || folder.ends_with(mark) || one.ends_with(mark);
  });
}

bool starts_with_capital(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

struct Definition {
  uint32_t file, function;
};

class Resolver {
 public:
  Resolver(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests, const NameTable& names)
      : files_(files),
        digests_(digests),
        names_(names),
        queries_(files, digests, names),
        reach_(files.size()),
        within_(files.size()) {
    std::map<uint32_t, size_t> families;
    for (size_t f = 0; f < files.size(); ++f) {
      family_.push_back(families.emplace(digests[f]->family, families.size()).first->second);
      reach_[f].assign(digests[f]->functions.size(), 0);
      within_[f].assign(digests[f]->functions.size(), 0);
    }
    add_definitions(families.size());
    plain_owners();
    for (size_t f = 0; f < files.size(); ++f)
      for (size_t i = 0; i < digests[f]->functions.size(); ++i)
        if (digests[f]->functions[i].executes) set_reach({static_cast<uint32_t>(f), static_cast<uint32_t>(i)}, 1);
  }

  std::vector<CallEdge> all() {
    std::vector<CallEdge> edges;
    for (int depth = 1; depth <= kMostCalls; ++depth) {
      std::vector<CallEdge> found = edges_to(depth);
      for (const CallEdge& edge : found) {  // who calls them reaches a statement, one call further
        if (edge.caller < 0) continue;
        Definition caller{static_cast<uint32_t>(edge.file), static_cast<uint32_t>(edge.caller)};
        if (reach(caller) == 0) set_reach(caller, depth + 1);
      }
      edges.insert(edges.end(), found.begin(), found.end());
    }
    auto key = [](const CallEdge& edge) { return std::tie(edge.file, edge.call, edge.callee_file, edge.callee); };
    std::sort(edges.begin(), edges.end(), [&](const CallEdge& a, const CallEdge& b) { return key(a) < key(b); });
    return edges;
  }

 private:
  const std::vector<ProgramFile>& files_;
  const std::vector<const Digest*>& digests_;
  const NameTable& names_;
  Queries queries_;
  std::vector<size_t> family_;                // by file
  std::vector<Definition> definitions_;       // by family, name, file and place
  std::vector<uint32_t> first_;               // in definitions_, by slot(); one more at the end
  std::vector<std::string> plain_owners_;     // by number of the name
  std::vector<std::vector<uint8_t>> reach_;   // 0: no statement; n: n - 1 calls away from one
  std::vector<std::vector<uint8_t>> within_;  // bit n: the function, or one that stands in it, has reach n

  [[nodiscard]] size_t slot(size_t family, uint32_t name) const { return family * names_.size() + name; }
  [[nodiscard]] std::span<const Definition> definitions(size_t slot) const {
    return std::span(definitions_).subspan(first_[slot], first_[slot + 1] - first_[slot]);
  }

  void add_definitions(size_t families) {
    first_.assign(families * names_.size() + 1, 0);
    std::vector<bool> stand_in(files_.size());
    for (size_t f = 0; f < files_.size(); ++f) stand_in[f] = is_stand_in(files_[f].path);
    auto each = [&](auto&& take) {
      for (size_t f = 0; f < files_.size(); ++f) {
        if (stand_in[f]) continue;
        for (size_t i = 0; i < digests_[f]->functions.size(); ++i)
          take(slot(family_[f], digests_[f]->functions[i].name),
               Definition{static_cast<uint32_t>(f), static_cast<uint32_t>(i)});
      }
    };
    each([&](size_t slot, const Definition&) { ++first_[slot]; });
    uint32_t total = 0;  // from here on each slot's next free place, and when all are placed, its end
    for (uint32_t& count : first_) total += std::exchange(count, total);
    definitions_.resize(total);
    each([&](size_t slot, const Definition& definition) { definitions_[first_[slot]++] = definition; });
    std::rotate(first_.rbegin(), first_.rbegin() + 1, first_.rend());  // each one's end is the next one's begin
    first_.front() = 0;
  }

  void plain_owners() {
    plain_owners_.resize(names_.size());
    for (const Digest* digest : digests_)
      for (const Digest::Function& function : digest->functions)
        if (function.owner != 0 && plain_owners_[function.owner].empty())
          plain_owners_[function.owner] = plain(names_.text(function.owner));
  }

  [[nodiscard]] const Digest::Function& function(const Definition& definition) const {
    return digests_[definition.file]->functions[definition.function];
  }
  [[nodiscard]] uint8_t reach(const Definition& definition) const {
    return reach_[definition.file][definition.function];
  }
  void set_reach(const Definition& definition, int depth) {
    reach_[definition.file][definition.function] = static_cast<uint8_t>(depth);
    for (auto at = static_cast<int32_t>(definition.function); at >= 0;
         at = digests_[definition.file]->functions[static_cast<size_t>(at)].parent) {
      uint8_t& within = within_[definition.file][static_cast<size_t>(at)];
      within = static_cast<uint8_t>(within | (1U << static_cast<unsigned>(depth)));
    }
  }

  // The function and those that stand in it, which it runs or has run.
  template <class Each>
  void with_inner(const Definition& definition, Each&& each) const {
    each(definition);
    const std::vector<Digest::Function>& all = digests_[definition.file]->functions;
    // By place: those inside come next, up to the first that begins after its end.
    for (uint32_t i = definition.function + 1; i < all.size() && all[i].line <= all[definition.function].end_line;
         ++i) {
      auto up = all[i].parent;
      while (up > static_cast<int32_t>(definition.function)) up = all[static_cast<size_t>(up)].parent;
      if (up == static_cast<int32_t>(definition.function)) each(Definition{definition.file, i});
    }
  }
  [[nodiscard]] bool reaches(const Definition& definition, int depth) const {
    return (within_[definition.file][definition.function] >> static_cast<unsigned>(depth) & 1U) != 0;
  }
  [[nodiscard]] bool reaches_any(const Definition& definition) const {
    return within_[definition.file][definition.function] != 0;
  }

  // Names of which some definition is that far from a statement: few calls of a program have one.
  [[nodiscard]] std::vector<bool> reaching(int depth) const {
    std::vector<bool> found(first_.size() - 1);
    for (size_t slot = 0; slot < found.size(); ++slot)
      for (const Definition& definition : definitions(slot))
        if (reaches(definition, depth)) found[slot] = true;
    return found;
  }

  [[nodiscard]] std::vector<CallEdge> edges_to(int depth) const {
    const std::vector<bool> known = reaching(depth);
    std::vector<std::vector<CallEdge>> found(files_.size());
    parallel_for(files_.size(), [&](size_t f) {
      const std::vector<Digest::Call>& calls = digests_[f]->calls;
      for (size_t c = 0; c < calls.size(); ++c) {
        const Digest::Call& call = calls[c];
        if (depth == 1)
          for (auto [file, function] : queries_.meant(f, call))
            if (!is_generated(f, call)) found[f].push_back({f, c, file, function, depth, call.function, call.in_loop});
        size_t named = slot(family_[f], call.name);
        if (!known[named]) continue;
        std::span<const Definition> looked_at = definitions(named);
        if (looked_at.size() > kMostLookedAt) looked_at = of_file(f, looked_at);
        for (const Definition& definition : meant(f, call, looked_at)) {
          bool itself = definition.file == f && static_cast<int32_t>(definition.function) == call.function;
          if (itself) continue;
          if (depth > 1 && reaches(definition, 1)) continue;  // by way of a function in it: that edge is there
          with_inner(definition, [&](const Definition& inner) {
            if (reach(inner) == depth)
              found[f].push_back({f, c, inner.file, inner.function, depth, call.function, call.in_loop});
          });
        }
      }
    });
    std::vector<CallEdge> all;
    for (std::vector<CallEdge>& of_file : found) all.insert(all.end(), of_file.begin(), of_file.end());
    return all;
  }

  // Where a method that was made for the statement is in the repository as well, that is what is called.
  [[nodiscard]] bool is_generated(size_t file, const Digest::Call& call) const {
    return std::ranges::any_of(definitions(slot(family_[file], call.name)), [&](const Definition& d) {
      return reach(d) == 1 && plain_owners_[function(d).owner] == "queries";
    });
  }

  static std::span<const Definition> of_file(size_t file, std::span<const Definition> all) {
    auto found = std::ranges::equal_range(all, static_cast<uint32_t>(file), {}, &Definition::file);
    return std::span(found).first(std::min<size_t>(found.size(), kMostLookedAt));
  }

  template <class Fits>
  static std::vector<Definition> those(std::span<const Definition> all, Fits&& fits) {
    std::vector<Definition> out;
    std::copy_if(all.begin(), all.end(), std::back_inserter(out), fits);
    return out;
  }

  // The definitions that a call can mean, surest way first.
  [[nodiscard]] std::vector<Definition> meant(size_t file, const Digest::Call& call,
                                              std::span<const Definition> all) const {
    const std::string& path = files_[file].path;
    const std::string& module = names_.text(call.module);
    uint32_t owner = 0;  // class of the caller
    if (call.function >= 0) owner = digests_[file]->functions[static_cast<size_t>(call.function)].owner;
    auto in_class = [&](const Definition& d) { return owner != 0 && function(d).owner == owner; };
    auto in_file = [&](const Definition& d) { return d.file == file; };
    auto in_folder = [&](const Definition& d) { return path_folder(files_[d.file].path) == path_folder(path); };
    auto in_module = [&](const Definition& d) { return call.module != 0 && is_module(files_[d.file].path, module); };
    // `from . import x` names no module
    bool imported = module.find_first_not_of("./ ") != std::string::npos;
    auto free = [&](const Definition& d) { return function(d).owner == 0; };
    auto member = [&](const Definition& d) { return function(d).owner != 0; };
    auto first_of = [&](auto... ways) {
      std::vector<Definition> out;
      ((out = out.empty() ? those(all, ways) : out), ...);
      return out;
    };
    if (call.on_self) {
      auto found = first_of([&](const Definition& d) { return in_class(d) && in_file(d); }, in_class);
      return found.empty() ? by_name(call, those(all, member)) : found;  // of a base class
    }
    if (call.receiver == 0) {
      auto found = first_of([&](const Definition& d) { return free(d) && in_file(d); },
                            [&](const Definition& d) { return in_class(d) && in_file(d); },
                            [&](const Definition& d) { return free(d) && in_module(d); }, in_class,
                            [&](const Definition& d) { return !imported && free(d) && in_folder(d); });
      // Imported from a place that isn't in the repository, under a name that is: nothing.
      return found.empty() && !imported ? by_name(call, those(all, free)) : found;
    }
    const std::string& written = names_.text(call.receiver);
    const std::string receiver = plain(written);
    auto found = first_of(
        [&](const Definition& d) { return free(d) && in_module(d); },
        [&](const Definition& d) { return member(d) && function(d).owner == call.receiver; },
        [&](const Definition& d) {
          return free(d) &&
                 (path_stem(files_[d.file].path) == written || path_stem(path_folder(files_[d.file].path)) == written);
        },
        [&](const Definition& d) { return member(d) && names_owner(receiver, plain_owners_[function(d).owner]); });
    if (!found.empty()) return found;
    // A class that isn't in the repository: Path::new().
    return starts_with_capital(written) && !call.on_field ? std::vector<Definition>{}
                                                          : by_name(call, those(all, member));
  }

  // Nothing but the name: most of those that have it must reach a statement, and it must not be everybody's.
  [[nodiscard]] std::vector<Definition> by_name(const Digest::Call& call, std::vector<Definition> all) const {
    if (is_common(names_.text(call.name)) || all.size() > kMostDefinitions) return {};
    auto reaching =
        static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const Definition& d) { return reaches_any(d); }));
    if (reaching * 2 < all.size()) return {};
    return all;
  }
};

}  // namespace

std::vector<CallEdge> find_edges(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests,
                                 const NameTable& names) {
  return Resolver(files, digests, names).all();
}

}  // namespace explaingate

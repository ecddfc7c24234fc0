#include "program/resolve.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/parallel.h"
#include "program/names.h"
#include "program/queries.h"
#include "program/types.h"
#include "program/words.h"

namespace explaingate {
namespace {

constexpr size_t kMostDefinitions = 12;  // of one name, where the name is all there is to go by
// Of one name; of a name that has more, those of the caller's own file and of the class that the call names.
constexpr size_t kMostLookedAt = 200;

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
    types_.resize(families.size());
    std::vector<bool> stand_in(files.size());
    for (size_t f = 0; f < files.size(); ++f) stand_in[f] = is_stand_in(files[f].path);
    for (size_t f = 0; f < files.size(); ++f)
      if (!stand_in[f]) types_[family_[f]].add(*digests[f]);
    std::vector<bool> asked(names.size());
    for (const Types& types : types_) types.ask(asked);
    for (size_t f = 0; f < files.size(); ++f) types_[family_[f]].add_methods(*digests[f], asked);
    for (Types& types : types_) types.sort();
    add_definitions(families.size(), stand_in);
    plain_owners();
    for (size_t f = 0; f < files.size(); ++f)
      for (size_t i = 0; i < digests[f]->functions.size(); ++i)
        if (digests[f]->functions[i].executes) set_reach({static_cast<uint32_t>(f), static_cast<uint32_t>(i)}, 1);
  }

  std::vector<CallEdge> all() {
    std::vector<CallEdge> edges;
    for (int depth = 1; depth <= kMostCalls; ++depth) {
      std::vector<CallEdge> found = edges_to(depth);
      for (CallEdge& edge : found) {  // who calls them reaches a statement, one call further
        edge.same = is_the_same_each_time(edge);
        if (edge.caller < 0 || edge.same) continue;
        Definition caller{static_cast<uint32_t>(edge.file), static_cast<uint32_t>(edge.caller)};
        if (reach(caller) == 0) set_reach(caller, depth + 1);
      }
      edges.insert(edges.end(), found.begin(), found.end());
    }
    pass_on(edges);
    auto key = [](const CallEdge& edge) { return std::tie(edge.file, edge.call, edge.callee_file, edge.callee); };
    std::sort(edges.begin(), edges.end(), [&](const CallEdge& a, const CallEdge& b) { return key(a) < key(b); });
    return edges;
  }

 private:
  // A function of its own that is given nothing asks the same whoever calls it, and how often:
  //
  //   for bug in bugs: may_see(bug)        may_see -> current_user() -> "SELECT … WHERE cookie = ?"
  //
  // The near miss is a function within another, which sees what varies there.
  [[nodiscard]] bool is_the_same_each_time(const CallEdge& edge) const {
    const Digest::Function& callee = digests_[edge.callee_file]->functions[edge.callee];
    return digests_[edge.file]->calls[edge.call].bare && callee.owner == 0 && callee.parent < 0;
  }

  // A function that calls its namesake elsewhere passes on, and is no step of its own:
  //
  //   for id in ids: service.user(id)      Service.user -> Repository.user -> Repository.fetch_one
  //
  // is two calls deep. Of a chain that has one more, the edge that leads to such a function leads to what it calls.
  void pass_on(std::vector<CallEdge>& edges) {
    using Key = std::pair<size_t, size_t>;
    auto caller = [&](const CallEdge& edge) { return Key{edge.file, static_cast<size_t>(edge.caller)}; };
    auto passes = [&](const CallEdge& edge) {
      if (edge.caller < 0 || caller(edge) == Key{edge.callee_file, edge.callee}) return false;
      uint32_t own = digests_[edge.file]->functions[static_cast<size_t>(edge.caller)].name;
      uint32_t callee = digests_[edge.callee_file]->functions[edge.callee].name;
      return own == callee || core_name(names_.text(own)) == core_name(names_.text(callee));
    };
    std::map<Key, std::vector<CallEdge>> onward;  // by what passes on
    for (const CallEdge& edge : edges)
      if (passes(edge)) onward[caller(edge)].push_back(edge);
    if (onward.empty()) return;
    std::set<Key> near;  // a call away from what passes on
    std::vector<CallEdge> added;
    auto skip = [&](const CallEdge& edge, int depth) {
      auto next = onward.find({edge.callee_file, edge.callee});
      if (next == onward.end()) return;
      for (const CallEdge& step : next->second) {
        if (step.depth != depth) continue;
        added.push_back({edge.file, edge.call, step.callee_file, step.callee, depth, edge.caller, edge.in_loop, false,
                         step.file, static_cast<int32_t>(step.call)});
      }
    };
    for (const CallEdge& edge : edges) {
      if (edge.depth != 2) continue;
      size_t before = added.size();
      skip(edge, 1);
      if (added.size() != before && edge.caller >= 0) near.insert(caller(edge));
    }
    std::vector<Definition> third;
    for (size_t f = 0; f < files_.size(); ++f) {
      for (uint8_t& within : within_[f]) within = static_cast<uint8_t>(within & ~8U);
      for (size_t i = 0; i < reach_[f].size(); ++i) {
        if (reach_[f][i] != 3) continue;
        reach_[f][i] = 0;
        if (near.contains({f, i}) || onward.contains({f, i}))
          third.push_back({static_cast<uint32_t>(f), static_cast<uint32_t>(i)});
      }
    }
    for (const Definition& definition : third) set_reach(definition, 3);
    if (third.empty()) {
      edges.insert(edges.end(), added.begin(), added.end());
      return;
    }
    for (CallEdge& edge : edges_to(3)) {
      skip(edge, 2);
      edge.depth = 2;
      if (near.contains({edge.callee_file, edge.callee})) added.push_back(edge);
    }
    edges.insert(edges.end(), added.begin(), added.end());
  }

  const std::vector<ProgramFile>& files_;
  const std::vector<const Digest*>& digests_;
  const NameTable& names_;
  Queries queries_;
  std::vector<size_t> family_;                                    // by file
  std::vector<Definition> definitions_;                           // by family, name, file and place
  std::unordered_map<size_t, std::vector<Definition>> by_owner_;  // of names that many have; sorted by owner
  std::vector<uint32_t> first_;                                   // in definitions_, by slot(); one more at the end
  std::vector<std::string> plain_owners_;                         // by number of the name
  std::vector<std::vector<uint8_t>> reach_;                       // 0: no statement; n: n - 1 calls away from one
  std::vector<std::vector<uint8_t>> within_;  // bit n: the function, or one that stands in it, has reach n
  std::vector<Types> types_;                  // by family

  [[nodiscard]] size_t slot(size_t family, uint32_t name) const { return family * names_.size() + name; }
  [[nodiscard]] std::span<const Definition> definitions(size_t slot) const {
    return std::span(definitions_).subspan(first_[slot], first_[slot + 1] - first_[slot]);
  }

  void add_definitions(size_t families, const std::vector<bool>& stand_in) {
    first_.assign(families * names_.size() + 1, 0);
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
    for (size_t slot = 0; slot + 1 < first_.size(); ++slot) {
      std::span<const Definition> all = definitions(slot);
      if (all.size() <= kMostLookedAt) continue;
      std::vector<Definition>& sorted = by_owner_[slot];
      sorted.assign(all.begin(), all.end());
      std::ranges::stable_sort(sorted, {}, [&](const Definition& d) { return function(d).owner; });
    }
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

  [[nodiscard]] bool has_namesake(const Definition& definition) const {
    const Digest::Function& own = function(definition);
    const std::vector<Digest::Function>& all = digests_[definition.file]->functions;
    return std::count_if(all.begin(), all.end(), [&](const Digest::Function& other) {
             return other.name == own.name && other.owner == own.owner;
           }) > 1;
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
        std::vector<Definition> fewer;
        if (looked_at.size() > kMostLookedAt) looked_at = fewer = of_file_or_class(f, call, named);
        for (const Definition& definition : meant(f, call, looked_at)) {
          bool itself = definition.file == f && static_cast<int32_t>(definition.function) == call.function;
          // For each of its children: walk(child). An overload of its own name is another function.
          if (itself && (!call.in_loop || has_namesake(definition))) continue;
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

  // Users.find() where every model has a find(): by class, so that it costs no more than where few have.
  [[nodiscard]] std::vector<Definition> of_file_or_class(size_t file, const Digest::Call& call, size_t named) const {
    std::span<const Definition> own = of_file(file, definitions(named));
    std::vector<Definition> found(own.begin(), own.end());
    uint32_t type = call.type != 0 ? call.type : call.receiver;
    if (type == 0) return found;
    const std::vector<Definition>& all = by_owner_.at(named);
    std::set<uint32_t> classes = types_[family_[file]].with_derived(type);
    classes.merge(types_[family_[file]].with_bases(type));
    for (uint32_t owner : classes) {
      auto of_class = std::ranges::equal_range(all, owner, {}, [&](const Definition& d) { return function(d).owner; });
      for (const Definition& definition : of_class)
        if (definition.file != file && found.size() < 2 * kMostLookedAt) found.push_back(definition);
    }
    return found;
  }

  template <class Fits>
  static std::vector<Definition> those(std::span<const Definition> all, Fits&& fits) {
    std::vector<Definition> out;
    std::copy_if(all.begin(), all.end(), std::back_inserter(out), fits);
    return out;
  }

  // What the first of the ways finds that finds any.
  template <class... Ways>
  static std::vector<Definition> first_of(std::span<const Definition> all, Ways... ways) {
    std::vector<Definition> out;
    ((out = out.empty() ? those(all, ways) : out), ...);
    return out;
  }

  // Called without an object: a function, or a class' constructor, which has its name.
  [[nodiscard]] bool is_free(const Definition& definition) const {
    return function(definition).owner == 0 || function(definition).owner == function(definition).name;
  }
  [[nodiscard]] bool in_module(const Definition& definition, const Digest::Call& call) const {
    return call.module != 0 && is_module(files_[definition.file].path, names_.text(call.module));
  }
  [[nodiscard]] std::vector<Definition> free_of(std::span<const Definition> all) const {
    return those(all, [&](const Definition& d) { return is_free(d); });
  }
  [[nodiscard]] std::vector<Definition> members_of(std::span<const Definition> all) const {
    return those(all, [&](const Definition& d) { return !is_free(d); });
  }

  // The definitions that a call can mean, surest way first.
  [[nodiscard]] std::vector<Definition> meant(size_t file, const Digest::Call& call,
                                              std::span<const Definition> all) const {
    const std::string& path = files_[file].path;
    uint32_t owner = 0;  // class of the caller
    if (call.function >= 0) owner = digests_[file]->functions[static_cast<size_t>(call.function)].owner;
    auto in_class = [&](const Definition& d) { return owner != 0 && function(d).owner == owner; };
    auto in_file = [&](const Definition& d) { return d.file == file; };
    auto in_folder = [&](const Definition& d) { return path_folder(files_[d.file].path) == path_folder(path); };
    // `from . import x` names no module
    bool imported = names_.text(call.module).find_first_not_of("./ ") != std::string::npos;
    if (call.on_self) {
      auto found = first_of(all, [&](const Definition& d) { return in_class(d) && in_file(d); }, in_class);
      if (found.empty() && owner != 0) found = of_class(types_[family_[file]], owner, all);
      return found.empty() ? by_name(call, members_of(all)) : found;  // of a base class
    }
    if (call.receiver == 0) {
      auto found = first_of(
          all, [&](const Definition& d) { return is_free(d) && in_file(d); },
          [&](const Definition& d) { return in_class(d) && in_file(d); },
          [&](const Definition& d) { return is_free(d) && in_module(d, call); }, in_class,
          [&](const Definition& d) { return !imported && is_free(d) && in_folder(d); });
      // Imported from a place that isn't in the repository, under a name that is: nothing.
      return found.empty() && !imported ? by_name(call, free_of(all)) : found;
    }
    // A method that calls its namesake of another object passes on: it doesn't mean its own class, unless the object is
    // said to be one of it, which is recursion.
    bool passes_on = owner != 0 && call.type != owner &&
                     digests_[file]->functions[static_cast<size_t>(call.function)].name == call.name;
    if (!passes_on) return on_object(file, call, all);
    return on_object(file, call, those(all, [&](const Definition& d) { return !in_class(d) || !in_folder(d); }));
  }

  // Of the methods and functions that go by the call's name, those that it can mean on its receiver.
  [[nodiscard]] std::vector<Definition> on_object(size_t file, const Digest::Call& call,
                                                  std::span<const Definition> all) const {
    if (auto typed = by_type(file, call, all)) return *typed;
    const std::string& written = names_.text(call.receiver);
    const std::string receiver = plain(written);
    auto found = first_of(
        all, [&](const Definition& d) { return is_free(d) && in_module(d, call); },
        [&](const Definition& d) { return !is_free(d) && function(d).owner == call.receiver; },
        [&](const Definition& d) {
          return is_free(d) &&
                 (path_stem(files_[d.file].path) == written || path_stem(path_folder(files_[d.file].path)) == written);
        },
        [&](const Definition& d) { return !is_free(d) && names_owner(receiver, plain_owners_[function(d).owner]); });
    if (!found.empty()) return found;
    // A class that isn't in the repository: Path::new().
    return starts_with_capital(written) && !call.on_field ? std::vector<Definition>{} : by_name(call, members_of(all));
  }

  // By the declared type of what it's called on, itself or as a field: methods of that class, of those below it, or of
  // its bases. Of those that implement an interface, most must reach a statement.
  [[nodiscard]] std::optional<std::vector<Definition>> by_type(size_t file, const Digest::Call& call,
                                                               std::span<const Definition> all) const {
    const Types& types = types_[family_[file]];
    std::vector<Definition> found;
    if (call.type != 0) {
      found = of_class(types, call.type, all);
    } else if (auto field = types.fields.find(call.receiver); call.receiver != 0 && field != types.fields.end()) {
      constexpr size_t kMostTypes = 3;  // of fields with one name
      std::set<uint32_t> named;
      for (const Digest::Field* declared : field->second)
        if (declared->owner == call.holder) named.insert(declared->type);
      if (named.empty() && call.on_field && call.holder == 0)
        for (const Digest::Field* declared : field->second) named.insert(declared->type);
      if (named.size() > kMostTypes) return std::nullopt;
      for (uint32_t type : named)
        for (const Definition& d : of_class(types, type, all)) found.push_back(d);
    }
    auto querying = std::count_if(found.begin(), found.end(), [&](const Definition& d) { return reaches_any(d); });
    if (found.empty()) return std::nullopt;
    return static_cast<size_t>(querying) * 2 < found.size() ? std::vector<Definition>{} : found;
  }

  [[nodiscard]] std::vector<Definition> of_class(const Types& types, uint32_t type,
                                                 std::span<const Definition> all) const {
    auto owned_by = [&](const std::set<uint32_t>& names) {
      return those(all, [&](const Definition& d) { return names.contains(function(d).owner); });
    };
    std::vector<Definition> found = owned_by(types.with_derived(type));
    if (auto abstract = types.methods.find(type); found.empty() && abstract != types.methods.end())
      found = those(all, [&](const Definition& d) { return types.has_all(function(d).owner, abstract->second); });
    return found.empty() ? owned_by(types.with_bases(type)) : found;
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

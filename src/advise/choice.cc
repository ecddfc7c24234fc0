// The set that is advised is the one with the least sum of two things: what the queries cost under it, times their
// calls, and what its indexes cost the statements that write, with a charge for each index; among those sets in which
// every index is worth its while, which is: without it, some query would cost three times as much, or all of them
// together a fiftieth more.
//
// Candidates that no plan uses are out. The others fall into groups that no query links, so that each group is decided
// by itself. A group of up to kMostExact is decided by looking at every set. In a larger one the index that lessens the
// sum most is taken, again and again; then indexes are dropped and exchanged as long as that helps, and those added
// that one plan uses together (one for each arm of an OR: either alone is no gain). How far that may be from the best
// is known: no set costs less than each query's cheapest plan.
#include "advise/choice.h"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace explaingate::advise {
namespace {

constexpr size_t kMostExact = 12;
constexpr double kWorthwhile = 1.0 / 3;  // as for one statement
constexpr double kShareOfAll = 1.0 / 50;
constexpr size_t kMostRounds = 1000;
constexpr int kMostTogether = 4;

class Group {
 public:
  Group(const std::vector<WeighedQuery>& queries, const std::vector<double>& charge, double small,
        std::vector<size_t> candidates, std::vector<size_t> members)
      : queries_(queries),
        charge_(charge),
        small_(small),
        candidates_(std::move(candidates)),
        members_(std::move(members)),
        by_candidate_(candidates_.size()),
        bits_(members_.size()) {
    for (size_t m = 0; m < members_.size(); ++m)
      for (size_t r = 0; r < query(m).relevant.size(); ++r) {
        auto place = std::ranges::lower_bound(candidates_, query(m).relevant[r]);
        if (place == candidates_.end() || *place != query(m).relevant[r]) continue;
        auto at = static_cast<size_t>(place - candidates_.begin());
        bits_[m].push_back({at, Set{1} << r});
        by_candidate_[at].push_back(m);
      }
  }

  [[nodiscard]] bool small_enough() const { return candidates_.size() <= kMostExact; }

  std::vector<size_t> exact() {
    size_t sets = size_t{1} << candidates_.size();
    std::vector<std::pair<double, size_t>> sums;  // and the set; few indexes come before many, by their number
    for (size_t set = 0; set < sets; ++set) sums.emplace_back(sum(members_of(set)), set);
    std::ranges::sort(
        sums, {}, [](const auto& entry) { return std::tuple(entry.first, std::popcount(entry.second), entry.second); });
    for (const auto& [cost, set] : sums) {
      std::vector<bool> chosen = members_of(set);
      if (all_worthwhile(chosen)) return candidates_in(chosen);
    }
    return {};
  }

  std::vector<size_t> greedy() {
    std::vector<bool> chosen(candidates_.size(), false);
    for (size_t round = 0; round < kMostRounds; ++round)
      if (!improve(chosen)) break;
    drop_unworthy(chosen);
    return candidates_in(chosen);
  }

 private:
  [[nodiscard]] const WeighedQuery& query(size_t member) const { return queries_[members_[member]]; }

  [[nodiscard]] double cost(size_t member, const std::vector<bool>& chosen) const {
    Set set = 0;
    for (const auto& [candidate, bit] : bits_[member])
      if (chosen[candidate]) set |= bit;
    return query(member).costs->under(set).cost;
  }

  [[nodiscard]] double sum(const std::vector<bool>& chosen) const {
    double total = 0;
    for (size_t m = 0; m < members_.size(); ++m) total += query(m).calls * cost(m, chosen);
    for (size_t i = 0; i < chosen.size(); ++i)
      if (chosen[i]) total += charge_[candidates_[i]];
    return total;
  }

  // What the sum gains when `candidate` changes sides.
  [[nodiscard]] double gain(std::vector<bool>& chosen, size_t candidate) const {
    double gained = chosen[candidate] ? charge_[candidates_[candidate]] : -charge_[candidates_[candidate]];
    for (size_t m : by_candidate_[candidate]) gained += query(m).calls * cost(m, chosen);
    chosen[candidate] = !chosen[candidate];
    for (size_t m : by_candidate_[candidate]) gained -= query(m).calls * cost(m, chosen);
    chosen[candidate] = !chosen[candidate];
    return gained;
  }

  // The candidates that a plan uses beside those that are chosen.
  [[nodiscard]] std::vector<size_t> missing_of(size_t member, Set used, const std::vector<bool>& chosen) const {
    std::vector<size_t> missing;
    for (const auto& [candidate, bit] : bits_[member])
      if ((used & bit) != 0 && !chosen[candidate]) missing.push_back(candidate);
    return missing;
  }

  [[nodiscard]] double gain_together(std::vector<bool> chosen, const std::vector<size_t>& added) const {
    double gained = 0;
    for (size_t candidate : added) {
      gained += gain(chosen, candidate);
      chosen[candidate] = true;
    }
    return gained;
  }

  // The best single step: one more, one less, or one for another; without any, several that a plan uses together.
  // False: none helps.
  bool improve(std::vector<bool>& chosen) const {
    double best = small_ * 1e-6;  // rounding is no gain
    std::vector<size_t> step;     // that change sides
    for (size_t i = 0; i < chosen.size(); ++i)
      if (double gained = gain(chosen, i); gained > best) {
        best = gained;
        step = {i};
      }
    if (step.empty())
      for (size_t out = 0; out < chosen.size(); ++out) {
        if (!chosen[out]) continue;
        double lost = gain(chosen, out);
        chosen[out] = false;
        for (size_t in = 0; in < chosen.size(); ++in) {
          if (chosen[in] || in == out) continue;
          if (double gained = lost + gain(chosen, in); gained > best) {
            best = gained;
            step = {out, in};
          }
        }
        chosen[out] = true;
      }
    if (step.empty())
      for (size_t m = 0; m < members_.size(); ++m)
        for (const auto& [set, plan] : query(m).costs->plans()) {
          if (std::popcount(plan.used) < 2 || std::popcount(plan.used) > kMostTogether) continue;
          std::vector<size_t> missing = missing_of(m, plan.used, chosen);
          if (missing.size() < 2) continue;
          if (double gained = gain_together(chosen, missing); gained > best) {
            best = gained;
            step = std::move(missing);
          }
        }
    for (size_t candidate : step) chosen[candidate] = !chosen[candidate];
    return !step.empty();
  }

  [[nodiscard]] bool worthwhile(std::vector<bool>& chosen, size_t candidate) const {
    double saved = 0, all = 0;
    bool needed = false;
    std::vector<double> with;
    for (size_t m : by_candidate_[candidate]) with.push_back(cost(m, chosen));
    chosen[candidate] = false;
    for (size_t i = 0; i < with.size(); ++i) {
      const WeighedQuery& of = query(by_candidate_[candidate][i]);
      double without = cost(by_candidate_[candidate][i], chosen);
      if (of.advise && without - with[i] > small_ && with[i] <= without * kWorthwhile) needed = true;
      saved += of.calls * (without - with[i]);
    }
    chosen[candidate] = true;
    if (needed) return true;
    for (size_t m = 0; m < members_.size(); ++m) all += query(m).calls * cost(m, chosen);
    return saved > small_ && saved >= all * kShareOfAll;
  }

  bool all_worthwhile(std::vector<bool>& chosen) const {
    for (size_t i = 0; i < chosen.size(); ++i)
      if (chosen[i] && !worthwhile(chosen, i)) return false;
    return true;
  }

  void drop_unworthy(std::vector<bool>& chosen) const {
    for (bool again = true; again;) {
      again = false;
      std::optional<std::pair<double, size_t>> least;
      for (size_t i = 0; i < chosen.size(); ++i)
        if (chosen[i] && !worthwhile(chosen, i))
          if (double lost = -gain(chosen, i); !least || lost < least->first) least = {lost, i};
      if (!least) return;
      chosen[least->second] = false;
      again = true;
    }
  }

  [[nodiscard]] std::vector<bool> members_of(size_t set) const {
    std::vector<bool> chosen(candidates_.size());
    for (size_t i = 0; i < chosen.size(); ++i) chosen[i] = (set >> i & 1) != 0;
    return chosen;
  }
  [[nodiscard]] std::vector<size_t> candidates_in(const std::vector<bool>& chosen) const {
    std::vector<size_t> result;
    for (size_t i = 0; i < chosen.size(); ++i)
      if (chosen[i]) result.push_back(candidates_[i]);
    return result;
  }

  struct Bit {
    size_t candidate;  // position in candidates_
    Set bit;           // of the query's own set
  };
  const std::vector<WeighedQuery>& queries_;
  const std::vector<double>& charge_;
  double small_;
  std::vector<size_t> candidates_;
  std::vector<size_t> members_;                    // queries that can use one of them
  std::vector<std::vector<size_t>> by_candidate_;  // positions in members_
  std::vector<std::vector<Bit>> bits_;             // per member
};

// Candidates of one query are linked; root of each candidate's group.
class Links {
 public:
  explicit Links(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), size_t{0}); }
  size_t root(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void link(size_t a, size_t b) { parent_[std::max(root(a), root(b))] = std::min(root(a), root(b)); }

 private:
  std::vector<size_t> parent_;
};

}  // namespace

Choice choose(const std::vector<WeighedQuery>& queries, const std::vector<double>& charge, double small) {
  Links links(charge.size());
  std::set<size_t> useful;
  std::vector<std::vector<size_t>> of_query;
  for (const WeighedQuery& query : queries) {
    Set used = 0;
    for (const auto& [set, plan] : query.costs->plans()) used |= plan.used;
    std::vector<size_t>& mine = of_query.emplace_back();
    for (size_t i = 0; i < query.relevant.size(); ++i)
      if ((used >> i & 1) != 0) mine.push_back(query.relevant[i]);
    useful.insert(mine.begin(), mine.end());
    for (size_t candidate : mine) links.link(mine[0], candidate);
  }
  std::map<size_t, std::pair<std::vector<size_t>, std::vector<size_t>>> groups;  // root -> candidates, queries
  for (size_t candidate : useful) groups[links.root(candidate)].first.push_back(candidate);
  for (size_t i = 0; i < queries.size(); ++i)
    if (!of_query[i].empty()) groups[links.root(of_query[i][0])].second.push_back(i);

  Choice choice;
  for (auto& [root, parts] : groups) {
    Group group(queries, charge, small, std::move(parts.first), std::move(parts.second));
    choice.exact = choice.exact && group.small_enough();
    std::vector<size_t> chosen = group.small_enough() ? group.exact() : group.greedy();
    choice.chosen.insert(choice.chosen.end(), chosen.begin(), chosen.end());
  }
  std::ranges::sort(choice.chosen);
  for (const WeighedQuery& query : queries) {
    Set set = 0;
    for (size_t i = 0; i < query.relevant.size(); ++i)
      if (std::ranges::binary_search(choice.chosen, query.relevant[i])) set |= Set{1} << i;
    choice.cost += query.calls * query.costs->under(set).cost;
    choice.least += query.calls * query.costs->least();
  }
  return choice;
}

}  // namespace explaingate::advise

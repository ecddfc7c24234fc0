// The merge base, also where history is cut off.
//
// In a complete clone libgit2 finds it. In a shallow clone it can't: its walk stops with an error at the first parent
// that is not there, even when the merge base is. And a walk that just ignores missing parents finds a wrong one in
// silence:
//
//        A───B───C───D   main           depth 2 from both tips leaves D, C and F, E: B and the link C→B, E→B are gone
//             ╲                          (no common commit is seen), or, where A is known by another way, A, although
//              E───F     head           the answer is B.
//
// So both histories are painted from their tips, each in its colour. A commit with both colours is common, all below it
// is "stale" (no better), and a common commit that is not stale is a candidate. A commit of one colour alone with a
// missing parent is a cut: below it, there may be a better answer. The candidate counts only
//   - when it is one of the two tips themselves (nothing is better than that), or
//   - when no cut was met.
// Qualifies: `git fetch --depth=1 origin main` in a checkout of main's merge with the request: the merge's first parent
// is main's tip, and is there. Near miss: the same one commit later; then both tips are cuts.
//
// Parents are followed as commits name them, where the objects are there, and not as the `shallow` file cuts them: two
// fetches often bring what one of them left out. It ends, as a commit is visited again only when it gained a colour;
// cost: up to three visits for each commit of the shallow clone, and one read.
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "change/base.h"

namespace explaingate {
namespace {

constexpr unsigned kOurs = 1;
constexpr unsigned kTheirs = 2;
constexpr unsigned kBoth = kOurs | kTheirs;
constexpr unsigned kStale = 4;

struct ById {
  bool operator()(const git_oid& a, const git_oid& b) const { return git_oid_cmp(&a, &b) < 0; }
};

struct Node {
  git_time_t time = 0;
  unsigned colours = 0;
  bool cut = false;
  std::vector<git_oid> parents;
};

class Painting {
 public:
  explicit Painting(const Repository& repository) : repository_(repository) {}

  // Nothing = the common ancestor, if there is one, may be beyond what this clone holds.
  Result<std::optional<git_oid>> run(const git_oid& ours, const git_oid& theirs) {
    for (auto [id, colour] : {std::pair{ours, kOurs}, std::pair{theirs, kTheirs}}) {
      Node* node = load(id);
      if (node == nullptr) return git_failure(ErrorKind::kUnverified, "read commit " + short_hex(id));
      paint(id, *node, colour);
    }
    while (!waiting_.empty()) step();
    std::optional<git_oid> best = best_candidate();
    if (best && (git_oid_equal(&*best, &ours) != 0 || git_oid_equal(&*best, &theirs) != 0)) return best;
    for (const auto& [id, node] : nodes_) {
      bool one_colour = node.colours == kOurs || node.colours == kTheirs;
      if (node.cut && one_colour) return std::nullopt;
    }
    return best;
  }

 private:
  Node* load(const git_oid& id) {
    auto known = nodes_.find(id);
    if (known != nodes_.end()) return &known->second;
    git_commit* raw = nullptr;
    if (git_commit_lookup(&raw, repository_.handle.get(), &id) != 0) return nullptr;
    GitCommit commit(raw);
    Node node;
    node.time = git_commit_time(raw);
    for (unsigned i = 0; i < git_commit_parentcount(raw); ++i) node.parents.push_back(*git_commit_parent_id(raw, i));
    return &nodes_.emplace(id, std::move(node)).first->second;
  }

  void paint(const git_oid& id, Node& node, unsigned colours) {
    if ((node.colours | colours) == node.colours) return;
    node.colours |= colours;
    waiting_.push_back(id);
  }

  void step() {
    Node& node = nodes_.at(waiting_.back());
    waiting_.pop_back();
    unsigned colours = node.colours;
    if ((colours & kBoth) == kBoth) colours |= kStale;
    for (const git_oid& parent : node.parents) {
      Node* next = load(parent);
      if (next == nullptr)
        node.cut = true;
      else
        paint(parent, *next, colours);
    }
  }

  // Of several, the newest, as git does.
  [[nodiscard]] std::optional<git_oid> best_candidate() const {
    std::optional<git_oid> best;
    git_time_t time = 0;
    for (const auto& [id, node] : nodes_) {
      if (node.colours != kBoth || (best && node.time <= time)) continue;
      best = id;
      time = node.time;
    }
    return best;
  }

  const Repository& repository_;
  std::map<git_oid, Node, ById> nodes_;
  std::vector<git_oid> waiting_;
};

}  // namespace

Result<git_oid> find_merge_base(const Repository& repository, const git_oid& head, const git_oid& theirs,
                                const std::string& their_name) {
  if (repository.shallow) {
    auto found = Painting(repository).run(head, theirs);
    if (!found) return fail(found.error());
    if (*found) return **found;
    return fail(ErrorKind::kUnverified,
                fmt::format("this clone is shallow: the merge base of HEAD and {} is not in it", their_name),
                "run `" + unshallow_command() + "`, or fetch all history in CI (actions/checkout: `fetch-depth: 0`; " +
                    "GitLab: `GIT_DEPTH: 0`)");
  }
  git_oid base{};
  int code = git_merge_base(&base, repository.handle.get(), &head, &theirs);
  if (code == 0) return base;
  if (code != GIT_ENOTFOUND)
    return git_failure(ErrorKind::kUnverified, "find the merge base of HEAD and " + their_name);
  return fail(ErrorKind::kUnverified, fmt::format("HEAD and {} have no commit in common", their_name),
              "name a commit of HEAD's own history with `--base`; `git log --oneline HEAD` lists them");
}

}  // namespace explaingate

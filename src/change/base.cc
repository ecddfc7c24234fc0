#include "change/base.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace explaingate {
namespace {

// A reference's commit under the name that people use for it.
struct Branch {
  git_oid commit{};
  std::string name;
};

std::optional<Branch> look_up(const Repository& repository, const std::string& reference) {
  git_reference* raw = nullptr;
  if (git_reference_lookup(&raw, repository.handle.get(), reference.c_str()) != 0) return std::nullopt;
  GitReference named(raw);
  git_reference* resolved = nullptr;  // origin/HEAD names another reference, which may be gone
  if (git_reference_resolve(&resolved, raw) != 0) return std::nullopt;
  GitReference target(resolved);
  git_object* object = nullptr;
  if (git_reference_peel(&object, resolved, GIT_OBJECT_COMMIT) != 0) return std::nullopt;
  GitObject commit(object);
  return Branch{*git_object_id(object), git_reference_shorthand(resolved)};
}

// Names from "remote.NAME.url". Not git_remote_list: it matches every setting with a regular expression, and
// libgit2 1.5 loses 20 kB at each that does not match.
std::vector<std::string> remotes(const Repository& repository) {
  git_config* raw = nullptr;
  if (git_repository_config_snapshot(&raw, repository.handle.get()) != 0) return {};
  GitConfig config(raw);
  std::vector<std::string> names;
  auto collect = [](const git_config_entry* entry, void* payload) {
    std::string_view name = entry->name;
    if (name.starts_with("remote.") && name.ends_with(".url") && name.size() > 11)
      static_cast<std::vector<std::string>*>(payload)->emplace_back(name.substr(7, name.size() - 11));
    return 0;
  };
  if (git_config_foreach(raw, collect, &names) != 0) return {};
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// "origin", or the only remote when it has another name; "origin" too when there is none.
std::string main_remote(const Repository& repository) {
  std::vector<std::string> names = remotes(repository);
  return names.size() == 1 ? names.front() : "origin";
}

std::string configured_default_branch(const Repository& repository) {
  git_config* raw = nullptr;
  if (git_repository_config_snapshot(&raw, repository.handle.get()) != 0) return {};
  GitConfig config(raw);
  const char* value = nullptr;
  return git_config_get_string(&value, raw, "init.defaultBranch") == 0 ? value : "";
}

size_t count_branches(const Repository& repository) {
  git_branch_iterator* raw = nullptr;
  if (git_branch_iterator_new(&raw, repository.handle.get(), GIT_BRANCH_LOCAL) != 0) return 0;
  std::unique_ptr<git_branch_iterator, Releaser<git_branch_iterator_free>> branches(raw);
  size_t count = 0;
  git_reference* reference = nullptr;
  git_branch_t kind = GIT_BRANCH_LOCAL;
  while (git_branch_next(&reference, &kind, raw) == 0) {
    git_reference_free(reference);
    ++count;
  }
  return count;
}

// A fetch that names both ends works whatever the remote is set to fetch by itself (single-branch clones).
std::string fetch_hint(const Repository& repository, const std::string& remote, const std::string& branch) {
  std::string ci = ", or fetch all history in CI (actions/checkout: `fetch-depth: 0`; GitLab: `GIT_DEPTH: 0`)";
  if (repository.shallow) return fmt::format("run `{}`{}", unshallow_command(), ci);
  return fmt::format("run `git fetch {} {}`{}", shell_word(remote),
                     shell_word(fmt::format("+refs/heads/{0}:refs/remotes/{1}/{0}", branch, remote)), ci);
}

Result<Base> merge_base_with(const Repository& repository, const git_oid& head, const Branch& branch) {
  auto commit = find_merge_base(repository, head, branch.commit, branch.name);
  if (!commit) return fail(commit.error());
  if (git_oid_equal(&*commit, &head) != 0) return Base{head, fmt::format("HEAD {}", short_hex(head))};
  return Base{*commit, fmt::format("merge base {} of HEAD and {}", short_hex(*commit), branch.name)};
}

Result<Base> github_base(const Repository& repository, const git_oid& head, const std::string& reference) {
  for (const std::string& place : {"refs/remotes/origin/" + reference, "refs/heads/" + reference})
    if (auto branch = look_up(repository, place)) return merge_base_with(repository, head, *branch);
  return fail(ErrorKind::kUnverified,
              fmt::format("the base branch of this event, {}, is not in this clone", "origin/" + reference),
              fetch_hint(repository, "origin", reference));
}

Result<Base> gitlab_base(const Repository& repository, const std::string& hex) {
  git_oid id{};
  git_object* raw = nullptr;
  if (hex.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, hex.c_str()) != 0)
    return fail(ErrorKind::kUsage, fmt::format("CI_MERGE_REQUEST_DIFF_BASE_SHA is no commit id: {}", hex));
  if (git_object_lookup(&raw, repository.handle.get(), &id, GIT_OBJECT_COMMIT) != 0) {
    std::string command = repository.shallow ? unshallow_command() : "git fetch origin " + hex;
    return fail(ErrorKind::kUnverified,
                fmt::format("the merge request's base {} is not in this clone", hex.substr(0, 7)),
                fmt::format("run `{}`, or set `GIT_DEPTH: 0` for the job", command));
  }
  GitObject commit(raw);
  return Base{id, fmt::format("merge request base {}", short_hex(id))};
}

Result<Base> default_base(const Repository& repository, const git_oid& head) {
  std::string remote = main_remote(repository);
  std::string configured = configured_default_branch(repository);
  std::vector<std::string> places;
  for (const char* name : {"HEAD", "main", "master"}) places.push_back(fmt::format("refs/remotes/{}/{}", remote, name));
  for (const char* name : {"main", "master"}) places.push_back(fmt::format("refs/heads/{}", name));
  if (!configured.empty()) {
    places.push_back(fmt::format("refs/remotes/{}/{}", remote, configured));
    places.push_back("refs/heads/" + configured);
  }
  for (const std::string& place : places)
    if (auto branch = look_up(repository, place)) return merge_base_with(repository, head, *branch);
  if (!remotes(repository).empty()) {
    return fail(ErrorKind::kUnverified, "the default branch is not in this clone",
                fetch_hint(repository, remote, configured.empty() ? "main" : configured));
  }
  if (count_branches(repository) == 1 && git_repository_head_detached(repository.handle.get()) == 0)
    return Base{head, fmt::format("HEAD {}", short_hex(head))};
  return fail(ErrorKind::kUnverified, "there is no default branch to compare with: neither main nor master exists",
              "name the branch with `--base`, or once and for all with `git config init.defaultBranch NAME`");
}

bool looks_like_id(std::string_view text) {
  return text.size() >= 7 && text.size() <= GIT_OID_HEXSZ &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// A branch of a known remote, or a commit of a shallow clone, is most likely there and only not fetched.
std::unexpected<Error> unknown_revision(const Repository& repository, const std::string& revision) {
  for (const std::string& remote : remotes(repository)) {
    if (!revision.starts_with(remote + "/") || revision.size() == remote.size() + 1) continue;
    return fail(ErrorKind::kUnverified, fmt::format("{} is not in this clone", revision),
                fetch_hint(repository, remote, revision.substr(remote.size() + 1)));
  }
  if (repository.shallow && looks_like_id(revision)) {
    return fail(ErrorKind::kUnverified, fmt::format("{} is not in this shallow clone", revision),
                fetch_hint(repository, "origin", ""));
  }
  return fail(ErrorKind::kUsage, fmt::format("unknown revision: {}", revision),
              "`git branch --all` lists the branches that can be compared with");
}

Result<Base> named_base(const Repository& repository, const std::optional<git_oid>& head, const std::string& revision) {
  git_object* raw = nullptr;
  if (git_revparse_single(&raw, repository.handle.get(), revision.c_str()) != 0)
    return unknown_revision(repository, revision);
  GitObject object(raw);
  git_object* peeled = nullptr;
  if (git_object_peel(&peeled, raw, GIT_OBJECT_COMMIT) != 0)
    return fail(ErrorKind::kUsage, fmt::format("is not a commit: {}", revision));
  GitObject commit(peeled);
  git_oid id = *git_object_id(peeled);
  if (!head) return Base{id, fmt::format("{} {}", revision, short_hex(id))};
  return merge_base_with(repository, *head, {id, revision});
}

}  // namespace

std::string unshallow_command() {
  return "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'";
}

Result<std::optional<git_oid>> head_commit(const Repository& repository) {
  git_reference* raw = nullptr;
  int code = git_repository_head(&raw, repository.handle.get());
  GitReference head(raw);
  if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND) return std::optional<git_oid>{};
  if (code != 0) return git_failure(ErrorKind::kUnverified, "read HEAD");
  git_object* peeled = nullptr;
  if (git_reference_peel(&peeled, raw, GIT_OBJECT_COMMIT) != 0) return git_failure(ErrorKind::kUnverified, "read HEAD");
  GitObject commit(peeled);
  return std::optional(*git_object_id(peeled));
}

Result<Base> choose_base(const Repository& repository, const ChangeRequest& request) {
  auto head = head_commit(repository);
  if (!head) return fail(head.error());
  if (request.mode == ChangeRequest::Mode::kBase) return named_base(repository, *head, request.base);
  if (!*head) return Base{std::nullopt, "empty tree, no commit yet"};
  if (!request.github_base_ref.empty()) return github_base(repository, **head, request.github_base_ref);
  if (!request.gitlab_base_sha.empty()) return gitlab_base(repository, request.gitlab_base_sha);
  return default_base(repository, **head);
}

}  // namespace explaingate

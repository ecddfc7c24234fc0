// The commit that a change is held against. Private to src/change/.
#pragma once

#include <git2.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "change/change.h"
#include "change/git.h"

namespace explaingate {

struct Base {
  std::optional<git_oid> commit;  // nothing = the empty tree: no commit yet
  std::string name;               // for people
};

// HEAD's commit, or nothing before the first commit.
[[nodiscard]] Result<std::optional<git_oid>> head_commit(const Repository& repository);

// For kDefault and kBase.
[[nodiscard]] Result<Base> choose_base(const Repository& repository, const ChangeRequest& request);

// Gets the history of every branch, which is what mends a shallow clone that lacks a merge base or a branch.
[[nodiscard]] std::string unshallow_command();

// Best common ancestor of two commits. `their_name` names `theirs` in messages.
[[nodiscard]] Result<git_oid> find_merge_base(const Repository& repository, const git_oid& head, const git_oid& theirs,
                                              const std::string& their_name);

}  // namespace explaingate

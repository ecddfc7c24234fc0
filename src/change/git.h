// libgit2 handles with their owners, and a repository opened for reading. Private to src/change/.
#pragma once

#include <git2.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace explaingate {

template <auto Release>
struct Releaser {
  template <class T>
  void operator()(T* handle) const {
    Release(handle);
  }
};
using GitRepository = std::unique_ptr<git_repository, Releaser<git_repository_free>>;
using GitObjectDatabase = std::unique_ptr<git_odb, Releaser<git_odb_free>>;
using GitOdbObject = std::unique_ptr<git_odb_object, Releaser<git_odb_object_free>>;
using GitObject = std::unique_ptr<git_object, Releaser<git_object_free>>;
using GitCommit = std::unique_ptr<git_commit, Releaser<git_commit_free>>;
using GitTree = std::unique_ptr<git_tree, Releaser<git_tree_free>>;
using GitIndex = std::unique_ptr<git_index, Releaser<git_index_free>>;
using GitDiff = std::unique_ptr<git_diff, Releaser<git_diff_free>>;
using GitPatch = std::unique_ptr<git_patch, Releaser<git_patch_free>>;
using GitReference = std::unique_ptr<git_reference, Releaser<git_reference_free>>;
using GitConfig = std::unique_ptr<git_config, Releaser<git_config_free>>;
using GitFilterList = std::unique_ptr<git_filter_list, Releaser<git_filter_list_free>>;

// libgit2 counts its users; whoever holds handles holds one of these for longer.
class GitLibrary {
 public:
  GitLibrary() { git_libgit2_init(); }
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
  ~GitLibrary() { git_libgit2_shutdown(); }
};

struct Repository {
  GitLibrary library;  // first, so that it goes last
  GitRepository handle;
  GitObjectDatabase objects;
  std::string root;        // working tree, or the git directory when bare; no "/" at the end
  std::string git_folder;  // common directory of all worktrees; no "/" at the end
  std::string index_file;  // GIT_INDEX_FILE, or empty
  bool bare = false;
  bool shallow = false;
};

// `folder` is anywhere in the repository. kUsage when there is none, kUnverified when git would refuse it (owner).
[[nodiscard]] Result<std::shared_ptr<const Repository>> open_repository(const std::string& folder,
                                                                        std::string index_file);

// libgit2's last error as ours: "cannot DOING: what libgit2 said".
[[nodiscard]] std::unexpected<Error> git_failure(ErrorKind kind, std::string_view doing);

[[nodiscard]] std::string to_hex(const git_oid& id);
[[nodiscard]] std::string short_hex(const git_oid& id);  // 7 digits, for people

// Content of a blob. An object that is not there (partial or broken clone) is kUnverified, with the command that gets
// it.
[[nodiscard]] Result<std::string> read_blob(const Repository& repository, const git_oid& id, size_t limit);

// The id git would give `content` as a blob.
[[nodiscard]] std::string blob_id(std::string_view content);

// The index, GIT_INDEX_FILE honoured.
[[nodiscard]] Result<GitIndex> open_index(const Repository& repository);

// A word for a POSIX shell: as it is when harmless, else in single quotes. For commands in hints.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace explaingate

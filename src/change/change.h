// What a change touches: the two sides of it as trees of files, and which lines differ. libgit2 is used in this folder
// only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"

namespace explaingate {

struct TreeEntry {
  std::string path;  // relative to the repository's root, bytes as git has them, "/" between folders
  std::string id;    // git's object id in hexadecimal, or empty when the content is not in the object database
  enum class Kind { kFile, kLink, kSubmodule } kind = Kind::kFile;
  bool executable = false;
  // The id git gives the content once stored, where it is known and differs from `id`: a working-tree file whose line
  // ends are converted on the way in, a link's target. For comparing sides; as a cache key only `id` will do.
  std::string stored_id;
};

// One side of a change, read only. Implementations: a commit, the index, the working tree, a patch laid over another
// tree, and a plain folder (tests, fixtures). Reading from several threads at once is safe; read_stored is for one
// thread.
class Tree {
 public:
  virtual ~Tree() = default;
  // Sorted by path (byte order). Links and submodules are listed, and can't be read. It lives as long as the tree.
  [[nodiscard]] virtual Result<std::span<const TreeEntry>> list() const = 0;
  // Content of a file that list() shows. Paths that leave the tree ("..", absolute, through a link), git's own folder
  // and files above `limit` are refused.
  [[nodiscard]] virtual Result<std::string> read(std::string_view path, size_t limit = size_t{64} << 20) const = 0;
  // True when a file (not a link or submodule) is there.
  [[nodiscard]] virtual bool contains(std::string_view path) const = 0;
  // Content as git would store it: line ends converted as .gitattributes and core.autocrlf say. Comparisons work on
  // this, so that a checkout with other line ends is no change; lines have the same numbers in both forms.
  [[nodiscard]] virtual Result<std::string> read_stored(std::string_view path, size_t limit = size_t{64} << 20) const {
    return read(path, limit);
  }
};

struct Hunk {  // as in a unified diff without context; a length of 0 = nothing on that side, the start is the line
               // before
  int old_start = 0, old_lines = 0, new_start = 0, new_lines = 0;
};

enum class FileStatus { kAdded, kModified, kDeleted, kRenamed, kModeChanged };

struct ChangedFile {
  std::string old_path;  // empty when added
  std::string new_path;  // empty when deleted
  FileStatus status = FileStatus::kModified;
  bool binary = false;  // a zero byte in the first 8,000, git's own test (attributes can't hide a text); no hunks then
  bool submodule = false;  // no hunks then
  bool link = false;       // a symbolic link on either side; no hunks then
  std::string unread;      // why a side's content could not be read (too large, no permission); no hunks then
  std::vector<Hunk> hunks;
};

struct Change {
  std::string root;        // absolute path of the working tree; the git directory when bare
  std::string git_folder;  // absolute, for caches: the common directory of worktrees
  std::string base_name;   // "merge base 1a2b3c4 of HEAD and origin/main", for people
  std::string base_id;     // commit id, or empty (patch, no commit yet)
  std::string head_name;   // "working tree", "index", "patch"
  std::unique_ptr<Tree> base;
  std::unique_ptr<Tree> head;
  std::vector<ChangedFile> files;  // sorted by new_path, then old_path
};

struct ChangeRequest {
  enum class Mode {
    kDefault,  // working tree against the merge base with the default branch; in CI with the event's base branch
    kBase,     // working tree against the merge base of HEAD and `base`
    kStaged,   // index against HEAD
    kAll,      // working tree against HEAD's commit; every file counts as touched by the caller
    kPatch,    // `patch` read as a unified diff, applied to no tree on disk
  } mode = Mode::kDefault;
  std::string base;   // kBase: any revision
  std::string patch;  // kPatch: the diff's text
  // Environment as the caller read it (empty = unset): GITHUB_BASE_REF, CI_MERGE_REQUEST_DIFF_BASE_SHA.
  std::string github_base_ref;
  std::string gitlab_base_sha;
  // GIT_INDEX_FILE, which git sets for hooks: `git commit -a` runs pre-commit with an index of its own. Empty = the
  // usual one.
  std::string index_file;
  // Called when it is known where the repository is, before its files are looked at: what doesn't need them can begin.
  std::function<void(const std::string& git_folder)> on_repository;
};

// `folder` is where the command runs: any folder of a repository, worktree or bare repository.
// No repository: kUsage. No merge base, shallow clone, unknown branch: kUnverified, with the git command that mends it
// as hint. kUsage for an unknown revision or a patch that fits neither the working tree as its old nor as its new side.
[[nodiscard]] Result<Change> find_change(const std::string& folder, const ChangeRequest& request);

// A plain folder as a Tree, without git (fixtures, `extract PATH` outside a repository). Hidden folders are left out.
[[nodiscard]] Result<std::unique_ptr<Tree>> open_folder(const std::string& folder);

// Root of the repository that holds `folder`, or nothing.
[[nodiscard]] std::optional<std::string> repository_root(const std::string& folder);

struct RepositoryPlaces {
  std::string hooks;   // folder of git's hooks, absolute; empty where core.hooksPath says another
  std::string origin;  // URL of the remote "origin"; empty = none
  bool bare = false;   // there is no working tree, and the root is git's own folder
};
[[nodiscard]] Result<RepositoryPlaces> repository_places(const std::string& folder);

// Files that differ between two trees, with hunks: the same result as git's own diff of them (renames found).
[[nodiscard]] Result<std::vector<ChangedFile>> compare_trees(const Tree& base, const Tree& head);

}  // namespace explaingate

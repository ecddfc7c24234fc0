// The Tree implementations. All keep a sorted listing and read only what it holds. Private to src/change/.
#pragma once

#include <git2.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/change.h"
#include "change/git.h"

namespace explaingate {

// Bounds against hostile trees: git objects can name one another so that ten of them spell 10^10 files.
inline constexpr size_t kMaxTreeFiles = 2'000'000;
inline constexpr int kMaxTreeDepth = 512;

class ListedTree : public Tree {
 public:
  [[nodiscard]] Result<std::span<const TreeEntry>> list() const final { return entries_; }
  [[nodiscard]] Result<std::string> read(std::string_view path, size_t limit) const final;
  [[nodiscard]] bool contains(std::string_view path) const final;
  [[nodiscard]] Result<std::string> read_stored(std::string_view path, size_t limit) const final;

 protected:
  explicit ListedTree(std::vector<TreeEntry> entries) : entries_(std::move(entries)) {}
  [[nodiscard]] virtual Result<std::string> content(const TreeEntry& entry, size_t limit) const = 0;
  // Content as git stores it; the same for all but the working tree.
  [[nodiscard]] virtual Result<std::string> stored_content(const TreeEntry& entry, size_t limit) const {
    return content(entry, limit);
  }

 private:
  [[nodiscard]] Result<const TreeEntry*> file(std::string_view path) const;
  std::vector<TreeEntry> entries_;
};

using SharedRepository = std::shared_ptr<const Repository>;

[[nodiscard]] std::unique_ptr<Tree> open_empty_tree();
[[nodiscard]] Result<std::unique_ptr<Tree>> open_commit_tree(SharedRepository repository, const git_oid& commit);
[[nodiscard]] Result<std::unique_ptr<Tree>> open_index_tree(SharedRepository repository);
[[nodiscard]] Result<std::unique_ptr<Tree>> open_work_tree(SharedRepository repository);

// A file that a patch puts in the place of what the tree below has.
struct PatchedFile {
  bool removed = false;
  bool unknown = false;  // binary: the patch does not hold its content
  std::string content;
  TreeEntry::Kind kind = TreeEntry::Kind::kFile;
  bool executable = false;
};
using Overlay = std::map<std::string, PatchedFile, std::less<>>;
[[nodiscard]] Result<std::unique_ptr<Tree>> lay_over(std::shared_ptr<const Tree> below, Overlay overlay);

// By path. Git lists in order, so there is most often nothing to do; moving entries about costs more than looking.
void sort_entries(std::vector<TreeEntry>& entries);

// Fills kind and executable from git's mode; false for a mode that is none of git's.
[[nodiscard]] bool set_mode(TreeEntry& entry, unsigned mode);

}  // namespace explaingate

#include "change/tree.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "change/disk.h"

namespace explaingate {
namespace {

std::unexpected<Error> refused(std::string_view path, std::string message) {
  return std::unexpected(Error{ErrorKind::kIo, std::move(message), std::string(path), 0, 0, {}, {}});
}

class EmptyTree final : public ListedTree {
 public:
  EmptyTree() : ListedTree({}) {}

 private:
  [[nodiscard]] Result<std::string> content(const TreeEntry& entry, size_t) const override {
    return refused(entry.path, "is not there");
  }
};

// A commit, or the index: every entry is an object.
class ObjectTree final : public ListedTree {
 public:
  ObjectTree(SharedRepository repository, std::vector<TreeEntry> entries)
      : ListedTree(std::move(entries)), repository_(std::move(repository)) {}

 private:
  [[nodiscard]] Result<std::string> content(const TreeEntry& entry, size_t limit) const override {
    git_oid id{};
    if (git_oid_fromstr(&id, entry.id.c_str()) != 0) return refused(entry.path, "has no object");
    auto text = read_blob(*repository_, id, limit);
    if (!text) text.error().file = entry.path;
    return text;
  }
  SharedRepository repository_;
};

class FolderTree final : public ListedTree {
 public:
  FolderTree(Folder folder, std::vector<TreeEntry> entries)
      : ListedTree(std::move(entries)), folder_(std::move(folder)) {}

 private:
  [[nodiscard]] Result<std::string> content(const TreeEntry& entry, size_t limit) const override {
    return folder_.read(entry.path, limit);
  }
  Folder folder_;
};

class PatchedTree final : public ListedTree {
 public:
  PatchedTree(std::shared_ptr<const Tree> below, Overlay overlay, std::vector<TreeEntry> entries)
      : ListedTree(std::move(entries)), below_(std::move(below)), overlay_(std::move(overlay)) {}

 private:
  [[nodiscard]] Result<std::string> content(const TreeEntry& entry, size_t limit) const override {
    auto patched = overlay_.find(entry.path);
    return patched == overlay_.end() ? below_->read(entry.path, limit) : of(*patched, limit);
  }
  [[nodiscard]] Result<std::string> stored_content(const TreeEntry& entry, size_t limit) const override {
    auto patched = overlay_.find(entry.path);
    return patched == overlay_.end() ? below_->read_stored(entry.path, limit) : of(*patched, limit);
  }
  static Result<std::string> of(const Overlay::value_type& patched, size_t limit) {
    const auto& [path, file] = patched;
    if (file.unknown) return refused(path, "is binary, and the patch does not hold its content");
    if (file.content.size() > limit) return refused(path, fmt::format("is larger than {} bytes", limit));
    return file.content;
  }
  std::shared_ptr<const Tree> below_;
  Overlay overlay_;
};

struct TreeListing {
  const Repository& repository;
  std::vector<TreeEntry> entries;
  size_t folders = 0;
};

Status list_folder(TreeListing& listing, const git_oid& id, const std::string& prefix, int depth) {
  if (depth > kMaxTreeDepth) return refused(prefix, fmt::format("is nested deeper than {} folders", kMaxTreeDepth));
  git_tree* raw = nullptr;
  int code = git_tree_lookup(&raw, listing.repository.handle.get(), &id);
  GitTree tree(raw);
  if (code == GIT_ENOTFOUND) {
    return fail(ErrorKind::kUnverified, fmt::format("git's tree {} is not in this clone", short_hex(id)),
                "run `git fetch --refetch --no-filter origin`");
  }
  if (code != 0) return git_failure(ErrorKind::kUnverified, "read git's tree " + short_hex(id));
  size_t count = git_tree_entrycount(raw);
  for (size_t i = 0; i < count; ++i) {
    const git_tree_entry* item = git_tree_entry_byindex(raw, i);
    std::string name = git_tree_entry_name(item);
    std::string path = prefix.empty() ? name : fmt::format("{}/{}", prefix, name);
    if (name.find('/') != std::string::npos || !is_plain_path(path))
      return fail(ErrorKind::kUnverified, fmt::format("the commit has an entry that leaves the tree: {}", path));
    if (listing.entries.size() + listing.folders > kMaxTreeFiles)
      return fail(ErrorKind::kUnverified, fmt::format("the commit has over {} files", kMaxTreeFiles));
    unsigned mode = git_tree_entry_filemode(item);
    if (mode == GIT_FILEMODE_TREE) {
      ++listing.folders;
      if (Status done = list_folder(listing, *git_tree_entry_id(item), path, depth + 1); !done) return done;
      continue;
    }
    TreeEntry entry;
    entry.path = std::move(path);
    entry.id = to_hex(*git_tree_entry_id(item));
    if (!set_mode(entry, mode)) return refused(entry.path, fmt::format("has an unknown mode {:o}", mode));
    listing.entries.push_back(std::move(entry));
  }
  return {};
}

}  // namespace

void sort_entries(std::vector<TreeEntry>& entries) {
  if (!std::ranges::is_sorted(entries, {}, &TreeEntry::path)) std::ranges::sort(entries, {}, &TreeEntry::path);
}

bool set_mode(TreeEntry& entry, unsigned mode) {
  switch (mode) {
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      entry.kind = TreeEntry::Kind::kFile;
      break;
    case GIT_FILEMODE_LINK:
      entry.kind = TreeEntry::Kind::kLink;
      break;
    case GIT_FILEMODE_COMMIT:
      entry.kind = TreeEntry::Kind::kSubmodule;
      break;
    default:
      return false;
  }
  entry.executable = mode == GIT_FILEMODE_BLOB_EXECUTABLE;
  return true;
}

Result<const TreeEntry*> ListedTree::file(std::string_view path) const {
  if (!is_plain_path(path)) return refused(path, "leaves the tree");
  auto found = std::ranges::lower_bound(entries_, path, {}, &TreeEntry::path);
  if (found == entries_.end() || found->path != path) return refused(path, "is not there");
  if (found->kind == TreeEntry::Kind::kLink) return refused(path, "is a symbolic link");
  if (found->kind == TreeEntry::Kind::kSubmodule) return refused(path, "is a submodule");
  return &*found;
}

Result<std::string> ListedTree::read(std::string_view path, size_t limit) const {
  auto entry = file(path);
  if (!entry) return fail(entry.error());
  return content(**entry, limit);
}

Result<std::string> ListedTree::read_stored(std::string_view path, size_t limit) const {
  auto entry = file(path);
  if (!entry) return fail(entry.error());
  return stored_content(**entry, limit);
}

bool ListedTree::contains(std::string_view path) const {
  auto found = std::ranges::lower_bound(entries_, path, {}, &TreeEntry::path);
  return found != entries_.end() && found->path == path && found->kind == TreeEntry::Kind::kFile;
}

std::unique_ptr<Tree> open_empty_tree() {
  return std::make_unique<EmptyTree>();
}

Result<std::unique_ptr<Tree>> open_commit_tree(SharedRepository repository, const git_oid& id) {
  git_commit* raw = nullptr;
  if (git_commit_lookup(&raw, repository->handle.get(), &id) != 0)
    return git_failure(ErrorKind::kUnverified, "read commit " + short_hex(id));
  GitCommit commit(raw);
  TreeListing listing{*repository, {}, 0};
  if (Status done = list_folder(listing, *git_commit_tree_id(raw), "", 0); !done) return fail(done.error());
  // A well-formed tree is in order already; a hostile one need not be.
  sort_entries(listing.entries);
  auto twice = std::ranges::adjacent_find(listing.entries, {}, &TreeEntry::path);
  if (twice != listing.entries.end())
    return fail(ErrorKind::kUnverified, fmt::format("the commit has two entries of one name: {}", twice->path));
  return std::make_unique<ObjectTree>(std::move(repository), std::move(listing.entries));
}

Result<std::unique_ptr<Tree>> open_index_tree(SharedRepository repository) {
  auto index = open_index(*repository);
  if (!index) return fail(index.error());
  std::vector<TreeEntry> entries;
  for (size_t i = 0; i < git_index_entrycount(index->get()); ++i) {
    const git_index_entry* item = git_index_get_byindex(index->get(), i);
    if (git_index_entry_is_conflict(item) != 0) {
      return fail(ErrorKind::kUnverified, fmt::format("the index has an unresolved conflict: {}", item->path),
                  fmt::format("resolve it, then run `git add {}`", shell_word(item->path)));
    }
    if ((item->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) != 0) continue;  // `git add -N`: nothing staged yet
    TreeEntry entry;
    entry.path = item->path;
    entry.id = to_hex(item->id);
    if (!is_plain_path(entry.path) || !set_mode(entry, item->mode))
      return fail(ErrorKind::kUnverified, fmt::format("git's index has an entry that can't be: {}", entry.path));
    entries.push_back(std::move(entry));
  }
  sort_entries(entries);
  return std::make_unique<ObjectTree>(std::move(repository), std::move(entries));
}

Result<std::unique_ptr<Tree>> open_folder(const std::string& path) {
  auto folder = Folder::open(path);
  if (!folder) return fail(folder.error());
  auto entries = folder->walk();
  if (!entries) return fail(entries.error());
  GitLibrary library;
  for (TreeEntry& entry : *entries) {
    if (entry.kind != TreeEntry::Kind::kLink) continue;
    if (auto target = folder->read_link(entry.path)) entry.stored_id = blob_id(*target);
  }
  return std::make_unique<FolderTree>(std::move(*folder), std::move(*entries));
}

Result<std::unique_ptr<Tree>> lay_over(std::shared_ptr<const Tree> below, Overlay overlay) {
  auto listed = below->list();
  if (!listed) return fail(listed.error());
  std::vector<TreeEntry> entries;
  std::ranges::copy_if(*listed, std::back_inserter(entries),
                       [&](const TreeEntry& entry) { return !overlay.contains(entry.path); });
  for (const auto& [path, file] : overlay) {
    if (file.removed) continue;
    TreeEntry entry;
    entry.path = path;
    entry.kind = file.kind;
    entry.executable = file.executable;
    entries.push_back(std::move(entry));
  }
  sort_entries(entries);
  return std::make_unique<PatchedTree>(std::move(below), std::move(overlay), std::move(entries));
}

}  // namespace explaingate

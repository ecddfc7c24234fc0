// The working tree as git sees it: tracked files as they are on disk, and untracked files that are not ignored.
#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/parallel.h"
#include "change/disk.h"
#include "change/tree.h"

namespace explaingate {
namespace {

class WorkTree final : public ListedTree {
 public:
  WorkTree(SharedRepository repository, Folder folder, std::vector<TreeEntry> entries, std::set<std::string> absent)
      : ListedTree(std::move(entries)),
        repository_(std::move(repository)),
        folder_(std::move(folder)),
        absent_(std::move(absent)) {}

 private:
  [[nodiscard]] Result<std::string> content(const TreeEntry& entry, size_t limit) const override {
    if (!absent_.contains(entry.path)) return folder_.read(entry.path, limit);
    git_oid id{};
    if (git_oid_fromstr(&id, entry.id.c_str()) != 0) return git_failure(ErrorKind::kIo, "read " + entry.path);
    return read_blob(*repository_, id, limit);
  }

  // What `git add` would store: git's filters for line ends and idents. Programs that .gitattributes names are not run:
  // libgit2 has none, and the file comes with the change.
  [[nodiscard]] Result<std::string> stored_content(const TreeEntry& entry, size_t limit) const override {
    auto text = content(entry, limit);
    if (!text || absent_.contains(entry.path)) return text;
    git_filter_list* raw = nullptr;
    int code = git_filter_list_load(&raw, repository_->handle.get(), nullptr, entry.path.c_str(), GIT_FILTER_TO_ODB,
                                    GIT_FILTER_ALLOW_UNSAFE);
    if (code != 0) return git_failure(ErrorKind::kIo, "read git attributes of " + entry.path);
    if (raw == nullptr) return text;
    GitFilterList filters(raw);
    git_buf stored = GIT_BUF_INIT;
    if (git_filter_list_apply_to_buffer(&stored, raw, text->data(), text->size()) != 0)
      return git_failure(ErrorKind::kIo, "convert line ends of " + entry.path);
    text->assign(stored.ptr, stored.size);
    git_buf_dispose(&stored);
    return text;
  }

  SharedRepository repository_;
  Folder folder_;
  std::set<std::string> absent_;  // left out by a sparse checkout: unchanged, and read from the object
};

using Deltas = std::vector<const git_diff_delta*>;

class WorkTreeLister {
 public:
  WorkTreeLister(SharedRepository repository, Folder folder)
      : repository_(std::move(repository)), folder_(std::move(folder)) {}

  Result<std::unique_ptr<Tree>> list() && {
    auto index = open_index(*repository_);
    if (!index) return fail(index.error());
    index_ = std::move(*index);
    if (Status done = compare_with_index(); !done) return fail(done.error());
    Deltas changed = sorted_deltas();
    converts_ = may_convert(changed);
    if (Status done = add_tracked(changed); !done) return fail(done.error());
    set_converted();
    for (const git_diff_delta* delta : changed) {
      if (delta->status == GIT_DELTA_UNTRACKED) add_from_disk(delta->new_file.path);
      if (Status seen = check_seen(delta); !seen) return fail(seen.error());
    }
    if (entries_.size() > kMaxTreeFiles)
      return fail(ErrorKind::kUnverified, fmt::format("the working tree has over {} files", kMaxTreeFiles),
                  "leave out generated folders in .gitignore");
    sort_entries(entries_);
    return std::make_unique<WorkTree>(std::move(repository_), std::move(folder_), std::move(entries_),
                                      std::move(absent_));
  }

 private:
  // Stat data of the index decides; only files whose stat data differ, or are as young as the index, are hashed.
  Status compare_with_index() {
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS | GIT_DIFF_INCLUDE_TYPECHANGE |
                    GIT_DIFF_INCLUDE_UNREADABLE;
    options.ignore_submodules = GIT_SUBMODULE_IGNORE_DIRTY;
    git_diff* raw = nullptr;
    if (git_diff_index_to_workdir(&raw, repository_->handle.get(), index_.get(), &options) != 0) {
      auto failure = git_failure(ErrorKind::kUnverified, "read the working tree");
      if (auto refused = first_unreadable()) return fail(std::move(*refused));
      return failure;
    }
    diff_.reset(raw);
    return {};
  }

  // git says "is locked" of a file that it may not read.
  [[nodiscard]] std::optional<Error> first_unreadable() const {
    for (size_t i = 0; i < git_index_entrycount(index_.get()); ++i) {
      Status readable = folder_.check_readable(git_index_get_byindex(index_.get(), i)->path);
      bool there = readable || folder_.look(readable.error().file).has_value();
      if (readable || !there) continue;
      return unverified(readable.error());
    }
    return std::nullopt;
  }

  static Error unverified(Error error) {
    error.kind = ErrorKind::kUnverified;
    return error;
  }

  // git takes a folder that it may not list for an empty one, and so what is in it for deleted. A file that it may list
  // but not look at has no mode either.
  [[nodiscard]] Status check_seen(const git_diff_delta* delta) const {
    if (delta->new_file.mode != GIT_FILEMODE_UNREADABLE) return {};
    Status visible = folder_.check_visible(path_of(delta));
    if (!visible) return fail(unverified(visible.error()));
    return {};
  }

  [[nodiscard]] static std::string_view path_of(const git_diff_delta* delta) {
    const char* path = delta->new_file.path == nullptr ? delta->old_file.path : delta->new_file.path;
    return path == nullptr ? "" : path;
  }

  [[nodiscard]] Deltas sorted_deltas() const {
    Deltas deltas;
    for (size_t i = 0; i < git_diff_num_deltas(diff_.get()); ++i) deltas.push_back(git_diff_get_delta(diff_.get(), i));
    std::ranges::stable_sort(deltas, {}, path_of);
    return deltas;
  }

  // Whether a file's bytes may differ from its object although git calls it unmodified.
  [[nodiscard]] bool may_convert(const Deltas& changed) const {
    git_config* raw = nullptr;
    if (git_repository_config_snapshot(&raw, repository_->handle.get()) != 0) return true;
    GitConfig config(raw);
    const char* value = nullptr;
    if (git_config_get_string(&value, raw, "core.autocrlf") == 0 && std::string_view(value) != "false") return true;
    if (git_config_get_string(&value, raw, "core.attributesfile") == 0) return true;
    auto info = Folder::open(repository_->git_folder + "/info");
    if (info && info->look("attributes")) return true;
    auto names_attributes = [](std::string_view path) {
      return path == ".gitattributes" || path.ends_with("/.gitattributes");
    };
    for (size_t i = 0; i < git_index_entrycount(index_.get()); ++i)
      if (names_attributes(git_index_get_byindex(index_.get(), i)->path)) return true;
    return std::ranges::any_of(changed, names_attributes, path_of);
  }

  Status add_tracked(const Deltas& changed) {
    std::string last;
    for (size_t i = 0; i < git_index_entrycount(index_.get()); ++i) {
      const git_index_entry* item = git_index_get_byindex(index_.get(), i);
      if (last == item->path) continue;  // the stages of a conflict
      last = item->path;
      if (!is_plain_path(last))
        return fail(ErrorKind::kUnverified, fmt::format("git's index has an entry that can't be: {}", last));
      if (git_index_entry_is_conflict(item) != 0) {
        add_from_disk(last);
        continue;
      }
      auto delta = std::ranges::lower_bound(changed, std::string_view(last), {}, path_of);
      bool same = delta == changed.end() || path_of(*delta) != last;
      add_entry(*item, same ? nullptr : *delta);
    }
    return {};
  }

  void add_entry(const git_index_entry& item, const git_diff_delta* delta) {
    TreeEntry entry;
    entry.path = item.path;
    if (!set_mode(entry, item.mode)) return;
    bool deleted = delta != nullptr && delta->status == GIT_DELTA_DELETED;
    if (deleted && (item.flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0) {
      entry.id = to_hex(item.id);
      absent_.insert(entry.path);
    } else if (deleted) {
      return;
    } else if (delta != nullptr) {
      if (!set_mode(entry, delta->new_file.mode)) return;
      if (entry.kind == TreeEntry::Kind::kSubmodule) entry.id = to_hex(delta->new_file.id);
      if (entry.kind == TreeEntry::Kind::kLink) name_link(entry);
    } else if (!held_to_be_unchanged(item)) {
      entry.id = to_hex(item.id);
      if (converts_ && entry.kind == TreeEntry::Kind::kFile) may_be_converted_.emplace_back(entries_.size(), &item);
    }
    entries_.push_back(std::move(entry));
  }

  // `git update-index --assume-unchanged`: git does not look, so the content has to be looked at.
  [[nodiscard]] static bool held_to_be_unchanged(const git_index_entry& item) {
    return (item.flags & GIT_INDEX_ENTRY_VALID) != 0 || (item.flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
  }

  // Conversions of line ends and idents change a file's size. So does an unknown size (0) in the index; then nothing is
  // lost but the id.
  void set_converted() {
    parallel_for(may_be_converted_.size(), [&](size_t i) {
      auto [index, item] = may_be_converted_[i];
      size_t size = 0;
      git_object_t type = GIT_OBJECT_INVALID;
      int code = git_odb_read_header(&size, &type, repository_->objects.get(), &item->id);
      if (code == 0 && static_cast<uint32_t>(size) == item->file_size) return;
      TreeEntry& entry = entries_[index];
      entry.stored_id = std::move(entry.id);
      entry.id.clear();
    });
  }

  void name_link(TreeEntry& entry) const {
    if (auto target = folder_.read_link(entry.path)) entry.stored_id = blob_id(*target);
  }

  // Untracked, or in conflict. A nested repository ends in "/", and stays out as it does in git.
  void add_from_disk(std::string_view path) {
    auto entry = folder_.look(path);
    if (!entry) return;
    if (entry->kind == TreeEntry::Kind::kLink) name_link(*entry);
    entries_.push_back(std::move(*entry));
  }

  SharedRepository repository_;
  Folder folder_;
  GitIndex index_;
  GitDiff diff_;
  bool converts_ = false;
  std::vector<std::pair<size_t, const git_index_entry*>> may_be_converted_;  // index in entries_
  std::vector<TreeEntry> entries_;
  std::set<std::string> absent_;
};

}  // namespace

Result<std::unique_ptr<Tree>> open_work_tree(SharedRepository repository) {
  auto folder = Folder::open(repository->root);
  if (!folder) return fail(folder.error());
  return WorkTreeLister(std::move(repository), std::move(*folder)).list();
}

}  // namespace explaingate

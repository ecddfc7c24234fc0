// Two trees compared: the differing files paired up, and the differing lines of each, as git's own diff has them.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "change/change.h"
#include "change/git.h"
#include "change/renames.h"

namespace explaingate {
namespace {

constexpr size_t kMaxDiffBytes = size_t{64} << 20;

struct Pair {
  const TreeEntry* before = nullptr;
  const TreeEntry* after = nullptr;
};

const std::string& stored_id(const TreeEntry& entry) {
  return entry.stored_id.empty() ? entry.id : entry.stored_id;
}

// What makes an entry another one although its text is the same: nothing but the executable bit.
bool same_content(const Tree& base, const Tree& head, const Pair& pair) {
  const TreeEntry& before = *pair.before;
  const TreeEntry& after = *pair.after;
  if (before.kind != after.kind) return false;
  const std::string& old_id = stored_id(before);
  const std::string& new_id = stored_id(after);
  if (!old_id.empty() && !new_id.empty()) return old_id == new_id;
  if (before.kind != TreeEntry::Kind::kFile) return false;
  auto text = [](const Tree& tree, const TreeEntry& entry) { return tree.read_stored(entry.path, kMaxDiffBytes); };
  auto old_text = old_id.empty() ? text(base, before) : Result<std::string>{};
  auto new_text = new_id.empty() ? text(head, after) : Result<std::string>{};
  if (!old_text || !new_text) return false;
  if (old_id.empty() && new_id.empty()) return *old_text == *new_text;
  return old_id.empty() ? blob_id(*old_text) == new_id : blob_id(*new_text) == old_id;
}

bool is_binary(std::string_view text) {
  return text.substr(0, 8000).find('\0') != std::string_view::npos;
}

int collect_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* payload) {
  static_cast<std::vector<Hunk>*>(payload)->push_back(
      {hunk->old_start, hunk->old_lines, hunk->new_start, hunk->new_lines});
  return 0;
}

Result<std::vector<Hunk>> diff_lines(std::string_view before, std::string_view after) {
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.context_lines = 0;
  options.interhunk_lines = 0;
  options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;
  std::vector<Hunk> hunks;
  if (git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr, &options, nullptr,
                       nullptr, collect_hunk, nullptr, &hunks) != 0)
    return git_failure(ErrorKind::kIo, "compare");
  return hunks;
}

// Fills binary, unread and hunks.
void compare_texts(const Tree& base, const Tree& head, const Pair& pair, ChangedFile& file) {
  auto text = [&](const Tree& tree, const TreeEntry* entry) {
    return entry == nullptr ? Result<std::string>{} : tree.read_stored(entry->path, kMaxDiffBytes);
  };
  auto before = text(base, pair.before);
  auto after = text(head, pair.after);
  if (!before || !after) {
    file.unread = !before ? before.error().message : after.error().message;
    return;
  }
  file.binary = is_binary(*before) || is_binary(*after);
  if (file.binary || *before == *after) return;
  auto hunks = diff_lines(*before, *after);
  if (hunks)
    file.hunks = std::move(*hunks);
  else
    file.unread = hunks.error().message;
}

FileStatus status_of(const Pair& pair, bool same_text) {
  if (pair.before == nullptr) return FileStatus::kAdded;
  if (pair.after == nullptr) return FileStatus::kDeleted;
  if (pair.before->path != pair.after->path) return FileStatus::kRenamed;
  return same_text ? FileStatus::kModeChanged : FileStatus::kModified;
}

ChangedFile describe(const Tree& base, const Tree& head, const Pair& pair, bool same_text) {
  ChangedFile file;
  file.status = status_of(pair, same_text);
  for (const TreeEntry* entry : {pair.before, pair.after}) {
    if (entry == nullptr) continue;
    (entry == pair.before ? file.old_path : file.new_path) = entry->path;
    file.submodule |= entry->kind == TreeEntry::Kind::kSubmodule;
    file.link |= entry->kind == TreeEntry::Kind::kLink;
  }
  if (!same_text && !file.submodule && !file.link) compare_texts(base, head, pair, file);
  return file;
}

class Comparison {
 public:
  Comparison(const Tree& base, const Tree& head, std::span<const TreeEntry> before, std::span<const TreeEntry> after)
      : base_(base), head_(head) {
    auto old_file = before.begin();
    auto new_file = after.begin();
    while (old_file != before.end() || new_file != after.end()) {
      if (new_file == after.end() || (old_file != before.end() && old_file->path < new_file->path)) {
        deleted_.push_back(&*old_file++);
      } else if (old_file == before.end() || new_file->path < old_file->path) {
        added_.push_back(&*new_file++);
      } else {
        see_both({&*old_file++, &*new_file++});
      }
    }
  }

  std::vector<ChangedFile> run() && {
    pair_renamed();
    for (const TreeEntry* entry : deleted_)
      if (entry != nullptr) files_.push_back(describe(base_, head_, {entry, nullptr}, false));
    for (const TreeEntry* entry : added_)
      if (entry != nullptr) files_.push_back(describe(base_, head_, {nullptr, entry}, false));
    std::ranges::sort(files_, [](const ChangedFile& a, const ChangedFile& b) {
      return std::tie(a.new_path, a.old_path) < std::tie(b.new_path, b.old_path);
    });
    return std::move(files_);
  }

 private:
  void see_both(const Pair& pair) {
    bool same = same_content(base_, head_, pair);
    if (same && pair.before->executable == pair.after->executable) return;
    files_.push_back(describe(base_, head_, pair, same));
  }

  void pair_renamed() {
    if (deleted_.empty() || added_.empty()) return;
    auto load_old = loader(base_);
    auto load_new = loader(head_);
    auto sources = candidates(deleted_, load_old);
    auto targets = candidates(added_, load_new);
    for (auto [from, to] : find_renames(sources, targets, load_old, load_new)) {
      bool same_text = sources[from].id == targets[to].id;
      files_.push_back(describe(base_, head_, {deleted_[from], added_[to]}, same_text));
      deleted_[from] = nullptr;
      added_[to] = nullptr;
    }
  }

  static LoadCandidate loader(const Tree& tree) {
    return [&tree](const RenameCandidate& candidate) -> std::optional<std::string> {
      auto text = tree.read_stored(candidate.entry->path, kMaxDiffBytes);
      if (!text) return std::nullopt;
      return std::move(*text);
    };
  }

  static std::vector<RenameCandidate> candidates(const std::vector<const TreeEntry*>& entries,
                                                 const LoadCandidate& load) {
    std::vector<RenameCandidate> result;
    for (const TreeEntry* entry : entries) {
      RenameCandidate candidate{entry, stored_id(*entry)};
      if (candidate.id.empty() && entry->kind == TreeEntry::Kind::kFile)
        if (auto text = load(candidate)) candidate.id = blob_id(*text);
      result.push_back(std::move(candidate));
    }
    return result;
  }

  const Tree& base_;
  const Tree& head_;
  std::vector<const TreeEntry*> deleted_;
  std::vector<const TreeEntry*> added_;
  std::vector<ChangedFile> files_;
};

}  // namespace

Result<std::vector<ChangedFile>> compare_trees(const Tree& base, const Tree& head) {
  GitLibrary library;
  auto before = base.list();
  if (!before) return fail(before.error());
  auto after = head.list();
  if (!after) return fail(after.error());
  return Comparison(base, head, *before, *after).run();
}

}  // namespace explaingate

// A patch held against a tree, from either side.
//
// A diff says what both sides have in its hunks, and nothing of the rest. The tree at hand is one of the sides; the
// other is made from it in memory. Which one it is, the text decides: every line that the patch shows of a side must
// stand in the tree at its place, exactly. (A patch tool would search nearby; but then every line number in a report
// would be off.)
//   Qualifies: "@@ -3 +3 @@ -a +b" on a tree whose line 3 is "b": the tree is the new side, and the old side has "a"
//   there. Near miss: the tree's line 4 is "b": an error that names line 3.
//
// In words of the side at hand ("here") and the other ("there"), each file patch takes a path away here, puts one
// there, or does both (modified: the same path). A path may be taken by one file patch and put by another (swapped
// names, a file turned into a link), so absence is checked only for paths that nobody takes.
#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "change/patch.h"
#include "change/tree.h"

namespace explaingate {
namespace {

struct Misfit {
  std::string path;
  int line = 0;
  std::string message;
  std::string found;   // the tree's line
  size_t fitting = 0;  // file patches before it that fitted
};

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return line;
}

// The text of the other side. `reverse`: `text` is the new side.
std::expected<std::string, Misfit> transform(const FilePatch& file, std::string_view text, bool reverse) {
  std::vector<std::string_view> lines = split_lines(text);
  std::string result;
  size_t at = 0;
  char here = reverse ? '+' : '-';
  auto misfit = [&](std::string message) {
    std::string found(at < lines.size() ? without_end(lines[at]) : "");
    return std::unexpected(Misfit{{}, static_cast<int>(at) + 1, std::move(message), std::move(found), 0});
  };
  for (const PatchHunk& hunk : file.hunks) {
    int start = reverse ? hunk.new_start : hunk.old_start;
    int count = reverse ? hunk.new_lines : hunk.old_lines;
    if (start < 0 || (count > 0 && start == 0)) return misfit("the patch has a hunk without a place");
    size_t first = static_cast<size_t>(count == 0 ? start : start - 1);  // an empty side stands after its line
    if (first < at) return misfit("the patch's hunks overlap");
    if (first > lines.size()) {
      at = lines.size();
      return misfit(fmt::format("the file ends before line {} of the patch", first + 1));
    }
    for (; at < first; ++at) result += lines[at];
    for (const PatchLine& line : hunk.lines) {
      if (line.kind == ' ' || line.kind == here) {
        if (at >= lines.size() || lines[at] != line.text) {
          return misfit(fmt::format("the patch has \"{}\" here", without_end(line.text).substr(0, 120)));
        }
        ++at;
      }
      if (line.kind != here) result += line.text;
    }
  }
  for (; at < lines.size(); ++at) result += lines[at];
  return result;
}

class Laying {
 public:
  Laying(const std::vector<FilePatch>& patch, const Tree& tree, std::span<const TreeEntry> entries, bool reverse)
      : patch_(patch), tree_(tree), entries_(entries), reverse_(reverse) {}

  std::expected<Overlay, Misfit> run() {
    using Action = FilePatch::Action;
    for (const FilePatch& file : patch_) {
      bool copy = file.action == Action::kCopy;
      if (!here(file).empty() && !(copy && !reverse_)) taken_.insert(here(file));
    }
    Overlay overlay;
    for (const std::string& path : taken_) overlay[path].removed = true;
    size_t fitting = 0;
    for (const FilePatch& file : patch_) {
      auto other = lay(file);
      if (!other) {
        other.error().fitting = fitting;
        if (other.error().path.empty()) other.error().path = here(file).empty() ? there(file) : here(file);
        return std::unexpected(other.error());
      }
      // The source of a copy is no file of its own on the old side.
      bool made = !there(file).empty() && !(file.action == Action::kCopy && reverse_);
      if (made) overlay[there(file)] = std::move(*other);
      ++fitting;
    }
    return overlay;
  }

 private:
  [[nodiscard]] const std::string& here(const FilePatch& file) const {
    return reverse_ ? file.new_path : file.old_path;
  }
  [[nodiscard]] const std::string& there(const FilePatch& file) const {
    return reverse_ ? file.old_path : file.new_path;
  }

  [[nodiscard]] const TreeEntry* entry(std::string_view path) const {
    auto found = std::ranges::lower_bound(entries_, path, {}, &TreeEntry::path);
    return found != entries_.end() && found->path == path ? &*found : nullptr;
  }

  // A new path may not run through what is a file or a link.
  [[nodiscard]] bool blocked(std::string_view path) const {
    for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      std::string part(path.substr(0, slash));
      if (entry(part) != nullptr && !taken_.contains(part)) return true;
    }
    return false;
  }

  static std::unexpected<Misfit> no(std::string message) {
    return std::unexpected(Misfit{{}, 0, std::move(message), {}, 0});
  }

  // Checks the side at hand and gives the other.
  std::expected<PatchedFile, Misfit> lay(const FilePatch& file) const {
    PatchedFile other;
    const TreeEntry* present = here(file).empty() ? nullptr : entry(here(file));
    if (!here(file).empty() && present == nullptr) return no("is not there");
    if (!there(file).empty() && there(file) != here(file)) {
      bool source_of_copy = file.action == FilePatch::Action::kCopy && reverse_;
      if (!source_of_copy && entry(there(file)) != nullptr && !taken_.contains(there(file)))
        return std::unexpected(Misfit{there(file), 0, "is there already", {}, 0});
      if (blocked(there(file))) return std::unexpected(Misfit{there(file), 0, "runs through a file or link", {}, 0});
    }
    if (Status done = set_kind(file, present, other); !done) return no(done.error().message);
    bool text_here = present == nullptr || present->kind == TreeEntry::Kind::kFile;
    other.unknown = file.binary;
    std::string text;
    if (present != nullptr && text_here) {
      auto content = tree_.read_stored(present->path);
      if (!content) return no(content.error().message);
      text = std::move(*content);
    }
    if (file.binary) {
      const std::string& id = reverse_ ? file.new_id : file.old_id;  // all that the patch tells of the content
      if (present != nullptr && text_here && !id.empty() && !blob_id(text).starts_with(id))
        return no("is not the binary file that the patch names");
      return other;
    }
    if (!text_here) {
      other.unknown = other.kind == TreeEntry::Kind::kFile;
      return other;
    }
    auto made = transform(file, text, reverse_);
    if (!made) return std::unexpected(made.error());
    if (there(file).empty() && !made->empty()) return no("has lines that the patch does not know");
    other.content = std::move(*made);
    return other;
  }

  Status set_kind(const FilePatch& file, const TreeEntry* present, PatchedFile& other) const {
    unsigned mode_here = reverse_ ? file.new_mode : file.old_mode;
    unsigned mode_there = reverse_ ? file.old_mode : file.new_mode;
    TreeEntry wanted;
    if (present != nullptr && mode_here != 0) {
      if (!set_mode(wanted, mode_here))
        return fail(ErrorKind::kUsage, "has a mode in the patch that git does not know");
    }
    if (present != nullptr && (mode_here != 0 || !file.hunks.empty())) {
      if (wanted.kind != present->kind) return fail(ErrorKind::kUsage, "is not the kind of file that the patch says");
    }
    if (present != nullptr) {
      other.kind = present->kind;
      other.executable = present->executable;
    }
    bool changes_bit = mode_here != 0 && mode_there != 0 && mode_here != mode_there;
    if (present != nullptr && changes_bit && wanted.executable != present->executable)
      return fail(ErrorKind::kUsage, "has another executable bit than the patch says");
    if (mode_there == 0 || there(file).empty()) return {};
    if (!set_mode(wanted, mode_there)) return fail(ErrorKind::kUsage, "has a mode in the patch that git does not know");
    other.kind = wanted.kind;
    other.executable = wanted.executable;
    return {};
  }

  const std::vector<FilePatch>& patch_;
  const Tree& tree_;
  std::span<const TreeEntry> entries_;
  bool reverse_;
  std::set<std::string, std::less<>> taken_;  // paths that the patch has on the side at hand
};

// The patch's lines without context, each run of changed lines one hunk.
std::vector<Hunk> bare_hunks(const FilePatch& file) {
  std::vector<Hunk> result;
  for (const PatchHunk& hunk : file.hunks) {
    int old_line = hunk.old_lines == 0 ? hunk.old_start + 1 : hunk.old_start;
    int new_line = hunk.new_lines == 0 ? hunk.new_start + 1 : hunk.new_start;
    bool open = false;
    for (const PatchLine& line : hunk.lines) {
      if (line.kind == ' ') {
        open = false;
        ++old_line, ++new_line;
        continue;
      }
      if (!open) result.push_back({old_line, 0, new_line, 0});
      open = true;
      if (line.kind == '-')
        ++result.back().old_lines, ++old_line;
      else
        ++result.back().new_lines, ++new_line;
    }
  }
  for (Hunk& hunk : result) {
    if (hunk.old_lines == 0) --hunk.old_start;
    if (hunk.new_lines == 0) --hunk.new_start;
  }
  return result;
}

int count_lines(std::string_view text) {
  return static_cast<int>(split_lines(text).size());
}

using Kinds = std::map<std::string, TreeEntry::Kind, std::less<>>;

Result<Kinds> kinds_of(const Tree& tree) {
  auto entries = tree.list();
  if (!entries) return fail(entries.error());
  Kinds kinds;
  for (const TreeEntry& entry : *entries) kinds.emplace(entry.path, entry.kind);
  return kinds;
}

ChangedFile describe(const FilePatch& file, const Tree& head, const Kinds& before, const Kinds& after) {
  using Action = FilePatch::Action;
  ChangedFile changed;
  bool added = file.action == Action::kAdd || file.action == Action::kCopy;
  changed.old_path = added ? "" : file.old_path;
  changed.new_path = file.new_path;
  for (const auto& [kinds, path] : {std::pair{&before, &changed.old_path}, std::pair{&after, &changed.new_path}}) {
    auto entry = kinds->find(*path);
    if (entry == kinds->end()) continue;
    changed.link |= entry->second == TreeEntry::Kind::kLink;
    changed.submodule |= entry->second == TreeEntry::Kind::kSubmodule;
  }
  changed.binary = file.binary;
  if (!changed.link && !changed.submodule && !file.binary) changed.hunks = bare_hunks(file);
  if (added) {
    changed.status = FileStatus::kAdded;
    if (file.action == Action::kCopy && !changed.link && !changed.submodule && !file.binary) {
      auto text = head.read_stored(file.new_path);
      changed.hunks.clear();
      if (text && !text->empty()) changed.hunks.push_back({0, 0, 1, count_lines(*text)});
    }
  } else if (file.action == Action::kDelete) {
    changed.status = FileStatus::kDeleted;
  } else if (file.action == Action::kRename) {
    changed.status = FileStatus::kRenamed;
  } else {
    changed.status = file.hunks.empty() && !file.binary ? FileStatus::kModeChanged : FileStatus::kModified;
  }
  return changed;
}

// A file that turned into a link (or back) stands in a patch as deleted and added.
std::vector<ChangedFile> describe_all(const std::vector<FilePatch>& patch, const Tree& head, const Kinds& before,
                                      const Kinds& after) {
  std::vector<ChangedFile> files;
  std::set<std::string_view> deleted;
  for (const FilePatch& file : patch)
    if (file.action == FilePatch::Action::kDelete) deleted.insert(file.old_path);
  std::map<std::string, ChangedFile, std::less<>> halves;
  for (const FilePatch& file : patch) {
    ChangedFile changed = describe(file, head, before, after);
    bool turned = file.action == FilePatch::Action::kAdd && deleted.contains(file.new_path);
    (turned ? halves[file.new_path] : files.emplace_back()) = std::move(changed);
  }
  for (ChangedFile& file : files) {
    auto half = file.status == FileStatus::kDeleted ? halves.find(file.old_path) : halves.end();
    if (half == halves.end()) continue;
    file.new_path = file.old_path;
    file.status = FileStatus::kModified;
    file.link |= half->second.link;
    file.submodule |= half->second.submodule;
    file.hunks.clear();
  }
  std::ranges::sort(files, [](const ChangedFile& a, const ChangedFile& b) {
    return std::tie(a.new_path, a.old_path) < std::tie(b.new_path, b.old_path);
  });
  return files;
}

// Each path once on each side (the source of a copy aside), or the order of the patches would matter.
Status check_unique(const std::vector<FilePatch>& patch) {
  std::set<std::string_view> old_paths;
  std::set<std::string_view> new_paths;
  for (const FilePatch& file : patch) {
    bool copy = file.action == FilePatch::Action::kCopy;
    bool fresh = (copy || file.old_path.empty() || old_paths.insert(file.old_path).second) &&
                 (file.new_path.empty() || new_paths.insert(file.new_path).second);
    if (fresh) continue;
    return fail(ErrorKind::kUsage,
                fmt::format("the patch changes {} twice", file.new_path.empty() ? file.old_path : file.new_path),
                "a series of commits has to be one diff: `git diff FIRST~ LAST`");
  }
  return {};
}

std::unexpected<Error> fits_neither(const Misfit& misfit, bool reverse) {
  Error error;
  error.kind = ErrorKind::kUsage;
  error.file = misfit.path;
  error.line = misfit.line;
  error.excerpt = misfit.found;
  error.message = fmt::format("the patch fits neither as applied nor as still to apply; as {}: {}",
                              reverse ? "applied" : "still to apply", misfit.message);
  error.hint = "check out the commit that the patch was made from, or the one it leads to";
  return std::unexpected(error);
}

}  // namespace

Result<PatchedSides> lay_patch(const std::vector<FilePatch>& patch, std::shared_ptr<const Tree> tree) {
  if (Status done = check_unique(patch); !done) return fail(done.error());
  auto entries = tree->list();
  if (!entries) return fail(entries.error());
  auto as_new = Laying(patch, *tree, *entries, true).run();
  auto as_old = as_new ? std::expected<Overlay, Misfit>{} : Laying(patch, *tree, *entries, false).run();
  if (!as_new && !as_old) {
    bool new_is_nearer = as_new.error().fitting > as_old.error().fitting;
    return fits_neither(new_is_nearer ? as_new.error() : as_old.error(), new_is_nearer);
  }
  PatchedSides sides;
  sides.tree_is_head = as_new.has_value();
  auto same = lay_over(tree, {});
  auto other = lay_over(tree, as_new ? std::move(*as_new) : std::move(*as_old));
  if (!same) return fail(same.error());
  if (!other) return fail(other.error());
  sides.base = std::move(sides.tree_is_head ? *other : *same);
  sides.head = std::move(sides.tree_is_head ? *same : *other);
  auto before = kinds_of(*sides.base);
  auto after = kinds_of(*sides.head);
  if (!before) return fail(before.error());
  if (!after) return fail(after.error());
  sides.files = describe_all(patch, *sides.head, *before, *after);
  return sides;
}

}  // namespace explaingate

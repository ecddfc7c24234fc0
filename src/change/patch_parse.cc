// libgit2 reads the diff. It passes over what it does not understand between two files, so the text is walked once
// more, by line counts alone, and both must have seen the same hunks: a hunk that is lost is a change that is not
// checked.
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "change/disk.h"
#include "change/git.h"
#include "change/patch.h"

namespace explaingate {
namespace {

constexpr size_t kMaxPatchBytes = size_t{256} << 20;
constexpr std::string_view kMakeOne =
    "make the patch with `git diff --src-prefix=a/ --dst-prefix=b/`, or `git diff --cached` for the index";

std::unexpected<Error> malformed(std::string message, int line = 0, std::string_view text = {}) {
  Error error;
  error.kind = ErrorKind::kUsage;
  error.message = std::move(message);
  if (line > 0) error.file = "patch";
  error.line = line;
  error.excerpt = text.substr(0, 200);
  error.hint = kMakeOne;
  return std::unexpected(error);
}

std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

struct Counts {
  int old_lines = 0;
  int new_lines = 0;
};

// "@@ -1,2 +1 @@ …": how many lines of each side follow.
std::optional<Counts> hunk_header(std::string_view line) {
  auto range = [&](int& lines) {
    lines = 1;
    if (!take_number(line)) return false;
    if (!take(line, ",")) return true;
    auto count = take_number(line);
    lines = count.value_or(0);
    return count.has_value();
  };
  Counts counts;
  if (!take(line, "@@ -") || !range(counts.old_lines) || !take(line, " +") || !range(counts.new_lines))
    return std::nullopt;
  if (!line.starts_with(" @@")) return std::nullopt;
  return counts;
}

class LineWalk {
 public:
  explicit LineWalk(std::string_view text) : rest_(text) {}

  // Number of hunks, or what is wrong.
  Result<size_t> run() {
    while (next()) {
      if (left_.old_lines > 0 || left_.new_lines > 0) {
        if (!inside()) return malformed("the patch's hunk ends too early", number_, line_);
        continue;
      }
      if (line_.starts_with("diff --git ")) {
        in_diff_ = true;
        after_hunk_ = false;
      } else if (line_.starts_with("diff --cc ") || line_.starts_with("diff --combined ")) {
        return malformed("a combined diff (of a merge) can't be checked", number_, line_);
      } else if (line_.starts_with("@@")) {
        auto counts = hunk_header(line_);
        if (!counts || !in_diff_) return malformed("the patch has a hunk header that can't be read", number_, line_);
        left_ = *counts;
        after_hunk_ = true;
        ++hunks_;
      } else if (after_hunk_ && stray()) {
        return malformed("the patch's hunk has more lines than its header says", number_, line_);
      } else {
        after_hunk_ = after_hunk_ && line_.starts_with('\\');
      }
    }
    if (left_.old_lines > 0 || left_.new_lines > 0) return malformed("the patch ends inside a hunk", number_);
    return hunks_;
  }

 private:
  bool next() {
    if (rest_.empty()) return false;
    size_t end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++number_;
    return true;
  }

  // A line within a hunk; false when it can't be one.
  bool inside() {
    char kind = line_.empty() ? ' ' : line_.front();  // mailers strip the space of an empty line
    if (kind == '\\') return true;
    if (kind != ' ' && kind != '-' && kind != '+') return false;
    if (kind != '+' && --left_.old_lines < 0) return false;
    return kind == '-' || --left_.new_lines >= 0;
  }

  // Directly after a hunk; "-- " opens a mail's signature.
  [[nodiscard]] bool stray() const {
    if (line_ == "-- " || line_ == "--") return false;
    return line_.starts_with('+') || line_.starts_with('-') || line_.starts_with(' ');
  }

  std::string_view rest_;
  std::string_view line_;
  int number_ = 0;
  Counts left_;
  size_t hunks_ = 0;
  bool in_diff_ = false;
  bool after_hunk_ = false;
};

Status read_hunks(git_patch* patch, FilePatch& file) {
  for (size_t i = 0; i < git_patch_num_hunks(patch); ++i) {
    const git_diff_hunk* header = nullptr;
    size_t count = 0;
    if (git_patch_get_hunk(&header, &count, patch, i) != 0) return git_failure(ErrorKind::kUsage, "read the patch");
    PatchHunk hunk{header->old_start, header->old_lines, header->new_start, header->new_lines, {}};
    for (size_t j = 0; j < count; ++j) {
      const git_diff_line* line = nullptr;
      if (git_patch_get_line_in_hunk(&line, patch, i, j) != 0) return git_failure(ErrorKind::kUsage, "read the patch");
      switch (line->origin) {
        case GIT_DIFF_LINE_CONTEXT:
        case GIT_DIFF_LINE_ADDITION:
        case GIT_DIFF_LINE_DELETION:
          hunk.lines.push_back({line->origin, std::string(line->content, line->content_len)});
          break;
        default:  // "\ No newline at end of file" is about the line before
          if (!hunk.lines.empty() && hunk.lines.back().text.ends_with('\n')) hunk.lines.back().text.pop_back();
      }
    }
    file.hunks.push_back(std::move(hunk));
  }
  return {};
}

Result<FilePatch> read_file_patch(git_diff* diff, size_t index) {
  const git_diff_delta* delta = git_diff_get_delta(diff, index);
  FilePatch file;
  std::string old_path = delta->old_file.path == nullptr ? "" : delta->old_file.path;
  std::string new_path = delta->new_file.path == nullptr ? "" : delta->new_file.path;
  using Action = FilePatch::Action;
  switch (delta->status) {
    case GIT_DELTA_ADDED:
      file.action = Action::kAdd;
      old_path.clear();
      break;
    case GIT_DELTA_DELETED:
      file.action = Action::kDelete;
      new_path.clear();
      break;
    case GIT_DELTA_RENAMED:
      file.action = Action::kRename;
      break;
    case GIT_DELTA_COPIED:
      file.action = Action::kCopy;
      break;
    default:
      file.action = Action::kModify;
  }
  if (old_path.empty() && new_path.empty()) return malformed("the patch has a file without a name");
  for (const std::string& path : {old_path, new_path}) {
    if (!path.empty() && !is_plain_path(path))
      return malformed(fmt::format("the patch names a path outside of the tree: {}", path));
  }
  file.old_path = std::move(old_path);
  file.new_path = std::move(new_path);
  file.old_mode = delta->old_file.mode;
  file.new_mode = delta->new_file.mode;
  file.binary = (delta->flags & GIT_DIFF_FLAG_BINARY) != 0;
  if (file.binary) return file;
  git_patch* raw = nullptr;
  if (git_patch_from_diff(&raw, diff, index) != 0) return git_failure(ErrorKind::kUsage, "read the patch");
  GitPatch patch(raw);
  if (raw == nullptr) return file;
  if (Status done = read_hunks(raw, file); !done) return fail(done.error());
  return file;
}

}  // namespace

Result<std::vector<FilePatch>> parse_patch(std::string_view text) {
  if (text.size() > kMaxPatchBytes) return malformed(fmt::format("the patch is larger than {} bytes", kMaxPatchBytes));
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::vector<FilePatch>{};
  auto hunks = LineWalk(text).run();
  if (!hunks) return fail(hunks.error());
  GitLibrary library;
  git_diff* raw = nullptr;
  if (git_diff_from_buffer(&raw, text.data(), text.size()) != 0) {
    const git_error* last = git_error_last();
    return malformed(fmt::format("the patch can't be read: {}", last == nullptr ? "unknown error" : last->message));
  }
  GitDiff diff(raw);
  std::vector<FilePatch> files;
  size_t seen = 0;
  for (size_t i = 0; i < git_diff_num_deltas(raw); ++i) {
    auto file = read_file_patch(raw, i);
    if (!file) return fail(file.error());
    seen += file->hunks.size();
    files.push_back(std::move(*file));
  }
  if (seen != *hunks) return malformed("the patch has hunks that belong to no file");
  return files;
}

}  // namespace explaingate

// Unified diffs, as git and `diff -u` write them.
//
// Not libgit2's reader: 1.5 refuses a diff that adds or deletes an empty file, passes over hunks it can't read (a
// change that nobody checks), and reads past the end of lines with a zero byte.
//
// A diff is a list of files, each a header and hunks, with any text around it (mails, `git show`). Hunks are read by
// the line counts of their headers, so a deleted SQL comment ("--- note") is no header. After a hunk, a line that looks
// like more of it is an error; so is a hunk that belongs to no file.
//   Qualifies: "diff --git a/x b/x", "deleted file mode 100644", "index e69de29..0000000": the empty file x is deleted.
//   Near miss: "@@ -1 +1 @@" and three lines: the hunk would be longer than it says.
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "change/disk.h"
#include "change/patch.h"

namespace explaingate {
namespace {

constexpr size_t kMaxPatchBytes = size_t{256} << 20;
constexpr int kMaxLineNumber = 1'000'000'000;
constexpr std::string_view kMakeOne = "make the patch with `git diff --src-prefix=a/ --dst-prefix=b/`";

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

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

bool take_number(std::string_view& text, int& number) {
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || number < 0 || number > kMaxLineNumber) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// "@@ -1,2 +1 @@ …"
std::optional<PatchHunk> hunk_header(std::string_view line) {
  PatchHunk hunk;
  auto range = [&](int& start, int& count) {
    count = 1;
    return take_number(line, start) && (!take(line, ",") || take_number(line, count));
  };
  bool good = take(line, "@@ -") && range(hunk.old_start, hunk.old_lines) && take(line, " +") &&
              range(hunk.new_start, hunk.new_lines) && line.starts_with(" @@");
  if (!good) return std::nullopt;
  return hunk;
}

// One escape of a quoted name, after the backslash.
bool take_escape(std::string_view& text, std::string& name) {
  constexpr std::string_view kLetters = "abtnvfr\"\\";
  constexpr std::string_view kMeanings = "\a\b\t\n\v\f\r\"\\";
  if (text.empty()) return false;
  if (size_t at = kLetters.find(text.front()); at != std::string_view::npos) {
    name += kMeanings[at];
    text.remove_prefix(1);
    return true;
  }
  unsigned byte = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + std::min<size_t>(3, text.size()), byte, 8);
  if (code != std::errc() || end != text.data() + 3 || byte > 255) return false;
  name += static_cast<char>(byte);
  text.remove_prefix(3);
  return true;
}

// "…" with C escapes, as git quotes names with special bytes.
std::optional<std::string> take_quoted(std::string_view& text) {
  if (!take(text, "\"")) return std::nullopt;
  std::string name;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return name;
    if (c != '\\')
      name += c;
    else if (!take_escape(text, name))
      return std::nullopt;
  }
  return std::nullopt;
}

// A whole name, quoted or not. Unquoted, a tab ends it: git puts one after names with spaces, `diff` before the time.
std::optional<std::string> whole_name(std::string_view text) {
  if (text.starts_with('"')) return take_quoted(text);
  return std::string(text.substr(0, text.find('\t')));
}

// Without "a/". Of git's diffs, the prefix is one letter (a, b, i, w, c, o); else the name was printed without any.
std::optional<std::string> without_prefix(const std::string& name, bool by_git) {
  size_t slash = name.find('/');
  if (slash == std::string::npos || slash + 1 == name.size() || (by_git && slash != 1)) return std::nullopt;
  return name.substr(slash + 1);
}

// The one name in "a/NAME b/NAME"; nothing when there are two, which then stand in the lines that follow.
std::optional<std::string> common_name(std::string_view text) {
  std::string one;
  std::string two;
  if (text.starts_with('"')) {
    auto first = take_quoted(text);
    if (!first || !take(text, " ")) return std::nullopt;
    auto second = take_quoted(text);
    if (!second || !text.empty()) return std::nullopt;
    one = std::move(*first);
    two = std::move(*second);
  } else {
    size_t middle = text.size() / 2;
    if (text.size() % 2 == 0 || text[middle] != ' ') return std::nullopt;
    one = text.substr(0, middle);
    two = text.substr(middle + 1);
  }
  auto old_name = without_prefix(one, true);
  auto new_name = without_prefix(two, true);
  if (!old_name || old_name != new_name) return std::nullopt;
  return old_name;
}

using Action = FilePatch::Action;

class PatchReader {
 public:
  explicit PatchReader(std::string_view text) : rest_(text) {}

  Result<std::vector<FilePatch>> run() {
    while (next()) {
      Status done = part_ == Part::kHunk ? read_hunk_line() : read_line();
      if (!done) return fail(done.error());
    }
    if (part_ == Part::kHunk && (old_left_ > 0 || new_left_ > 0))
      return malformed("the patch ends inside a hunk", number_);
    if (Status done = finish_file(); !done) return fail(done.error());
    if (!seen_file_) return malformed("there is no diff in the patch");
    return std::move(files_);
  }

 private:
  enum class Part { kBetween, kHeader, kHunk } part_ = Part::kBetween;

  bool next() {
    if (rest_.empty()) return false;
    size_t end = rest_.find('\n');
    has_end_ = end != std::string_view::npos;
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(has_end_ ? end + 1 : rest_.size());
    ++number_;
    return true;
  }

  [[nodiscard]] std::unexpected<Error> wrong(std::string message) const {
    return malformed(std::move(message), number_, line_);
  }

  Status read_hunk_line() {
    PatchHunk& hunk = file_.hunks.back();
    if (line_.starts_with('\\')) {  // "\ No newline at end of file", of the line before
      if (!hunk.lines.empty() && hunk.lines.back().text.ends_with('\n')) hunk.lines.back().text.pop_back();
      return {};
    }
    if (old_left_ == 0 && new_left_ == 0) return after_hunk();
    std::string_view line = line_;
    if (line.empty() || line == "\r") line = line.empty() ? " " : " \r";  // mailers strip an empty line's space
    char kind = line.front();
    bool is_old = kind == ' ' || kind == '-';
    bool is_new = kind == ' ' || kind == '+';
    if ((!is_old && !is_new) || (is_old && old_left_ == 0) || (is_new && new_left_ == 0))
      return wrong("the patch's hunk ends too early");
    old_left_ -= is_old ? 1 : 0;
    new_left_ -= is_new ? 1 : 0;
    hunk.lines.push_back({kind, std::string(line.substr(1)) + (has_end_ ? "\n" : "")});
    return {};
  }

  Status after_hunk() {
    bool signature = line_ == "-- " || line_ == "--";  // of a mail
    bool plain_header = line_.starts_with("--- ") && rest_.starts_with("+++ ");
    if (!signature && !plain_header && (line_.starts_with('+') || line_.starts_with('-') || line_.starts_with(' ')))
      return wrong("the patch's hunk has more lines than its header says");
    part_ = line_.starts_with("@@") ? Part::kHeader : Part::kBetween;
    return read_line();
  }

  Status read_line() {
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (take(line, "diff --git ")) return start_file(line);
    if (line.starts_with("diff --cc ") || line.starts_with("diff --combined "))
      return wrong("a combined diff (of a merge) can't be checked");
    if (line.starts_with("@@")) return start_hunk(line);
    if (line.starts_with("--- ") && rest_.starts_with("+++ ")) return read_names(line.substr(4));
    if (part_ == Part::kHeader && !read_header(line)) return wrong("the patch has a header line that can't be read");
    return {};
  }

  Status start_file(std::string_view names) {
    if (Status done = finish_file(); !done) return done;
    file_ = FilePatch{};
    open_ = seen_file_ = by_git_ = true;
    part_ = Part::kHeader;
    file_line_ = number_;
    if (auto name = common_name(names)) file_.old_path = file_.new_path = *name;
    return {};
  }

  Status start_hunk(std::string_view line) {
    auto hunk = hunk_header(line);
    if (!hunk || !open_ || part_ != Part::kHeader) return wrong("the patch has a hunk header that can't be read");
    old_left_ = hunk->old_lines;
    new_left_ = hunk->new_lines;
    file_.hunks.push_back(std::move(*hunk));
    part_ = Part::kHunk;
    return {};
  }

  // "--- a/x" and "+++ b/x"; without "diff --git" before, a file of its own.
  Status read_names(std::string_view old_text) {
    if (part_ != Part::kHeader || !file_.hunks.empty()) {
      if (Status done = finish_file(); !done) return done;
      file_ = FilePatch{};
      open_ = seen_file_ = true;
      by_git_ = false;
      file_line_ = number_;
    }
    part_ = Part::kHeader;
    auto old_name = whole_name(old_text);
    next();
    std::string_view new_text = line_.substr(4);
    if (new_text.ends_with('\r')) new_text.remove_suffix(1);
    auto new_name = whole_name(new_text);
    for (auto [name, path, absent] : {std::tuple{&old_name, &file_.old_path, Action::kAdd},
                                      std::tuple{&new_name, &file_.new_path, Action::kDelete}}) {
      if (*name && **name == "/dev/null") {
        file_.action = absent;
        continue;
      }
      auto bare = *name ? without_prefix(**name, by_git_) : std::nullopt;
      if (!bare) return wrong("the patch has a file name without \"a/\" and \"b/\" before it");
      *path = std::move(*bare);
    }
    return {};
  }

  // Lines between "diff --git" and the hunks; any other ends the header. False = known, and wrong.
  bool read_header(std::string_view line) {
    auto mode = [&line](unsigned& value) {
      auto [end, code] = std::from_chars(line.data(), line.data() + line.size(), value, 8);
      return code == std::errc() && end == line.data() + line.size();
    };
    auto name = [&line](std::string& path) {
      auto text = line.starts_with('"') ? take_quoted(line) : std::string(line);
      path = text.value_or("");
      return text.has_value();
    };
    if (take(line, "old mode ")) return mode(file_.old_mode);
    if (take(line, "new mode ")) return mode(file_.new_mode);
    if (take(line, "new file mode ")) return file_.action = Action::kAdd, mode(file_.new_mode);
    if (take(line, "deleted file mode ")) return file_.action = Action::kDelete, mode(file_.old_mode);
    if (take(line, "rename from ")) return file_.action = Action::kRename, name(file_.old_path);
    if (take(line, "rename to ")) return file_.action = Action::kRename, name(file_.new_path);
    if (take(line, "copy from ")) return file_.action = Action::kCopy, name(file_.old_path);
    if (take(line, "copy to ")) return file_.action = Action::kCopy, name(file_.new_path);
    if (line.starts_with("similarity index ") || line.starts_with("dissimilarity index ")) return true;
    if (take(line, "index ")) return read_ids(line);
    file_.binary |= line.starts_with("Binary files ") || line == "GIT binary patch";
    part_ = Part::kBetween;
    return true;
  }

  // "1a2b3c4..5d6e7f8 100644"
  bool read_ids(std::string_view line) {
    size_t dots = line.find("..");
    if (dots == std::string_view::npos) return false;
    file_.old_id = line.substr(0, dots);
    line.remove_prefix(dots + 2);
    size_t space = line.find(' ');
    file_.new_id = line.substr(0, space);
    if (space == std::string_view::npos) return true;
    line.remove_prefix(space + 1);
    unsigned mode = 0;
    auto [end, code] = std::from_chars(line.data(), line.data() + line.size(), mode, 8);
    if (code != std::errc() || end != line.data() + line.size()) return false;
    file_.old_mode = file_.new_mode = mode;
    return true;
  }

  Status finish_file() {
    if (!open_) return {};
    open_ = false;
    if (file_.action == Action::kAdd) file_.old_path.clear();
    if (file_.action == Action::kDelete) file_.new_path.clear();
    bool has_old = !file_.old_path.empty() || file_.action == Action::kAdd;
    bool has_new = !file_.new_path.empty() || file_.action == Action::kDelete;
    if (!has_old || !has_new || (file_.old_path.empty() && file_.new_path.empty()))
      return malformed("the patch has a file name without \"a/\" and \"b/\" before it", file_line_);
    for (const std::string& path : {file_.old_path, file_.new_path}) {
      if (!path.empty() && !is_plain_path(path))
        return malformed(fmt::format("the patch names a path outside of the tree: {}", path));
    }
    if (file_.action == Action::kModify && file_.old_path != file_.new_path)
      return malformed(
          fmt::format("the patch turns {} into {} without saying \"rename\"", file_.old_path, file_.new_path));
    bool changes =
        file_.action != Action::kModify || file_.binary || !file_.hunks.empty() || file_.old_mode != file_.new_mode;
    if (changes) files_.push_back(std::move(file_));
    return {};
  }

  std::string_view rest_;
  std::string_view line_;
  bool has_end_ = false;
  int number_ = 0;
  int file_line_ = 0;
  int old_left_ = 0;
  int new_left_ = 0;
  bool open_ = false;    // file_ is being read
  bool by_git_ = false;  // file_ began with "diff --git"
  bool seen_file_ = false;
  FilePatch file_;
  std::vector<FilePatch> files_;
};

}  // namespace

Result<std::vector<FilePatch>> parse_patch(std::string_view text) {
  if (text.size() > kMaxPatchBytes) return malformed(fmt::format("the patch is larger than {} bytes", kMaxPatchBytes));
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::vector<FilePatch>{};
  return PatchReader(text).run();
}

}  // namespace explaingate

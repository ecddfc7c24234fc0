#include "publish/diff_places.h"

#include <algorithm>
#include <charconv>

#include "change/patch.h"

namespace explaingate {
namespace {

constexpr int kMostLines = 1'000'000'000;

// "12,3" or "12" at the front of `rest`, which is moved behind it.
std::optional<HunkSide> take_side(std::string_view& rest) {
  auto number = [&rest]() -> std::optional<int> {
    int value = 0;
    auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (code != std::errc{} || value < 0 || value > kMostLines) return std::nullopt;
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    return value;
  };
  auto first = number();
  if (!first) return std::nullopt;
  HunkSide side{*first, 1};
  if (!rest.starts_with(',')) return side;
  rest.remove_prefix(1);
  auto count = number();
  if (!count) return std::nullopt;
  side.count = *count;
  return side;
}

std::optional<DiffHunk> hunk_of(std::string_view line) {
  constexpr std::string_view kOpening = "@@ -", kMiddle = " +";
  if (!line.starts_with(kOpening)) return std::nullopt;
  line.remove_prefix(kOpening.size());
  auto before = take_side(line);
  if (!before || !line.starts_with(kMiddle)) return std::nullopt;
  line.remove_prefix(kMiddle.size());
  auto after = take_side(line);
  if (!after) return std::nullopt;
  return DiffHunk{*before, *after, {}};
}

// Numbers the lines of a hunk, one after the other.
class LineCounter {
 public:
  explicit LineCounter(const DiffHunk& hunk) : before_(hunk.before.first), after_(hunk.after.first) {}
  // `mark`: '+', '-', or anything else for a line that both sides have.
  DiffLine next(char mark) {
    using Kind = DiffLine::Kind;
    DiffLine line{mark == '+' ? Kind::kAdded : mark == '-' ? Kind::kRemoved : Kind::kUnchanged, before_, after_};
    if (mark != '+') ++before_;
    if (mark != '-') ++after_;
    return line;
  }

 private:
  int before_, after_;
};

// The lines that a hunk's header counts, from the front of `rest`, which is moved behind them.
void take_lines(std::string_view& rest, DiffHunk& hunk) {
  LineCounter counter(hunk);
  int before_left = hunk.before.count, after_left = hunk.after.count;
  while (!rest.empty() && (before_left > 0 || after_left > 0)) {
    char mark = rest.front();
    size_t end = rest.find('\n');
    if (mark != '\\') {  // "\ No newline at end of file"
      bool unchanged = mark == ' ' || mark == '\n';
      if (mark != '+' && mark != '-' && !unchanged) return;
      hunk.lines.push_back(counter.next(mark));
      if (mark != '\n') hunk.lines.back().text = rest.substr(1, std::min(end, rest.size()) - 1);
      if (mark != '+') --before_left;
      if (mark != '-') --after_left;
    }
    rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
  }
}

std::optional<DiffLine> line_at(const DiffHunk& hunk, bool before, int number) {
  using Kind = DiffLine::Kind;
  for (const DiffLine& line : hunk.lines)
    if (line.kind != (before ? Kind::kAdded : Kind::kRemoved) && (before ? line.before : line.after) == number)
      return line;
  return std::nullopt;
}

std::optional<DiffPlace> shown_lines(const std::string& path, bool before, int first, int last,
                                     const std::vector<DiffFile>& files) {
  for (const DiffFile& file : files) {
    bool named = file.path == path || (before && !file.previous_path.empty() && file.previous_path == path);
    if (!named) continue;
    for (const DiffHunk& hunk : file.hunks) {
      const HunkSide& side = before ? hunk.before : hunk.after;
      int from = std::max(first, side.first), to = std::min(last, side.last());
      if (from <= to)
        return DiffPlace{file.path,
                         before,
                         from,
                         to,
                         false,
                         file.previous_path,
                         line_at(hunk, before, from),
                         line_at(hunk, before, to)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<DiffHunk> parse_hunks(std::string_view patch) {
  std::vector<DiffHunk> hunks;
  while (!patch.empty()) {
    size_t end = std::min(patch.find('\n'), patch.size());
    auto hunk = hunk_of(patch.substr(0, end));
    patch.remove_prefix(std::min(end + 1, patch.size()));
    if (!hunk) continue;
    take_lines(patch, *hunk);
    hunks.push_back(std::move(*hunk));
  }
  return hunks;
}

Result<std::vector<DiffFile>> parse_diff(std::string_view diff) {
  auto patches = parse_patch(diff);
  if (!patches) return std::unexpected(patches.error());
  std::vector<DiffFile> files;
  for (const FilePatch& patch : *patches) {
    const std::string& path = patch.new_path.empty() ? patch.old_path : patch.new_path;
    DiffFile file{path, patch.old_path == path ? "" : patch.old_path, {}};
    for (const PatchHunk& each : patch.hunks) {
      DiffHunk hunk{{each.old_start, each.old_lines}, {each.new_start, each.new_lines}, {}};
      LineCounter counter(hunk);
      for (const PatchLine& line : each.lines) hunk.lines.push_back(counter.next(line.kind));
      file.hunks.push_back(std::move(hunk));
    }
    files.push_back(std::move(file));
  }
  return files;
}

std::optional<DiffPlace> place_in_diff(const ReportedFinding& reported, const std::vector<DiffFile>& files) {
  const Finding& finding = reported.finding;
  if (auto place = shown_lines(finding.path, false, finding.line, finding.end_line, files)) return place;
  if (!reported.cause) return std::nullopt;
  const Cause& cause = *reported.cause;
  auto place = shown_lines(cause.path, cause.removed, cause.line, cause.line, files);
  if (place) place->at_cause = true;
  return place;
}

std::optional<DiffPlace> place_of_suggestion(const ReportedFinding& reported, const std::vector<DiffFile>& files) {
  if (!reported.suggestion) return std::nullopt;
  const Suggestion& suggestion = *reported.suggestion;
  if (("\n" + suggestion.replacement).find("\n/") != std::string::npos) return std::nullopt;
  for (const DiffFile& file : files) {
    if (file.path != reported.finding.path) continue;
    for (const DiffHunk& hunk : file.hunks) {
      std::string shown;
      int next = suggestion.line;
      for (const DiffLine& line : hunk.lines) {
        if (line.kind == DiffLine::Kind::kRemoved || line.after != next || next > suggestion.end_line) continue;
        shown += (next == suggestion.line ? "" : "\n") + line.text;
        ++next;
      }
      if (next == suggestion.end_line + 1 && shown == suggestion.original)
        return shown_lines(file.path, false, suggestion.line, suggestion.end_line, files);
    }
  }
  return std::nullopt;
}

}  // namespace explaingate

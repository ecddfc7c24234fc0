#include "publish/diff_places.h"

#include <algorithm>
#include <charconv>

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
  return DiffHunk{*before, *after};
}

std::optional<DiffPlace> shown_lines(const std::string& path, bool before, int first, int last,
                                     const std::vector<DiffFile>& files) {
  for (const DiffFile& file : files) {
    bool named = file.path == path || (before && !file.previous_path.empty() && file.previous_path == path);
    if (!named) continue;
    for (const DiffHunk& hunk : file.hunks) {
      const HunkSide& side = before ? hunk.before : hunk.after;
      int from = std::max(first, side.first), to = std::min(last, side.last());
      if (from <= to) return DiffPlace{file.path, before, from, to, false};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<DiffHunk> parse_hunks(std::string_view patch) {
  std::vector<DiffHunk> hunks;
  while (!patch.empty()) {
    size_t end = std::min(patch.find('\n'), patch.size());
    if (auto hunk = hunk_of(patch.substr(0, end))) hunks.push_back(*hunk);
    patch.remove_prefix(std::min(end + 1, patch.size()));
  }
  return hunks;
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

}  // namespace explaingate

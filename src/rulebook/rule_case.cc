#include "rulebook/rule_case.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"

namespace explaingate {
namespace {

namespace fs = std::filesystem;

// Copies the entries of a folder that `wanted` takes by their names; a folder that isn't there has none.
template <class Wanted>
void copy_entries(const fs::path& from, const fs::path& to, Wanted&& wanted, std::error_code& code) {
  constexpr auto kHow =
      fs::copy_options::recursive | fs::copy_options::overwrite_existing | fs::copy_options::copy_symlinks;
  if (code || !fs::is_directory(fs::symlink_status(from))) return;
  for (fs::directory_iterator at(from, code), end; !code && at != end; at.increment(code))
    if (wanted(at->path().filename().string())) fs::copy(at->path(), to / at->path().filename(), kHow, code);
}

void read_expectations(const std::string& path, std::string_view text, std::vector<Expectation>& found) {
  constexpr std::string_view kMark = "expect: ";
  int line = 1;
  for (size_t at = 0; at < text.size(); ++line) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view content = text.substr(at, end - at);
    if (content.ends_with('\r')) content.remove_suffix(1);
    if (size_t mark = content.find(kMark); mark != std::string_view::npos) {
      std::string_view wish = content.substr(mark + kMark.size());
      size_t space = std::min(wish.find(' '), wish.size());
      std::string_view rule = wish.substr(0, space);
      size_t equals = std::min(rule.find('='), rule.size());
      found.push_back({path, line, std::string(rule.substr(0, equals)),
                       std::string(wish.substr(std::min(space + 1, wish.size()))),
                       std::string(rule.substr(std::min(equals + 1, rule.size())))});
    }
    at = end + 1;
  }
}

}  // namespace

std::string_view case_kind(std::string_view name) {
  for (std::string_view kind : kCaseKinds)
    if (name.size() > kind.size() + 1 && name.starts_with(kind) && name[kind.size()] == '-') return kind;
  return "";
}

Status lay_case(std::span<const fs::path> shared, const fs::path& folder, std::string_view side, const fs::path& to) {
  std::error_code code;
  fs::create_directories(to, code);
  for (const fs::path& each : shared)
    copy_entries(each, to, [](const std::string& name) { return case_kind(name).empty(); }, code);
  copy_entries(folder, to, [](const std::string& name) { return name != "base" && name != "head"; }, code);
  copy_entries(folder / side, to, [](const std::string&) { return true; }, code);
  if (code)
    return fail(ErrorKind::kIo, fmt::format("{}: cannot lay out {}: {}", folder.string(), side, code.message()));
  return {};
}

std::string to_text(const Expectation& expectation) {
  return fmt::format("{}:{} {} {}{}", expectation.path, expectation.line, expectation.rule, expectation.subject,
                     expectation.level.empty() ? "" : " (" + expectation.level + ")");
}

Expectation as_expected(Expectation found, std::span<const Expectation> expected) {
  bool named = std::ranges::any_of(expected, [&](const Expectation& each) {
    return !each.level.empty() && each.path == found.path && each.line == found.line && each.rule == found.rule &&
           each.subject == found.subject;
  });
  if (!named) found.level.clear();
  return found;
}

Result<std::vector<Expectation>> expectations(const fs::path& folder) {
  std::vector<Expectation> found;
  std::error_code code;
  for (fs::recursive_directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    if (!fs::is_regular_file(at->symlink_status())) continue;
    auto text = read_file(at->path());
    if (!text) return fail(text.error());
    read_expectations(at->path().lexically_relative(folder).generic_string(), *text, found);
  }
  if (code) return fail(ErrorKind::kIo, fmt::format("{}: cannot be read: {}", folder.string(), code.message()));
  std::ranges::sort(found);
  return found;
}

}  // namespace explaingate

#include "gate/path_filter.h"

#include <fnmatch.h>

#include <algorithm>

namespace explaingate {
namespace {

// Test code and vendored code hold queries that never run in production.
const std::vector<std::string>& default_exclude() {
  static const std::vector<std::string> patterns = {
      "test/*",      "*/test/*",     "tests/*",         "*/tests/*",       "testing/*",      "*/testing/*",
      "testdata/*",  "*/testdata/*", "spec/*",          "*/spec/*",        "__tests__/*",    "*/__tests__/*",
      "_tests/*",    "*/_tests/*",   "*/androidTest/*", "*.Tests/*",       "*.Test/*",       "test_*.py",
      "*/test_*.py", "*_test.py",    "conftest.py",     "*/conftest.py",   "*_test.go",      "*_test.rb",
      "*_spec.rb",   "*.test.js",    "*.test.jsx",      "*.test.ts",       "*.test.tsx",     "*.test.mjs",
      "*.spec.js",   "*.spec.ts",    "*.spec.tsx",      "*Test.java",      "*Tests.java",    "*Test.kt",
      "*Test.php",   "*_test.rs",    "*_tests.rs",      "tests.rs",        "*/tests.rs",     "*/test_utils.rs",
      "*Tests.cs",   "*Test.cs",     "benches/*",       "*/benches/*",     "node_modules/*", "*/node_modules/*",
      "vendor/*",    "*/vendor/*",   "third_party/*",   "*/third_party/*", ".venv/*",        "venv/*",
      "*.test.sql",  "*_test.sql",   "tests_*/*",       "*/tests_*/*",     "*_tests/*",      "*/integration-tests/*",
      "*.min.js",    "*.sql.go"};  // the last: what sqlc makes of the .sql file
  return patterns;
}

bool is_below(std::string_view folder, std::string_view path) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

PathPattern::PathPattern(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  text_ = text;
  if (text.find_first_of("?[\\") != std::string_view::npos) return;
  for (size_t star = text.find('*'); star != std::string_view::npos; star = text.find('*')) {
    pieces_.emplace_back(text.substr(0, star));
    text.remove_prefix(star + 1);
  }
  pieces_.emplace_back(text);
}

bool PathPattern::matches(std::string_view path) const {
  if (is_below(text_, path)) return true;
  return pieces_.empty() ? ::fnmatch(text_.c_str(), std::string(path).c_str(), 0) == 0 : matches_pieces(path);
}

// The pieces stand in the path in their order, the first at the beginning and the last at the end.
bool PathPattern::matches_pieces(std::string_view path) const {
  const std::string &first = pieces_.front(), &last = pieces_.back();
  if (pieces_.size() == 1) return path == first;
  if (path.size() < first.size() + last.size() || !path.starts_with(first) || !path.ends_with(last)) return false;
  path = path.substr(first.size(), path.size() - first.size() - last.size());
  for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
    size_t found = path.find(pieces_[i]);
    if (found == std::string_view::npos) return false;
    path.remove_prefix(found + pieces_[i].size());
  }
  return true;
}

PathFilter::PathFilter(const Settings& settings)
    : settings_(settings), include_(settings.include.begin(), settings.include.end()) {
  std::vector<std::string> all = settings.exclude;
  if (settings.default_excludes) all.insert(all.end(), default_exclude().begin(), default_exclude().end());
  for (const std::string& pattern : all) (pattern.ends_with("/*") ? by_folder_ : by_file_).emplace_back(pattern);
}

bool PathFilter::includes(const std::string& path) {
  auto below = [&path](std::string_view prefix) { return is_below(prefix, path); };
  auto matches = [&path](const PathPattern& pattern) { return pattern.matches(path); };
  if (path.starts_with(".explaingate/")) return false;  // cases of rules
  if (!settings_.include_prefixes.empty() && std::ranges::none_of(settings_.include_prefixes, below)) return false;
  if (!include_.empty() && std::ranges::none_of(include_, matches)) return false;
  std::string_view folder = std::string_view(path).substr(0, path.rfind('/') + 1);
  if (folder != folder_) {
    folder_ = folder;
    folder_excluded_ =
        std::ranges::any_of(by_folder_, [&](const PathPattern& pattern) { return pattern.matches(folder_); });
  }
  return !folder_excluded_ && std::ranges::none_of(by_file_, matches);
}

}  // namespace explaingate

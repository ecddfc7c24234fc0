#include "gate/path_filter.h"

#include <fnmatch.h>

#include <algorithm>

namespace explaingate {
namespace {

// Test code and vendored code hold queries that never run in production.
const std::vector<std::string>& default_exclude() {
  static const std::vector<std::string> patterns = {
      "test/*",           "*/test/*",     "tests/*",         "*/tests/*",     "testing/*",       "*/testing/*",
      "testdata/*",       "*/testdata/*", "spec/*",          "*/spec/*",      "__tests__/*",     "*/__tests__/*",
      "_tests/*",         "*/_tests/*",   "*/androidTest/*", "*.Tests/*",     "*.Test/*",        "test_*.py",
      "*/test_*.py",      "*_test.py",    "conftest.py",     "*/conftest.py", "*_test.go",       "*_test.rb",
      "*_spec.rb",        "*.test.js",    "*.test.jsx",      "*.test.ts",     "*.test.tsx",      "*.test.mjs",
      "*.spec.js",        "*.spec.ts",    "*.spec.tsx",      "*Test.java",    "*Tests.java",     "*Test.kt",
      "*Test.php",        "*Tests.cs",    "*Test.cs",        "benches/*",     "*/benches/*",     "node_modules/*",
      "*/node_modules/*", "vendor/*",     "*/vendor/*",      "third_party/*", "*/third_party/*", ".venv/*",
      "venv/*",           "*.min.js"};
  return patterns;
}

// fnmatch() reads the pattern anew for each path. Where * is all that is special in it, its pieces stand in the path in
// their order, the first at the beginning and the last at the end.
bool matches_glob(std::string_view pattern, const std::string& path) {
  if (pattern.find_first_of("?[\\") != std::string_view::npos)
    return ::fnmatch(std::string(pattern).c_str(), path.c_str(), 0) == 0;
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == path;
  std::string_view rest = path;
  if (!rest.starts_with(pattern.substr(0, star))) return false;
  rest.remove_prefix(star);
  for (pattern.remove_prefix(star + 1); (star = pattern.find('*')) != std::string_view::npos;
       pattern.remove_prefix(star + 1)) {
    size_t found = rest.find(pattern.substr(0, star));
    if (found == std::string_view::npos) return false;
    rest.remove_prefix(found + star);
  }
  return rest.ends_with(pattern);
}

bool is_below(std::string_view folder, std::string_view path) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

bool matches_pattern(std::string_view pattern, const std::string& path) {
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  return is_below(pattern, path) || matches_glob(pattern, path);
}

PathFilter::PathFilter(const Settings& settings) : settings_(settings) {
  for (const std::string& pattern : settings.default_excludes ? default_exclude() : settings.exclude)
    (pattern.ends_with("/*") ? by_folder_ : by_file_).push_back(pattern);
}

bool PathFilter::includes(const std::string& path) {
  auto below = [&path](std::string_view prefix) { return is_below(prefix, path); };
  auto matches = [&path](std::string_view pattern) { return matches_pattern(pattern, path); };
  if (!settings_.include_prefixes.empty() && std::ranges::none_of(settings_.include_prefixes, below)) return false;
  if (!settings_.include.empty() && std::ranges::none_of(settings_.include, matches)) return false;
  std::string_view folder = std::string_view(path).substr(0, path.rfind('/') + 1);
  if (folder != folder_) {
    folder_ = folder;
    folder_excluded_ =
        std::ranges::any_of(by_folder_, [&](std::string_view pattern) { return matches_pattern(pattern, folder_); });
  }
  return !folder_excluded_ && std::ranges::none_of(by_file_, matches);
}

}  // namespace explaingate

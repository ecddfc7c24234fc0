// Which files are among the sources: `include` and `exclude` of the configuration, and what a command line names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gate/settings.h"

namespace explaingate {

// A pattern of `include` or `exclude`: a shell pattern on the whole path, or a folder's name for all below it. Read
// once, it is asked of many paths.
class PathPattern {
 public:
  explicit PathPattern(std::string_view text);
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  [[nodiscard]] bool matches_pieces(std::string_view path) const;

  std::string text_;                 // without "/" at its end
  std::vector<std::string> pieces_;  // between stars; empty = it holds more than stars, and fnmatch() reads it
};

// Which paths are among the sources that the settings name; best asked in their order: what a file's folder decides is
// decided once.
class PathFilter {
 public:
  explicit PathFilter(const Settings& settings);
  [[nodiscard]] bool includes(const std::string& path);

 private:
  const Settings& settings_;
  std::vector<PathPattern> include_, by_folder_, by_file_;  // exclude: those that end in "/*", and the others
  std::string folder_;                                      // the last one, with "/"
  bool folder_excluded_ = false;
};

}  // namespace explaingate

// Which lines of the head side the change brought.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "gate/run.h"

namespace explaingate {

class ChangedLines {
 public:
  explicit ChangedLines(const Run& run) : all_(run.mode == Mode::kAll) {
    for (const ChangedFile& file : run.change.files) {
      if (file.status == FileStatus::kAdded && file.hunks.empty()) ranges_[file.new_path].push_back({1, 1 << 30});
      for (const Hunk& hunk : file.hunks)
        if (hunk.new_lines > 0) ranges_[file.new_path].push_back({hunk.new_start, hunk.new_start + hunk.new_lines - 1});
    }
  }
  [[nodiscard]] bool has(const std::string& path) const { return all_ || ranges_.contains(path); }
  [[nodiscard]] bool touch(const std::string& path, int first, int last) const {
    if (all_) return true;
    auto found = ranges_.find(path);
    if (found == ranges_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(),
                       [&](const LineRange& range) { return first <= range.last && last >= range.first; });
  }

 private:
  bool all_;
  std::map<std::string, std::vector<LineRange>> ranges_;
};

}  // namespace explaingate

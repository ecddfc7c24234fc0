// What is known of source files, kept by their content under the git directory: an SQLite database that several runs
// can use at once. It can be deleted at any time. Nothing in it is trusted: a damaged entry is a missing one, and a
// damaged file is made anew.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sqlite.h"

namespace explaingate {

struct CacheEntry {
  std::string key;
  std::string outline;     // packed
  std::string extraction;  // packed
};

class SourceCache {
 public:
  // `folder` is made when it's absent. A cache that can't be opened (read-only, no space, another user's) keeps nothing
  // and gives nothing.
  explicit SourceCache(const std::string& folder);
  [[nodiscard]] static bool is_there(const std::string& folder);
  // The outlines that are there, by position in `keys`; nothing where one is missing or damaged.
  [[nodiscard]] std::vector<std::optional<std::string>> outlines(const std::vector<std::string>& keys);
  [[nodiscard]] std::optional<std::string> extraction(const std::string& key);
  // In one transaction: all of them or none (false).
  bool add(const std::vector<CacheEntry>& entries);
  // Of a whole repository, the last that were kept: packed digests, and the edges between them.
  enum class Whole { kDigests, kEdges };
  [[nodiscard]] std::optional<std::string> whole(Whole what);
  void keep_whole(Whole what, std::string_view bytes);

 private:
  std::string file_;
  std::optional<Sqlite> database_;

  bool open();
  void start_anew();
  std::optional<std::string> read(SqliteStatement& statement, const std::string& key);
  std::optional<std::string> read_one(const char* query, const std::string& key);
};

}  // namespace explaingate

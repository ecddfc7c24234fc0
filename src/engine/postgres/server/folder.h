// Folders of ours that others must not take for left over: each is locked by the run that it belongs to, and a later
// run removes those whose lock is free, with the processes and shared memory that a server left.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/postgres/server/programs.h"

namespace explaingate::postgres {

class LockedFolder {
 public:
  // "PREFIXxxxxxx" below `base`, mode 0700 or, for another user's server below it, 0711.
  static Result<LockedFolder> create(const std::filesystem::path& base, std::string_view prefix, bool passable = false);
  LockedFolder(LockedFolder&& other) noexcept { *this = std::move(other); }
  LockedFolder& operator=(LockedFolder&& other) noexcept;
  ~LockedFolder() { remove(); }
  void remove();
  void keep() { path_.clear(); }  // it has another name now
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int lock() const { return lock_; }  // the descriptor that holds it

 private:
  LockedFolder() = default;
  std::filesystem::path path_;
  int lock_ = -1;
};

// What to do where the disk below the folder is full; "" where it isn't.
[[nodiscard]] std::string full_disk_hint(const std::filesystem::path& folder);

// Removes what runs that were killed left below `base`. Folders of others are never touched.
void remove_left_over(const std::filesystem::path& base, std::string_view prefix, const std::optional<User>& user);

}  // namespace explaingate::postgres

// Whole files in and out. Writing never leaves a half-written file behind.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace explaingate {

// Refuses what is not a regular file, and files above `limit` bytes.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, size_t limit = size_t{1} << 30);

// Temporary file in the same folder, fsync, rename, fsync of the folder: after a crash at any moment the old file or
// the new one is there, whole.
[[nodiscard]] Status write_file_atomic(const std::filesystem::path& path, std::string_view text);

// For a file that the command line names: the same, but a pipe or a device (/dev/stdout) is written to, not replaced.
[[nodiscard]] Status write_file_through(const std::filesystem::path& path, std::string_view text);

// A folder of its own below the system's temporary folder, removed with everything in it at the end of its life.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace explaingate

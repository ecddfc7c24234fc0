// Reading below one folder without ever leaving it, whatever links a hostile change put in the way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/change.h"

namespace explaingate {

// True for a relative path of plain names: no empty, ".", ".." or ".git" part, no zero byte, at most 4,096 bytes.
[[nodiscard]] bool is_plain_path(std::string_view path);

class Folder {
 public:
  static Result<Folder> open(const std::string& path);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&& other) noexcept;
  ~Folder();

  // Each part of the path is opened below the one before and may not be a link, so a folder that is swapped for a link
  // meanwhile changes nothing.
  [[nodiscard]] Result<std::string> read(std::string_view path, size_t limit) const;
  [[nodiscard]] Result<std::string> read_link(std::string_view path) const;
  // What is there, itself and not what it points to: kFile or kLink; an error for anything else.
  [[nodiscard]] Result<TreeEntry> look(std::string_view path) const;
  // An error where it may not be read.
  [[nodiscard]] Status check_readable(std::string_view path) const;
  // An error where nobody can tell whether it is there, since a folder above it is closed to this user.
  [[nodiscard]] Status check_visible(std::string_view path) const;
  // Every file and link below, sorted by path; hidden folders are left out.
  [[nodiscard]] Result<std::vector<TreeEntry>> walk() const;

 private:
  explicit Folder(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace explaingate

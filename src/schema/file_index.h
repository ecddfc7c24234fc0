// A tree's listing, prepared for questions about folders. Listed once, read only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/change.h"

namespace explaingate::schema {

class FileIndex {
 public:
  static Result<FileIndex> make(const Tree& tree);

  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }  // sorted by byte
  [[nodiscard]] bool has_file(std::string_view path) const;
  [[nodiscard]] bool has_folder(std::string_view path) const;  // a folder is there when a file is in it; "" always
  [[nodiscard]] bool has_link(std::string_view path) const;
  [[nodiscard]] std::span<const std::string> below(std::string_view folder) const;  // at any depth
  [[nodiscard]] std::vector<std::string> directly_in(std::string_view folder) const;
  [[nodiscard]] std::vector<std::string> folders_in(std::string_view folder) const;  // whole paths
  [[nodiscard]] std::vector<std::string> links_in(std::string_view folder) const;    // directly
  [[nodiscard]] Result<std::string> read(std::string_view path) const;               // an error's message is a sentence

 private:
  const Tree* tree_ = nullptr;
  std::vector<std::string> files_;
  std::vector<std::string> links_;  // links and submodules
};

// Why a path of the configuration names nothing: the error, with what lies beside it. `path` is it in the repository;
// nullopt = it leads out.
[[nodiscard]] Status not_there(const FileIndex& index, const std::string& written,
                               const std::optional<std::string>& path);

}  // namespace explaingate::schema

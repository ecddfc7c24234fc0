#include "schema/file_index.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/names.h"

namespace explaingate::schema {
namespace {

std::string_view base_name_of_entry(std::string_view entry) {
  size_t slash = entry.rfind('/', entry.size() < 2 ? 0 : entry.size() - 2);
  return slash == std::string_view::npos ? entry : entry.substr(slash + 1);
}

}  // namespace

Result<FileIndex> FileIndex::make(const Tree& tree) {
  Result<std::span<const TreeEntry>> entries = tree.list();
  if (!entries) return std::unexpected(entries.error());
  FileIndex index;
  index.tree_ = &tree;
  for (const TreeEntry& entry : *entries) {
    if (entry.path.starts_with(".explaingate/")) continue;  // cases of rules have schemas of their own
    (entry.kind == TreeEntry::Kind::kFile ? index.files_ : index.links_).push_back(entry.path);
  }
  return index;
}

bool FileIndex::has_file(std::string_view path) const {
  return std::binary_search(files_.begin(), files_.end(), path);
}

bool FileIndex::has_folder(std::string_view path) const {
  return path.empty() || !below(path).empty();
}

bool FileIndex::has_link(std::string_view path) const {
  return std::binary_search(links_.begin(), links_.end(), path);
}

std::span<const std::string> FileIndex::below(std::string_view folder) const {
  if (folder.empty()) return files_;
  std::string first = std::string(folder) + "/";
  std::string last = std::string(folder) + "0";  // "0" follows "/"
  auto begin = std::lower_bound(files_.begin(), files_.end(), first);
  auto end = std::lower_bound(begin, files_.end(), last);
  return {begin, end};
}

Result<std::string> FileIndex::read(std::string_view path) const {
  Result<std::string> text = tree_->read(path);
  if (text) return text;
  Error error = std::move(text.error());
  // Trees word a refusal so that the path goes before it: "is larger than 1000 bytes".
  error.message = (error.message.starts_with("is ") ? "the file " : "the file could not be read: ") + error.message;
  return fail(std::move(error));
}

std::vector<std::string> FileIndex::directly_in(std::string_view folder) const {
  std::vector<std::string> result;
  for (const std::string& path : below(folder))
    if (folder_of(path) == folder) result.push_back(path);
  return result;
}

std::vector<std::string> FileIndex::folders_in(std::string_view folder) const {
  std::vector<std::string> result;
  size_t start = folder.empty() ? 0 : folder.size() + 1;
  for (const std::string& path : below(folder)) {
    size_t slash = path.find('/', start);
    if (slash == std::string::npos) continue;
    std::string child = path.substr(0, slash);
    // Byte order keeps a folder's files together.
    if (result.empty() || result.back() != child) result.push_back(std::move(child));
  }
  return result;
}

std::vector<std::string> FileIndex::links_in(std::string_view folder) const {
  std::vector<std::string> result;
  for (const std::string& path : links_)
    if (folder_of(path) == folder) result.push_back(path);
  return result;
}

Status not_there(const FileIndex& index, const std::string& written, const std::optional<std::string>& path) {
  if (!path)
    return fail(ErrorKind::kConfiguration, fmt::format("the schema's path `{}` leaves the repository", written));
  if (index.has_link(*path))
    return fail(ErrorKind::kConfiguration,
                fmt::format("the schema's path `{}` is a link, which is not followed", written),
                "name the file or folder that it points to");
  std::string folder(folder_of(*path));
  while (!index.has_folder(folder)) folder = std::string(folder_of(folder));
  std::vector<std::string> beside = index.folders_in(folder);
  for (std::string& name : beside) name += "/";
  for (std::string& file : index.directly_in(folder)) beside.push_back(std::move(file));
  std::string list;
  constexpr size_t kMostNames = 8;
  for (size_t i = 0; i < std::min(beside.size(), kMostNames); ++i)
    list += (i == 0 ? "" : ", ") + std::string(base_name_of_entry(beside[i]));
  if (beside.size() > kMostNames) list += fmt::format(" and {} more", beside.size() - kMostNames);
  std::string where = folder.empty() ? "the repository's root" : fmt::format("`{}`", folder);
  return fail(ErrorKind::kConfiguration, fmt::format("the schema's path `{}` does not exist", written),
              list.empty() ? fmt::format("{} is empty", where) : fmt::format("in {} there are: {}", where, list));
}

}  // namespace explaingate::schema

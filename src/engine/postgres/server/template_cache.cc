#include "engine/postgres/server/template_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "base/descriptor.h"
#include "base/file.h"
#include "base/hash.h"
#include "engine/postgres/server/folder.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCachePrefix = "postgres-";
constexpr const char* kNewPrefix = ".postgres-new-";
constexpr const char* kSizes = "sizes";  // beside "data": how many files and bytes are in it
constexpr size_t kMostKept = 4;          // versions and builds of PostgreSQL

struct Sizes {
  uint64_t files = 0, bytes = 0;
  [[nodiscard]] std::string text() const { return fmt::format("{} files, {} bytes\n", files, bytes); }
};

bool copy_file(int from_folder, int to_folder, const char* name, const std::optional<User>& user, Sizes& sizes) {
  Descriptor from(openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  Descriptor to(openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  struct stat info{};
  if (from.get() < 0 || to.get() < 0 || fstat(from.get(), &info) != 0) return false;
  if (user && fchown(to.get(), user->uid, user->gid) != 0) return false;
  sizes.files += 1;
  sizes.bytes += static_cast<uint64_t>(info.st_size);
  if (info.st_size == 0 || ioctl(to.get(), FICLONE, from.get()) == 0) return true;
  for (off_t left = info.st_size; left > 0;) {
    ssize_t copied = copy_file_range(from.get(), nullptr, to.get(), nullptr, static_cast<size_t>(left), 0);
    if (copied <= 0) break;
    left -= copied;
    if (left == 0) return true;
  }
  if (lseek(from.get(), 0, SEEK_SET) != 0 || ftruncate(to.get(), 0) != 0 || lseek(to.get(), 0, SEEK_SET) != 0)
    return false;
  std::vector<char> part(size_t{1} << 18);
  for (off_t left = info.st_size; left > 0;) {
    ssize_t got = read(from.get(), part.data(), part.size());
    if (got <= 0 || write(to.get(), part.data(), static_cast<size_t>(got)) != got) return false;
    left -= got;
  }
  return true;
}

// Folders and regular files below `from`; anything else is refused. A data folder is three levels deep.
bool copy_tree(const fs::path& from, const fs::path& to, const std::optional<User>& user, Sizes& sizes, int depth = 0) {
  std::error_code error;
  Descriptor from_folder(open(from.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  Descriptor to_folder(open(to.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (from_folder.get() < 0 || to_folder.get() < 0 || depth > 8) return false;
  for (fs::directory_iterator at(from, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename();
    if (at->symlink_status().type() == fs::file_type::directory) {
      if (mkdirat(to_folder.get(), name.c_str(), 0700) != 0) return false;
      if (user && fchownat(to_folder.get(), name.c_str(), user->uid, user->gid, AT_SYMLINK_NOFOLLOW) != 0) return false;
      if (!copy_tree(at->path(), to / name, user, sizes, depth + 1)) return false;
    } else if (at->symlink_status().type() != fs::file_type::regular ||
               !copy_file(from_folder.get(), to_folder.get(), name.c_str(), user, sizes)) {
      return false;
    }
  }
  return !error;
}

void empty(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    fs::remove_all(at->path(), ignored);
  }
}

// Ours, and nobody else can write to it.
bool is_private(const fs::path& folder) {
  struct stat info{};
  return lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
         (info.st_mode & 022) == 0;
}

fs::path cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path below;
  if (cache != nullptr && *cache == '/') {
    below = cache;
  } else if (home != nullptr && *home == '/') {
    below = fs::path(home) / ".cache";
  } else {
    return {};
  }
  std::error_code error;
  fs::create_directories(below, error);
  mkdir((below / "explaingate").c_str(), 0700);
  return is_private(below / "explaingate") ? below / "explaingate" : fs::path();
}

}  // namespace

TemplateCache::TemplateCache(const std::string& key) : folder_(cache_folder()), name_(kCachePrefix + hash_hex(key)) {}

bool TemplateCache::copy_to(const fs::path& data, const std::optional<User>& user) const {
  if (folder_.empty() || !is_private(folder_ / name_)) return false;
  Sizes sizes;
  auto expected = read_file(folder_ / name_ / kSizes, 100);
  if (expected && copy_tree(folder_ / name_ / "data", data, user, sizes) && sizes.text() == *expected) return true;
  empty(data);
  forget();
  return false;
}

void TemplateCache::store(const fs::path& data) const {
  if (folder_.empty()) return;
  remove_left_over(folder_, kNewPrefix, std::nullopt);
  auto made = LockedFolder::create(folder_, kNewPrefix);
  if (!made) return;
  Sizes sizes;
  if (mkdir((made->path() / "data").c_str(), 0700) != 0) return;
  if (!copy_tree(data, made->path() / "data", std::nullopt, sizes)) return;
  // Not flushed to the disk, which costs more than initdb: a copy that a crash of the machine cut short is found out by
  // its sizes, or by the server.
  if (!(std::ofstream(made->path() / kSizes) << sizes.text()).flush()) return;
  if (rename(made->path().c_str(), (folder_ / name_).c_str()) != 0) return;  // another run was first
  made->keep();
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename();
    std::error_code unknown;
    if (name.starts_with(kCachePrefix) && name != name_) kept.emplace_back(at->last_write_time(unknown), at->path());
  }
  std::ranges::sort(kept, std::greater<>());
  for (size_t i = kMostKept - 1; i < kept.size(); ++i) fs::remove_all(kept[i].second, error);
}

void TemplateCache::forget() const {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_ / name_, ignored);
}

}  // namespace explaingate::postgres

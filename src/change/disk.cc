#include "change/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "change/tree.h"

namespace explaingate {
namespace {

constexpr int kLinkOrFile = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
constexpr int kFolder = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

std::unexpected<Error> io_failure(std::string_view path, std::string_view done, int number = errno) {
  Error error;
  error.kind = ErrorKind::kIo;
  error.file = path;
  error.message = number == ELOOP || number == ENOTDIR ? "is reached through a symbolic link"
                                                       : fmt::format("can't be {}: {}", done, std::strerror(number));
  if (number == EACCES)
    error.hint = "make it readable for the user that runs explaingate, or take it out of the project";
  return std::unexpected(error);
}

std::unexpected<Error> refused(std::string_view path, std::string message) {
  return std::unexpected(Error{ErrorKind::kIo, std::move(message), std::string(path), 0, 0, {}, {}});
}

// The folder that holds the path's last part, opened part by part, and that last part.
struct Place {
  Descriptor folder;  // none when it is the root itself
  int at = -1;
  std::string name;
};

// 0, or errno of the first folder on the way that can't be opened.
int open_folders(int root, std::string_view path, Place& place) {
  place.at = root;
  std::string_view rest = path;
  for (size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    std::string part(rest.substr(0, slash));
    Descriptor next(::openat(place.at, part.c_str(), kFolder));
    if (next.get() < 0) return errno;
    place.folder = std::move(next);
    place.at = place.folder.get();
    rest.remove_prefix(slash + 1);
  }
  place.name = rest;
  return 0;
}

Result<Place> open_parent(int root, std::string_view path) {
  if (!is_plain_path(path)) return refused(path, "leaves the tree");
  Place place;
  if (int number = open_folders(root, path, place); number != 0) return io_failure(path, "read", number);
  return place;
}

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

Status walk_into(Descriptor folder, const std::string& prefix, int depth, std::vector<TreeEntry>& found) {
  if (depth > kMaxTreeDepth) return refused(prefix, fmt::format("is nested deeper than {} folders", kMaxTreeDepth));
  std::unique_ptr<DIR, DirectoryCloser> directory(::fdopendir(folder.get()));
  if (directory == nullptr) return io_failure(prefix, "listed");
  int at = folder.release();  // the DIR closes it
  while (const dirent* item = ::readdir(directory.get())) {
    std::string name = item->d_name;
    struct stat info{};
    if (!is_plain_path(name)) continue;  // ".", "..", and the ".git" file of a worktree
    std::string path = prefix.empty() ? name : prefix + "/" + name;
    if (::fstatat(at, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // removed meanwhile
      return io_failure(path, "read");
    }
    if (S_ISDIR(info.st_mode)) {
      if (name.starts_with('.')) continue;
      Descriptor next(::openat(at, name.c_str(), kFolder));
      if (next.get() < 0) return io_failure(path, "listed");
      if (Status done = walk_into(std::move(next), path, depth + 1, found); !done) return done;
    } else if (S_ISREG(info.st_mode) || S_ISLNK(info.st_mode)) {
      if (found.size() >= kMaxTreeFiles) return refused(prefix, fmt::format("holds over {} files", kMaxTreeFiles));
      TreeEntry entry;
      entry.path = std::move(path);
      entry.kind = S_ISLNK(info.st_mode) ? TreeEntry::Kind::kLink : TreeEntry::Kind::kFile;
      entry.executable = S_ISREG(info.st_mode) && (info.st_mode & S_IXUSR) != 0;
      found.push_back(std::move(entry));
    }
  }
  return {};
}

}  // namespace

bool is_plain_path(std::string_view path) {
  if (path.empty() || path.size() > 4096 || path.find('\0') != std::string_view::npos) return false;
  while (true) {
    size_t slash = path.find('/');
    std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == 4 && ::strncasecmp(part.data(), ".git", 4) == 0) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Result<Folder> Folder::open(const std::string& path) {
  int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (number < 0) {
    return refused(path, errno == ENOTDIR ? std::string("is not a folder")
                                          : fmt::format("cannot open the folder: {}", std::strerror(errno)));
  }
  return Folder(number);
}

Folder::Folder(Folder&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
Folder& Folder::operator=(Folder&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
Folder::~Folder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::string> Folder::read(std::string_view path, size_t limit) const {
  auto place = open_parent(descriptor_, path);
  if (!place) return fail(place.error());
  Descriptor file(::openat(place->at, place->name.c_str(), kLinkOrFile));
  if (file.get() < 0) return io_failure(path, "read");
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return io_failure(path, "read");
  if (!S_ISREG(info.st_mode)) return refused(path, "is not a regular file");
  // One byte more than expected, so that a file that grows meanwhile is seen to be above the limit.
  std::string text;
  size_t expected = static_cast<size_t>(info.st_size);
  if (expected > limit) return refused(path, fmt::format("is larger than {} bytes", limit));
  text.resize(expected + 1);
  size_t have = 0;
  while (true) {
    ssize_t got = ::read(file.get(), text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_failure(path, "read");
    if (got == 0) break;
    have += static_cast<size_t>(got);
    if (have > limit) return refused(path, fmt::format("is larger than {} bytes", limit));
    if (have == text.size()) text.resize(std::min(limit + 1, text.size() * 2));
  }
  text.resize(have);
  return text;
}

Result<std::string> Folder::read_link(std::string_view path) const {
  auto place = open_parent(descriptor_, path);
  if (!place) return fail(place.error());
  std::string target(PATH_MAX, '\0');
  ssize_t got = ::readlinkat(place->at, place->name.c_str(), target.data(), target.size());
  if (got < 0) return io_failure(path, "read");
  target.resize(static_cast<size_t>(got));
  return target;
}

Result<TreeEntry> Folder::look(std::string_view path) const {
  auto place = open_parent(descriptor_, path);
  if (!place) return fail(place.error());
  struct stat info{};
  if (::fstatat(place->at, place->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return io_failure(path, "read");
  if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) return refused(path, "is not a regular file");
  TreeEntry entry;
  entry.path = path;
  entry.kind = S_ISLNK(info.st_mode) ? TreeEntry::Kind::kLink : TreeEntry::Kind::kFile;
  entry.executable = S_ISREG(info.st_mode) && (info.st_mode & S_IXUSR) != 0;
  return entry;
}

Status Folder::check_readable(std::string_view path) const {
  auto place = open_parent(descriptor_, path);
  if (!place) return fail(place.error());
  if (::faccessat(place->at, place->name.c_str(), R_OK, AT_EACCESS) != 0) return io_failure(path, "read");
  return {};
}

Status Folder::check_visible(std::string_view path) const {
  if (!is_plain_path(path)) return refused(path, "leaves the tree");
  Place place;
  struct stat info{};
  int number = open_folders(descriptor_, path, place);
  if (number == 0 && ::fstatat(place.at, place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) number = errno;
  bool known = number == 0 || number == ENOENT || number == ENOTDIR || number == ELOOP;
  if (!known) return io_failure(path, "read", number);
  return {};
}

Result<std::vector<TreeEntry>> Folder::walk() const {
  Descriptor start(::openat(descriptor_, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (start.get() < 0) return io_failure(".", "listed");
  std::vector<TreeEntry> found;
  if (Status done = walk_into(std::move(start), "", 0, found); !done) return fail(done.error());
  sort_entries(found);
  return found;
}

}  // namespace explaingate

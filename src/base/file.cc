#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace explaingate {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> io_error(const std::filesystem::path& path, std::string_view doing) {
  int code = errno;
  Error error;
  error.kind = ErrorKind::kIo;
  error.file = path.string();
  error.message = fmt::format("cannot {}: {}", doing, std::strerror(code));
  return std::unexpected(error);
}

Status write_all(int fd, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(path, "write");
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd) != 0) return io_error(path, "write to disk");
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, size_t limit) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) return io_error(path, "read");
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return io_error(path, "read");
  if (!S_ISREG(info.st_mode)) {
    Error error{ErrorKind::kIo, "is not a regular file", path.string(), 0, 0, {}, {}};
    return std::unexpected(error);
  }
  if (static_cast<size_t>(info.st_size) > limit) {
    Error error{ErrorKind::kIo, fmt::format("is larger than {} bytes", limit), path.string(), 0, 0, {}, {}};
    return std::unexpected(error);
  }
  std::string text(static_cast<size_t>(info.st_size), '\0');
  size_t have = 0;
  while (have < text.size()) {
    ssize_t got = ::read(file.get(), text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(path, "read");
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  text.resize(have);
  return text;
}

Status write_file_atomic(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::string temporary = (folder / ("." + path.filename().string() + ".XXXXXX")).string();
  int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return io_error(path, "write");
  Status done = {};
  {
    Descriptor file(fd);
    done = write_all(fd, text, path);
    if (done && ::fchmod(fd, 0644) != 0) done = io_error(path, "write");
  }
  if (done && ::rename(temporary.c_str(), path.c_str()) != 0) done = io_error(path, "replace");
  if (!done) {
    ::unlink(temporary.c_str());
    return done;
  }
  Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) return io_error(folder, "write to disk");
  return {};
}

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code code;
  std::filesystem::path base = std::filesystem::temp_directory_path(code);
  if (code) base = "/tmp";
  std::string name = (base / "explaingate-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return io_error(base, "make a temporary folder");
  return TemporaryFolder(name);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) {
  other.path_.clear();
}
TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}
TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  std::error_code ignored;  // a folder that can't be removed must not end the run that used it
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace explaingate

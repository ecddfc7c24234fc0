#include "base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "base/descriptor.h"

namespace explaingate {
namespace {

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
  return {};
}

Status write_whole(int fd, std::string_view text, const std::filesystem::path& path) {
  if (Status written = write_all(fd, text, path); !written) return written;
  if (::fchmod(fd, 0644) != 0) return io_error(path, "write");
  if (::fsync(fd) != 0) return io_error(path, "write to disk");
  return {};
}

// Keeps Ctrl-C, and CI's wish that the run should end, from coming between a temporary file and its removal.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    ::sigemptyset(&held);
    for (int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&held, number);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// A file with the text, flushed, in the folder that `path` is in. It gets its name when it is whole, so that a run
// killed while it writes leaves nothing behind; file systems that know no nameless files (NFS) have it under its name
// meanwhile.
Result<std::string> make_temporary(const std::filesystem::path& folder, const std::filesystem::path& path,
                                   std::string_view text) {
  std::string name = (folder / ("." + path.filename().string() + ".XXXXXX")).string();
  Descriptor nameless(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (nameless.get() >= 0) {
    if (Status done = write_whole(nameless.get(), text, path); !done) return fail(done.error());
    std::string link = fmt::format("/proc/self/fd/{}", nameless.get());
    std::string wanted = fmt::format("{}{:06x}", name.substr(0, name.size() - 6), ::getpid() & 0xFFFFFF);
    if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, wanted.c_str(), AT_SYMLINK_FOLLOW) == 0) return wanted;
  }
  Descriptor named(::mkostemp(name.data(), O_CLOEXEC));
  if (named.get() < 0) return io_error(path, "write");
  if (Status done = write_whole(named.get(), text, path); !done) {
    ::unlink(name.c_str());
    return fail(done.error());
  }
  return name;
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
  SignalsHeld held;
  auto temporary = make_temporary(folder, path, text);
  if (!temporary) return fail(temporary.error());
  if (::rename(temporary->c_str(), path.c_str()) != 0) {
    auto error = io_error(path, "replace");
    ::unlink(temporary->c_str());
    return error;
  }
  Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) return io_error(folder, "write to disk");
  return {};
}

Status write_file_through(const std::filesystem::path& path, std::string_view text) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return write_file_atomic(path, text);
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) return io_error(path, "write");
  return write_all(file.get(), text, path);
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

#include "engine/postgres/server/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>
#include <vector>

#include "base/file.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kScarce = uintmax_t{32} << 20;  // bytes: two segments of the log and what initdb writes last

// Processes that work in the data folder (a server's all do), or name it as an argument.
std::vector<pid_t> processes_of(const fs::path& data, uid_t user) {
  std::vector<pid_t> found;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename();
    pid_t pid = 0;
    auto [stop, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    struct stat info{};
    if (bad != std::errc() || stop != name.data() + name.size() || pid == getpid()) continue;
    if (stat(at->path().c_str(), &info) != 0 || info.st_uid != user) continue;
    std::error_code unread;
    bool works_there = fs::read_symlink(at->path() / "cwd", unread) == data;
    std::string words;
    if (int file = open((at->path() / "cmdline").c_str(), O_RDONLY | O_CLOEXEC); file >= 0) {
      words.resize(4096);
      ssize_t got = read(file, words.data(), words.size());
      words.resize(got > 0 ? static_cast<size_t>(got) : 0);
      close(file);
    }
    bool names_it = words.find('\0' + data.string() + '\0') != std::string::npos;
    if (works_there || names_it) found.push_back(pid);
  }
  return found;
}

void end_processes(const fs::path& data, uid_t user) {
  for (int round = 0; round < 500; ++round) {  // 5 s
    std::vector<pid_t> left = processes_of(data, user);
    if (left.empty()) return;
    if (round % 100 == 0)
      for (pid_t pid : left) kill(pid, round == 0 ? SIGQUIT : SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// postmaster.pid names it in its seventh line: "key id".
void remove_shared_memory(const fs::path& data, uid_t user) {
  auto text = read_file(data / "postmaster.pid", 4096);
  if (!text) return;
  std::istringstream lines(*text);
  std::string line;
  for (int i = 0; i < 7 && std::getline(lines, line);) ++i;
  std::istringstream numbers(line);
  unsigned long key = 0;
  int id = -1;
  shmid_ds info{};
  if (!(numbers >> key >> id) || shmctl(id, IPC_STAT, &info) != 0) return;
  bool same = static_cast<uint32_t>(info.shm_perm.__key) == static_cast<uint32_t>(key);
  if (same && info.shm_perm.uid == user && info.shm_nattch == 0) shmctl(id, IPC_RMID, nullptr);
}

// Whether the folder belongs to nobody that lives; it is locked then, by the descriptor.
int take(const fs::path& path) {
  int lock = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat info{};
  bool ours = lock >= 0 && fstat(lock, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & 022) == 0;
  if (ours && flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  if (lock >= 0) close(lock);
  return -1;
}

}  // namespace

Result<LockedFolder> LockedFolder::create(const fs::path& base, std::string_view prefix, bool passable) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::string name = (base / fmt::format("{}XXXXXX", prefix)).string();
    if (mkdtemp(name.data()) == nullptr)
      return fail(ErrorKind::kIo, fmt::format("can't make a folder in {}: {}", base.string(), std::strerror(errno)));
    LockedFolder folder;
    folder.lock_ = take(name);
    struct stat locked{}, there{};
    // Another run may have taken it for left over before the lock was there.
    if (folder.lock_ < 0 || fstat(folder.lock_, &locked) != 0 || stat(name.c_str(), &there) != 0 ||
        locked.st_ino != there.st_ino)
      continue;
    folder.path_ = name;
    if (passable && fchmod(folder.lock_, 0711) != 0)
      return fail(ErrorKind::kIo, fmt::format("can't open {} to PostgreSQL's user: {}", name, std::strerror(errno)));
    return folder;
  }
  return fail(ErrorKind::kIo, fmt::format("can't lock a folder in {}", base.string()),
              "its file system may not know locks: set TMPDIR to a folder on a local disk");
}

LockedFolder& LockedFolder::operator=(LockedFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

void LockedFolder::remove() {
  std::error_code ignored;  // a folder that can't be removed must not end the run that used it
  if (!path_.empty()) fs::remove_all(path_, ignored);
  path_.clear();
  if (lock_ >= 0) close(lock_);
  lock_ = -1;
}

std::string full_disk_hint(const fs::path& folder) {
  std::error_code error;
  fs::space_info space = fs::space(folder, error);
  if (error || space.available > kScarce) return {};
  return fmt::format("the disk is full where {} is: set TMPDIR to a folder with more room", folder.string());
}

void remove_left_over(const fs::path& base, std::string_view prefix, const std::optional<User>& user) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(base, error), end; !error && at != end; at.increment(error))
    if (std::string name = at->path().filename(); name.starts_with(prefix)) found.push_back(at->path());
  for (const fs::path& path : found) {
    int lock = take(path);
    if (lock < 0) continue;
    uid_t owner = user ? user->uid : geteuid();
    end_processes(path / "data", owner);
    remove_shared_memory(path / "data", owner);
    std::error_code ignored;
    fs::remove_all(path, ignored);
    close(lock);
  }
}

}  // namespace explaingate::postgres

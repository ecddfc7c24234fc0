#include "engine/postgres/server/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace explaingate::postgres {
namespace {

// Of one process of the server: what it may take of memory for itself, and the size of a file. A table's segments are
// files of 1 GiB.
constexpr rlim_t kMemory = rlim_t{2} << 30;
constexpr rlim_t kFile = (rlim_t{1} << 30) + (rlim_t{1} << 20);

// All that a child needs, made before fork(): behind it, other threads' locks are held for ever, memory's among them,
// so that only system calls are left.
class Command {
 public:
  Command(const std::vector<std::string>& words, const std::optional<User>& user) : words_(words), user_(user) {
    for (const char* name : {"PATH", "LD_LIBRARY_PATH", "TMPDIR"})
      if (const char* value = std::getenv(name)) settings_.push_back(fmt::format("{}={}", name, value));
    settings_.insert(settings_.end(), {"LC_ALL=C", "TZ=UTC"});
    for (std::string& word : words_) arguments_.push_back(word.data());
    for (std::string& setting : settings_) environment_.push_back(setting.data());
    arguments_.push_back(nullptr);
    environment_.push_back(nullptr);
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // In the child.
  [[noreturn]] void become(int output, int death_signal, pid_t parent) const {
    int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || output < 0) ::_exit(124);
    ::dup2(input, 0);
    ::dup2(output, 1);
    ::dup2(output, 2);
    rlimit none{0, 0}, memory{kMemory, kMemory}, file{kFile, kFile};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_DATA, &memory);
    ::setrlimit(RLIMIT_FSIZE, &file);
    // glibc's own wrappers would tell other threads, of which there are none here.
    if (user_ && (::syscall(SYS_setgroups, 0, nullptr) != 0 ||
                  ::syscall(SYS_setresgid, user_->gid, user_->gid, user_->gid) != 0 ||
                  ::syscall(SYS_setresuid, user_->uid, user_->uid, user_->uid) != 0))
      ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, death_signal);  // behind the change of user, which clears it
    if (::getppid() != parent) ::_exit(125);  // it went before
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGQUIT}) ::signal(number, SIG_DFL);
    sigset_t empty;
    ::sigemptyset(&empty);
    ::sigprocmask(SIG_SETMASK, &empty, nullptr);
    ::execve(arguments_[0], arguments_.data(), environment_.data());
    ::_exit(127);
  }

 private:
  std::vector<std::string> words_, settings_;
  std::vector<char*> arguments_, environment_;
  std::optional<User> user_;
};

void close_all_but(int a, int b) {
  unsigned low = static_cast<unsigned>(std::min(a, b)), high = static_cast<unsigned>(std::max(a, b));
  auto close_between = [](unsigned first, unsigned last) {
    if (first <= last && ::syscall(SYS_close_range, first, last, 0) != 0)
      for (unsigned fd = first; fd <= std::min(last, 65536U); ++fd) ::close(static_cast<int>(fd));
  };
  if (low > 3) close_between(3, low - 1);
  close_between(low + 1, high - 1);
  close_between(high + 1, ~0U);
}

void on_child(int /*number*/) {}

// The process between us and the server. Only system calls: it is a fork of a process with threads.
[[noreturn]] void supervise(const Command& server, const Command& remove, int output, int lifeline, int lock) {
  ::setsid();  // a terminal's Ctrl-C is for the program, whose end comes here by the lifeline
  struct sigaction action{};
  action.sa_handler = SIG_IGN;
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) ::sigaction(number, &action, nullptr);
  action.sa_handler = on_child;
  ::sigaction(SIGCHLD, &action, nullptr);
  sigset_t held, none;
  ::sigemptyset(&none);
  ::sigemptyset(&held);
  ::sigaddset(&held, SIGCHLD);
  ::sigprocmask(SIG_SETMASK, &held, nullptr);
  pid_t self = ::getpid();
  pid_t child = ::fork();
  if (child == 0) server.become(output, SIGQUIT, self);
  int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd : {0, 1, 2})
    if (nothing >= 0) ::dup2(nothing, fd);
  close_all_but(lifeline, lock);
  if (child < 0) ::_exit(1);
  bool gone = false, alone = false;
  while (!gone && !alone) {
    pollfd watched = {lifeline, POLLIN, 0};
    int ready = ::ppoll(&watched, 1, nullptr, &none);
    char asked = 0;
    if (ready > 0 && ::read(lifeline, &asked, 1) >= 0) {
      alone = asked == 0;  // the end of the stream: nobody is there to remove anything
      break;
    }
    gone = ::waitpid(child, nullptr, WNOHANG) == child;
  }
  if (!gone) {
    ::kill(child, SIGQUIT);
    timespec step{0, 2'000'000};
    for (int steps = 0; ::waitpid(child, nullptr, WNOHANG) == 0; ++steps) {
      if (steps == 2'500) ::kill(child, SIGKILL);
      ::nanosleep(&step, nullptr);
    }
  }
  if (alone) remove.become(2, 0, ::getppid());
  ::_exit(gone ? 1 : 0);
}

pid_t wait_for(pid_t child, int& status) {
  pid_t ended = -1;
  do ended = ::waitpid(child, &status, 0);
  while (ended < 0 && errno == EINTR);
  return ended;
}

}  // namespace

Result<std::string> run_program(const std::vector<std::string>& command, const std::optional<User>& user) {
  Command prepared(command, user);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return fail(ErrorKind::kIo, fmt::format("no pipe: {}", std::strerror(errno)));
  pid_t self = ::getpid();
  pid_t child = ::fork();
  if (child == 0) prepared.become(pipe[1], SIGKILL, self);
  ::close(pipe[1]);
  std::string printed;
  char part[4096];
  while (child > 0) {
    ssize_t got = ::read(pipe[0], part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (printed.size() < (size_t{1} << 20)) printed.append(part, static_cast<size_t>(got));
  }
  ::close(pipe[0]);
  while (printed.ends_with('\n')) printed.pop_back();
  int status = 0;
  if (child < 0 || wait_for(child, status) != child || status != 0)
    return fail(ErrorKind::kUnverified, fmt::format("{} failed: {}", command[0], printed));
  return printed;
}

Result<Supervised> Supervised::start(const std::vector<std::string>& command, const std::optional<User>& user,
                                     const std::string& log, const std::string& folder, int lock) {
  Command server(command, user);
  Command remove({"/bin/rm", "-rf", "--", folder}, std::nullopt);
  int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  int lifeline[2];
  if (output < 0 || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lifeline) != 0) {
    Status failed = fail(ErrorKind::kIo, fmt::format("can't start PostgreSQL: {}", std::strerror(errno)));
    if (output >= 0) ::close(output);
    return fail(failed.error());
  }
  Supervised supervised;
  supervised.process_ = ::fork();
  if (supervised.process_ == 0) supervise(server, remove, output, lifeline[0], lock);
  ::close(output);
  ::close(lifeline[0]);
  supervised.lifeline_ = lifeline[1];
  if (supervised.process_ < 0)
    return fail(ErrorKind::kIo, fmt::format("can't start PostgreSQL: {}", std::strerror(errno)));
  return supervised;
}

Supervised& Supervised::operator=(Supervised&& other) noexcept {
  std::swap(process_, other.process_);
  std::swap(lifeline_, other.lifeline_);
  return *this;
}

void Supervised::stop() {
  char asked = 1;
  if (lifeline_ >= 0 && process_ > 0) (void)::send(lifeline_, &asked, 1, MSG_NOSIGNAL);  // it may be gone
  if (lifeline_ >= 0) ::close(lifeline_);
  lifeline_ = -1;
  int status = 0;
  if (process_ > 0) wait_for(process_, status);
  process_ = 0;
}

bool Supervised::is_running() {
  int status = 0;
  if (process_ > 0 && ::waitpid(process_, &status, WNOHANG) == process_) process_ = 0;
  return process_ > 0;
}

}  // namespace explaingate::postgres

#include "sandbox.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace explaingate {
namespace {

namespace fs = std::filesystem;

TemporaryFolder temporary() {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder.has_value());
  return std::move(*folder);
}

std::vector<std::string> environment_of(const RunOptions& options) {
  std::map<std::string, std::string> all = {{"PATH", std::getenv("PATH")},
                                            {"HOME", "/nonexistent"},
                                            {"LC_ALL", "C.UTF-8"},
                                            {"GIT_CONFIG_GLOBAL", "/dev/null"},
                                            {"GIT_CONFIG_SYSTEM", "/dev/null"},
                                            {"TERM", "dumb"},
                                            {"GIT_AUTHOR_NAME", "t"},
                                            {"GIT_AUTHOR_EMAIL", "t@example.com"},
                                            {"GIT_COMMITTER_NAME", "t"},
                                            {"GIT_COMMITTER_EMAIL", "t@example.com"},
                                            {"GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z"},
                                            {"GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z"},
                                            {"EXPLAINGATE_TODAY", "2024-06-01"}};
  for (const char* kept : {"ASAN_OPTIONS", "UBSAN_OPTIONS"})
    if (const char* value = std::getenv(kept)) all[kept] = value;
  for (const auto& [name, value] : options.environment) all[name] = value;
  std::vector<std::string> list;
  for (const auto& [name, value] : all) list.push_back(name + "=" + value);
  return list;
}

void drain(int fd, std::string& into, bool& open) {
  char buffer[65536];
  ssize_t got = ::read(fd, buffer, sizeof buffer);
  if (got > 0)
    into.append(buffer, static_cast<size_t>(got));
  else
    open = false;
}

}  // namespace

Ran run_program(const std::vector<std::string>& command, const RunOptions& options) {
  int out[2], err[2], in[2];
  REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(err, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
  std::vector<std::string> environment = environment_of(options);
  std::vector<char*> arguments, variables;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  for (const std::string& word : environment) variables.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  // A signal for the program must not meet the test's own handlers, which the child has until it is the program.
  sigset_t held, before;
  ::sigfillset(&held);
  ::sigprocmask(SIG_BLOCK, &held, &before);
  pid_t child = ::fork();
  if (child == 0) {
    for (int number : {SIGINT, SIGTERM, SIGPIPE}) ::signal(number, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(126);
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    ::execvpe(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  REQUIRE(child >= 0);
  ::close(out[1]);
  ::close(err[1]);
  ::close(in[0]);
  ::signal(SIGPIPE, SIG_IGN);
  std::string_view input = options.input;
  while (!input.empty()) {
    ssize_t written = ::write(in[1], input.data(), input.size());
    if (written <= 0) break;
    input.remove_prefix(static_cast<size_t>(written));
  }
  ::close(in[1]);
  if (options.kill_after_microseconds >= 0) {
    ::usleep(static_cast<useconds_t>(options.kill_after_microseconds));
    ::kill(child, options.signal);
  }
  Ran ran;
  bool out_open = true, err_open = true;
  while (out_open || err_open) {
    pollfd fds[2] = {{out_open ? out[0] : -1, POLLIN, 0}, {err_open ? err[0] : -1, POLLIN, 0}};
    ::poll(fds, 2, -1);
    if (fds[0].revents != 0) drain(out[0], ran.out, out_open);
    if (fds[1].revents != 0) drain(err[0], ran.err, err_open);
  }
  ::close(out[0]);
  ::close(err[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

Project::Project() : folder_(temporary()) {
  fs::create_directories(path());
  git({"init", "-q", "-b", "main"});
}

void Project::write(const std::string& name, std::string_view text) const {
  fs::path target = fs::path(path()) / name;
  fs::create_directories(target.parent_path());
  REQUIRE(write_file_atomic(target, text).has_value());
}

void Project::remove(const std::string& name) const {
  fs::remove_all(fs::path(path()) / name);
}

std::string Project::read(const std::string& name) const {
  auto text = read_file(fs::path(path()) / name);
  return text ? *text : "";
}

bool Project::has(const std::string& name) const {
  return fs::exists(fs::path(path()) / name);
}

std::string Project::masked(std::string text) const {
  std::string name = folder_.path().string();
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
    text.replace(at, name.size(), "<temporary>");
  return text;
}

std::string Project::contents() const {
  std::vector<std::string> files;
  auto everything = fs::recursive_directory_iterator(folder_.path());
  for (auto it = fs::begin(everything); it != fs::end(everything); ++it) {
    if (it->path().filename() == ".git") it.disable_recursion_pending();
    auto text = it->is_symlink() ? fs::read_symlink(it->path()).string() : read_file(it->path()).value_or("");
    files.push_back(it->path().string() + "\n" + text + "\n");
  }
  std::sort(files.begin(), files.end());
  return fmt::format("{}", fmt::join(files, ""));
}

void Project::lay(const std::string& folder) const {
  if (fs::exists(fs::path(SOURCE_DIR) / folder))
    fs::copy(fs::path(SOURCE_DIR) / folder, path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

void Project::clear() const {
  for (const auto& entry : fs::directory_iterator(path()))
    if (entry.path().filename() != ".git") fs::remove_all(entry.path());
}

void Project::commit() const {
  git({"add", "-A"});
  git({"commit", "-q", "--allow-empty", "-m", "commit"});
}

Ran Project::git(std::vector<std::string> arguments) const {
  return git_in(path(), std::move(arguments));
}

Ran Project::git_in(const std::string& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "git");
  Ran ran = run_program(arguments, {folder, {}, "", -1});
  REQUIRE_MESSAGE(ran.code == 0, ran.err);
  return ran;
}

Ran Project::gate(std::vector<std::string> arguments, RunOptions options) const {
  arguments.insert(arguments.begin(), EXPLAINGATE_BINARY);
  if (options.folder.empty()) options.folder = path();
  return run_program(arguments, options);
}

std::string findings(const Ran& ran) {
  auto report = nlohmann::json::parse(ran.out, nullptr, false);
  if (report.is_discarded()) return "not JSON (exit " + std::to_string(ran.code) + "): " + ran.out + ran.err;
  std::string text;
  for (const auto& finding : report["findings"]) {
    text += fmt::format("{}:{} {} {}", finding["path"].get<std::string>(), finding["line"].get<int>(),
                        finding["rule"].get<std::string>(), finding["subject"].get<std::string>());
    if (!finding["cause"].is_null())
      text +=
          fmt::format(" <- {}:{}", finding["cause"]["path"].get<std::string>(), finding["cause"]["line"].get<int>());
    text += "\n";
  }
  return text;
}

std::string levels(const Ran& ran, std::string_view rule) {
  std::string text;
  nlohmann::json report = nlohmann::json::parse(ran.out);
  for (const auto& finding : report["findings"])
    if (finding["rule"].get<std::string>() == rule) text += finding["level"].get<std::string>() + " ";
  return text;
}

void check_refused(const Project& project, const std::vector<std::string>& arguments, int code, const std::string& want,
                   const RunOptions& options) {
  CAPTURE(fmt::format("{}", fmt::join(arguments, " ")));
  std::string before = project.contents();
  Ran ran = project.gate(arguments, options);
  CHECK(project.masked(ran.err) == want);
  CHECK(ran.code == code);
  CHECK(ran.out == "");
  CHECK((project.contents() == before));
}

Project make_shop() {
  Project project;
  project.write("schema.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);\n");
  project.write("queries.sql", "SELECT a FROM t WHERE a = 1;\n");
  project.commit();
  return project;
}

}  // namespace explaingate

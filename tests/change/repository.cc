#include "repository.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace explaingate {
namespace {

namespace fs = std::filesystem;

// For git and for libgit2 in this process: no configuration but the repository's.
void isolate(const std::string& home) {
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}) ::unsetenv(name);
  for (auto [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"HOME", home.c_str()},
           {"XDG_CONFIG_HOME", home.c_str()},
           {"GIT_CONFIG_GLOBAL", "/dev/null"},
           {"GIT_CONFIG_NOSYSTEM", "1"},
           {"GIT_AUTHOR_NAME", "A"},
           {"GIT_AUTHOR_EMAIL", "a@example.org"},
           {"GIT_COMMITTER_NAME", "A"},
           {"GIT_COMMITTER_EMAIL", "a@example.org"},
           {"GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z"},
           {"GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z"},
           {"GIT_TERMINAL_PROMPT", "0"},
           {"LC_ALL", "C"},
       })
    ::setenv(name, value, 1);
}

TemporaryFolder make_folder() {
  auto folder = TemporaryFolder::create();
  REQUIRE(folder.has_value());
  return std::move(*folder);
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

}  // namespace

std::string run(const std::vector<std::string>& command, bool may_fail) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int ends[2] = {-1, -1};
  REQUIRE(::pipe(ends) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  if (may_fail) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  int code = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  REQUIRE(code == 0);
  std::string output;
  char part[65536];
  for (ssize_t got = ::read(ends[0], part, sizeof part); got > 0; got = ::read(ends[0], part, sizeof part))
    output.append(part, static_cast<size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!may_fail) REQUIRE_MESSAGE(status == 0, fmt::format("{}", fmt::join(command, " ")));
  return output;
}

TestRepository::TestRepository() : folder_(make_folder()), path_(fs::canonical(folder_.path()).string() + "/repo") {
  isolate(folder_.path().string());
  run({"git", "init", "-q", "-b", "main", path_});
}

TestRepository::TestRepository(const std::vector<std::string>& clone_arguments)
    : folder_(make_folder()), path_(fs::canonical(folder_.path()).string() + "/repo") {
  isolate(folder_.path().string());
  std::vector<std::string> command = {"git", "-c", "protocol.file.allow=always", "clone", "-q"};
  command.insert(command.end(), clone_arguments.begin(), clone_arguments.end());
  command.push_back(path_);
  run(command);
}

std::string TestRepository::git(std::vector<std::string> arguments, bool may_fail) const {
  std::vector<std::string> command = {"git", "-c", "protocol.file.allow=always", "-c", "core.safecrlf=false"};
  command.insert(command.end(), {"-C", path_});
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, may_fail);
}

void TestRepository::write(const std::string& path, std::string_view text) const {
  fs::path file = fs::path(path_) / path;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

void TestRepository::append(const std::string& path, std::string_view text) const {
  std::ofstream(fs::path(path_) / path, std::ios::binary | std::ios::app) << text;
}

void TestRepository::remove(const std::string& path) const {
  fs::remove_all(fs::path(path_) / path);
}

void TestRepository::link(const std::string& path, const std::string& target) const {
  fs::create_symlink(target, fs::path(path_) / path);
}

void TestRepository::commit() const {
  git({"add", "-A"});
  git({"commit", "-q", "--allow-empty", "-m", "x"});
}

void TestRepository::branch(const std::string& name) const {
  git({"checkout", "-q", "-b", name});
}

std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      result += "\\n";
    else if (byte < 32 || byte > 126)
      result += fmt::format("\\x{:02x}", byte);
    else
      result += c;
  }
  return result;
}

std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += fmt::format("{}\n", i);
  return text;
}

std::string dump(const std::vector<ChangedFile>& files) {
  constexpr std::string_view kLetters = "AMDRX";
  std::string text;
  for (const ChangedFile& file : files) {
    text += kLetters[static_cast<size_t>(file.status)];
    text += ' ' + escaped(file.old_path.empty() ? file.new_path : file.old_path);
    if (file.status == FileStatus::kRenamed) text += " -> " + escaped(file.new_path);
    if (file.binary) text += " binary";
    if (file.submodule) text += " submodule";
    if (file.link) text += " link";
    if (!file.unread.empty()) text += " unread: " + file.unread;
    for (const Hunk& hunk : file.hunks)
      text += fmt::format(" -{},{} +{},{}", hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines);
    text += '\n';
  }
  return text;
}

namespace {

// "@@ -1,2 +3 @@" → " -1,2 +3,1".
std::string hunk_of(const std::string& line) {
  std::vector<std::string> words = split(line, ' ');
  std::string text;
  for (std::string range : {words.at(1), words.at(2)}) {
    if (range.find(',') == std::string::npos) range += ",1";
    text += ' ' + range;
  }
  return text;
}

struct GitFile {
  std::string line;
  std::string new_path, old_path;
};

}  // namespace

std::string dump_git_diff(const TestRepository& repository, const std::vector<std::string>& arguments) {
  auto diff = [&](std::vector<std::string> options) {
    std::vector<std::string> command = {"diff", "--find-renames", "--no-color", "--no-ext-diff"};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), arguments.begin(), arguments.end());
    return repository.git(command);
  };
  std::vector<std::string> sections;
  for (const std::string& line : split(diff({"-U0"}), '\n')) {
    if (line.starts_with("diff --git ")) sections.emplace_back();
    if (line.starts_with("@@ ")) sections.back() += hunk_of(line);
    if (line.starts_with("Binary files ")) sections.back() += " binary";
  }
  std::vector<GitFile> files;
  std::vector<std::string> raw = split(diff({"--raw", "-z"}), '\0');
  size_t section = 0;
  for (size_t i = 0; i < raw.size();) {
    std::vector<std::string> head = split(raw[i], ' ');
    char status = head.at(4)[0];
    bool special = false;
    GitFile file;
    file.old_path = file.new_path = raw[++i];
    if (status == 'R') file.new_path = raw[++i];
    ++i;
    std::string text = sections.at(section++);
    if (status == 'T') ++section;
    bool same_text = text.empty();
    std::string flags;
    for (const auto& [mode, flag] : {std::pair{"160000", " submodule"}, std::pair{"120000", " link"}}) {
      if (head.at(0).substr(1) != mode && head.at(1) != mode) continue;
      flags += flag;
      special = true;
    }
    char letter = status == 'T' ? 'M' : status;
    if (status == 'M' && same_text) letter = 'X';
    file.line = std::string(1, letter) + ' ' + escaped(file.old_path);
    if (status == 'R') file.line += " -> " + escaped(file.new_path);
    file.line += flags + (special ? "" : text) + '\n';
    if (status == 'D') file.new_path.clear();
    if (status == 'A') file.old_path.clear();
    files.push_back(file);
  }
  std::ranges::sort(files, [](const GitFile& a, const GitFile& b) {
    return std::tie(a.new_path, a.old_path) < std::tie(b.new_path, b.old_path);
  });
  std::string result;
  for (const GitFile& file : files) result += file.line;
  return result;
}

std::string dump(const Tree& tree) {
  auto entries = tree.list();
  if (!entries) return to_text(entries.error());
  std::string text;
  for (const TreeEntry& entry : *entries) {
    constexpr std::string_view kKinds[] = {"", " link", " submodule"};
    text += escaped(entry.path) + std::string(kKinds[static_cast<size_t>(entry.kind)]) +
            (entry.executable ? " *" : "") + '\n';
  }
  return text;
}

std::string contents(const Tree& tree) {
  auto entries = tree.list();
  if (!entries) return to_text(entries.error());
  std::string text;
  for (const TreeEntry& entry : *entries) {
    auto content = tree.read(entry.path);
    text += escaped(entry.path) + ": " + (content ? escaped(*content) : "error: " + content.error().message) + '\n';
  }
  return text;
}

ChangeRequest base_request(const std::string& base) {
  ChangeRequest request;
  request.mode = ChangeRequest::Mode::kBase;
  request.base = base;
  return request;
}

std::string dump(const Result<Change>& change) {
  return change ? dump(change->files) : to_text(change.error());
}

}  // namespace explaingate

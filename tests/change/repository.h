// A git repository in a temporary folder, driven through the real `git` with a configuration of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "change/change.h"

namespace explaingate {

// Runs a program and gives its standard output; a failure fails the test unless `may_fail`.
std::string run(const std::vector<std::string>& command, bool may_fail = false);

class TestRepository {
 public:
  TestRepository();                                                          // `git init` on branch main, no commit
  explicit TestRepository(const std::vector<std::string>& clone_arguments);  // `git clone ARGUMENTS folder`

  std::string git(std::vector<std::string> arguments, bool may_fail = false) const;
  void write(const std::string& path, std::string_view text) const;  // makes folders
  void append(const std::string& path, std::string_view text) const;
  void remove(const std::string& path) const;
  void link(const std::string& path, const std::string& target) const;
  void commit() const;  // everything, at a fixed date
  void branch(const std::string& name) const;

  [[nodiscard]] std::string path() const { return path_; }
  [[nodiscard]] std::string url() const { return "file://" + path_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

// One line a file: "M a.sql -1,0 +2,3 …". Statuses as in git; the flags that are set follow the names.
std::string dump(const std::vector<ChangedFile>& files);
// The same from git itself: `git diff --raw` and `git diff -U0` with `arguments`, renames found.
std::string dump_git_diff(const TestRepository& repository, const std::vector<std::string>& arguments);
std::string dump(const Tree& tree);      // "path kind" lines, * = executable
std::string contents(const Tree& tree);  // "path: escaped text" lines
std::string escaped(std::string_view text);
std::string lines(int from, int to);  // "from\n…to\n"
ChangeRequest base_request(const std::string& base);
std::string dump(const Result<Change>& change);  // files, or the error's text

}  // namespace explaingate

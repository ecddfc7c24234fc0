// The real binary, the real git, a repository in a temporary folder, an environment of its own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace explaingate {

struct Ran {
  int code = 0;  // exit code; 128 + signal when it was killed
  std::string out, err;
};

struct RunOptions {
  std::string folder;
  std::map<std::string, std::string> environment;  // beside PATH, HOME and git's isolation
  std::string input;
  int kill_after_microseconds = -1;  // >= 0: `signal` then
  int signal = 9;
};
Ran run_program(const std::vector<std::string>& command, const RunOptions& options = {});

class Project {
 public:
  Project();  // an empty repository on branch main
  void write(const std::string& path, std::string_view text) const;
  void remove(const std::string& path) const;
  [[nodiscard]] std::string read(const std::string& path) const;
  [[nodiscard]] bool has(const std::string& path) const;
  // Copies a folder of the source tree over the working tree.
  void lay(const std::string& folder) const;
  void clear() const;  // everything but .git
  void commit() const;
  Ran git(std::vector<std::string> arguments) const;
  static Ran git_in(const std::string& folder, std::vector<std::string> arguments);
  Ran gate(std::vector<std::string> arguments, RunOptions options = {}) const;
  [[nodiscard]] std::string path() const { return folder_.path().string() + "/shop"; }
  // A place beside the repository.
  [[nodiscard]] std::string outside(const std::string& name) const { return folder_.path().string() + "/" + name; }
  // The text with the temporary folder's name as "<temporary>".
  [[nodiscard]] std::string masked(std::string text) const;
  // Every file of the working tree with its content, to see that nothing was written.
  [[nodiscard]] std::string contents() const;

 private:
  TemporaryFolder folder_;
};

// Runs, and expects a complaint: exit code, stderr, an empty stdout, and every file as it was.
void check_refused(const Project& project, const std::vector<std::string>& arguments, int code, const std::string& want,
                   const RunOptions& options = {});

// One table, and one query that finds a row by its key.
Project make_shop();

// "path:line rule subject [<- cause path:line]", one line a finding, in the report's order.
std::string findings(const Ran& ran);
// The levels of one rule's findings in a JSON report, in their order: "error warning ".
std::string levels(const Ran& ran, std::string_view rule);

}  // namespace explaingate

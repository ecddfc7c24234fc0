// What a server that was killed can leave: processes, shared memory.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace explaingate::postgres {

namespace fs = std::filesystem;

// Of /proc: processes that work below the folder or name it.
inline std::vector<std::string> processes_below(const fs::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos || name == std::to_string(getpid())) continue;
    std::error_code error;
    std::string cwd = fs::read_symlink(entry.path() / "cwd", error);
    std::ifstream file(entry.path() / "cmdline");
    std::string words((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (cwd.starts_with(folder.native()) || words.find(folder.native()) != std::string::npos) found.push_back(words);
  }
  return found;
}

// Segments of shared memory, by their numbers.
inline std::set<std::string> segments() {
  std::set<std::string> found;
  std::ifstream file("/proc/sysvipc/shm");
  std::string line, key, number;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    fields >> key >> number;
    found.insert(number);
  }
  return found;
}

// The segment that a server's postmaster.pid names; "" = none yet.
inline std::string segment_of(const fs::path& data) {
  std::ifstream file(data / "postmaster.pid");
  std::string line;
  for (int i = 0; i < 7; ++i) std::getline(file, line);
  std::istringstream fields(line);
  std::string key, number;
  fields >> key >> number;
  return number;
}

}  // namespace explaingate::postgres

#include "bench/timing.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace explaingate::bench {
namespace {

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}
double cpu_of(const rusage& usage) {
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

double wall_now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double cpu_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return cpu_of(usage);
}

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

}  // namespace

Time time_of(const std::function<void()>& work) {
  double wall = wall_now(), cpu = cpu_now();
  work();
  return {wall_now() - wall, cpu_now() - cpu};
}

Child run_child(const std::vector<std::string>& command, const std::string& folder) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  Child child;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    child.code = -1;
    return child;
  }
  double start = wall_now();
  pid_t id = fork();
  if (id == 0) {
    if (chdir(folder.c_str()) != 0 || dup2(ends[1], STDOUT_FILENO) < 0) _exit(126);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  char buffer[65536];
  for (ssize_t got = read(ends[0], buffer, sizeof buffer); got > 0; got = read(ends[0], buffer, sizeof buffer))
    child.out.append(buffer, static_cast<size_t>(got));
  close(ends[0]);
  int status = 0;
  rusage usage{};
  if (id < 0 || wait4(id, &status, 0, &usage) < 0) status = -1;
  child.time = {wall_now() - start, cpu_of(usage)};
  child.peak_mb = static_cast<double>(usage.ru_maxrss) / 1024;
  child.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return child;
}

Time median(std::vector<Time> times) {
  std::vector<double> wall, cpu;
  for (const Time& time : times) {
    wall.push_back(time.wall);
    cpu.push_back(time.cpu);
  }
  return {middle(std::move(wall)), middle(std::move(cpu))};
}

}  // namespace explaingate::bench

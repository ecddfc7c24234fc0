// Wall and CPU time of pieces of work and of whole processes.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace explaingate::bench {

struct Time {
  double wall = 0, cpu = 0;  // milliseconds; CPU of all threads, user and system
};

// Of this process while `work` runs.
[[nodiscard]] Time time_of(const std::function<void()>& work);

struct Child {
  Time time;  // from before the fork to after the wait
  int code = 0;
  double peak_mb = 0;  // largest resident set
  std::string out;     // standard output; standard error is passed on
};
// Runs the command in `folder`.
[[nodiscard]] Child run_child(const std::vector<std::string>& command, const std::string& folder);

// Wall and CPU each for itself.
[[nodiscard]] Time median(std::vector<Time> times);

}  // namespace explaingate::bench

// Independent pieces of work on all cores, in a result order that doesn't depend on the cores.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace explaingate {

// Calls work(i) for every i in [0, count). `work` writes to its own slot i only. Small counts run on the calling
// thread.
template <class Work>
void parallel_for(size_t count, Work&& work, size_t serial_below = 8) {
  size_t workers = std::min<size_t>(std::max(1U, std::thread::hardware_concurrency()), count);
  if (count < serial_below || workers < 2) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<size_t> next{0};
  auto loop = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < workers; ++i) threads.emplace_back(loop);
  loop();
}

}  // namespace explaingate

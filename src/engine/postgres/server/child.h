// Programs as child processes, none of which outlives this one.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/postgres/server/programs.h"

namespace explaingate::postgres {

// Runs a program to its end: what it printed, without the last newline. Errors: kUnverified where it can't be run or
// fails, with what it printed to both outputs. It is killed with the thread that waits for it.
[[nodiscard]] Result<std::string> run_program(const std::vector<std::string>& command,
                                              const std::optional<User>& user = std::nullopt);

// A server beside us, under a small process of its own that waits for the end of either: it stops the server when this
// process is gone, however it went, and then removes the folder. The server dies with that process, too.
class Supervised {
 public:
  // `log` takes the server's output. `lock` is a descriptor that stays open as long as the server runs.
  static Result<Supervised> start(const std::vector<std::string>& command, const std::optional<User>& user,
                                  const std::string& log, const std::string& folder, int lock);
  Supervised(Supervised&& other) noexcept { *this = std::move(other); }
  Supervised& operator=(Supervised&& other) noexcept;
  ~Supervised() { stop(); }
  void stop();  // the server is gone when this returns; the folder stays
  [[nodiscard]] bool is_running();

 private:
  Supervised() = default;
  pid_t process_ = 0;
  int lifeline_ = -1;  // closed = we are gone
};

}  // namespace explaingate::postgres

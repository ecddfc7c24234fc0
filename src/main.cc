// Flags in, exit code out.
#include <fcntl.h>
#include <malloc.h>

#include <cstdio>
#include <exception>

#include "cli/cli.h"

// A closed standard stream must not become the first file that is opened: it is made one that can't be written to.
namespace {
void occupy_standard_streams() {
  for (int stream : {0, 1, 2})
    if (::fcntl(stream, F_GETFD) < 0) [[maybe_unused]]
      int taken = ::open("/dev/null", O_RDONLY);
}

// What is freed is soon wanted again: giving it back to the system, page by page, costs a tenth of a short run.
void keep_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that it takes
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_TOP_PAD, 16 << 20);
}
}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  keep_memory();
  try {
    return explaingate::run_command_line(argc, argv);
  } catch (const std::exception& problem) {
    // A tool that failed never exits 0: 3 = could not verify.
    std::fprintf(stderr,
                 "explaingate: internal error: %s\nhelp: please report this with the command line that led here\n",
                 problem.what());
    return 3;
  }
}

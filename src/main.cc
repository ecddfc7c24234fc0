// Flags in, exit code out.
#include <cstdio>
#include <exception>

#include "cli/cli.h"

int main(int argc, char** argv) {
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

// No engine builds images where the tests run: what the Dockerfile copies and runs is at least there.
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include "base/output_of.h"
#include "sandbox.h"

namespace explaingate {
namespace {

TEST_CASE("the Dockerfile copies and runs what is in the repository, and takes none of what is built") {
  const std::filesystem::path root = SOURCE_DIR;
  std::istringstream file(read_file((root / "Dockerfile").string()).value());
  int copied = 0, scripts = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string instruction, word, next;
    words >> instruction >> word;
    CAPTURE(line);
    if (instruction == "COPY" && !word.starts_with("--from")) {
      for (; words >> next; word = next, ++copied) CHECK(std::filesystem::exists(root / word));
    } else if (instruction == "RUN" && word.starts_with("ci/")) {
      CHECK(output_of("test -x " + (root / word).string() + " && echo yes") == "yes\n");
      ++scripts;
    }
  }
  CHECK(copied >= 3);
  CHECK(scripts == 2);
  std::string ignored = "\n" + read_file((root / ".dockerignore").string()).value();
  for (const char* line : {"\n.git\n", "\nbuild\n", "\n**/node_modules\n"})
    CHECK(ignored.find(line) != std::string::npos);
}

}  // namespace
}  // namespace explaingate

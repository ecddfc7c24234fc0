// What a shell command prints, on both streams.
#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <doctest/doctest.h>

namespace explaingate {

inline std::string output_of(const std::string& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen((command + " 2>&1").c_str(), "r"),
                                             [](FILE* file) { return pclose(file); });
  REQUIRE(pipe);
  std::string output;
  std::array<char, 4096> buffer{};
  for (size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
    output.append(buffer.data(), got);
  return output;
}

}  // namespace explaingate

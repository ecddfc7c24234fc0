// Changes to try: what is committed, what is done to it, and what `git diff` says.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "repository.h"

namespace explaingate {

struct Case {
  std::string name;
  std::function<void(const TestRepository&)> base;
  std::function<void(const TestRepository&)> head;
  std::string want;
};

[[nodiscard]] std::vector<Case> cases();

}  // namespace explaingate

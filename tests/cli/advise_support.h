// What the tests of `advise` share.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sandbox.h"

namespace explaingate {

// The report of `advise` in JSON; arguments follow the command.
inline nlohmann::json advice(const Project& project, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), {"advise", "--format", "json"});
  Ran ran = project.gate(arguments);
  CAPTURE(ran.err);
  CHECK(ran.code == 0);
  return nlohmann::json::parse(ran.out);
}

// The same when the baseline, which has to be there, says that INSERTs ran so often, and every other statement so
// often.
inline nlohmann::json advice_by_calls(const Project& project, int64_t inserts, int64_t others) {
  nlohmann::json baseline = nlohmann::json::parse(project.read(".explaingate/baseline.json"));
  for (nlohmann::json& entry : baseline["queries"])
    entry["executions"]["all"] = entry["query"].get<std::string>().starts_with("INSERT") ? inserts : others;
  project.write(".explaingate/baseline.json", baseline.dump());
  project.commit();
  return advice(project);
}

}  // namespace explaingate

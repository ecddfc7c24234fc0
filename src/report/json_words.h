// What the JSON reports share. Internal to this folder.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "extract/extract.h"
#include "gate/outcome.h"

namespace explaingate {

using Json = nlohmann::ordered_json;

inline constexpr const char* kToolVersion = EXPLAINGATE_VERSION;

[[nodiscard]] inline std::string dump(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Estimates carry no more digits than they mean.
[[nodiscard]] inline int64_t whole(double number) {
  return static_cast<int64_t>(std::llround(std::min(number, 9e15)));
}
[[nodiscard]] inline double two_digits(double number) {
  return std::round(number * 100) / 100 + 0.0;
}

[[nodiscard]] Json growth_json(const std::optional<double>& growth);
[[nodiscard]] Json plan_json(const std::optional<PlanSummary>& summary);
[[nodiscard]] Json not_analysed_json(const std::vector<NotAnalysed>& items);
[[nodiscard]] Json rewrite_json(const RewriteTrial& trial, bool concurrently);
// docs/schemas/check.schema.json
[[nodiscard]] Json check_document(const Outcome& outcome);

}  // namespace explaingate

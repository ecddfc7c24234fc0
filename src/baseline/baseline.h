// The stored baseline and the waivers: reading, writing, comparing entries. Text in, text out; files and git are the
// caller's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace explaingate {

inline constexpr std::string_view kBaselinePath = ".explaingate/baseline.json";
inline constexpr std::string_view kWaiversPath = ".explaingate/waivers.json";

struct BaselineAccess {
  std::string relation;
  Access access = Access::kNone;  // worst on that table
  std::string index;
  bool operator==(const BaselineAccess&) const = default;
};

struct BaselineEntry {  // one query: every statement with that fingerprint
  std::string fingerprint;
  std::vector<std::string> sites;      // "shop/orders.py Orders.report", sorted, no line numbers
  std::string query;                   // its text, white space folded, at most 200 bytes
  std::vector<std::string> plan;       // Plan::lines() at the largest scale
  std::vector<BaselineAccess> access;  // by relation
  int64_t rows_examined = 0;           // at the largest scale, rounded to three significant digits
  int64_t cost = 0;                    // likewise
  double growth = 0;                   // rounded to 0.05
  double result_growth = 0;
  std::optional<Measured> measured;
  std::map<std::string, int64_t> executions;  // per trace scope
  bool unstable = false;
};

struct BaselineEnvironment {
  std::string engine, engine_version;
  std::string schema_hash;
  std::string statistics_hash;  // of what was given: statistics file, seed, configured sizes
  std::string settings;         // what else the numbers depend on: "scales=3 assumed_rows=10000"
  bool operator==(const BaselineEnvironment&) const = default;
};

struct Baseline {
  BaselineEnvironment environment;
  std::vector<BaselineEntry> entries;  // by fingerprint
};

// "explaingate_baseline": 1; one entry a query, sorted keys, a final newline. parse(to_json(b)) == b, byte for byte the
// other way.
[[nodiscard]] std::string to_json(const Baseline& baseline);
// kConfiguration with file, line and a hint on anything that isn't a baseline: cut short, wrong types, duplicates, a
// newer version.
[[nodiscard]] Result<Baseline> parse_baseline(std::string_view json, const std::string& file);

// What makes the two not comparable: "engine 3.40.1, the baseline has 3.45.0"; empty when they are. The schema's hash
// isn't part of this: a changed schema is what the gate is about.
[[nodiscard]] std::string environment_difference(const BaselineEnvironment& now, const BaselineEnvironment& stored);

// Worst access per relation of a plan, by relation. Nodes without a table are left out.
[[nodiscard]] std::vector<BaselineAccess> worst_access(const Plan& plan);

// Rounding as stored.
[[nodiscard]] int64_t round_rows(double rows);
[[nodiscard]] double round_growth(double exponent);

struct Waiver {
  std::string fingerprint;          // of the finding
  std::string rule, path, subject;  // for people, and to find the waiver again
  std::string reason;
  std::string expires;                   // YYYY-MM-DD, a real date
  std::optional<int64_t> accepted_rows;  // rows examined when it was accepted: twice as many is a new finding
  int line = 1;                          // of the file that it was read from
};
[[nodiscard]] std::string to_json(const std::vector<Waiver>& waivers);
[[nodiscard]] Result<std::vector<Waiver>> parse_waivers(std::string_view json, const std::string& file);
[[nodiscard]] bool is_date(std::string_view text);

}  // namespace explaingate

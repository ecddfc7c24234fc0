// The formats that `check` can write.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/report.h"

namespace explaingate {

struct ReportFormat {
  std::string_view name;
  std::string_view about;
  std::string (*render)(const Outcome& outcome, const TextStyle& style);
  bool shows_workload = false;  // Outcome::workload has to be there
};

// In the order in which help names them.
[[nodiscard]] std::span<const ReportFormat> check_formats();

// Each is told in docs/reports.md, with the place where its format is defined.
[[nodiscard]] std::string check_concise(const Outcome& outcome);
[[nodiscard]] std::string check_jsonl(const Outcome& outcome);
[[nodiscard]] std::string check_sarif(const Outcome& outcome);
[[nodiscard]] std::string check_github(const Outcome& outcome);
[[nodiscard]] std::string check_gitlab(const Outcome& outcome);
[[nodiscard]] std::string check_junit(const Outcome& outcome);
[[nodiscard]] std::string check_html(const Outcome& outcome);
[[nodiscard]] std::string check_rdjson(const Outcome& outcome);
// At most `bytes` bytes: findings that no longer fit are counted in its last line.
[[nodiscard]] std::string check_markdown(const Outcome& outcome, size_t bytes);

// What GitHub takes of one step's summary, a little less.
inline constexpr size_t kMostMarkdown = 1'000'000;

}  // namespace explaingate

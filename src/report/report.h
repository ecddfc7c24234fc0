// The reporters: one outcome, one function a format. Pure: outcome in, text out; each escapes for its own target.
#pragma once

#include <string>
#include <vector>

#include "extract/extract.h"
#include "gate/advice.h"
#include "gate/outcome.h"

namespace explaingate {

inline constexpr int kReportVersion = 1;  // of every JSON output: rises when a key changes its meaning or goes away

struct TextStyle {
  bool color = false;
  bool verbose = false;  // list every not-analysed place and every rule's status
};

// For a terminal or a log: findings in the form "path:line:column: level: message [rule]", with the source, plans and
// advice.
[[nodiscard]] std::string check_text(const Outcome& outcome, const TextStyle& style);
// docs/schemas/check.schema.json
[[nodiscard]] std::string check_json(const Outcome& outcome);

struct Explanation {
  std::string sql;
  Planned planned;
  Trials trials;
  std::vector<RewriteTrial> rewrites;
  bool concurrently = false;                           // an index can be built while the table is written
  std::string migration_tool, way_around_transaction;  // "" = none is needed
  Outcome outcome;
};
[[nodiscard]] std::string explain_text(const Explanation& explanation, const TextStyle& style);
// docs/schemas/explain.schema.json
[[nodiscard]] std::string explain_json(const Explanation& explanation);

// Indexes with the queries that they serve, ready to paste; and what no index was found for.
[[nodiscard]] std::string advice_text(const Advice& advice, const TextStyle& style);
// docs/schemas/advise.schema.json
[[nodiscard]] std::string advice_json(const Advice& advice, int exit_code);

struct ExtractReport {
  std::vector<Statement> statements;
  std::vector<NotAnalysed> not_analysed;
  size_t files = 0;
};
[[nodiscard]] std::string extract_text(const ExtractReport& report, const TextStyle& style);
// docs/schemas/extract.schema.json
[[nodiscard]] std::string extract_json(const ExtractReport& report);

}  // namespace explaingate

// What several reporters say of a finding, in plain words and without an escape: each format escapes for its own
// target.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "advise/rewrites.h"
#include "gate/outcome.h"

namespace explaingate {

// In the formats for people, of what was not analysed; the rest is counted.
inline constexpr size_t kNotAnalysedShown = 10;

// "12 rows", "1 row"
[[nodiscard]] std::string counted(double number, const std::string& noun);

// "10 rows examined, constant growth"
[[nodiscard]] std::string cost_words(const PlanSummary& summary);

// "SEARCH orders USING INDEX …", one step a line; of a long plan its first lines, and how many are left out.
[[nodiscard]] std::vector<std::string> plan_words(const PlanSummary& summary);

// Whether the plan of before the change is worth showing beside that of after.
[[nodiscard]] bool plan_differs(const ReportedFinding& reported);

// "migrations/0003.sql:5: DROP INDEX orders_by_reference (removed by this change)"
[[nodiscard]] std::string cause_words(const Cause& cause);

// The finding's message; below it plans, cause and fix, a line each, as they are known. Line ends are "\n".
[[nodiscard]] std::string finding_words(const ReportedFinding& reported);

inline constexpr std::string_view kNoFindings = "no findings";
// "4 errors, 0 warnings, 1 waived"
[[nodiscard]] std::string counts_words(const Outcome& outcome);
// "9 statements in 6 files, 3 new or edited, 8 planned; sqlite 3.40.1; working tree against HEAD 3f5e200"
[[nodiscard]] std::string scope_words(const Outcome& outcome);

// A place that was not analysed is listed as such by every reporter; it is a finding only where a team raised the
// level.
[[nodiscard]] bool is_listed_apart(const Finding& finding);

// Those that aren't listed apart; errors first, then warnings, else in the outcome's order.
[[nodiscard]] std::vector<const ReportedFinding*> worst_first(const Outcome& outcome);

// "tried orders(a), orders(a, b): used, and 400 of 1,000 rows are still examined", a line a reason.
[[nodiscard]] std::vector<std::string> tried_words(const std::vector<RefusedCandidate>& refused);

// "linear → constant", or "linear" where it stays.
[[nodiscard]] std::string growth_change(const Growth& before, const Growth& after);
// "linear → constant, 1,000,000 rows → 10 examined, cost 1,000,000 → 10"
// Of pages: "the last page: linear → …"
[[nodiscard]] std::string rewrite_gain(const RewriteTrial& trial);
// Of a statement written otherwise: its plan, the indexes that it needs, and where it isn't the same, a line each.
[[nodiscard]] std::vector<std::string> rewrite_words(const RewriteTrial& trial, bool concurrently);

// What CREATE INDEX CONCURRENTLY asks of whoever pastes it. `tool`: the migration tool, and `way` how it runs a
// statement outside of a transaction, "" = it does so anyway.
[[nodiscard]] std::string concurrently_words(std::string_view tool, std::string_view way);

// A path as a relative URI (RFC 3986): every byte but letters, digits, "-._~" and "/" percent-encoded.
[[nodiscard]] std::string path_uri(std::string_view path);

}  // namespace explaingate

// Rewrites of a statement, tried like indexes: one is named only after the engine planned it, and only where it is far
// better than what indexes alone do for the statement as it is written.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "advise/advise.h"
#include "parse/rewrite.h"

namespace explaingate {

struct Standing {  // of a statement under some plan
  Growth growth;
  double rows = 0, cost = 0;  // examined, and in the engine's unit, at the largest scale
};
[[nodiscard]] Standing standing_of(const std::vector<PlannedQuery>& scales, const std::vector<double>& factors);

struct RewriteRequest {
  std::string_view sql;  // as the program has it
  std::string_view placeholders;
  const ParsedQuery* parsed = nullptr;
  size_t scales = 0;                       // at which the statement was planned
  Standing best;                           // as it is written, with the indexes that help it most
  std::vector<CandidateIndex> there = {};  // indexes that are advised anyway
};

struct RewriteTrial {
  Rewrite rewrite;
  std::vector<CandidateIndex> indexes;  // without which it isn't that good; by name
  Standing before, after;               // before: RewriteRequest::best, or of what the statement costs at its dearest
  std::vector<std::string> plan_after;  // Plan::lines(), at the largest scale
};

// For each request those that are a growth class better, or cost a third at most, of statements that aren't cheap as
// they are; the best first. `settle` is given
// each statement that is parsed. The engine is left at any scale.
[[nodiscard]] Result<std::vector<std::vector<RewriteTrial>>> try_rewrites(
    Engine& engine, Dialect dialect, const std::vector<RewriteRequest>& requests,
    const std::function<void(ParsedQuery&)>& settle);

}  // namespace explaingate

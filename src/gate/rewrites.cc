// Pass: other ways to write the statements that indexes alone don't help enough.
#include <algorithm>
#include <tuple>

#include "gate/run.h"
#include "gate/table_names.h"

namespace explaingate {
namespace {

Standing best_as_written(const KnownStatement& statement, const std::vector<double>& factors) {
  Standing best = standing_of(statement.on[kHeadSide]->scales, factors);
  auto place = [](const Standing& standing) { return std::tuple(growth_class(standing.growth.work), standing.cost); };
  for (const Trial& trial : statement.trials.helpful)
    best = std::min(best, Standing{trial.after, trial.rows_after, trial.cost_after},
                    [&](const Standing& a, const Standing& b) { return place(a) < place(b); });
  return best;
}

// A page's own plan may be cheap, however dear the last page is.
bool may_gain(const KnownStatement& statement) {
  const Planned& planned = *statement.on[kHeadSide];
  bool pages = !statement.parsed.blocks.empty() && statement.parsed.blocks.front().has_offset;
  return growth_class(planned.growth.work) > 0 || planned.largest().metrics.rows_sorted >= 1 || pages;
}

}  // namespace

Status try_rewrites(Run& run) {
  Engine& engine = *run.sides[kHeadSide].engine;
  if (engine.scales() < 2) return {};  // nothing is varied on a server that isn't ours
  std::vector<double> factors;
  for (int scale = 0; scale < engine.scales(); ++scale) factors.push_back(engine.scale_factor(scale));
  std::vector<KnownStatement*> statements;
  std::vector<RewriteRequest> requests;
  for (KnownStatement& statement : run.statements) {
    bool planned = statement.side == kHeadSide && statement.changed && statement.on[kHeadSide] &&
                   statement.on[kHeadSide]->ok() && statement.parse_error.empty();
    if (!planned || statement.source.dynamic || !may_gain(statement)) continue;
    statements.push_back(&statement);
    requests.push_back({statement.source.text, statement.source.placeholders, &statement.parsed,
                        statement.on[kHeadSide]->scales.size(), best_as_written(statement, factors)});
  }
  TableNames names(engine.catalogue());
  auto trials =
      try_rewrites(engine, run.settings.dialect(), requests, [&](ParsedQuery& parsed) { names.settle(parsed); });
  if (!trials) return fail(trials.error());
  for (size_t i = 0; i < statements.size(); ++i) statements[i]->rewrites = std::move((*trials)[i]);
  return {};
}

}  // namespace explaingate

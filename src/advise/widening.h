// Where columns behind those that are searched do what INCLUDE does elsewhere, and the engine's cost has no part for
// the table's rows that they spare: indexes that are chosen, and those that are there, are widened for the query that
// gains most by it. All others have what they had. Internal to this folder.
#pragma once

#include <optional>
#include <vector>

#include "advise/choice.h"
#include "advise/pool.h"
#include "advise/writes.h"

namespace explaingate::advise {

// Of the chosen candidates, those that are relevant to a query.
[[nodiscard]] std::vector<size_t> chosen_for(const Pool& pool, const Choice& choice, size_t query);

class Widening {
 public:
  // `engine` stands at the largest scale. A wider index takes its candidate's place in `pool`; one in place of an index
  // that is there is a candidate more, the last, and chosen.
  Widening(Engine& engine, const std::vector<WorkloadQuery>& queries, const Writes& writes, Pool& pool, Choice& choice)
      : engine_(engine),
        queries_(queries),
        writes_(writes),
        catalogue_(engine.catalogue()),
        model_(engine.cost_model()),
        pool_(pool),
        choice_(choice) {}

  Status run();

 private:
  Status widen_chosen();
  Status widen_those_there();
  [[nodiscard]] std::optional<CandidateIndex> plain_index(const PlanNode& node) const;
  void add_chosen(CandidateIndex index);
  [[nodiscard]] bool is_chosen(const CandidateIndex& index) const;
  Result<double> weigh(size_t query, size_t candidate = 0, const CandidateIndex* wide = nullptr);

  Engine& engine_;
  const std::vector<WorkloadQuery>& queries_;
  const Writes& writes_;
  const Catalogue& catalogue_;
  CostModel model_;
  Pool& pool_;
  Choice& choice_;
};

}  // namespace explaingate::advise

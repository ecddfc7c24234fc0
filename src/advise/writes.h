// What an index costs: the statements that write its table, and its size. Internal to this folder.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "advise/workload.h"

namespace explaingate::advise {

struct Write {
  size_t query = 0;
  StatementKind kind = StatementKind::kInsert;
  double rows = 1;                    // written by one execution, at the largest scale
  std::vector<std::string> assigned;  // UPDATE: columns, in lower case
};

class Writes {
 public:
  Writes(const std::vector<WorkloadQuery>& queries, const Catalogue& catalogue, CostModel model,
         const Statistics& statistics);

  // What the columns cost that `wide` has behind those of `index`, beside what it has to be written for.
  [[nodiscard]] double charge_of_width(const CandidateIndex& index, const CandidateIndex& wide) const;
  // All writes together, times their calls, and what stands for its place on disk and in people's heads.
  [[nodiscard]] double charge(const CandidateIndex& index) const;
  // Those that write more entries than before, once `index` is there and what it makes redundant is gone.
  [[nodiscard]] std::vector<SlowedWrite> slowed(const CandidateIndex& index) const;

 private:
  [[nodiscard]] double entries(const CatalogueTable& table, const Write& write, const CandidateIndex* added) const;

  const std::vector<WorkloadQuery>& queries_;
  const Catalogue& catalogue_;
  CostModel model_;
  const Statistics& statistics_;
  std::map<std::string, std::vector<Write>> by_table_;  // by the catalogue's name
};

// Indexes of the table that do nothing the candidate wouldn't: plain, not unique, and it begins with their columns.
[[nodiscard]] std::vector<std::string> redundant_with(const CandidateIndex& index, const Catalogue& catalogue);

// Of its table's rows, those that the index holds.
[[nodiscard]] double share_of(const CandidateIndex& index, const Catalogue& catalogue, const Statistics& statistics);

// Bytes of a B-tree with so many entries, about: by the columns' types, with what every entry has beside its values.
[[nodiscard]] double size_of(const CandidateIndex& index, double rows, const Catalogue& catalogue,
                             const Statistics& statistics);

}  // namespace explaingate::advise

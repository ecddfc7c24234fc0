// What advised indexes do for the seed data. Internal to this folder.
#pragma once

#include <vector>

#include "advise/workload.h"

namespace explaingate::advise {

// Where the engine has seed data, runs each SELECT that is served, before and after all of `indexes` are built there,
// and fills in ServedQuery::measured; of a workload that takes too long, for the first queries only.
Status measure_served(Engine& engine, const std::vector<WorkloadQuery>& queries, std::vector<AdvisedIndex>& indexes);

}  // namespace explaingate::advise

// From PostgreSQL's plan to the normal form: how often each node is started, how many rows it reads, how many it hands
// on, all executions together.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/plans/catalogue.h"
#include "engine/postgres/plans/conditions.h"
#include "engine/postgres/plans/plan_json.h"
#include "statistics/statistics.h"

namespace explaingate::postgres {

// What is known of the scale that was planned on.
struct PlanContext {
  const SchemaCatalogue* schema = nullptr;
  const std::vector<TableShape>* shapes = nullptr;
  const ScaledStatistics* scaled = nullptr;
  const std::map<int64_t, double>* tuples = nullptr;  // oid of a relation -> its rows
};

// `root` gets its nodes numbered.
[[nodiscard]] PlannedQuery normal_form(RawNode& root, const PlanContext& context);

// The node's line, without numbers: "Index Scan using orders_customer on orders o (o.customer_id = $1)".
[[nodiscard]] std::string line_of(const RawNode& node);
// PostgreSQL's words for it in text plans: "Parallel Seq Scan", "Hash Left Join", "GroupAggregate", "Insert".
[[nodiscard]] std::string words_of(const RawNode& node);

}  // namespace explaingate::postgres

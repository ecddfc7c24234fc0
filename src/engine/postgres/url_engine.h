// PostgreSQL as an Engine on somebody's server: in a database of our own there, with no rights but that database's
// owner's.
//
// The planner takes a table for as large as its file is, and what the owner of a database may do is bounded by that:
// pg_class and pg_statistic are a superuser's, files the server's. So there is one size, growth is not known, and
// statistics can't be varied. What is left is made the most of: a table that was never analysed counts as ten pages to
// the planner (plancat.c, table_block_relation_estimate_size), some thousand rows, and there an index is worth using.
// So only tables that the seed gives ten pages or more are analysed, and those that are declared to stay small: else
// ten rows of test data would hide every scan.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/server/scratch.h"

namespace explaingate::postgres {

// One side's schema, and its seed, in a scratch database; shared by the engines over it.
struct UrlSide {
  std::unique_ptr<Scratch> scratch;
  std::vector<SchemaFailure> failures;
};

class UrlEngines final : public EngineSource {
 public:
  explicit UrlEngines(std::string url) : url_(std::move(url)) {}
  // Errors: as Scratch::open(), and kConfiguration for a seed that the server refuses.
  [[nodiscard]] Result<std::unique_ptr<Engine>> open(const std::vector<SchemaStatement>& schema,
                                                     const EngineOptions& options) override;

 private:
  std::string url_;
  std::map<std::string, std::weak_ptr<UrlSide>> sides_;  // by what is in them
};

}  // namespace explaingate::postgres

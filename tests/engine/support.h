// What the engine's tests share: a database from a script, and plans as text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace explaingate::engine_test {

// One SchemaStatement for each text.
[[nodiscard]] std::unique_ptr<Engine> open(const std::vector<std::string>& schema, EngineOptions options = {});

// The shop that most tests plan on: customers 10,000, orders 100,000, lines 1,000,000 rows at scale 0.
[[nodiscard]] std::vector<std::string> shop();

// A line a node, at scale 0: indent, SQLite's text, {access relation starts reads out}; then totals and growth over all
// scales. Errors as "error: …".
[[nodiscard]] std::string dump(Engine& engine, std::string_view sql,
                               const std::vector<CandidateIndex>& candidates = {});

}  // namespace explaingate::engine_test

// What the tests of PostgreSQL's engine share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace explaingate::engine_test {

// nullptr where no server is installed.
[[nodiscard]] std::unique_ptr<Engine> open_postgres(const std::vector<std::string>& schema, EngineOptions options = {});

// A line a node at scale 0: indent, PostgreSQL's words, {access relation starts reads out}; then totals and growth over
// all scales. Errors as "error: …".
[[nodiscard]] std::string dump_postgres(Engine& engine, std::string_view sql,
                                        const std::vector<CandidateIndex>& candidates = {});

}  // namespace explaingate::engine_test

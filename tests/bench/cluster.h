// How long a private PostgreSQL takes to its first plan, beside what it can't be faster than.
#pragma once

namespace explaingate::bench {

// Exit code. In every round, in turn: initdb, a server and the schema by themselves; ours without a cached copy of
// what initdb makes; ours with one.
[[nodiscard]] int measure_cluster(int rounds);

}  // namespace explaingate::bench

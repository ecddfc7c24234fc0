// SQLite's memory, counted and limited without a lock. SQLite's own count (which sqlite3_hard_heap_limit64 needs) takes
// a mutex of the whole process for every piece, and Debian's library has no lookaside memory in front of it: two
// threads that prepare statements then spend a third of their time waiting for each other, and are slower than one.
#pragma once

#include <cstdint>

namespace explaingate {

// Has to come before any other use of SQLite; later calls do nothing.
void install_sqlite_memory();

// Bytes that all connections together may hold, 0 = no limit. Whoever wants more gets "out of memory". Exact to about a
// quarter of a MiB a thread.
void limit_sqlite_memory(int64_t bytes);

}  // namespace explaingate

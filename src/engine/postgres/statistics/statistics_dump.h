// What `pg_dump --statistics-only` of PostgreSQL 18 writes: calls of pg_restore_relation_stats() and
// pg_restore_attribute_stats(). Nothing is run; the calls are read with the SQL lexer.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "statistics/statistics.h"

namespace explaingate::postgres {

// Other statements of the file are passed over. The dump doesn't tell indexes from tables: an index is an entry of its
// own, with the statistics of its expressions under their numbers, where numbers_for() finds it by its name. Errors:
// kConfiguration with file and line for a call that can't be read, and for a text without any.
[[nodiscard]] Result<Statistics> parse_statistics_dump(std::string_view text, const std::string& file);

}  // namespace explaingate::postgres

// Which database's SQL a text is written in.
#pragma once

namespace explaingate {

enum class Dialect { kSqlite, kPostgres };

}  // namespace explaingate

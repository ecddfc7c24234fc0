// What the tools' own configuration files say about migrations. Pure: text in, values out; malformed text gives
// nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/sql_file.h"

namespace explaingate::schema {

struct SqlcEntry {     // one item of "sql" (version 2) or "packages" (version 1)
  std::string engine;  // "sqlite", "postgresql", "mysql"
  std::vector<std::string> schema;
};
[[nodiscard]] std::vector<SqlcEntry> read_sqlc(std::string_view path, std::string_view text);  // .yaml, .yml or .json

struct DrizzleJournal {
  std::string dialect;            // "sqlite", "postgresql", "pg"
  std::vector<std::string> tags;  // file names without ".sql", in order
};
[[nodiscard]] std::optional<DrizzleJournal> read_drizzle_journal(std::string_view text);
// `out` of drizzle.config.ts, "drizzle" when it names none.
[[nodiscard]] std::string read_drizzle_out(std::string_view text);

// `provider` of a datasource in schema.prisma, or of migration_lock.toml: "sqlite"; "" when it isn't there.
[[nodiscard]] std::string read_prisma_provider(std::string_view text);

// flyway.placeholders.NAME of flyway.conf, flyway.toml or application.properties; names in lower case.
void read_flyway_placeholders(std::string_view text, Placeholders& into);

}  // namespace explaingate::schema

// A folder of migrations: which tool's it is, which files are applied, and in what order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "schema/file_index.h"
#include "schema/sql_file.h"

namespace explaingate::schema {

struct Migrations {
  std::string tool;  // "" = there are none
  std::string folder;
  std::vector<std::string> files;   // in the order in which they apply
  std::vector<std::string> others;  // configuration that decided something
  std::vector<NotAnalysed> not_analysed;
  std::optional<Placeholders> placeholders;  // Flyway
  std::optional<Marking> required;           // goose, dbmate, sql-migrate: markers that every file has
};

// `tool` as in SchemaSource; "" tells it from what the folder looks like.
[[nodiscard]] Migrations read_migrations(const FileIndex& index, const std::string& folder, std::string_view tool,
                                         Dialect dialect);

// "V1.2__x.sql", "R__x.sql", "U1__x.sql", "B3__x.sql"
struct FlywayName {
  char kind = 0;
  std::string version;  // as written
  std::string description;
};
[[nodiscard]] std::optional<FlywayName> flyway_name(std::string_view path);

// "schema.sql", "structure.sql", "LATEST.sql": the state, not a step to it.
[[nodiscard]] bool is_dump_name(std::string_view path);

// Another database's by its file name ("0001_init.mysql.sql") or, below `folder`, by a folder's.
[[nodiscard]] bool is_for_other_database(std::string_view folder, std::string_view path, Dialect dialect);

}  // namespace explaingate::schema

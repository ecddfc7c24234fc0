// The project's schema at one side of a change: DDL statements in the order in which they apply, each with its place.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "change/change.h"
#include "engine/engine.h"
#include "extract/extract.h"

namespace explaingate {

struct SchemaSource {
  std::vector<std::string> paths;  // files or folders, relative to the root; empty = find it
  std::string tool;  // "" = recognise; "file", "sql", "golang-migrate", "goose", "dbmate", "sqlx", "sql-migrate",
                     // "diesel", "flyway", "prisma", "rails", "sqlc", "drizzle", "code"
  bool may_be_missing = false;  // a path that isn't in the tree is passed over: the change brings it
};

struct Schema {
  std::vector<SchemaStatement> statements;
  std::string tool;                // what it was recognised as
  std::vector<std::string> files;  // sorted, all that were read
  std::vector<std::string> code;   // those among them that hold queries beside their DDL: programs, files of sqlc's
  // Sorted: .sql files that belong to a schema and were not applied (down parts, another database's migrations, a dump
  // beside migrations). What they hold are no queries of the project.
  std::vector<std::string> passed_over;
  std::vector<NotAnalysed> not_analysed;   // files or parts that were left out, with the reason
  [[nodiscard]] std::string hash() const;  // of the statements' texts in order
};

// With the tool "code" the order of the statements is a guess: one that fails to apply says nothing about the project.
//
// Nothing found is no error: an empty Schema whose tool is "". A configured path that doesn't exist is kConfiguration.
[[nodiscard]] Result<Schema> read_schema(const Tree& tree, const SchemaSource& source, const Languages& languages,
                                         Dialect dialect);

// Data statements of one .sql file (the `seed` key).
[[nodiscard]] Result<std::vector<SchemaStatement>> read_seed(const Tree& tree, const std::string& path,
                                                             Dialect dialect);

// What a person does so that one statement of a migration runs in no transaction, with that tool: "put `-- +goose NO
// TRANSACTION` at the top of its migration". "" where the tool opens none.
[[nodiscard]] std::string_view way_around_transaction(std::string_view tool);

}  // namespace explaingate

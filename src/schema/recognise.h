// Where a project keeps its schema when nobody said so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "extract/extract.h"
#include "schema/file_index.h"
#include "schema/names.h"

namespace explaingate::schema {

struct Candidate {
  enum class Kind { kSqlc, kMigrations, kDump } kind = Kind::kMigrations;
  std::string path;  // sqlc's configuration, the migrations' folder, the dump
  Database database = Database::kNone;
  int depth = 0;     // of the part of the project that it belongs to
  std::string area;  // that part: "" for "db/migrations", "services/a" for "services/a/db/schema.sql"
};

struct Recognition {
  std::vector<Candidate> candidates;         // best first; none is for another database
  std::vector<NotAnalysed> other_databases;  // left out for that
};
[[nodiscard]] Recognition recognise(const FileIndex& index, Dialect dialect);

// Where recognise() found nothing: the .sql file, called after what it might be ("app/tables.sql"), that makes most
// tables; the shallowest of equals. "" = there is none.
[[nodiscard]] std::string find_unnamed_dump(const FileIndex& index, Dialect dialect);

// Of a schema in parts ("create_types.sql" beside "create_tables.sql") all of them, as they need one another; else the
// file.
[[nodiscard]] std::vector<std::string> parts_of_dump(const FileIndex& index, const std::string& path);

// "create table" in the file, comments and strings not looked at.
[[nodiscard]] size_t count_create_table(const FileIndex& index, const std::string& path);

// Migrations that are programs (Django, Alembic, Rails, Laravel …): one entry a folder.
[[nodiscard]] std::vector<NotAnalysed> programmed_migrations(const FileIndex& index);

}  // namespace explaingate::schema

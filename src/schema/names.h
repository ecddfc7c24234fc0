// What file and folder names say: versions, databases, tests. Pure functions over paths ("/" between folders, no
// leading one).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"

namespace explaingate::schema {

[[nodiscard]] std::string lower(std::string_view text);  // ASCII
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string_view base_name(std::string_view path);
[[nodiscard]] std::string_view folder_of(std::string_view path);  // "" at the root
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);
[[nodiscard]] std::vector<std::string_view> segments(std::string_view path);
[[nodiscard]] bool has_extension(std::string_view path, std::string_view lower_case);  // ".sql", any case
[[nodiscard]] std::string_view stem(std::string_view path);  // base name without its last extension

// "./db//migrations/" -> "db/migrations", "." -> "". `from` is the folder that relative paths start at.
// Nothing for paths that leave the tree.
[[nodiscard]] std::optional<std::string> normalize(std::string_view from, std::string_view path);

// "*" and "?" within a segment, as sqlc's paths have them. Time is linear in pattern x path.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view path);

// A number of any length, or several: "0010" is {"10"}, "1.2" is {"1","2"}. Empty = no version.
using Version = std::vector<std::string>;
[[nodiscard]] int compare(const Version& a, const Version& b);

// Version at the start of a file name: digits, or "v" and digits; more parts after "." or "-" ("2020-01-02_x.sql",
// "1.10.sql").
[[nodiscard]] Version version_prefix(std::string_view name);

// Digit runs by value, all else by byte: "m2" < "m10", "0.9/x" < "0.10/x"; ties by byte. A strict weak order.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

enum class Database { kNone, kOurs, kOther };
// Which database a path is for, by whole words of its segments ("migrations/sqlite", "schema.pg.sql"); the last word
// counts.
[[nodiscard]] Database database_of(std::string_view path, Dialect dialect);
// What says so: the path as far as the segment that names the database, with "*" for the name.
// "storage/sqlite3/keys.go" and "storage/postgres/rooms.go" have "storage/*"; "" = none is named.
[[nodiscard]] std::string database_part(std::string_view path);
// By the name a configuration file gives it: "sqlite", "postgresql", "mysql".
[[nodiscard]] Database database_named(std::string_view name, Dialect dialect);

// Folders of tests, examples, documentation and other people's code.
[[nodiscard]] bool is_excluded(std::string_view path);
// The same, and test files by their name ("test_x.py", "x_test.go", "x.spec.ts", "conftest.py").
[[nodiscard]] bool is_test_source(std::string_view path);

// "migrations", "migration", "migrate"; also with a database's name, as in "migrations-sqlite".
[[nodiscard]] bool is_migration_folder(std::string_view segment);
// By its name or one of its folders' a file of migrations, whatever language they are in: "db/migrate/7_add_x.rb",
// "internal/database/migrations.go". Near miss: "migration_status.py".
[[nodiscard]] bool holds_migrations(std::string_view path);

}  // namespace explaingate::schema

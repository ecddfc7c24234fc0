// The small languages around the SQL in .sql files: names in comments, commands of psql and the sqlite3 shell, data of
// COPY.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace explaingate {

struct NameComment {
  std::string name;
  std::string row_marker;
};

// "-- name: GetUser :one" (sqlc), "-- name: get-user^" (aiosql, yesql, goyesql), "-- :name get_user :many" (PugSQL,
// HugSQL), the same in /* */. nullopt for prose: "-- name: the user's full name".
[[nodiscard]] std::optional<NameComment> parse_name_comment(std::string_view comment);

// A psql command ("\i a.sql", from the backslash to the end of its line).
struct PsqlCommand {
  bool ends_statement = false;  // \g, \gexec, \watch …: sends what was typed so far
  bool data_follows = false;    // \copy t from stdin
  std::string reason;           // not empty: it runs SQL that isn't seen here
};
[[nodiscard]] PsqlCommand parse_psql_command(std::string_view line);

// A line that runs another file: psql's "\i a.sql" and "\ir a.sql", the sqlite3 shell's ".read a.sql".
struct IncludedFile {
  std::string path;       // as written, without quotes
  bool relative = false;  // to the file that the line stands in; else to where the shell was started
};
[[nodiscard]] std::optional<IncludedFile> parse_include(std::string_view line);

// What a command of the sqlite3 shell (".read a.sql") runs unseen; empty for the others.
[[nodiscard]] std::string sqlite_command_reason(std::string_view line);

// Offset behind the "\." line that ends the data of a COPY; the data begins on the line after `at`. npos without such a
// line.
[[nodiscard]] size_t copy_data_end(std::string_view text, size_t at);

// True when the byte at `at` is the first one of its line, white space apart.
[[nodiscard]] bool is_first_on_line(std::string_view text, size_t at);

// The rest of the line from `at`, without the line end.
[[nodiscard]] std::string_view rest_of_line(std::string_view text, size_t at);

// The delimiter that a mysql client's "DELIMITER //" line sets; empty when the line sets none.
[[nodiscard]] std::string_view parse_delimiter_line(std::string_view line);

// A line that holds "GO" alone, or with a count: the end of a batch for sqlcmd.
[[nodiscard]] bool is_go_line(std::string_view line);

}  // namespace explaingate

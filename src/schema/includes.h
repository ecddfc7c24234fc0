// The files that a .sql file has the shell run: psql's "\i" and "\ir", the sqlite3 shell's ".read".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/file_index.h"
#include "schema/sql_file.h"

namespace explaingate::schema {

struct Include {
  int line;
  std::string path;  // in the repository
};

// In order of line, taken out of `file`'s not_analysed; what isn't there, or is one of the files that are `open` (each
// run by the one before), stays in it. psql is started at the repository's root, as a rule, or beside the file.
[[nodiscard]] std::vector<Include> take_includes(const FileIndex& index, const std::string& path, std::string_view text,
                                                 const std::vector<std::string>& open, SqlFile& file);

}  // namespace explaingate::schema

// Where statements begin and end in a text of SQL: the .sql files of psql, the sqlite3 shell, mysql, sqlcmd, sqlc and
// the query loaders of host languages, with the templates that people put into them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"

namespace explaingate {

// A stretch inside a statement that isn't SQL.
struct SqlGap {
  enum class Kind {
    kTemplate,  // {{ x }}, {% if x %}, ${x}, :'x', or a string or quoted name around one
    kCut,       // a client's command between two lines of the statement
  };
  size_t offset = 0;
  size_t length = 0;
  Kind kind = Kind::kTemplate;
};

struct SqlSpan {
  size_t begin = 0;
  size_t end = 0;   // behind the last token; no comment, white space or delimiter at either side
  size_t stop = 0;  // where the delimiter begins
  std::string name;
  std::string row_marker;
  std::vector<SqlGap> gaps;  // in order, apart from each other
};

struct SqlEvents {
  std::function<bool(SqlSpan)> statement;                             // false ends the reading
  std::function<void(size_t offset, std::string reason)> note;        // what can't be analysed
  std::function<void(size_t offset, std::string_view text)> comment;  // every comment, with its marks
};

enum class SqlSyntax {
  kPlain,  // semicolons only
  kFile,   // and names in comments, clients' commands, GO, DELIMITER, COPY data, templates
};

// Reads `text` from `start` on, once, in order; time is linear in the text's size. Only a bracket that is never closed
// makes it go back, at most once, to the first semicolon behind it.
void split_sql(std::string_view text, size_t start, Dialect dialect, SqlSyntax syntax, const SqlEvents& events);

}  // namespace explaingate

// Which table of the catalogue a statement means. PostgreSQL's catalogue has tables outside of the schema public by
// their qualified name, "sales.orders"; a statement may write that or, where a search_path leads there, "orders".
// Everything that asks for a table by its name gets the catalogue's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "parse/parse.h"

namespace explaingate {

class TableNames {
 public:
  explicit TableNames(const Catalogue& catalogue);

  // `name` as written: the first that the schemas of `path` have, else the only one of that name, else as written. A
  // name with its schema is the catalogue's already (qualified_table()).
  [[nodiscard]] std::string find(std::string_view name, const std::vector<std::string>& path) const;
  [[nodiscard]] std::string find(std::string_view name) const { return find(name, path_); }

  // The tables of a query by the catalogue's names; the name that was written stays, as alias.
  void settle(ParsedQuery& parsed) const;

 private:
  std::vector<std::string> path_;
  std::set<std::string, std::less<>> tables_;
  // Last part -> the tables outside of public; nothing where there are none, as on SQLite.
  std::map<std::string, std::vector<std::string>, std::less<>> by_last_part_;
};

// The search_path that a schema's statements set for those behind them in the file.
class PathOfFile {
 public:
  // To be called for each statement, in order, before its names are looked for.
  void read(const SchemaStatement& statement);
  [[nodiscard]] std::string find(const TableNames& names, std::string_view name) const {
    return path_.empty() ? names.find(name) : names.find(name, path_);
  }

 private:
  std::string file_;
  std::vector<std::string> path_;  // empty = the database's
};

}  // namespace explaingate

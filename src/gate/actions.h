// What the schema statements of the head side do to which tables, as rows of the fact base.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "facts/store.h"
#include "gate/run.h"
#include "gate/table_names.h"
#include "parse/actions.h"

namespace explaingate {

class ActionFacts {
 public:
  ActionFacts(const Run& run, FactStore& store);

  // A head statement, in the order in which they apply; `came`: with this change.
  void add(int64_t statement_id, const SchemaStatement& statement, const ParsedQuery& parsed, bool came,
           const TableNames& names, const PathOfFile& path);
  [[nodiscard]] Status status() const;

 private:
  const CatalogueTable* find(SideIndex side, std::string_view table) const;
  [[nodiscard]] std::string table_of_index(std::string_view index) const;
  [[nodiscard]] bool type_rewrites(const SchemaAction& action) const;
  // Known or assumed; nothing = there is no such table before the change.
  [[nodiscard]] std::optional<double> rows_today(std::string_view table) const;
  void write(int64_t statement_id, int position, const SchemaAction& action, std::string_view bound, bool came);

  const Run& run_;
  FactInserter actions_, steps_;
  std::array<std::map<std::string, const CatalogueTable*>, 2> tables_;  // by name in lower case
  std::map<std::pair<std::string, int>, int64_t> transactions_;         // (path, number in it) -> number
};

// Whether PostgreSQL writes every row anew when a column of type `from` becomes one of type `to`, both as format_type()
// spells them. Types that it knows to be stored alike are not: a longer varchar(n), text, a numeric of more digits.
[[nodiscard]] bool type_change_rewrites(std::string_view from, std::string_view to);

}  // namespace explaingate

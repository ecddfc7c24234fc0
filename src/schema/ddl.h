// The first words of a DDL statement: what it makes, changes or drops. Enough to order and to leave out statements, no
// more; the engine is the judge of the rest.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"

namespace explaingate::schema {

// Names are the last part, without quotes, in lower case: main."Users" is "users".
struct Ddl {
  std::string verb;                // first word in lower case: "create", "insert", "pragma"
  std::string second;              // second word, likewise
  std::string type;                // CREATE, ALTER, DROP: "table", "index", "view", "trigger", "type", "role" …
  std::vector<std::string> names;  // of the object; DROP may have several
  std::string on_table;            // of an index or trigger
  bool guarded = false;            // IF [NOT] EXISTS, OR REPLACE
  std::string new_name;            // ALTER … RENAME TO
  std::string added_column;        // ALTER TABLE … ADD [COLUMN]
  bool owner_only = false;         // ALTER … OWNER TO
};
[[nodiscard]] Ddl read_ddl(std::string_view sql, Dialect dialect);

// Statements that a migration may hold and that change nothing about a plan in a private, empty database: transaction
// control (the engine has its own), rights, comments, VACUUM, COPY (its data is not there), most SETs and PRAGMAs.
[[nodiscard]] bool changes_nothing(std::string_view sql, const Ddl& ddl, Dialect dialect);

// CREATE, ALTER or DROP of something that queries are planned on.
[[nodiscard]] bool is_schema_change(const Ddl& ddl);

// Which objects are there after the statements that were applied so far.
class Objects {
 public:
  // The table or view that the statement needs and that isn't there; "" when nothing is missing.
  [[nodiscard]] std::string missing(const Ddl& ddl) const;
  // True when the statement is a CREATE of something that is there already.
  [[nodiscard]] bool is_there(const Ddl& ddl) const;
  [[nodiscard]] bool has(const std::string& relation) const { return relations_.contains(relation); }
  // True when ALTER TABLE … ADD adds a column that the table has already.
  [[nodiscard]] bool has_added_column(const Ddl& ddl, Dialect dialect) const;
  void apply(const Ddl& ddl, std::string_view sql);

 private:
  struct Relation {
    std::string sql;                 // its CREATE
    std::vector<std::string> added;  // columns that came later
  };
  std::map<std::string, Relation> relations_;  // tables and views
  std::map<std::string, std::string> others_;  // "index orders_by_date" -> its table
};

}  // namespace explaingate::schema

#include "rulebook/authorizer.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "rulebook/rulebook.h"

namespace explaingate {
namespace {

// Functions of SQLite that give the same result for the same arguments and touch nothing. Left out, with reason: what
// reads the clock or is random (date(), random()), what knows of the connection (changes(), sqlite_version()), what
// makes large values out of nothing (zeroblob()), and everything that loads, reads or writes (load_extension(),
// readfile(), edit(), fts3_tokenizer()). Sorted.
constexpr std::string_view kFunctions[] = {"->",
                                           "->>",
                                           "abs",
                                           "avg",
                                           "ceil",
                                           "ceiling",
                                           "char",
                                           "coalesce",
                                           "concat",
                                           "concat_ws",
                                           "count",
                                           "cume_dist",
                                           "dense_rank",
                                           "exp",
                                           "first_value",
                                           "floor",
                                           "format",
                                           "glob",
                                           "group_concat",
                                           "hex",
                                           "ifnull",
                                           "iif",
                                           "instr",
                                           "json",
                                           "json_array",
                                           "json_array_length",
                                           "json_extract",
                                           "json_group_array",
                                           "json_group_object",
                                           "json_insert",
                                           "json_object",
                                           "json_patch",
                                           "json_quote",
                                           "json_remove",
                                           "json_replace",
                                           "json_set",
                                           "json_type",
                                           "json_valid",
                                           "lag",
                                           "last_value",
                                           "lead",
                                           "length",
                                           "like",
                                           "likelihood",
                                           "likely",
                                           "ln",
                                           "log",
                                           "log10",
                                           "log2",
                                           "lower",
                                           "ltrim",
                                           "max",
                                           "min",
                                           "mod",
                                           "nth_value",
                                           "ntile",
                                           "nullif",
                                           "percent_rank",
                                           "pow",
                                           "power",
                                           "printf",
                                           "quote",
                                           "rank",
                                           "replace",
                                           "round",
                                           "row_number",
                                           "rtrim",
                                           "sign",
                                           "sqrt",
                                           "string_agg",
                                           "substr",
                                           "substring",
                                           "sum",
                                           "total",
                                           "trim",
                                           "trunc",
                                           "typeof",
                                           "unicode",
                                           "unlikely",
                                           "upper"};

bool is_function(std::string_view name) {
  return std::ranges::find(kFunctions, name) != std::end(kFunctions);
}

std::set<std::string> fact_tables(Sqlite& database) {
  std::set<std::string> tables;
  auto names = database.prepare(
      "SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE "
      "'\\'");
  if (!names) return tables;
  for (auto row = names->step(); row && *row; row = names->step()) tables.emplace(names->text(0));
  return tables;
}

// Decides, and says in words what was refused.
class FactReader {
 public:
  FactReader(std::set<std::string> tables, std::shared_ptr<ReadingLog> log)
      : tables_(std::move(tables)), log_(std::move(log)) {}

  bool operator()(const AuthorizerRequest& request) const {
    if (request.action == "SELECT" || request.action == "RECURSIVE") return true;
    if (request.action == "READ") return read(lower(request.first), request.second, request.database);
    if (request.action == "FUNCTION") {
      std::string name = lower(request.second);
      return is_function(name) || refuse(fmt::format("the function {}()", name), name);
    }
    // A virtual table or table function (pragma_table_info(), dbstat, json_each()) declares its columns by way of the
    // schema.
    if (request.first == "sqlite_master") return refuse("a virtual table or table function", "");
    std::string action(request.action);
    std::replace(action.begin(), action.end(), '_', ' ');
    std::string word = lower(action.substr(0, action.find(' ')));
    return refuse(request.action == "PRAGMA" ? fmt::format("PRAGMA {}", lower(request.first)) : action, word);
  }

 private:
  bool read(const std::string& table, std::string_view column, std::string_view database) const {
    if (table == "findings") log_->findings = true;
    if (database.empty() || database == "main") {
      if (tables_.contains(table)) return true;
      // SQLite asks with no column about each table of which no column is used, common table expressions included.
      if (column.empty() && !table.starts_with("pragma_") && !table.starts_with("sqlite_")) return true;
    }
    return refuse(fmt::format("the table {}, which is no fact,", table), table);
  }
  bool refuse(std::string what, std::string word) const {
    if (log_->refused.empty()) {
      log_->refused = std::move(what);
      log_->refused_word = std::move(word);
    }
    return false;
  }

  std::set<std::string> tables_;
  std::shared_ptr<ReadingLog> log_;
};

}  // namespace

void allow_rule(Sqlite& database, std::shared_ptr<ReadingLog> log) {
  database.set_authorizer(nullptr);
  database.set_authorizer(FactReader(fact_tables(database), std::move(log)));
}

void allow_reading_only(Sqlite& database) {
  database.set_authorizer(nullptr);
  std::set<std::string> tables = fact_tables(database);
  tables.insert({"sqlite_schema", "sqlite_master"});  // which facts there are, with the comments that explain them
  database.set_authorizer(FactReader(std::move(tables), std::make_shared<ReadingLog>()));
}

}  // namespace explaingate

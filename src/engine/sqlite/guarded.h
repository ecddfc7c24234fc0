// An in-memory database that takes hostile SQL: schema statements of an unmerged pull request.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/sqlite.h"
#include "engine/engine.h"

namespace explaingate::sqlite_engine {

class GuardedDatabase {
 public:
  static Result<GuardedDatabase> open();

  // Applies the statements in order, each for itself. Transaction control and harmless PRAGMAs are skipped.
  [[nodiscard]] std::vector<SchemaFailure> apply(const std::vector<SchemaStatement>& statements);

  // Prepares `sql`, which holds one statement (else kStatement). Where SQLite misses a function, a collation or an
  // attached database, a stand-in is registered and the preparation repeated.
  [[nodiscard]] Result<SqliteStatement> prepare_with_stand_ins(std::string_view sql);

  // What the authoriser lets through from now on.
  enum class Guard {
    kSchema,    // DDL and data changes inside this database
    kReadOnly,  // SELECT
    kNone,      // our own statements
  };
  void guard(Guard guard);

  [[nodiscard]] Sqlite& database() { return database_; }
  [[nodiscard]] std::vector<std::string> stand_ins() const { return {stand_ins_.begin(), stand_ins_.end()}; }
  // Tables that stand in attached databases as copies of main's: database -> table names. Grows while planning.
  [[nodiscard]] const std::map<std::string, std::set<std::string>>& copies() const { return copies_; }

 private:
  explicit GuardedDatabase(Sqlite database) : database_(std::move(database)) {}
  Status apply_one(std::string_view text);
  Status run(SqliteStatement& statement);
  bool mend(const std::string& message, std::string_view sql);
  bool mend_function(std::string name, std::string_view sql, bool aggregate);
  bool mend_table(std::string_view qualified_name);
  bool attach(const std::string& name);

  Sqlite database_;
  Guard guard_ = Guard::kNone;
  std::set<std::string> stand_ins_;
  std::set<std::string> attached_;
  std::map<std::string, std::set<std::string>> copies_;
};

}  // namespace explaingate::sqlite_engine

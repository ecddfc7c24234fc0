// How a migration tool runs the statements of a file: in which transaction, and whether waiting for a lock has an end.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "engine/engine.h"

namespace explaingate::schema {

// Fed every statement of one file in order, those that the schema leaves out (BEGIN, SET …) as well.
class Steps {
 public:
  // `tool` as Schema::tool; "" = the file is no migration. `text`: the whole file, for the tool's own markers.
  // `in_no_transaction`: a file beside it says so.
  Steps(std::string_view tool, std::string_view text, Dialect dialect, bool in_no_transaction);

  [[nodiscard]] MigrationStep step(std::string_view sql);
  // After the last one, for what only the whole file tells: `statements` are those of it that were kept.
  void finish(std::vector<SchemaStatement>& statements) const;

 private:
  void set(std::string_view sql);

  std::string tool_;
  Dialect dialect_;
  MigrationStep now_;
  std::string by_tool_;           // as MigrationStep::transaction_by, outside of the file's own transactions
  int last_ = 0;                  // number of the last transaction
  bool local_ = false;            // the time limit was set for this transaction
  std::map<int, size_t> counts_;  // statements of each transaction, those left out as well
};

}  // namespace explaingate::schema

// Who may do what in the fact base: rules and queries given by hand read the facts, and that is all.
#pragma once

#include <memory>
#include <string>

#include "base/sqlite.h"

namespace explaingate {

// What happened while a statement was prepared under the authoriser.
struct ReadingLog {
  std::string refused;       // first thing refused, in words: "the function load_extension()"; empty = nothing
  std::string refused_word;  // the word of the SQL that it is about, in lower case
  bool findings = false;     // the table `findings` was read
};

// As allow_reading_only(), for rules: the schema table is no fact, so it can't be read either. Fills `log`.
void allow_rule(Sqlite& database, std::shared_ptr<ReadingLog> log);

}  // namespace explaingate

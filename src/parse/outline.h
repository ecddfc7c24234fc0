// What a statement is, from its first tokens: enough for everything that has no query in it. Stage-internal.
#pragma once

#include <string>

#include "parse/lexemes.h"
#include "parse/parse.h"

namespace explaingate {

struct Outline {
  StatementKind kind = StatementKind::kUtility;
  bool known = true;  // the first word starts a statement
  std::string object, object_type, on_table;
  size_t query = 0;    // CREATE VIEW / TABLE … AS: token behind AS; 0 = none
  size_t stopped = 0;  // token where a DDL statement stopped making sense; 0 = it made sense
};

// Names of tables and views are qualified_table()'s; of everything else without a schema.
[[nodiscard]] Outline outline(const Lexemes& lexed, Dialect dialect);

}  // namespace explaingate

// One .sql file as schema statements: its up parts, split, without what changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "engine/engine.h"
#include "extract/extract.h"
#include "schema/sections.h"

namespace explaingate::schema {

using Placeholders = std::map<std::string, std::string>;  // of "${name}"

struct SqlFileOptions {
  Dialect dialect = Dialect::kSqlite;
  std::optional<Marking> required;  // a file without this tool's markers is refused, as the tool does
  const Placeholders* placeholders =
      nullptr;                     // where a tool replaces "${name}"; a statement with an unknown name is left out
  std::string tool;                // whose migration it is; "" = none's
  bool in_no_transaction = false;  // a file beside it keeps the tool from opening one
};

struct SqlFile {
  std::vector<SchemaStatement> statements;
  std::vector<NotAnalysed> not_analysed;
};

[[nodiscard]] SqlFile read_sql_file(std::string_view path, std::string_view text, const SqlFileOptions& options);

}  // namespace explaingate::schema

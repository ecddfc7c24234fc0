// Other ways to write a statement: the same question, or nearly, in a form that an index can serve. Whether one is any
// better is for a planner to say. What the rewrite leaves alone stays as the statement has it, byte for byte.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parse/parse.h"

namespace explaingate {

enum class RewriteKind {
  kRange,         // date(x) = ? -> x >= ? AND x < date(?, '+1 day')
  kKeyset,        // OFFSET -> WHERE key > the last page's last key
  kExists,        // count(*) > 0 -> EXISTS
  kNotExists,     // x NOT IN (SELECT y …) -> NOT EXISTS (… y = x)
  kWithoutHints,  // SQLite's CROSS JOIN -> JOIN, +x = ? -> x = ?
};
[[nodiscard]] std::string_view to_string(RewriteKind kind);  // "range", "keyset", "exists", "not_exists",
                                                             // "without_hints"

// What a rewrite goes by of the schema.
struct RewriteColumn {
  std::string name;      // as the catalogue has it
  std::string spelling;  // as SQL has it: in quotes where it needs them
  std::string type;
  bool not_null = false;  // declared so, or by the key: SQLite takes NULL into most of its primary keys
  bool key = false;       // part of the primary key
};
struct RewriteTable {
  std::vector<RewriteColumn> columns;
};
// nullptr where the reference is no table.
using FindRewriteTable = std::function<const RewriteTable*(const TableRef&)>;

struct Rewrite {
  RewriteKind kind = RewriteKind::kRange;
  std::string text;
  std::vector<std::string> remarks;  // each a way in which it isn't the same, a sentence without its full stop
  // What the statement costs where it is dearest: of pages the last, which passes over all others. "" = the statement.
  std::string dearest;
};

// One of a kind at most: all comparisons that can be ranges are in one rewrite. `parsed` is what parse_query() made of
// `sql`, `placeholders` as there. A column whose type or place isn't known gives none.
[[nodiscard]] std::vector<Rewrite> rewrites(std::string_view sql, Dialect dialect, std::string_view placeholders,
                                            const ParsedQuery& parsed, const FindRewriteTable& find);

}  // namespace explaingate

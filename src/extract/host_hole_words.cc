#include "extract/host_hole_words.h"

#include <algorithm>

namespace explaingate::host {

bool is_any(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool wants_name(std::string_view word) {
  return is_any(word, {"from",    "join",    "into",       "update",  "table",   "index",     "view",       "trigger",
                       "exists",  "only",    "references", "as",      "collate", "column",    "constraint", "by",
                       "indexed", "replace", "ignore",     "rename",  "to",      "savepoint", "release",    "pragma",
                       "analyze", "vacuum",  "truncate",   "lateral", "schema",  "database",  "attach",     "explain",
                       "using",   "add",     "extension",  "type",    "sequence"});
}

bool wants_condition(std::string_view word) {
  return is_any(word, {"where", "and", "or", "on", "having", "not", "when", "filter", "check"});
}

bool wants_value(std::string_view word) {
  return is_any(word, {"limit",    "offset", "like",    "ilike",   "glob",    "match", "regexp", "between",
                       "is",       "then",   "else",    "escape",  "similar", "fetch", "first",  "next",
                       "interval", "return", "returns", "default", "in",      "any",   "all",    "some"});
}

bool opens_clause(std::string_view word) {
  return is_any(word, {"select", "from",   "where",  "set",    "values",    "into",  "by",
                       "on",     "having", "limit",  "offset", "returning", "using", "table",
                       "update", "join",   "pragma", "with",   "distinct",  "case",  "in"});
}

bool goes_on(std::string_view word) {
  return opens_clause(word) || wants_condition(word) || wants_value(word) ||
         is_any(word, {"order",   "group",   "union", "intersect", "except",    "inner",  "left",
                       "right",   "full",    "cross", "natural",   "asc",       "desc",   "nulls",
                       "for",     "end",     "do",    "conflict",  "window",    "over",   "as",
                       "collate", "indexed", "not",   "outer",     "recursive", "delete", "insert"});
}

}  // namespace explaingate::host

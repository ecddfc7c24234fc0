// What a rule found, at a place in the sources. Plain data, made by the rulebook, carried to every reporter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace explaingate {

enum class Level { kInfo, kWarning, kError };
[[nodiscard]] std::string_view to_string(Level level);  // "info", "warning", "error"

struct Finding {
  std::string rule;
  Level level = Level::kError;
  std::optional<int64_t> statement_id;  // of the facts
  std::string path;
  int line = 0, column = 0, end_line = 0;
  std::string subject;                        // what it is about, stable: a table, an index, a query's name
  std::string message;                        // one or two sentences
  std::string fix;                            // what to do; may hold SQL; empty when there is nothing to suggest
  std::string replacement;                    // the statement's text with the fix made, where that is all; else ""
  std::optional<int64_t> cause_statement_id;  // the schema statement that did it
  // hash_fields(rule, path, query fingerprint, subject, ordinal among equal ones): no line number, no measured value.
  std::string fingerprint;
};

}  // namespace explaingate

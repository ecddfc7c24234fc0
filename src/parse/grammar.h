// libpg_query behind two calls. Stage-internal; pg_query.h is included in grammar.cc only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace explaingate {

struct GrammarError {
  std::string message;
  size_t offset = 0;  // byte offset in the parsed text
};

// The JSON parse tree of `text`, which must have no NUL byte.
class GrammarResult {
 public:
  explicit GrammarResult(const std::string& text);  // which outlives it
  ~GrammarResult();
  GrammarResult(const GrammarResult&) = delete;
  GrammarResult& operator=(const GrammarResult&) = delete;
  [[nodiscard]] bool accepted() const { return accepted_; }
  [[nodiscard]] std::string_view json() const;
  // 16 hexadecimal digits; empty when the text isn't accepted.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] const GrammarError& error() const { return error_; }

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  bool accepted_ = false;
  GrammarError error_;
};

// 16 hexadecimal digits; empty when PostgreSQL's grammar refuses the text.
[[nodiscard]] std::string grammar_fingerprint(const std::string& text);

}  // namespace explaingate

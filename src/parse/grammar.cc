#include "parse/grammar.h"

#include <pg_query.h>

#include <algorithm>

namespace explaingate {
namespace {

// PostgreSQL counts characters, as pg_utf_mblen() does.
size_t byte_offset(std::string_view text, int characters) {
  size_t at = 0;
  for (int n = 0; n < characters && at < text.size(); ++n) {
    auto lead = static_cast<unsigned char>(text[at]);
    at += lead < 0x80 ? 1 : (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 1;
  }
  return std::min(at, text.size());
}

}  // namespace

struct GrammarResult::Handle {
  PgQueryParseResult result;
  explicit Handle(const std::string& text) : result(pg_query_parse(text.c_str())) {}
  ~Handle() { pg_query_free_parse_result(result); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
};

GrammarResult::GrammarResult(const std::string& text) : handle_(std::make_unique<Handle>(text)) {
  const PgQueryError* error = handle_->result.error;
  accepted_ = error == nullptr && handle_->result.parse_tree != nullptr;
  if (accepted_) return;
  error_.message = error != nullptr && error->message != nullptr ? error->message : "syntax error";
  error_.offset = byte_offset(text, error != nullptr && error->cursorpos > 0 ? error->cursorpos - 1 : 0);
}

GrammarResult::~GrammarResult() = default;

std::string_view GrammarResult::json() const {
  return handle_->result.parse_tree;
}

std::string grammar_fingerprint(const std::string& text) {
  PgQueryFingerprintResult result = pg_query_fingerprint(text.c_str());
  std::string fingerprint = result.error == nullptr && result.fingerprint_str != nullptr ? result.fingerprint_str : "";
  pg_query_free_fingerprint_result(result);
  return fingerprint;
}

}  // namespace explaingate

#include "parse/grammar.h"

#include <pg_query.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "parse/grammar_once.h"

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

#ifdef EXPLAINGATE_PARSE_ONCE

// One parse for both; what pg_query_parse() does otherwise.
struct GrammarResult::Handle {
  PgQueryParseResult result{};
  uint64_t mark = 0;
  explicit Handle(const std::string& text) {
    void* context = pg_query_enter_memory_context();
    PgQueryRawParse parsed = pg_query_raw_parse(text.c_str());
    result.stderr_buffer = parsed.stderr_buffer;
    result.error = parsed.error;
    if (parsed.error == nullptr) {
      result.parse_tree = strdup(pg_query_nodes_to_json(parsed.tree));
      mark = pg_query_fingerprint_node(parsed.tree);
    }
    pg_query_exit_memory_context(context);
  }
  ~Handle() { pg_query_free_parse_result(result); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] std::string fingerprint() const { return fmt::format("{:016x}", mark); }
};

#else

struct GrammarResult::Handle {
  PgQueryParseResult result;
  const std::string& text;
  explicit Handle(const std::string& given) : result(pg_query_parse(given.c_str())), text(given) {}
  ~Handle() { pg_query_free_parse_result(result); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  [[nodiscard]] std::string fingerprint() const { return grammar_fingerprint(text); }
};

#endif

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

std::string GrammarResult::fingerprint() const {
  return accepted_ ? handle_->fingerprint() : std::string();
}

std::string grammar_fingerprint(const std::string& text) {
  PgQueryFingerprintResult result = pg_query_fingerprint(text.c_str());
  std::string fingerprint = result.error == nullptr && result.fingerprint_str != nullptr ? result.fingerprint_str : "";
  pg_query_free_fingerprint_result(result);
  return fingerprint;
}

}  // namespace explaingate

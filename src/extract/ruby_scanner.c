/* Ruby's scanner keeps the length of a heredoc's name in one byte, and reads what it wrote of a longer one as something
   else. A state with such a name is not kept, as it does with one for which there is no room. */
#define tree_sitter_ruby_external_scanner_serialize serialize_any
#include "scanner.c"
#undef tree_sitter_ruby_external_scanner_serialize

unsigned tree_sitter_ruby_external_scanner_serialize(void* payload, char* buffer) {
  const Scanner* scanner = payload;
  for (uint32_t i = 0; i < scanner->open_heredocs.size; ++i)
    if (scanner->open_heredocs.contents[i].word.size > UINT8_MAX) return 0;
  return serialize_any(payload, buffer);
}

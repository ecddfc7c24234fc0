#include "base/result.h"

#include <fmt/format.h>

#include "base/text.h"

namespace explaingate {

namespace {

// Blanks as wide as the excerpt's first bytes, so that what follows stands below the byte after them.
std::string indent_to(std::string_view excerpt) {
  std::string indent;
  for (char c : printable(excerpt)) {
    bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues) indent += c == '\t' ? '\t' : ' ';
  }
  return indent;
}

}  // namespace

std::string to_text(const Error& error) {
  std::string text;
  if (!error.file.empty()) {
    text += printable_line(error.file);
    if (error.line > 0) text += fmt::format(":{}", error.line);
    if (error.line > 0 && error.column > 0) text += fmt::format(":{}", error.column);
    text += ": ";
  }
  text += error.message + "\n";
  if (!error.excerpt.empty()) {
    text += "  " + printable(error.excerpt) + "\n";
    if (error.column > 0)
      text +=
          "  " + indent_to(std::string_view(error.excerpt).substr(0, static_cast<size_t>(error.column - 1))) + "^\n";
  }
  if (!error.hint.empty()) text += "help: " + error.hint + "\n";
  return text;
}

}  // namespace explaingate

#include "base/result.h"

#include <fmt/format.h>

namespace explaingate {

std::string to_text(const Error& error) {
  std::string text;
  if (!error.file.empty()) {
    text += error.file;
    if (error.line > 0) text += fmt::format(":{}", error.line);
    if (error.line > 0 && error.column > 0) text += fmt::format(":{}", error.column);
    text += ": ";
  }
  text += error.message + "\n";
  if (!error.excerpt.empty()) {
    text += "  " + error.excerpt + "\n";
    if (error.column > 0) text += fmt::format("  {:>{}}\n", '^', error.column);
  }
  if (!error.hint.empty()) text += "help: " + error.hint + "\n";
  return text;
}

}  // namespace explaingate

// Errors as values. A function that can fail returns Result<T>; what to do next is decided on Error::kind, never on
// text.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace explaingate {

enum class ErrorKind {
  kUsage,          // the command line is wrong: exit 2
  kConfiguration,  // configuration, rule, baseline or other input file is wrong: exit 2
  kUnverified,     // the check could not be made (no merge base, database down): exit 3
  kStatement,      // one statement could not be parsed or planned: a "not analysed" line, never the end of a run
  kIo,             // a file could not be read or written: exit 3
};

// `line` and `column` start at 1; 0 = unknown. `excerpt` is the source line at fault, for the caret.
struct Error {
  ErrorKind kind = ErrorKind::kUnverified;
  std::string message;
  std::string file;
  int line = 0;
  int column = 0;
  std::string excerpt;
  std::string hint;  // what to do about it, one sentence
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected(std::move(error));
}

// "file:line:column: message", the source line and a caret, then "help: hint". Ends with a newline.
[[nodiscard]] std::string to_text(const Error& error);

}  // namespace explaingate

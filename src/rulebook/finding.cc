#include "rulebook/finding.h"

namespace explaingate {

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

}  // namespace explaingate

// Extraction on any bytes: no crash, no hang, bounded memory. The extension in EXPLAINGATE_FUZZ_EXTENSION (".go") says
// which language they are taken for. Built without libFuzzer it replays the files that it is given.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/file.h"
#include "extract/extract.h"
#include "extract/outline.h"

using namespace explaingate;

namespace {

const std::string& path() {
  static const std::string fuzzed = [] {
    const char* extension = std::getenv("EXPLAINGATE_FUZZ_EXTENSION");
    return std::string("a") + (extension == nullptr ? ".py" : extension);
  }();
  return fuzzed;
}

// A statement's parts lie inside its text, its places inside the source.
void check(const Extraction& extraction, std::string_view source) {
  for (const Statement& statement : extraction.statements) {
    for (const Hole& hole : statement.holes)
      if (hole.offset + hole.length > statement.text.size()) std::abort();
    if (statement.line < 1 || statement.column < 1) std::abort();
    if (!statement.map.empty() && statement.map.original(statement.text.size()) > source.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Languages languages = Languages::built_in().value();
  std::string_view source(reinterpret_cast<const char*>(data), size);
  Outline outline;
  check(extract(path(), source, languages, Dialect::kSqlite), source);
  check(extract(path(), source, languages, Dialect::kPostgres, nullptr, outline), source);
  return 0;
}

#ifndef EXPLAINGATE_LIBFUZZER
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    auto text = read_file(argv[i]);
    if (!text) return 2;
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text->data()), text->size());
  }
  return 0;
}
#endif

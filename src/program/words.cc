#include "program/words.h"

#include <algorithm>
#include <array>

#include "program/names.h"

namespace explaingate {
namespace {

constexpr std::array<std::string_view, 70> kCommonNames = {  // in plain letters, sorted
    "add",     "all",    "append", "apply",  "build",   "call",   "check",    "clear",  "clone", "close",
    "commit",  "copy",   "count",  "create", "default", "delete", "each",     "emit",   "error", "exec",
    "execute", "exists", "fetch",  "filter", "find",    "first",  "flush",    "format", "from",  "get",
    "handle",  "has",    "init",   "insert", "into",    "items",  "join",     "keys",   "last",  "list",
    "load",    "log",    "main",   "map",    "new",     "next",   "open",     "parse",  "pop",   "print",
    "process", "push",   "put",    "query",  "read",    "remove", "render",   "reset",  "run",   "save",
    "send",    "set",    "size",   "start",  "stop",    "test",   "tostring", "update", "value", "write"};

}  // namespace

std::string plain(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c != '_') out += c;
  }
  return out;
}

bool is_common(std::string_view name) {
  return std::ranges::binary_search(kCommonNames, plain(name));
}

bool names_owner(std::string_view a, std::string_view b) {
  constexpr size_t kLeast = 4;
  if (a.empty() || b.empty()) return false;
  if (a == b) return true;
  return a.size() >= kLeast && (b.starts_with(a) || b.ends_with(a) || (b.size() >= kLeast && a.ends_with(b)));
}

bool is_stand_in(std::string_view path) {
  constexpr std::array<std::string_view, 8> kMarks = {"mock", "fake",  "stub",      "dummy",
                                                      ".pb.", "grpc.", "generated", "pb2"};  // in plain letters
  std::string lower = plain(path.substr(path.rfind('/') + 1));
  std::string folder = plain(path_folder(path));
  std::string_view one = folder;  // of a folder that is named for several
  if (one.ends_with('s')) one.remove_suffix(1);
  return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
    return lower.find(mark) != std::string::npos || folder.ends_with(mark) || one.ends_with(mark);
  });
}

bool starts_with_capital(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

std::string core_name(std::string_view name) {
  std::string out = plain(name);
  for (std::string_view tail : {"txn", "impl", "internal", "async", "inner"})
    if (out.size() > tail.size() && out.ends_with(tail)) out.resize(out.size() - tail.size());
  return out;
}

}  // namespace explaingate

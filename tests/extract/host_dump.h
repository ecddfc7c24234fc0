// One text for everything that was extracted from a source, so that a test states all of it:
//   3:13-3:27 call dbapi.execute cur.execute in Orders.report @4 as SQL | SELECT ? FROM t
//     value `?` at 7 <- x
//     for 2-4 r in rows, rows of #0, varies, leaves
//   not analysed 3:13 in f: reason
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "extract/extract.h"

namespace explaingate {

inline const Languages& test_languages() {
  static const Languages languages = Languages::load(SOURCE_DIR "/rules/languages").value();
  return languages;
}

inline std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

inline std::string dump_loop(const Loop& loop) {
  static constexpr const char* kKinds[] = {"for", "while", "comprehension", "callback"};
  static constexpr const char* kSources[] = {"unknown", "rows", "collection", "literal", "batch", "retry"};
  std::string out = fmt::format("  {} {}-{}", kKinds[static_cast<int>(loop.kind)], loop.line, loop.end_line);
  if (!loop.variable.empty() || !loop.iterable.empty())
    out += fmt::format(" {} in {}", one_line(loop.variable), one_line(loop.iterable));
  out += fmt::format(", {}", kSources[static_cast<int>(loop.source)]);
  if (loop.rows_statement >= 0) out += fmt::format(" of #{}", loop.rows_statement);
  if (loop.argument_varies) out += ", varies";
  if (loop.always_leaves) out += ", leaves";
  if (loop.commits != Commits::kUnknown)
    out += loop.commits == Commits::kTogether ? ", commits together" : ", commits each";
  return out + "\n";
}

// `placeholders`: those of the library behind the callee.
inline std::string dump(const Extraction& extraction, bool placeholders = false) {
  static constexpr const char* kCalls[] = {"none", "execute", "bulk", "prepare", "text", "run"};
  static constexpr const char* kHoles[] = {"identifier", "value", "list", "predicate"};
  std::string out;
  for (const Statement& s : extraction.statements) {
    out += fmt::format("{}:{}-{}:{} {}", s.line, s.column, s.end_line, s.end_column, s.kind);
    if (s.kind == "call")
      out += fmt::format(" {}.{} {}", s.library, kCalls[static_cast<int>(s.call)], one_line(s.callee));
    if (!s.function.empty()) out += " in " + s.function;
    if (placeholders && s.kind == "call" && !s.placeholders.empty()) out += " [" + s.placeholders + "]";
    if (s.call_line != s.line) out += fmt::format(" @{}", s.call_line);
    if (!s.name.empty()) out += " as " + s.name;
    out += " | " + one_line(s.text) + "\n";
    for (const Hole& hole : s.holes)
      out += fmt::format("  {} `{}` at {} <- {}\n", kHoles[static_cast<int>(hole.kind)],
                         s.text.substr(hole.offset, hole.length), hole.offset, one_line(hole.expression));
    for (const Loop& loop : s.loops) out += dump_loop(loop);
  }
  for (const NotAnalysed& n : extraction.not_analysed)
    out += fmt::format("not analysed {}:{}{}: {}\n", n.line, n.column, n.function.empty() ? "" : " in " + n.function,
                       n.reason);
  for (const Suppression& s : extraction.suppressions)
    out += fmt::format("suppression {} covers {}-{}: {} ({})\n", s.line, s.covers.first, s.covers.last,
                       fmt::join(s.rules, ","), s.reason);
  return out;
}

inline std::string extracted(std::string_view source) {
  return dump(extract("a.py", source, test_languages(), Dialect::kSqlite));
}

// The texts alone, one a line, holes as they were filled; what was not analysed by its reason.
inline std::string texts(std::string_view source) {
  Extraction extraction = extract("a.py", source, test_languages(), Dialect::kSqlite);
  std::string out;
  for (const Statement& s : extraction.statements) out += one_line(s.text) + "\n";
  for (const NotAnalysed& n : extraction.not_analysed) out += "- " + n.reason + "\n";
  return out;
}

}  // namespace explaingate

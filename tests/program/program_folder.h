// A folder of sources as one program, written down: its statements, and who reaches them.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "program/program.h"

namespace explaingate {

using Sources = std::map<std::string, std::string>;

inline const Languages& languages() {
  static const Languages all = Languages::load(SOURCE_DIR "/rules/languages").value();
  return all;
}

class Folder {
 public:
  explicit Folder(const Sources& sources) : folder_(TemporaryFolder::create().value()) {
    for (const auto& [path, text] : sources) write(path, text);
  }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::path file = folder_.path() / "tree" / path;
    std::filesystem::create_directories(file.parent_path());
    REQUIRE(write_file_atomic(file, text));
  }
  [[nodiscard]] std::string root() const { return (folder_.path() / "tree").string(); }
  [[nodiscard]] std::string cache() const { return (folder_.path() / "cache").string(); }
  [[nodiscard]] std::string cache_file() const { return cache() + "/sources.db"; }

  // Statements, then edges: "orders.py report -> store.py customer (1)".
  [[nodiscard]] std::string program(bool cached = false, std::vector<Externals::Wrapper> declared = {}) const {
    auto tree = open_folder(root()).value();
    std::vector<std::string> paths;
    auto entries = tree->list().value();
    for (const TreeEntry& entry : entries) paths.push_back(entry.path);
    ProgramOptions options;
    options.declared = std::move(declared);
    if (cached) options.cache_folder = cache();
    Program program = Program::load(*tree, paths, languages(), options);
    std::string out;
    for (const ProgramFile& file : program.files()) {
      Extraction extraction = program.extraction(file.path);
      for (const Statement& statement : extraction.statements)
        if (statement.kind == "call")
          out += fmt::format("{}:{} {}.{} | {}\n", file.path, statement.call_line, statement.library,
                             statement.function, statement.text);
    }
    for (const CallEdge& edge : program.edges()) {
      const Outline& from = program.outline(edge.file);
      const Outline& to = program.outline(edge.callee_file);
      int32_t caller = from.calls[edge.call].function;
      out += fmt::format("{} {} -> {} {} ({})\n", program.files()[edge.file].path,
                         caller < 0 ? "top" : from.functions[static_cast<size_t>(caller)].name,
                         program.files()[edge.callee_file].path, to.functions[edge.callee].name, edge.depth);
    }
    return out;
  }

 private:
  TemporaryFolder folder_;
};

inline std::string program(const Sources& sources) {
  return Folder(sources).program();
}

inline const std::string kQuery = "def find(c, id):\n  return c.execute('SELECT a FROM t WHERE id = ?', (id,))\n";
inline const std::string kFound = "store.py:2 dbapi.find | SELECT a FROM t WHERE id = ?\n";

}  // namespace explaingate

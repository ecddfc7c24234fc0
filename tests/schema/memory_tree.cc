#include "schema/memory_tree.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace explaingate {

Result<std::span<const TreeEntry>> MemoryTree::list() const {
  if (listed_.size() == files_.size() + links.size()) return listed_;
  std::vector<TreeEntry> entries;
  auto add = [&](const std::string& path, TreeEntry::Kind kind) {
    TreeEntry entry;
    entry.path = path;
    entry.kind = kind;
    entries.push_back(std::move(entry));
  };
  for (const auto& [path, text] : files_) add(path, TreeEntry::Kind::kFile);
  for (const std::string& path : links) add(path, TreeEntry::Kind::kLink);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  listed_ = std::move(entries);
  return listed_;
}

Result<std::string> MemoryTree::read(std::string_view path, size_t limit) const {
  auto file = files_.find(std::string(path));
  if (file == files_.end()) return fail(ErrorKind::kIo, "is not there");
  if (too_large.contains(file->first) || file->second.size() > limit) return fail(ErrorKind::kIo, "is too large");
  return file->second;
}

bool MemoryTree::contains(std::string_view path) const {
  return files_.contains(std::string(path));
}

const Languages& languages() {
  static const Result<Languages> loaded = Languages::load(SOURCE_DIR "/rules/languages");
  REQUIRE_MESSAGE(loaded.has_value(), (loaded ? std::string() : to_text(loaded.error())));
  return *loaded;
}

std::string dump(const Tree& tree, const SchemaSource& source, Dialect dialect) {
  Result<Schema> schema = read_schema(tree, source, languages(), dialect);
  if (!schema) {
    const Error& error = schema.error();
    std::string kind = error.kind == ErrorKind::kConfiguration ? "configuration" : "other";
    return fmt::format("{} error: {}\nhelp: {}\n", kind, error.message, error.hint);
  }
  std::string text = fmt::format("= {}\n", schema->tool);
  std::set<std::string> with_statements;
  for (const SchemaStatement& statement : schema->statements) {
    std::istringstream words(statement.text);
    std::string all, word;
    while (words >> word) all += " " + word;
    text += fmt::format("{}:{}{}\n", statement.path, statement.line, all);
    with_statements.insert(statement.path);
  }
  for (const std::string& file : schema->files)
    if (!with_statements.contains(file)) text += fmt::format("+ {}\n", file);
  for (const std::string& file : schema->passed_over) text += fmt::format("- {}\n", file);
  for (const NotAnalysed& item : schema->not_analysed)
    text += fmt::format("! {}:{} {}\n", item.path, item.line, item.reason);
  return text;
}

std::string found(const Files& files, Dialect dialect) {
  return dump(MemoryTree(files), {}, dialect);
}

std::string read_at(const Files& files, const std::vector<std::string>& paths, const std::string& tool,
                    Dialect dialect) {
  return dump(MemoryTree(files), {paths, tool}, dialect);
}

}  // namespace explaingate

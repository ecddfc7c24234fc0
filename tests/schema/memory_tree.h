// A tree in memory, and a schema as text: "tool", one line a statement, "! path:line reason" for what was left out.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schema/schema.h"

namespace explaingate {

using Files = std::map<std::string, std::string>;

class MemoryTree : public Tree {
 public:
  explicit MemoryTree(Files files) : files_(std::move(files)) {}
  std::set<std::string> links;      // listed as links
  std::set<std::string> too_large;  // listed, refused

  [[nodiscard]] Result<std::span<const TreeEntry>> list() const override;
  [[nodiscard]] Result<std::string> read(std::string_view path, size_t limit) const override;
  [[nodiscard]] bool contains(std::string_view path) const override;

 private:
  Files files_;
  mutable std::vector<TreeEntry> listed_;
};

// White space inside of a statement is one blank; "=" lines are the tool and, when it differs from the statements'
// files, the list of files; an error is "error: …".
[[nodiscard]] std::string dump(const Tree& tree, const SchemaSource& source, Dialect dialect);
[[nodiscard]] std::string found(const Files& files, Dialect dialect = Dialect::kSqlite);  // paths and tool empty
[[nodiscard]] std::string read_at(const Files& files, const std::vector<std::string>& paths,
                                  const std::string& tool = "", Dialect dialect = Dialect::kSqlite);

[[nodiscard]] const Languages& languages();

}  // namespace explaingate

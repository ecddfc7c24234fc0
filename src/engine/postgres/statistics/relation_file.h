// Files of relations in a cluster of our own, of a database that nobody is connected to.
//
// The planner asks the file system how large a table is, and so a table without rows is planned as an empty one
// whatever the catalogue says. A file with a hole has the length and takes no disk.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace explaingate::postgres {

struct FileLayout {
  double block_size = 8192;
  double segment_blocks = 131072;  // 1 GiB; further segments are files of their own, ".1", ".2" …
};

// Grows the relation to `pages`; a longer one stays as it is. Segments get the owner and mode of the first. Errors:
// kIo with the path.
[[nodiscard]] Status grow_relation(const std::filesystem::path& first, double pages, const FileLayout& layout);

// An empty B-tree (its first page alone, as CREATE INDEX leaves it on an empty table) gets `height` levels above an
// empty leaf, in blocks 1 to height + 1. Index costs count the levels, and the planner walks the tree to its ends for
// the true range of a column, so that each level needs a page. Does nothing at height 0, and where the tree has a root.
// Errors: kIo; kUnverified where the page isn't laid out as in PostgreSQL 12 to 18.
[[nodiscard]] Status plant_tree(const std::filesystem::path& first, int height, const FileLayout& layout);

}  // namespace explaingate::postgres

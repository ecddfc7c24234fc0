// A unified diff as data, and laid over a tree in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/change.h"

namespace explaingate {

struct PatchLine {
  char kind = ' ';   // ' ' on both sides, '-' old, '+' new
  std::string text;  // with its line end, if it has one
};

struct PatchHunk {
  int old_start = 0, old_lines = 0, new_start = 0, new_lines = 0;
  std::vector<PatchLine> lines;
};

struct FilePatch {
  enum class Action { kAdd, kDelete, kModify, kRename, kCopy } action = Action::kModify;
  std::string old_path;                 // kAdd: empty
  std::string new_path;                 // kDelete: empty
  unsigned old_mode = 0, new_mode = 0;  // git's; 0 = the patch does not say
  std::string old_id, new_id;           // git's, often shortened; empty = the patch does not say
  bool binary = false;
  std::vector<PatchHunk> hunks;
};

// kUsage for anything but a well-formed diff of paths inside the tree. Blank text is an empty diff.
[[nodiscard]] Result<std::vector<FilePatch>> parse_patch(std::string_view text);

struct PatchedSides {
  std::unique_ptr<Tree> base;
  std::unique_ptr<Tree> head;
  bool tree_is_head = true;
  std::vector<ChangedFile> files;
};

// `tree` has the patch's new side: base = tree with the patch taken back. It has the old side: head = tree with the
// patch applied. Where both hold (binary files without ids), the tree is the new side. Neither: kUsage with the first
// file and line that does not fit the side which fits longer.
[[nodiscard]] Result<PatchedSides> lay_patch(const std::vector<FilePatch>& patch, std::shared_ptr<const Tree> tree);

}  // namespace explaingate

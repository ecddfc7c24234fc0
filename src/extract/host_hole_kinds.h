// What each hole of a marked text stands for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "extract/host_text.h"

namespace explaingate::host {

constexpr char kMark = '\xFF';
// What stands for a whole subquery, and for a common table behind its name.
constexpr std::string_view kSubquery = "SELECT 1";
constexpr std::string_view kCommonTable = " AS (SELECT 1)";

struct Marked {
  std::string text;                  // with kMark for each hole
  std::vector<size_t> hole_offsets;  // in `text`
  std::vector<const Piece*> holes;
};

struct Fill {
  HoleKind kind;
  std::string text;
  bool column = false;  // Hole::column
};

struct Fills {
  std::vector<Fill> fills;  // by hole
  int table_hole = -1;      // the hole that stands for a table's name
  int statement_hole = -1;  // the hole that stands for whole statements of a script
};
[[nodiscard]] Fills fill_kinds(const Marked& marked, Dialect dialect);

}  // namespace explaingate::host

// The parts of a migration file that go up: tools mark them with comments. Pure: text in, byte ranges out.
#pragma once

#include <string_view>
#include <vector>

namespace explaingate::schema {

enum class Marking { kNone, kGoose, kSqlMigrate, kDbmate, kRambler, kTern, kMyBatis, kComment };

struct Section {
  size_t begin = 0;
  size_t end = 0;
  bool block = false;  // between StatementBegin and StatementEnd
};

struct Sections {
  Marking marking = Marking::kNone;
  std::vector<Section> up;               // in order; for kNone one section, the whole file
  bool substitutes_environment = false;  // goose's ENVSUB ON
};

// The file's own markers decide, whatever tool the folder belongs to.
[[nodiscard]] Sections find_sections(std::string_view text);

}  // namespace explaingate::schema

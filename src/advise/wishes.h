// What a statement asks of one table: the columns that an index could serve, by their part. Internal to this folder.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "parse/parse.h"

namespace explaingate::advise {

struct WishedColumn {
  std::string name;       // as the catalogue spells it
  bool join = false;      // compared with a column of another table
  bool selective = true;  // false: few values (allowed_values, IS NULL), no index of its own
  uint32_t offset = 0;
  bool operator==(const WishedColumn& other) const { return name == other.name; }
};

struct SortColumn {
  std::string name;
  bool descending = false;
  bool odd_nulls = false;  // NULLS FIRST ascending or NULLS LAST descending
};

struct ArmColumn {
  std::string name;
  bool equality = false;
};
// Of one OR: a column for each arm that compares one that an index can begin with.
struct OrColumns {
  int group = -1;
  std::map<int, ArmColumn> by_arm;
};

struct Wishes {
  const CatalogueTable* table = nullptr;
  std::vector<WishedColumn> equalities;         // the most useful first
  std::vector<std::string> ranges;              // in the order of the text, with a part's suffix
  std::vector<std::string> alternatives;        // arms of OR: each needs an index of its own
  std::vector<OrColumns> ors;                   // by group
  std::vector<std::vector<SortColumn>> orders;  // ORDER BY, GROUP BY, DISTINCT; none empty
  std::vector<std::vector<std::string>> given;  // whole column lists that the plan itself names (automatic indexes)
  bool referring = false;                       // `given` is a foreign key by which a DELETE or UPDATE looks for rows
  std::vector<CandidateIndex> special;          // of other methods than a B-tree, which an operator asks for
  std::vector<IndexCondition> conditions;       // constants of columns of few values
  std::vector<std::string> read;                // all columns that the statement reads of it; empty = not known
};

[[nodiscard]] bool same_name(std::string_view left, std::string_view right);
[[nodiscard]] const CatalogueTable* find_table(const Catalogue& catalogue, std::string_view name);
[[nodiscard]] const CatalogueColumn* find_column(const CatalogueTable& table, std::string_view name);
// Alone the primary key.
[[nodiscard]] bool is_key(const CatalogueTable& table, std::string_view column);

// One entry for each table reference whose access `plan` could do better, in the order of the plan.
[[nodiscard]] std::vector<Wishes> wishes_of(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue);

}  // namespace explaingate::advise

// Parameters of a statement made ready for PREPARE: the server infers their types, and where it can't, what to try.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace explaingate::postgres {

// A statement as it is prepared. A parameter in LIMIT or OFFSET becomes a number: for an unknown one the planner takes
// a tenth of the table, and would then neither plan nor count as for the page that is asked for.
struct PreparedText {
  std::string text;
  std::vector<unsigned> types;  // of $1 …: an oid, 0 = the server infers it
  bool own_places = false;      // no parameter stands twice
};
[[nodiscard]] PreparedText prepare_text(std::string_view text);

// Begins like a statement that has a plan: SELECT, WITH, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE.
[[nodiscard]] bool can_be_planned(std::string_view text);

// `o.customer_id = $2`, `status IN ($1)`, `id = ANY ($3)`: which column a parameter is compared with, once for each
// place where that shows.
struct ComparedColumn {
  size_t parameter = 0;  // from 1
  std::string qualifier, column;
  bool list = false;  // ANY: the parameter is an array
};
[[nodiscard]] std::vector<ComparedColumn> compared_columns(std::string_view text);
[[nodiscard]] std::string array_element(std::string_view text);  // quoted, as PostgreSQL's array literals have it

// What the server said to a statement.
struct Refusal {
  std::string message, sqlstate;
  size_t position = 0;  // in characters from 1; 0 = none
};

// What else may be tried where it could not tell the types of parameters, best first; none where that isn't why.
[[nodiscard]] std::vector<PreparedText> ways_around(const PreparedText& prepared, const Refusal& refusal);

// The byte at which a character begins, both from 1.
[[nodiscard]] size_t byte_of(std::string_view text, size_t character);

}  // namespace explaingate::postgres

// DDL with parts that are computed at run time, made without them where they change no plan.
#pragma once

#include <string>
#include <vector>

#include "base/dialect.h"
#include "extract/extract.h"

namespace explaingate::schema {

// The statement without the CHECK's condition, the DEFAULT or the column's type that a hole stands in; "" where a hole
// stands anywhere else: the name of a table or column, a whole definition.
//
//   CREATE TABLE t (a INT CHECK ({x}), b {type} DEFAULT {y})    CREATE TABLE t (a INT CHECK (1), b  )
//   CREATE TABLE t (a INT, {column} TEXT)                       near miss: ""
[[nodiscard]] std::string without_holes(std::string_view sql, const std::vector<Hole>& holes, Dialect dialect);

}  // namespace explaingate::schema

// The conditions in a plan, as PostgreSQL prints them, read back: "((o.customer_id = $1) AND (o.total >
// '5'::numeric))".
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace explaingate::postgres {

// One arm of the conjunction.
struct Condition {
  std::string column;    // without qualifier and quotes; "" where the left side is an expression
  std::string op;        // "=", ">", "~~", "IS NULL", "IS NOT NULL", "IS TRUE" for a bare boolean …; "" = not read
  bool list = false;     // = ANY (…)
  double members = 0;    // of a list that is written out; 0 = unknown
  bool subplan = false;  // compares with a subquery
  std::vector<Condition> arms;  // of an OR

  [[nodiscard]] std::string term() const;  // "customer_id=?", "<expr>=?", "name IS NULL"
};

// The arms of `text`; `alias` is the relation's own, as the plan prints it ("" = any). Whatever stands there, the
// result is no longer than the text.
[[nodiscard]] std::vector<Condition> read_conditions(std::string_view text, std::string_view alias);

// Names in front of a dot: "o" of "o.customer_id".
void add_qualifiers(std::string_view text, std::set<std::string, std::less<>>& qualifiers);

}  // namespace explaingate::postgres

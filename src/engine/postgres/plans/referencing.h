// What PostgreSQL does for each row that DELETE removes or whose key UPDATE changes, and EXPLAIN doesn't show: foreign
// keys that refer to the row look for it in their own tables, and CASCADE, SET NULL and SET DEFAULT change what they
// find (ri_triggers.c). The same is done there again.
//
//   DELETE FROM customers WHERE id = $1     with orders.customer_id → customers(id), and without an index on it: reads
//                                           one customer and all orders
//   UPDATE customers SET name = $1          near miss: no key changes, nobody is looked for
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/plans/catalogue.h"

namespace explaingate::postgres {

class Referencing {
 public:
  Referencing() = default;
  explicit Referencing(const SchemaCatalogue& schema);

  // The plan of one statement of the triggers, for one row.
  using Plan = std::function<Result<PlannedQuery>(const std::string& text)>;

  // Hangs the look-ups below the DELETE and UPDATE nodes of `planned`, whose statement is `text`, and counts their
  // work. What a look-up can't be planned for is left out. Errors: a lost connection.
  Status add(PlannedQuery& planned, std::string_view text, const Plan& plan) const;

 private:
  struct Child {
    std::string table;  // as shown
    std::string place;  // as SQL has it, with ONLY where that is right
    const CatalogueForeignKey* key = nullptr;
  };
  class Adding;

  const SchemaCatalogue* schema_ = nullptr;
  std::map<std::string, std::vector<Child>, std::less<>> children_;  // by parent, as shown
};

}  // namespace explaingate::postgres

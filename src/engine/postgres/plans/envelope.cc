#include "engine/postgres/plans/envelope.h"

#include <algorithm>
#include <map>

#include "engine/postgres/server/connection.h"

namespace explaingate::postgres {
namespace {

// Of one column: the most frequent value; one that is there and seldom; the last that is known, behind which there is
// next to nothing.
struct Values {
  std::string common, rare, absent;
};

const Values* values_of(const PostgresColumn& column, Values& values) {
  const std::vector<std::string>&common = column.common_values, &histogram = column.histogram;
  if (common.empty() && histogram.empty()) return nullptr;
  values.rare = histogram.empty() ? common.back() : histogram[histogram.size() / 2];
  values.common = common.empty() ? values.rare : common.front();
  values.absent = histogram.empty() ? common.back() : histogram.back();
  return &values;
}

}  // namespace

const CatalogueTable* table_of(const ParsedQuery& parsed, const Catalogue& catalogue, const ComparedColumn& compared) {
  for (const TableRef& ref : parsed.tables) {
    if (ref.role != TableRef::Role::kFrom && ref.role != TableRef::Role::kTarget) continue;
    if (!compared.qualifier.empty() && compared.qualifier != (ref.alias.empty() ? ref.name : ref.alias)) continue;
    std::string name = qualified_table(ref.schema, ref.name, Dialect::kPostgres);
    auto table = std::ranges::find(catalogue.tables, name, &CatalogueTable::name);
    if (table == catalogue.tables.end()) continue;
    if (std::ranges::find(table->columns, compared.column, &CatalogueColumn::name) != table->columns.end())
      return &*table;
  }
  return nullptr;
}

std::vector<Binding> envelope_of(const PreparedText& prepared, const PlanRequest& request, const Catalogue& catalogue,
                                 const Statistics& statistics) {
  if (!statistics.postgres || request.parsed == nullptr || prepared.types.empty()) return {};
  std::vector<Binding> bindings = {{"common value", {}}, {"rare value", {}}, {"absent value", {}}};
  for (Binding& binding : bindings) binding.values.assign(prepared.types.size(), "NULL");
  for (const ComparedColumn& compared : compared_columns(prepared.text)) {
    if (compared.parameter > prepared.types.size()) continue;
    const CatalogueTable* table = table_of(*request.parsed, catalogue, compared);
    auto known = table == nullptr ? statistics.tables.end() : statistics.tables.find(table->name);
    if (known == statistics.tables.end() || !known->second.postgres) continue;
    const PostgresTable& counted = *known->second.postgres;
    bool alone = counted.columns.contains(compared.column);
    const auto& columns = alone ? counted.columns : counted.inherited;
    auto column = columns.find(compared.column);
    if (column == columns.end()) continue;
    Values values;
    if (values_of(column->second, values) == nullptr) continue;
    for (auto [binding, value] : {std::pair(&bindings[0], &values.common), std::pair(&bindings[1], &values.rare),
                                  std::pair(&bindings[2], &values.absent)})
      binding->values[compared.parameter - 1] =
          quote_literal(compared.list ? "{" + array_element(*value) + "}" : *value);
  }
  for (size_t i = 0; i < prepared.types.size(); ++i)
    if (prepared.types[i] == 0 && bindings[0].values[i] == "NULL") return {};
  bool none = std::ranges::all_of(prepared.types, [](unsigned type) { return type != 0; });
  return none ? std::vector<Binding>() : bindings;
}

}  // namespace explaingate::postgres

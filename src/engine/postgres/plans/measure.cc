#include "engine/postgres/plans/measure.h"

#include <fmt/format.h>

#include "engine/postgres/plans/envelope.h"
#include "engine/postgres/plans/parameters.h"
#include "engine/postgres/plans/plan_json.h"

namespace explaingate::postgres {
namespace {

constexpr const char* kLongestRun = "10s";

std::string place_of(const SchemaCatalogue& schema, const CatalogueTable& table) {
  for (const Relation& relation : schema.relations)
    if (relation.shown == table.name && relation.root == 0)
      return quote_identifier(relation.schema) + "." + quote_identifier(relation.name);
  return quote_identifier(table.name);
}

// SQL literals for $1 …
Result<std::vector<std::string>> values_for(Connection& connection, const SchemaCatalogue& schema,
                                            const PlanRequest& request, size_t count) {
  std::vector<std::string> values(count, "NULL");
  for (const ComparedColumn& compared : compared_columns(request.text)) {
    if (compared.parameter > count || values[compared.parameter - 1] != "NULL") continue;
    const CatalogueTable* table = table_of(*request.parsed, schema.catalogue, compared);
    if (table == nullptr) continue;
    std::string column = quote_identifier(compared.column);
    auto middle = connection.query(
        fmt::format("SELECT pg_catalog.percentile_disc(0.5) WITHIN GROUP (ORDER BY {0})::text FROM {1}", column,
                    place_of(schema, *table)));
    if (!middle && middle.error().kind != ErrorKind::kStatement) return fail(middle.error());
    if (!middle || middle->count() == 0 || middle->is_null(0, 0)) continue;  // of a type without an order
    std::string text(middle->text(0, 0));
    values[compared.parameter - 1] = quote_literal(compared.list ? "{" + array_element(text) + "}" : text);
  }
  return values;
}

void add(const RawNode& node, Measured& measured) {
  std::vector<const RawNode*> open = {&node};
  while (!open.empty()) {
    const RawNode* next = open.back();
    open.pop_back();
    if (next->type == "Seq Scan")
      measured.full_scan_steps += static_cast<int64_t>((next->actual_rows + next->removed) * next->loops);
    if (next->type == "Sort" || next->type == "Incremental Sort") measured.sorts += static_cast<int64_t>(next->loops);
    for (const RawNode& child : next->children) open.push_back(&child);
  }
}

Result<Measured> run_once(Connection& connection, const SchemaCatalogue& schema, const PlanRequest& request) {
  PreparedText prepared = prepare_text(request.text);
  auto values = values_for(connection, schema, request, prepared.types.size());
  if (!values) return fail(values.error());
  std::string types;
  for (unsigned type : prepared.types)
    types += fmt::format("{}{}", types.empty() ? "(" : ", ", type == 0 ? "unknown" : "text");
  if (!types.empty()) types += ")";
  for (const std::string& before :
       {std::string("BEGIN READ ONLY"), fmt::format("SET LOCAL statement_timeout = '{}'", kLongestRun),
        std::string("SET LOCAL plan_cache_mode = force_custom_plan"), "PREPARE eg" + types + " AS " + prepared.text})
    if (Status done = connection.run(before); !done) return fail(done.error());
  std::string list = fmt::format("{}", fmt::join(*values, ", "));
  auto rows = connection.query("EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING OFF, FORMAT JSON) EXECUTE eg" +
                               (list.empty() ? "" : "(" + list + ")"));
  if (!rows) return fail(rows.error());
  RawTotals totals;
  auto root = read_plan(rows->text(0, 0), &totals);
  if (!root) return fail(root.error());
  Measured measured;
  measured.vm_steps =
      static_cast<int64_t>(totals.shared_hit + totals.shared_read + totals.temp_read + totals.temp_written);
  measured.rows = static_cast<int64_t>(root->actual_rows);
  add(*root, measured);
  return measured;
}

}  // namespace

Result<Measured> measure_statement(Connection& connection, const SchemaCatalogue& schema, const PlanRequest& request) {
  if (request.parsed == nullptr || request.parsed->kind != StatementKind::kSelect || !can_be_planned(request.text))
    return fail(ErrorKind::kStatement, "only SELECT is measured");
  auto measured = run_once(connection, schema, request);
  Status ended = connection.run("ROLLBACK");
  Status gone = connection.run("DEALLOCATE ALL");
  if (measured && !ended) return fail(ended.error());
  if (measured && !gone) return fail(gone.error());
  return measured;
}

}  // namespace explaingate::postgres

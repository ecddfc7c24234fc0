#include "gate/query_facts.h"

#include <algorithm>

#include "base/text.h"
#include "gate/names.h"

namespace explaingate {
namespace {

constexpr size_t kMostTables = 100;  // in one statement, among which a column without a qualifier is looked for

std::optional<int64_t> or_null(int index) {
  return index < 0 ? std::nullopt : std::optional<int64_t>(index);
}

std::optional<std::string> name_of_table(const ParsedQuery& parsed, int table) {
  return table < 0 ? std::nullopt : std::optional(parsed.tables[static_cast<size_t>(table)].name);
}

}  // namespace

QueryFacts::QueryFacts(const Run& run, FactStore& store)
    : run_(run),
      query_tables_(store, "query_tables"),
      query_blocks_(store, "query_blocks"),
      projections_(store, "projections"),
      function_calls_(store, "function_calls"),
      predicates_(store, "predicates"),
      assigned_columns_(store, "assigned_columns"),
      joins_(store, "joins"),
      orderings_(store, "orderings") {
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    const auto& engine = run.sides[run.planned_side(side)].engine;
    if (!engine) continue;
    for (const CatalogueTable& table : engine->catalogue().tables)
      for (const CatalogueColumn& column : table.columns) tables_[side][lower(table.name)].insert(lower(column.name));
  }
}

Status QueryFacts::status() const {
  for (const FactInserter* inserter : {&query_tables_, &query_blocks_, &projections_, &function_calls_, &predicates_,
                                       &assigned_columns_, &joins_, &orderings_})
    if (!inserter->status()) return inserter->status();
  return {};
}

void QueryFacts::add(const KnownStatement& known) {
  const ParsedQuery& parsed = known.parsed;
  for (size_t i = 0; i < parsed.tables.size(); ++i) {
    const TableRef& table = parsed.tables[i];
    query_tables_(known.id, static_cast<int64_t>(i), table.block, table.name, table.alias, name_of(table.role),
                  or_null(table.subquery_block));
  }
  blocks(known);
  predicates(known);
  for (const std::string& column : parsed.assigned) assigned_columns_(known.id, column);
  for (const Join& join : parsed.joins) {
    Position at = place(known, join.offset);
    joins_(known.id, join.block, or_null(join.left), or_null(join.right), join.type, join.has_condition, at.line,
           at.column);
  }
  orderings(known);
}

// Line and column in the source of an offset in the statement's text; the statement's own place on the base side.
Position QueryFacts::place(const KnownStatement& known, uint32_t offset) const {
  const Statement& source = known.source;
  auto found = run_.line_indexes.find(source.path);
  if (known.side != kHeadSide || found == run_.line_indexes.end() || source.map.empty())
    return {source.line, source.column};
  return found->second.position(source.map.original(offset));
}

// Whether the table has that column; nothing where that can't be told.
std::optional<bool> QueryFacts::has_column(const KnownStatement& known, const TableRef& table,
                                           const std::string& column) const {
  if (table.subquery_block < 0) {
    auto found = tables_[known.side].find(lower(table.name));
    if (found == tables_[known.side].end()) return std::nullopt;
    return found->second.contains(lower(column));
  }
  bool any = false;
  for (const Projection& item : known.parsed.projections) {
    if (item.block != table.subquery_block) continue;
    any = true;
    if (item.column == "*") return std::nullopt;
    const std::string& name = item.alias.empty() ? item.column : item.alias;
    if (lower(name) == lower(column)) return true;
  }
  return any ? std::optional(false) : std::nullopt;
}

// The parser places columns with a qualifier, and those of a query of one table. The catalogue places the others:
//
//   SELECT … FROM orders JOIN customers ON customer_id = customers.id     orders has it, customers hasn't
//   SELECT … FROM orders JOIN (SELECT * FROM x) AS y ON customer_id = …   near miss: who knows what y has
int QueryFacts::table_of(const KnownStatement& known, int table, const std::string& column, int block) const {
  const ParsedQuery& parsed = known.parsed;
  if (table >= 0 || column.empty() || column == "*" || parsed.tables.size() > kMostTables) return table;
  while (block >= 0) {
    int found = -1;
    for (size_t i = 0; i < parsed.tables.size(); ++i) {
      if (parsed.tables[i].block != block) continue;
      std::optional<bool> has = has_column(known, parsed.tables[i], column);
      if (!has || (*has && found >= 0)) return -1;
      if (*has) found = static_cast<int>(i);
    }
    if (found >= 0) return found;
    const QueryBlock& own = parsed.blocks[static_cast<size_t>(block)];
    bool hides_parent = own.kind == QueryBlock::Kind::kCte || own.kind == QueryBlock::Kind::kFrom;
    block = hides_parent ? -1 : own.parent;
  }
  return -1;
}

void QueryFacts::blocks(const KnownStatement& known) {
  const ParsedQuery& parsed = known.parsed;
  for (const QueryBlock& block : parsed.blocks) {
    Position at = place(known, block.offset);
    query_blocks_(known.id, block.id, block.parent, name_of(block.kind), block.correlated, block.has_aggregate,
                  block.has_group_by, block.distinct, block.has_limit, block.limit, block.has_offset, block.skipped,
                  block.has_where, block.has_window, block.recursive, block.values, block.set_operation, block.name,
                  name_of(block.place), block.compared, block.locking, block.skips_locked, at.line, at.column);
  }
  for (const Projection& item : parsed.projections)
    projections_(known.id, item.block, item.position, or_null(table_of(known, item.table, item.column, item.block)),
                 item.column, item.alias, item.literal);
  for (const FunctionCall& call : parsed.calls) {
    Position at = place(known, call.offset);
    function_calls_(known.id, call.block, call.name, name_of(call.place), call.position, call.aggregate, call.window,
                    call.star, call.distinct, call.arguments, call.argument, call.compared, at.line, at.column);
  }
}

void QueryFacts::predicates(const KnownStatement& known) {
  for (const Predicate& predicate : known.parsed.predicates) {
    Position at = place(known, predicate.offset);
    int table = table_of(known, predicate.table, predicate.column, predicate.block);
    int other = predicate.other == Operand::kColumn
                    ? table_of(known, predicate.other_table, predicate.other_column, predicate.block)
                    : -1;
    predicates_(known.id, predicate.block, or_null(table), name_of_table(known.parsed, table), predicate.column,
                predicate.op, name_of(predicate.clause), name_of(predicate.other), predicate.sargable,
                predicate.why_not, predicate.expression, predicate.in_or, at.line, at.column,
                or_null(predicate.or_group), or_null(predicate.or_arm), predicate.in_outer_join, predicate.literal,
                static_cast<int64_t>(predicate.list_length), or_null(other), name_of_table(known.parsed, other),
                predicate.other_column, predicate.other_type, or_null(predicate.other_block), predicate.collation);
  }
}

void QueryFacts::orderings(const KnownStatement& known) {
  for (const Ordering& ordering : known.parsed.orderings)
    orderings_(known.id, ordering.block, name_of(ordering.kind), ordering.position,
               or_null(table_of(known, ordering.table, ordering.column, ordering.block)), ordering.column,
               ordering.expression, ordering.descending);
}

}  // namespace explaingate

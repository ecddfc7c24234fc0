// ParsedQuery as text, one line a fact, so that a test is a statement and the text it must give.
#pragma once

#include <fmt/format.h>

#include <string>

#include "parse/parse.h"

namespace explaingate::test {

inline std::string place(const ParsedQuery& query, int table, const std::string& column) {
  if (table < 0) return "?." + column;
  const TableRef& ref = query.tables[static_cast<size_t>(table)];
  return fmt::format("{}.{}", ref.alias.empty() ? ref.name.empty() ? fmt::format("#{}", table) : ref.name : ref.alias,
                     column);
}

inline std::string table_name(const ParsedQuery& query, int table) {
  std::string name = place(query, table, "");
  return name.substr(0, name.size() - 1);
}

inline std::string dump_block(const QueryBlock& block) {
  static constexpr std::string_view kKinds[] = {"top",    "cte", "from",        "scalar",
                                                "exists", "in",  "set_operand", "insert_source"};
  std::string text = fmt::format("block {} {}", block.id, kKinds[static_cast<size_t>(block.kind)]);
  if (block.parent >= 0) text += fmt::format(" in {}", block.parent);
  if (!block.name.empty()) text += " " + block.name;
  if (block.correlated) text += " correlated";
  if (block.recursive) text += " recursive";
  if (block.has_aggregate) text += " aggregate";
  if (block.has_window) text += " window";
  if (block.distinct) text += " distinct";
  if (block.has_group_by) text += " group";
  if (block.values) text += " values";
  if (!block.set_operation.empty()) text += " [" + block.set_operation + "]";
  if (block.has_limit) text += block.limit ? fmt::format(" limit={}", *block.limit) : " limit";
  if (block.has_offset) text += " offset";
  return text + fmt::format(" @{}\n", block.offset);
}

inline std::string dump_table(const TableRef& table) {
  static constexpr std::string_view kRoles[] = {"from", "target", "cte", "subquery", "function"};
  std::string text = fmt::format("table {} {}", table.block, kRoles[static_cast<size_t>(table.role)]);
  if (!table.schema.empty()) text += " " + table.schema + ".";
  if (!table.name.empty()) text += (table.schema.empty() ? " " : "") + table.name;
  if (!table.alias.empty()) text += " as " + table.alias;
  if (table.subquery_block >= 0) text += fmt::format(" block={}", table.subquery_block);
  return text + fmt::format(" @{}\n", table.offset);
}

inline std::string dump_predicate(const ParsedQuery& query, std::string_view sql, const Predicate& predicate) {
  static constexpr std::string_view kClauses[] = {"where", "on", "having"};
  static constexpr std::string_view kOperands[] = {"", "?", "", "expression", "subquery", "list", ""};
  std::string text = fmt::format("{} {} {} {}", kClauses[static_cast<size_t>(predicate.clause)], predicate.block,
                                 place(query, predicate.table, predicate.column), predicate.op);
  std::string other(kOperands[static_cast<size_t>(predicate.other)]);
  if (predicate.other == Operand::kLiteral) other = "'" + predicate.literal + "'";
  if (predicate.other == Operand::kColumn) other = place(query, predicate.other_table, predicate.other_column);
  if (!other.empty()) text += " " + other;
  if (predicate.in_or) text += " or";
  if (predicate.in_outer_join) text += " outer";
  if (!predicate.sargable) text += fmt::format(" NOT: {} [{}]", predicate.why_not, predicate.expression);
  return text + fmt::format(" <{}>\n", sql.substr(predicate.offset, predicate.length));
}

// `parts`: which facts: b(locks) t(ables) p(redicates) j(oins) o(rderings) s(elected) k(ind and flags).
inline std::string dump(std::string_view sql, const Result<ParsedQuery>& result, std::string_view parts) {
  if (!result) return fmt::format("error {}: {}\n", result.error().column, result.error().message);
  const ParsedQuery& query = *result;
  auto has = [&](char part) { return parts.find(part) != std::string_view::npos; };
  std::string text;
  if (has('k')) {
    text += to_string(query.kind);
    if (!query.object_type.empty()) text += " " + query.object_type;
    if (!query.object.empty()) text += " " + query.object;
    if (!query.on_table.empty()) text += " on " + query.on_table;
    if (query.reads_rows_of_target) text += " reads_target";
    if (query.for_update) text += " for_update";
    if (query.is_batch) text += " batch";
    if (query.placeholder_count > 0) text += fmt::format(" {}?", query.placeholder_count);
    text += "\n";
  }
  if (has('b'))
    for (const QueryBlock& block : query.blocks) text += dump_block(block);
  if (has('t'))
    for (const TableRef& table : query.tables) text += dump_table(table);
  if (has('j'))
    for (const Join& join : query.joins)
      text += fmt::format("join {} {} {} {}{} <{}>\n", join.block, table_name(query, join.left), join.type,
                          table_name(query, join.right), join.has_condition ? "" : " NO CONDITION",
                          sql.substr(join.offset, join.type == "," ? 1 : 4));
  if (has('p'))
    for (const Predicate& predicate : query.predicates) text += dump_predicate(query, sql, predicate);
  static constexpr std::string_view kOrderings[] = {"order", "group", "distinct"};
  if (has('o'))
    for (const Ordering& item : query.orderings)
      text += fmt::format("{} {}.{} {}{} [{}] @{}\n", kOrderings[static_cast<size_t>(item.kind)], item.block,
                          item.position, place(query, item.table, item.column), item.descending ? " desc" : "",
                          item.expression, item.offset);
  if (has('s'))
    for (const Projection& item : query.projections)
      text += fmt::format("select {}.{} {}{} @{}\n", item.block, item.position, place(query, item.table, item.column),
                          item.alias.empty() ? "" : " as " + item.alias, item.offset);
  return text;
}

}  // namespace explaingate::test

// Tables and joins.
#include <algorithm>
#include <numeric>

#include "parse/analysis.h"

namespace explaingate {

int Analysis::add_table(TableRef table) {
  auto index = static_cast<int>(out_.tables.size());
  std::vector<int>& tables = scopes_[static_cast<size_t>(table.block)].tables;
  tables.push_back(index);
  if (tables.size() > kMostTables) give_up("too many tables");
  out_.tables.push_back(std::move(table));
  return index;
}

// The alias as written, "[AS] x" at token `behind`.
std::string_view Analysis::alias(const Node& node, size_t behind) {
  const Node* found = tree_.child(node, Key::kAlias);
  std::string_view folded = found == nullptr ? "" : tree_.text(*found, Key::kAliasname);
  if (folded.empty() || folded == kNoAlias) return {};
  if (source_.lexed().word(behind) == Word::kAs) ++behind;
  return source_.name(folded, behind);
}

int Analysis::target(const Node& relation, int block) {
  FromItem item = range_var(relation, block);
  TableRef& table = out_.tables[static_cast<size_t>(item.table)];
  table.role = TableRef::Role::kTarget;
  table.subquery_block = -1;
  return item.table;
}

// `target` is the table that UPDATE … FROM and DELETE … USING join with, -1 in a SELECT.
void Analysis::from(const Node& list, int block, int target) {
  Standing standing(*this, Place::kFrom);
  int left = target;
  bool alone = true;  // the left side is one table
  int items = target >= 0 ? 1 : 0;
  for (const Node* node = tree_.first(list); node != nullptr; node = tree_.next(*node), ++items) {
    FromItem item = from_item(*node, block);
    if (items > 0) {
      Join join;
      join.block = block;
      join.left = alone ? left : -1;
      join.right = item.table;
      join.type = ",";
      const Lexemes& lexed = source_.lexed();
      size_t comma = item.first;
      for (int back = 0; back < 3 && comma > 0 && lexed.symbol(comma) != ','; ++back) --comma;
      if (lexed.symbol(comma) != ',') comma = item.first;  // UPDATE … FROM's first table
      if (comma < lexed.tokens.size()) join.offset = lexed.tokens[comma].offset;
      out_.joins.push_back(std::move(join));
      alone = false;
    }
    left = item.table;
  }
  std::vector<PendingJoin> pending = std::move(pending_);
  pending_.clear();
  for (const PendingJoin& one : pending) join_condition(one, block);
}

Analysis::FromItem Analysis::from_item(const Node& node, int block) {
  Deeper deeper(*this);
  if (!given_up_.empty()) return {};
  switch (node.type) {
    case Type::kJoinExpr:
      return join(node, block);
    case Type::kRangeSubselect:
      return range_subselect(node, block);
    case Type::kRangeFunction:
    case Type::kRangeTableFunc:
      return range_function(node, block);
    case Type::kRangeTableSample: {
      const Node* relation = tree_.child(node, Key::kRelation);
      return relation == nullptr ? FromItem{} : from_item(*relation, block);
    }
    default:
      return range_var(node, block);
  }
}

const Analysis::Cte* Analysis::find_cte(std::string_view name, int block) const {
  for (int at = block; at >= 0; at = scopes_[static_cast<size_t>(at)].parent) {
    const auto& ctes = scopes_[static_cast<size_t>(at)].ctes;
    for (size_t i = ctes.size(); i-- > 0;)
      if (same_name(ctes[i].name, name)) return &ctes[i];
  }
  return nullptr;
}

Analysis::FromItem Analysis::range_var(const Node& node, int block) {
  size_t at = source_.token(node);
  TableRef table;
  table.block = block;
  table.offset = source_.offset(node);
  std::string_view schema = tree_.text(node, Key::kSchemaname);
  size_t last = at;
  while (source_.lexed().symbol(last + 1) == '.') last += 2;
  if (!schema.empty()) table.schema = source_.name(schema, last >= at + 2 ? last - 2 : at);
  table.name = source_.name(tree_.text(node, Key::kRelname), last);
  table.alias = alias(node, last + 1);
  if (schema.empty()) {
    if (const Cte* cte = find_cte(table.name, block)) {
      table.role = TableRef::Role::kCte;
      table.subquery_block = cte->block;
    }
  }
  return {.table = add_table(std::move(table)), .first = at};
}

Analysis::FromItem Analysis::range_subselect(const Node& node, int block) {
  const Node* query = tree_.child(node, Key::kSubquery);
  if (query == nullptr) return {};
  TableRef table;
  table.block = block;
  table.role = TableRef::Role::kSubquery;
  uint32_t offset = query_offset(*query);
  const Lexemes& lexed = source_.lexed();
  size_t at = lexed.at(offset);
  size_t behind = 0;
  while (at > 0 && lexed.symbol(at - 1) == '(' && lexed.tokens[at - 1].match > 0) {
    --at;
    behind = static_cast<size_t>(lexed.tokens[at].match) + 1;
    if (lexed.word(behind) == Word::kAs || lexed.is_name(behind)) break;
  }
  table.offset = lexed.tokens.empty() ? 0 : lexed.tokens[std::min(at, lexed.tokens.size() - 1)].offset;
  table.alias = alias(node, behind);
  bool lateral = tree_.child(node, Key::kLateral) != nullptr;
  table.subquery_block = subquery(*query, BlockKind::kFrom, block, table.alias, !lateral);
  FromItem item{.table = add_table(std::move(table)), .first = at};
  if (lateral) scopes_[static_cast<size_t>(block)].laterals.push_back(item.table);
  return item;
}

Analysis::FromItem Analysis::range_function(const Node& node, int block) {
  TableRef table;
  table.block = block;
  table.role = TableRef::Role::kFunction;
  SourceText::Range range;
  if (const Node* functions = tree_.child(node, Key::kFunctions)) {
    expression(*functions, block);
    range = source_.range(*functions);
  } else {
    range = source_.range(node);
  }
  table.offset = source_.start(range);
  size_t behind = range.known() ? range.last + 1 : 0;
  while (source_.lexed().word(behind) == Word::kWith) behind += 2;  // WITH ORDINALITY
  table.alias = alias(node, behind);
  return {.table = add_table(std::move(table)), .first = range.known() ? range.first : 0};
}

Analysis::FromItem Analysis::join(const Node& node, int block) {
  const Node* left = tree_.child(node, Key::kLarg);
  const Node* right = tree_.child(node, Key::kRarg);
  if (left == nullptr || right == nullptr) return {};
  FromItem from_left = from_item(*left, block);
  FromItem from_right = from_item(*right, block);
  Join found;
  found.block = block;
  found.left = from_left.table;
  found.right = from_right.table;
  const Lexemes& lexed = source_.lexed();
  size_t word = from_right.first;
  for (int back = 0; back < 4 && word > 0 && lexed.word(word) != Word::kJoin; ++back) --word;
  if (lexed.word(word) == Word::kJoin) found.offset = lexed.tokens[word].offset;

  std::string_view type = tree_.text(node, Key::kJointype);
  found.type = type == "JOIN_LEFT" ? "LEFT" : type == "JOIN_RIGHT" ? "RIGHT" : type == "JOIN_FULL" ? "FULL" : "INNER";
  const Node* quals = tree_.child(node, Key::kQuals);
  const Node* names = tree_.child(node, Key::kUsingClause);
  bool natural = tree_.child(node, Key::kIsNatural) != nullptr;
  bool cross = word > 0 && lexed.word(word) == Word::kJoin && lexed.word(word - 1) == Word::kCross;
  if (natural) {
    found.type = "NATURAL";
  } else if (cross || (quals == nullptr && names == nullptr)) {
    found.type = "CROSS";
  }
  found.has_condition = natural || names != nullptr || (quals != nullptr && has_column(*quals, 0));
  if (names != nullptr) named_columns(*names, found);
  auto index = out_.joins.size();
  out_.joins.push_back(std::move(found));
  if (quals != nullptr) pending_.push_back({&node, index});
  return {.table = -1, .first = from_left.first};
}

// JOIN … USING (a, b): each column from both sides' point of view.
void Analysis::named_columns(const Node& names, const Join& join) {
  const Lexemes& lexed = source_.lexed();
  size_t at = lexed.at(join.offset);
  while (at < lexed.tokens.size() && lexed.word(at) != Word::kUsing) at = lexed.skip(at);
  size_t token = at + 2;  // USING ( a , b )
  for (const Node* name = tree_.first(names); name != nullptr; name = tree_.next(*name), token += 2) {
    Predicate predicate;
    predicate.block = join.block;
    predicate.table = join.right;
    predicate.column = source_.name(tree_.text(*name, Key::kSval), token);
    predicate.op = "=";
    predicate.clause = Clause::kJoinOn;
    predicate.other = Operand::kColumn;
    predicate.other_table = join.left;
    predicate.other_column = predicate.column;
    predicate.in_outer_join = join.type == "LEFT" || join.type == "RIGHT" || join.type == "FULL";
    if (token < lexed.tokens.size()) {
      predicate.offset = lexed.tokens[token].offset;
      predicate.length = lexed.tokens[token].length;
    }
    Predicate mirrored = predicate;
    std::swap(mirrored.table, mirrored.other_table);
    out_.predicates.push_back(std::move(predicate));
    out_.predicates.push_back(std::move(mirrored));
  }
}

void Analysis::join_condition(const PendingJoin& pending, int block) {
  const Node* quals = tree_.child(*pending.node, Key::kQuals);
  const std::string& type = out_.joins[pending.join].type;
  bool outer = type == "LEFT" || type == "RIGHT" || type == "FULL";
  condition(*quals, {.block = block, .clause = Clause::kJoinOn, .outer_join = outer});
}

// SELECT without FROM, an aggregate without GROUP BY, LIMIT 1, and table functions and VALUES lists, whose rows are few
// and come from the statement itself.
bool Analysis::yields_one_row(int table) const {
  if (table < 0) return false;
  const TableRef& ref = out_.tables[static_cast<size_t>(table)];
  if (ref.role == TableRef::Role::kFunction) return true;
  if (ref.subquery_block < 0) return false;
  const QueryBlock& block = out_.blocks[static_cast<size_t>(ref.subquery_block)];
  if (block.recursive) return false;
  if (block.values || block.limit == 1) return true;
  if (!block.set_operation.empty()) return false;
  bool no_tables = scopes_[static_cast<size_t>(ref.subquery_block)].tables.empty();
  return no_tables || (block.has_aggregate && !block.has_group_by);
}

// Which joins are conditioned, once WHERE and all ONs are read: tables that one conjunct names together are linked, and
// so are tables with a common partner. An unqualified column that can't be placed may belong to any table, so a
// conjunct with one links its tables to all: better no finding than a wrong one.
//
//   FROM a, b, c WHERE a.x = c.x AND b.x = c.x     b is linked to a through c
//   FROM a, b WHERE a.x = 1 AND b.y = 2            near miss: both filtered, not linked
void Analysis::finish_joins(int block) {
  Scope& scope = scopes_[static_cast<size_t>(block)];
  std::vector<size_t> group(scope.tables.size() + 1);  // the last: the unplaced columns' table
  std::iota(group.begin(), group.end(), 0);
  auto root = [&](size_t at) {
    while (group[at] != at) at = group[at] = group[group[at]];
    return at;
  };
  auto place = [&](int table) {
    auto found = std::ranges::lower_bound(scope.tables, table);
    return found != scope.tables.end() && *found == table ? static_cast<size_t>(found - scope.tables.begin())
                                                          : group.size() - 1;
  };
  for (auto [a, b] : scope.links) group[root(place(a))] = root(place(b));
  size_t unplaced = group.size() - 1;
  bool anything_linked = std::ranges::any_of(scope.links, [](auto link) { return link.first < 0 && link.second < 0; });

  for (Join& join : out_.joins) {
    if (join.block != block || join.has_condition || join.right < 0) continue;
    size_t right = place(join.right);
    bool earlier_are_small = true;
    bool linked = anything_linked || root(right) == root(unplaced);
    for (size_t at = 0; at < right; ++at) {
      earlier_are_small = earlier_are_small && yields_one_row(scope.tables[at]);
      linked = linked || root(at) == root(right);
    }
    bool lateral = std::ranges::find(scope.laterals, join.right) != scope.laterals.end();
    join.has_condition = linked || earlier_are_small || yields_one_row(join.right) || lateral;
  }
}

}  // namespace explaingate

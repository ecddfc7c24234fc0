#include "engine/sqlite/scope.h"

#include <algorithm>

#include "parse/scan.h"

namespace explaingate::sqlite_engine {
namespace {

constexpr int kMaxViewDepth = 8;
constexpr size_t kMaxTables = 2000;  // views that refer to views twice each grow fast

bool is_from_block(const QueryBlock& block) {
  return block.kind == QueryBlock::Kind::kFrom || block.kind == QueryBlock::Kind::kCte;
}

// `CREATE VIEW v(a, b) AS SELECT …` → `SELECT …`.
std::string_view select_of_view(std::string_view create) {
  Scanner scanner(create, Dialect::kSqlite);
  int depth = 0;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    std::string_view text = token_text(create, token);
    if (text == "(") ++depth;
    if (text == ")") --depth;
    if (depth == 0 && is_word(create, token, "as")) return create.substr(scanner.offset());
  }
  return {};
}

}  // namespace

const ParsedQuery* ViewCache::find(const CatalogueTable& view) {
  auto known = views_.find(&view);
  if (known != views_.end()) return known->second.get();
  std::unique_ptr<ParsedQuery> parsed;
  if (Result<ParsedQuery> result = parse_query(select_of_view(view.sql), Dialect::kSqlite);
      result && !result->blocks.empty())
    parsed = std::make_unique<ParsedQuery>(std::move(*result));
  return views_.emplace(&view, std::move(parsed)).first->second.get();
}

void Scope::build(const ParsedQuery* parsed, std::string_view text, const Names& names, ViewCache& views) {
  blocks.clear();
  tables.clear();
  predicates.clear();
  orderings.clear();
  outputs.clear();
  parts_.clear();
  known = parsed != nullptr;
  if (!known) {
    find_aliases(text, names);
    return;
  }
  append(*parsed, -1, {}, 0, names, views);
  count_lists(text);
  block_used_.assign(blocks.size(), false);
}

// For a statement that the parser refused and SQLite takes: `orders AS o`, `orders o` anywhere in the text. No blocks,
// no predicates: everything that is filtered is then taken to be handed on.
void Scope::find_aliases(std::string_view text, const Names& names) {
  static constexpr std::string_view kNoAlias[] = {
      "where",  "join",    "left",    "right", "inner",  "full",      "cross",     "natural",
      "on",     "using",   "order",   "group", "limit",  "set",       "values",    "select",
      "with",   "indexed", "not",     "union", "except", "intersect", "returning", "having",
      "window", "do",      "default", "from",  "and",    "or",        "as"};
  Scanner scanner(text, Dialect::kSqlite);
  auto unquoted = [&](const Token& token) {
    std::string_view name = token_text(text, token);
    return token.kind == TokenKind::kQuotedName && name.size() >= 2 ? name.substr(1, name.size() - 2) : name;
  };
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd && tables.size() < kMaxTables;
       token = scanner.next()) {
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedName) continue;
    auto found = names.table_by_name.find(unquoted(token));
    if (found == names.table_by_name.end() || names.tables[found->second].is_view()) continue;
    Scanner ahead = scanner;
    Token next = ahead.next();
    if (is_word(text, next, "as")) next = ahead.next();
    bool alias = (next.kind == TokenKind::kWord || next.kind == TokenKind::kQuotedName) &&
                 std::none_of(std::begin(kNoAlias), std::end(kNoAlias),
                              [&](std::string_view word) { return is_word(text, next, word); });
    ScopeTable table;
    table.name = unquoted(token);
    table.alias = alias ? unquoted(next) : table.name;
    table.table = &names.tables[found->second];
    table.table_position = found->second;
    table.block = -1;
    tables.push_back(table);
  }
}

void Scope::append(const ParsedQuery& parsed, int parent_block, std::string_view name, int depth, const Names& names,
                   ViewCache& views) {
  int first_block = static_cast<int>(blocks.size());
  int first_table = static_cast<int>(tables.size());
  parts_.push_back({&parsed, first_block, first_table});
  for (const QueryBlock& block : parsed.blocks)
    blocks.push_back({&block, block.parent < 0 ? parent_block : first_block + block.parent,
                      is_from_block(block) || (block.parent < 0 && parent_block >= 0), block.name});
  if (parent_block >= 0 && !parsed.blocks.empty()) blocks[static_cast<size_t>(first_block)].name = name;
  for (const TableRef& ref : parsed.tables) {
    ScopeTable table;
    table.name = ref.name;
    table.alias = ref.alias.empty() ? std::string_view(ref.name) : std::string_view(ref.alias);
    table.block = first_block + ref.block;
    table.inner_block = ref.subquery_block < 0 ? -1 : first_block + ref.subquery_block;
    table.target = ref.role == TableRef::Role::kTarget;
    if (ref.role == TableRef::Role::kFrom || table.target)
      if (auto found = names.table_by_name.find(table.name); found != names.table_by_name.end()) {
        table.table = &names.tables[found->second];
        table.table_position = found->second;
      }
    tables.push_back(table);
  }
  append_predicates(parsed, first_block, first_table);
  for (size_t i = 0; i < parsed.tables.size() && depth < kMaxViewDepth && tables.size() < kMaxTables; ++i) {
    size_t at = static_cast<size_t>(first_table) + i;
    if (tables[at].table == nullptr || !tables[at].table->is_view()) continue;
    const ParsedQuery* view = views.find(*tables[at].table->table);
    tables[at].table = nullptr;
    if (view == nullptr) continue;
    tables[at].inner_block = static_cast<int>(blocks.size());
    append(*view, tables[at].block, tables[at].alias, depth + 1, names, views);
  }
}

void Scope::append_predicates(const ParsedQuery& parsed, int first_block, int first_table) {
  auto shifted = [&](int table) { return table < 0 ? -1 : first_table + table; };
  for (const Predicate& predicate : parsed.predicates) {
    ScopePredicate entry{&predicate, shifted(predicate.table), shifted(predicate.other_table), predicate.column, 0};
    if (entry.table < 0 && !predicate.column.empty())
      entry.table = table_with_column(first_block + predicate.block, predicate.column);
    if (entry.other_table < 0 && predicate.other == Operand::kColumn)
      entry.other_table = table_with_column(first_block + predicate.block, predicate.other_column);
    predicates.push_back(entry);
  }
  for (const Projection& projection : parsed.projections) {
    if (parsed.blocks[static_cast<size_t>(projection.block)].kind != QueryBlock::Kind::kSetOperand) continue;
    int table = shifted(projection.table);
    std::string_view column = projection.column == "*" ? std::string_view() : std::string_view(projection.column);
    if (table < 0 && !column.empty()) table = table_with_column(first_block + projection.block, column);
    outputs.push_back({first_block + projection.block, table, column, Ordering::Kind::kDistinct});
  }
  for (const Ordering& ordering : parsed.orderings) {
    int block = first_block + ordering.block;
    int table = shifted(ordering.table);
    std::string_view column = ordering.column;
    if (column.empty()) {  // GROUP BY 1
      for (const Projection& projection : parsed.projections) {
        if (projection.block != ordering.block || ordering.expression != std::to_string(projection.position + 1))
          continue;
        table = shifted(projection.table);
        column = projection.column == "*" ? std::string_view() : std::string_view(projection.column);
      }
    }
    if (table < 0 && !column.empty()) table = table_with_column(block, column);
    orderings.push_back({block, table, column, ordering.kind});
  }
}

// The table that an unqualified column belongs to: of its own block, else of the blocks around.
int Scope::table_with_column(int block, std::string_view column) const {
  for (int depth = 0; block >= 0 && depth < 100; block = blocks[static_cast<size_t>(block)].parent, ++depth) {
    int derived = -1;
    for (size_t i = 0; i < tables.size(); ++i) {
      if (tables[i].block != block) continue;
      if (tables[i].table == nullptr)
        derived = derived == -1 ? static_cast<int>(i) : -2;  // -2: more than one, nobody knows
      else if (tables[i].table->column(column) >= 0 || same_name(column, "rowid"))
        return static_cast<int>(i);
    }
    if (derived >= 0) return derived;
  }
  return -1;
}

// Lengths of `IN (a, b, …)`. Offsets of predicates are those of the statement's own text, `text` is the engine's, where
// placeholders are written otherwise; so the n-th list of values belongs to the n-th predicate of that kind, and when
// the two counts differ nothing is said. A single placeholder stands for a list that the host expands.
void Scope::count_lists(std::string_view text) {
  std::vector<ScopePredicate*> lists;
  for (ScopePredicate& entry : predicates)
    if (entry.predicate->other == Operand::kList && entry.predicate->op.ends_with("IN")) lists.push_back(&entry);
  if (lists.empty()) return;
  std::vector<int> lengths;
  Scanner scanner(text, Dialect::kSqlite);
  bool after_in = false;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    bool opens = after_in && token_text(text, token) == "(";
    after_in = is_word(text, token, "in");
    if (!opens) continue;
    Scanner inside = scanner;
    Token first = inside.next();
    if (is_word(text, first, "select") || is_word(text, first, "with") || is_word(text, first, "values")) continue;
    int depth = 1, items = 1;
    for (Token item = first; item.kind != TokenKind::kEnd && depth > 0; item = inside.next()) {
      std::string_view word = token_text(text, item);
      if (word == "(") ++depth;
      if (word == ")") --depth;
      if (word == "," && depth == 1) ++items;
    }
    lengths.push_back(items == 1 && first.kind == TokenKind::kParameter ? 0 : items);
  }
  if (lengths.size() != lists.size()) return;
  std::sort(lists.begin(), lists.end(), [](auto* a, auto* b) { return a->predicate->offset < b->predicate->offset; });
  for (size_t i = 0; i < lists.size(); ++i) lists[i]->list_length = lengths[i];
}

bool Scope::reaches(int block, int outer) const {
  for (int depth = 0; block >= 0 && depth < 100; ++depth) {
    if (block == outer) return true;
    const ScopeBlock& info = blocks[static_cast<size_t>(block)];
    if (!info.in_from && info.info->kind != QueryBlock::Kind::kSetOperand &&
        info.info->kind != QueryBlock::Kind::kInsertSource)
      return false;
    block = info.parent;
  }
  return false;
}

int Scope::select_of(int block) const {
  for (int depth = 0; block >= 0 && blocks[static_cast<size_t>(block)].in_from && depth < 100; ++depth)
    block = blocks[static_cast<size_t>(block)].parent;
  return block;
}

int Scope::take_table(std::string_view alias, int block, const TableInfo* must_be) {
  // `SCAN main.orders`: SQLite writes the schema where the statement did and gave no alias.
  std::string_view bare = alias;
  if (size_t dot = alias.find('.'); dot != std::string_view::npos) bare = alias.substr(dot + 1);
  int best = -1, best_rank = -1;
  for (size_t i = 0; i < tables.size(); ++i) {
    const ScopeTable& table = tables[i];
    if (!same_name(table.alias, alias) && !(same_name(table.alias, bare) && same_name(table.name, bare))) continue;
    if (must_be != nullptr && table.table != must_be) continue;
    int rank = 0;
    if (block >= 0 && reaches(table.block, block)) rank += 4;
    if (block < 0 && table.block != 0) rank += 4;
    if (!table.shown) rank += 2;
    if (table.table != nullptr) rank += 1;
    if (rank > best_rank) best = static_cast<int>(i), best_rank = rank;
  }
  if (best >= 0) tables[static_cast<size_t>(best)].shown = true;
  return best;
}

int Scope::derived_block(std::string_view name) {
  auto take = [&](int block) {
    block_used_[static_cast<size_t>(block)] = true;
    return block;
  };
  for (size_t i = 0; i < blocks.size(); ++i)
    if (!block_used_[i] && blocks[i].in_from && same_name(blocks[i].name, name)) return take(static_cast<int>(i));
  // A view read under an alias is materialised under its own name.
  for (const ScopeTable& table : tables)
    if (table.inner_block >= 0 && same_name(table.name, name) && !block_used_[static_cast<size_t>(table.inner_block)])
      return take(table.inner_block);
  return -1;
}

// Follows one output column of a derived table to the table that it comes from. False at an expression, a set operation
// or a name that can't be decided.
bool Scope::descend(int& table, std::string_view& column) const {
  int block = tables[static_cast<size_t>(table)].inner_block;
  if (block < 0) return false;
  auto part = std::find_if(parts_.rbegin(), parts_.rend(), [&](const Part& p) { return p.first_block <= block; });
  if (part == parts_.rend()) return false;
  for (const Projection& projection : part->parsed->projections) {
    if (part->first_block + projection.block != block) continue;
    bool star = projection.column == "*";
    std::string_view output = projection.alias.empty() ? projection.column : projection.alias;
    if (!star && (projection.column.empty() || !same_name(output, column))) continue;
    std::string_view inner = star ? column : std::string_view(projection.column);
    int found = projection.table >= 0 ? part->first_table + projection.table : table_with_column(block, inner);
    if (found < 0 || found == table) continue;
    const ScopeTable& base = tables[static_cast<size_t>(found)];
    if (star && base.table != nullptr && base.table->column(inner) < 0) continue;
    table = found;
    column = inner;
    return true;
  }
  return false;
}

void Scope::settle_predicates() {
  auto settle = [&](int& table, std::string_view& column) {
    for (int depth = 0; table >= 0 && depth < 2 * kMaxViewDepth; ++depth) {
      const ScopeTable& at = tables[static_cast<size_t>(table)];
      if (at.shown || at.table != nullptr || !descend(table, column)) return;
    }
  };
  for (ScopePredicate& entry : predicates) {
    settle(entry.table, entry.column);
    std::string_view other = entry.predicate->other_column;
    settle(entry.other_table, other);
  }
  for (ScopeColumns& output : outputs) settle(output.table, output.column);
  for (ScopeColumns& ordering : orderings) settle(ordering.table, ordering.column);
}

}  // namespace explaingate::sqlite_engine

#include "advise/wishes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "advise/comparison.h"
#include "base/text.h"

namespace explaingate::advise {
namespace {

// A search that reads more rows than this each time it starts leaves room for a better index.
constexpr double kManyRows = 100;

bool could_be_better(const PlanNode& node) {
  switch (node.access) {
    case Access::kScan:
    case Access::kScanCovering:
    case Access::kAutomaticIndex:
      return true;
    case Access::kSearch:
    case Access::kSearchCovering:
      return node.rows_examined > kManyRows * std::max(1.0, node.executions);
    default:
      return false;
  }
}

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

class Collector {
 public:
  Collector(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue)
      : parsed_(parsed),
        plan_(plan),
        catalogue_(catalogue),
        slot_(parsed.tables.size(), -1),
        tables_(parsed.tables.size(), nullptr),
        of_block_(parsed.blocks.size()) {
    for (size_t i = 0; i < parsed.tables.size(); ++i) {
      const TableRef& ref = parsed.tables[i];
      if (ref.role != TableRef::Role::kFrom && ref.role != TableRef::Role::kTarget) continue;
      tables_[i] = find_table(catalogue, ref.name);
      if (!tables_[i]) continue;
      shown_[lower(ref.alias.empty() ? ref.name : ref.alias)].push_back(i);
      if (ref.block >= 0 && static_cast<size_t>(ref.block) < of_block_.size())
        of_block_[static_cast<size_t>(ref.block)].push_back(i);
    }
  }

  std::vector<Wishes> run() {
    for (const PlanNode& node : plan_.nodes) visit(node);
    want_better_starts();
    bool sorts = std::ranges::any_of(
        plan_.nodes, [](const PlanNode& node) { return !node.purpose.empty() && node.relation.empty(); });
    if (sorts)
      for (const Ordering& ordering : parsed_.orderings)
        if (int table = resolve(ordering.table, ordering.block, ordering.column); table >= 0)
          want(static_cast<size_t>(table));
    for (const Predicate& predicate : parsed_.predicates) add(predicate);
    add_orders();
    add_read();
    for (Wishes& wishes : wishes_) arrange(wishes);
    return std::move(wishes_);
  }

 private:
  using Columns = std::vector<std::string>;

  // nullptr for views, virtual tables, CTEs and subqueries.
  const CatalogueTable* indexable(size_t reference) const {
    const CatalogueTable* table = tables_[reference];
    return table && table->type == "table" ? table : nullptr;
  }

  // A name without qualifier belongs to the one table of its block that has it, or of the blocks around. -1: none or
  // several.
  int resolve(int table, int block, const std::string& column) const {
    if (column.empty()) return -1;
    if (table >= 0) return table;
    for (size_t depth = 0; depth < of_block_.size() && block >= 0; ++depth) {
      if (static_cast<size_t>(block) >= of_block_.size()) return -1;
      int found = -1;
      for (size_t candidate : of_block_[static_cast<size_t>(block)]) {
        if (!find_column(*tables_[candidate], column)) continue;
        if (found >= 0) return -1;
        found = static_cast<int>(candidate);
      }
      if (found >= 0) return found;
      block = parsed_.blocks[static_cast<size_t>(block)].parent;
    }
    return -1;
  }

  void want(size_t reference) {
    const CatalogueTable* table = indexable(reference);
    if (slot_[reference] >= 0 || !table) return;
    slot_[reference] = static_cast<int>(wishes_.size());
    wishes_.emplace_back().table = table;
  }

  // nullptr when that table's access is as good as it gets.
  Wishes* wanted(int reference) {
    int slot = reference < 0 ? -1 : slot_[static_cast<size_t>(reference)];
    return slot < 0 ? nullptr : &wishes_[static_cast<size_t>(slot)];
  }

  void visit(const PlanNode& node) {
    if (!could_be_better(node)) return;
    bool matched = false;
    auto shown = shown_.find(lower(node.alias.empty() ? node.relation : node.alias));
    if (shown != shown_.end())
      for (size_t reference : shown->second) {
        if (!indexable(reference) || !same_name(node.relation, tables_[reference]->name)) continue;
        want(reference);
        matched = true;
      }
    const CatalogueTable* table = find_table(catalogue_, node.relation);
    if (!table || table->type != "table") return;
    if (node.access == Access::kAutomaticIndex)
      give(*table, columns_of_terms(node, *table));
    else if (!matched)
      for (Columns& columns : columns_of_foreign_keys(*table)) give(*table, std::move(columns), true);
  }

  // In `orders JOIN customers … WHERE customers.email = ?` the plan may scan orders and look each customer up, only
  // because it can't start at the customer. So beside a scanned table, those count that are compared with a constant.
  void want_better_starts() {
    std::set<int> blocks;
    for (size_t i = 0; i < slot_.size(); ++i)
      if (slot_[i] >= 0) blocks.insert(parsed_.tables[i].block);
    for (const Predicate& predicate : parsed_.predicates) {
      if (!predicate.sargable || predicate.in_or || predicate.other == Operand::kColumn || !is_equality(predicate))
        continue;
      int reference = resolve(predicate.table, predicate.block, predicate.column);
      if (reference < 0 || !blocks.contains(parsed_.tables[static_cast<size_t>(reference)].block)) continue;
      const CatalogueTable* table = indexable(static_cast<size_t>(reference));
      const CatalogueColumn* column = table ? find_column(*table, predicate.column) : nullptr;
      if (!column || !is_default(*column, predicate)) want(static_cast<size_t>(reference));
    }
  }

  void give(const CatalogueTable& table, Columns columns, bool referring = false) {
    if (columns.empty()) return;
    Wishes& wishes = wishes_.emplace_back();
    wishes.table = &table;
    wishes.referring = referring;
    wishes.given.push_back(std::move(columns));
  }

  // "customer_id=?" of an automatic index: SQLite itself says which columns it had to index.
  static Columns columns_of_terms(const PlanNode& node, const CatalogueTable& table) {
    constexpr std::string_view kEquals = "=?";
    Columns columns;
    for (const std::string& term : node.terms) {
      if (!term.ends_with(kEquals)) continue;
      if (const CatalogueColumn* column = find_column(table, term.substr(0, term.size() - kEquals.size())))
        if (!column->hidden) add_once(columns, column->name);
    }
    return columns;
  }

  // DELETE and UPDATE look for children that refer to the row: a scan that the text doesn't show.
  std::vector<Columns> columns_of_foreign_keys(const CatalogueTable& child) const {
    std::vector<Columns> all;
    if (parsed_.kind != StatementKind::kDelete && parsed_.kind != StatementKind::kUpdate) return all;
    for (const TableRef& ref : parsed_.tables) {
      if (ref.role != TableRef::Role::kTarget) continue;
      for (const CatalogueForeignKey& key : child.foreign_keys)
        if (same_name(key.parent_table, ref.name)) {
          Columns columns;
          for (const std::string& name : key.columns)
            if (const CatalogueColumn* column = find_column(child, name)) add_once(columns, column->name);
          add_once(all, columns);
        }
    }
    return all;
  }

  void add(const Predicate& predicate) {
    if (predicate.clause == Clause::kHaving) return;
    add_special(predicate);
    add_condition(predicate);
    bool null_test = predicate.op == "IS NULL";
    if (!predicate.sargable && !null_test) {
      add_expression(predicate);
      return;
    }
    int reference = resolve(predicate.table, predicate.block, predicate.column);
    Wishes* wishes = wanted(reference);
    if (!wishes) return;
    const CatalogueColumn* column = find_column(*wishes->table, predicate.column);
    if (!column || column->hidden || is_key(*wishes->table, column->name) || is_default(*column, predicate)) return;
    bool join = predicate.other == Operand::kColumn;
    if (join && resolve(predicate.other_table, predicate.block, predicate.other_column) == reference) return;
    bool selective = column->allowed_values == 0 && !null_test;
    if (predicate.in_or) {
      if (selective && (is_equality(predicate) || is_range(predicate))) {
        add_once(wishes->alternatives, column->name);
        add_arm(*wishes, predicate, column->name);
      }
    } else if (is_equality(predicate) || null_test) {
      add_equality(*wishes, {column->name, join, selective, predicate.offset});
    } else if (is_range(predicate)) {
      add_once(wishes->ranges, column->name + std::string(range_suffix(predicate, *column, catalogue_.index_kinds)));
    }
  }

  // The first column of each arm, one that is compared for equality before others.
  static void add_arm(Wishes& wishes, const Predicate& predicate, const std::string& column) {
    auto group = std::ranges::find(wishes.ors, predicate.or_group, &OrColumns::group);
    if (group == wishes.ors.end()) group = wishes.ors.insert(group, {predicate.or_group, {}});
    auto [arm, fresh] = group->by_arm.try_emplace(predicate.or_arm, ArmColumn{column, is_equality(predicate)});
    if (!fresh && !arm->second.equality && is_equality(predicate)) arm->second = {column, true};
  }

  void add_special(const Predicate& predicate) {
    if (predicate.in_or) return;
    Wishes* wishes = wanted(resolve(predicate.table, predicate.block, predicate.column));
    if (!wishes) return;
    const CatalogueColumn* column = find_column(*wishes->table, predicate.column);
    std::string part = column ? gin_part(predicate, *column, catalogue_.index_kinds) : "";
    if (part.empty()) return;
    CandidateIndex index{.table = wishes->table->name, .columns = {part}, .method = "gin"};
    add_once(wishes->special, index);
  }

  // Rows that a partial index could hold: those for which a column of few values has this one.
  void add_condition(const Predicate& predicate) {
    if (predicate.clause != Clause::kWhere || predicate.in_or) return;
    Wishes* wishes = wanted(resolve(predicate.table, predicate.block, predicate.column));
    const CatalogueColumn* column = wishes ? find_column(*wishes->table, predicate.column) : nullptr;
    if (!column || column->hidden || is_key(*wishes->table, column->name)) return;
    std::string test;
    if ((predicate.op == "IS NULL" || predicate.op == "IS NOT NULL") && predicate.expression.empty())
      test = column->not_null ? "" : predicate.op;
    else if (column->type == "boolean" && (predicate.op == "IS TRUE" || predicate.op == "IS FALSE"))
      test = predicate.op == "IS TRUE" ? "= true" : "= false";  // what PostgreSQL makes of `active` and `NOT active`
    else if (predicate.sargable && is_equality(predicate) && predicate.other == Operand::kLiteral &&
             (column->allowed_values > 0 || is_default(*column, predicate)))
      test = equality_test(predicate);
    if (!test.empty()) add_once(wishes->conditions, {column->name, test});
  }

  // What a table's rows are read for, as far as the statement's lists tell: SELECT *, and expressions whose columns
  // aren't known here, say no more than that it isn't known.
  void add_read() {
    std::set<int> unknown;  // blocks
    for (const Projection& projection : parsed_.projections) {
      if (projection.column == "*" || (projection.column.empty() && !projection.literal && !counts_rows(projection)))
        unknown.insert(projection.block);
    }
    for (size_t i = 0; i < slot_.size(); ++i) {
      Wishes* wishes = wanted(static_cast<int>(i));
      if (!wishes || parsed_.kind != StatementKind::kSelect || unknown.contains(parsed_.tables[i].block)) continue;
      auto read = [&](int table, int block, const std::string& name) {
        if (resolve(table, block, name) != static_cast<int>(i)) return;
        if (const CatalogueColumn* column = find_column(*wishes->table, name)) add_once(wishes->read, column->name);
      };
      for (const Predicate& predicate : parsed_.predicates) read(predicate.table, predicate.block, predicate.column);
      for (const Ordering& ordering : parsed_.orderings) read(ordering.table, ordering.block, ordering.column);
      for (const Projection& projection : parsed_.projections)
        read(projection.table, projection.block, projection.column);
    }
  }

  bool counts_rows(const Projection& projection) const {
    return std::ranges::any_of(parsed_.calls, [&](const FunctionCall& call) {
      return call.block == projection.block && call.place == Place::kSelect && call.position == projection.position &&
             call.star;
    });
  }

  // lower(email) = ?: an index of the expression serves it. Other operators would need the expression's own order.
  void add_expression(const Predicate& predicate) {
    if (!is_equality(predicate) || predicate.in_or || predicate.other == Operand::kColumn) return;
    std::string text = lower(predicate.expression);
    auto expression = indexed_expression(text);
    Wishes* wishes = wanted(resolve(predicate.table, predicate.block, predicate.column));
    const CatalogueColumn* column = wishes && expression ? find_column(*wishes->table, predicate.column) : nullptr;
    if (!column || column->hidden) return;
    // Of the column alone: lower(c.email), not lower(email || '@').
    size_t dot = expression->column.rfind('.');
    if (!same_name(expression->column.substr(dot == std::string_view::npos ? 0 : dot + 1), column->name)) return;
    add_equality(*wishes, {fmt::format("{}({})", expression->function, column->name), false, true, predicate.offset});
  }

  static void add_equality(Wishes& wishes, const WishedColumn& column) {
    auto known = std::ranges::find(wishes.equalities, column);
    if (known == wishes.equalities.end())
      wishes.equalities.push_back(column);
    else if (known->join && !column.join)
      *known = column;  // a constant is there whatever the order of the loops
  }

  // The columns that each list begins with as long as they belong to one table. What comes after a foreign column
  // can't be read in order.
  void add_orders() {
    struct List {
      int owner = -1;
      bool ended = false;
      std::vector<SortColumn> columns;
    };
    std::map<std::pair<Ordering::Kind, int>, List> lists;  // ORDER BY before GROUP BY before DISTINCT
    for (const Ordering& ordering : parsed_.orderings) {
      List& list = lists[{ordering.kind, ordering.block}];
      int reference = resolve(ordering.table, ordering.block, ordering.column);
      Wishes* wishes = wanted(reference);
      const CatalogueColumn* column = wishes ? find_column(*wishes->table, ordering.column) : nullptr;
      if (!column || column->hidden || (list.owner >= 0 && list.owner != reference)) list.ended = true;
      if (list.ended) continue;
      list.owner = reference;
      bool odd = ordering.nulls == (ordering.descending ? Ordering::Nulls::kLast : Ordering::Nulls::kFirst);
      list.columns.push_back({column->name, ordering.descending, odd});
    }
    for (auto& [unused, list] : lists)
      if (!list.columns.empty()) wanted(list.owner)->orders.push_back(std::move(list.columns));
  }

  // Constants and selective columns first: the index's first columns then serve other statements, too.
  static void arrange(Wishes& wishes) {
    std::ranges::stable_sort(wishes.equalities, [](const WishedColumn& a, const WishedColumn& b) {
      return std::tuple(!a.selective, a.join, a.offset) < std::tuple(!b.selective, b.join, b.offset);
    });
    std::erase_if(wishes.ranges, [&](const std::string& range) {
      return std::ranges::any_of(wishes.equalities,
                                 [&](const WishedColumn& column) { return column.name == without_suffix(range); });
    });
  }

  const ParsedQuery& parsed_;
  const Plan& plan_;
  const Catalogue& catalogue_;
  std::vector<int> slot_;                             // per table reference, its place in wishes_; -1 = not wanted
  std::vector<const CatalogueTable*> tables_;         // per table reference; nullptr for CTEs and subqueries
  std::vector<std::vector<size_t>> of_block_;         // references to tables and views, per block
  std::map<std::string, std::vector<size_t>> shown_;  // the same by the name that a plan shows, in lower case
  std::vector<Wishes> wishes_;
};

}  // namespace

bool same_name(std::string_view left, std::string_view right) {
  auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return left.size() == right.size() && std::ranges::equal(left, right, {}, fold, fold);
}

const CatalogueTable* find_table(const Catalogue& catalogue, std::string_view name) {
  auto exact = std::ranges::find_if(catalogue.tables, [&](const CatalogueTable& t) { return t.name == name; });
  if (exact == catalogue.tables.end())
    exact = std::ranges::find_if(catalogue.tables, [&](const CatalogueTable& t) { return same_name(t.name, name); });
  return exact == catalogue.tables.end() ? nullptr : &*exact;
}

const CatalogueColumn* find_column(const CatalogueTable& table, std::string_view name) {
  auto found = std::ranges::find_if(table.columns, [&](const CatalogueColumn& c) { return same_name(c.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

bool is_key(const CatalogueTable& table, std::string_view column) {
  int parts = 0;
  bool part = false;
  for (const CatalogueColumn& each : table.columns) {
    if (each.primary_key == 0) continue;
    ++parts;
    part = part || each.name == column;
  }
  return part && parts == 1;
}

std::vector<Wishes> wishes_of(const ParsedQuery& parsed, const Plan& plan, const Catalogue& catalogue) {
  return Collector(parsed, plan, catalogue).run();
}

}  // namespace explaingate::advise

#include "gate/actions.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace explaingate {
namespace {

// "numeric(10,2)" is {"numeric", {10, 2}}; "timestamp(3) with time zone" {"timestamp with time zone", {3}}.
struct TypeText {
  std::string name;
  std::vector<int> modifiers;
};

TypeText type_text(std::string_view text) {
  TypeText type;
  size_t open = text.find('(');
  size_t close = text.find(')', std::min(open, text.size()));
  if (close == std::string_view::npos) return {lower(text), {}};
  type.name = lower(text.substr(0, open)) + lower(text.substr(close + 1));
  for (size_t at = open + 1; at < close;) {
    size_t end = std::min(text.find(',', at), close);
    int value = 0;
    std::from_chars(text.data() + at, text.data() + end, value);
    type.modifiers.push_back(value);
    at = end + 1;
  }
  return type;
}

// How much of a table an UPDATE or DELETE can touch, as far as its WHERE tells.
std::string_view bound_of(const ParsedQuery& parsed) {
  for (const QueryBlock& block : parsed.blocks)
    if (block.has_limit) return "limit";
  bool any = false, equal = false, above = false, below = false;
  for (const Predicate& predicate : parsed.predicates) {
    if (predicate.block != 0 || predicate.clause != Clause::kWhere) continue;
    any = true;
    bool constant = predicate.other == Operand::kLiteral || predicate.other == Operand::kPlaceholder;
    if (predicate.in_or || !predicate.sargable) continue;
    equal = equal || (predicate.op == "=" && constant) || (predicate.op == "IN" && predicate.other == Operand::kList);
    above = above || ((predicate.op == ">" || predicate.op == ">=") && constant) || predicate.op == "BETWEEN";
    below = below || ((predicate.op == "<" || predicate.op == "<=") && constant) || predicate.op == "BETWEEN";
  }
  return equal ? "equality" : above && below ? "range" : any ? "other" : "none";
}

// INSERT, UPDATE and DELETE as actions: their target, and for INSERT … SELECT the first table that is read.
std::vector<SchemaAction> data_actions(const ParsedQuery& parsed) {
  bool writes = parsed.kind == StatementKind::kInsert || parsed.kind == StatementKind::kUpdate ||
                parsed.kind == StatementKind::kDelete;
  auto target = std::ranges::find(parsed.tables, TableRef::Role::kTarget, &TableRef::role);
  if (!writes || target == parsed.tables.end()) return {};
  SchemaAction action;
  action.action = to_string(parsed.kind);
  action.table = target->name;
  action.lock = "ROW EXCLUSIVE";
  auto source = std::ranges::find(parsed.tables, TableRef::Role::kFrom, &TableRef::role);
  if (source != parsed.tables.end()) action.other_table = source->name;
  return {action};
}

}  // namespace

bool type_change_rewrites(std::string_view from, std::string_view to) {
  TypeText old = type_text(from), now = type_text(to);
  if (old.name == now.name && old.modifiers == now.modifiers) return false;
  auto is_text = [](const TypeText& type) { return type.name == "text" || type.name == "character varying"; };
  auto not_shorter = [&](size_t at) {
    return now.modifiers.empty() ||
           (old.modifiers.size() > at && now.modifiers.size() > at && now.modifiers[at] >= old.modifiers[at]);
  };
  if (is_text(old) && is_text(now)) return now.modifiers.empty() ? false : !not_shorter(0);
  if (old.name == "cidr" && now.name == "inet") return false;
  if (old.name != now.name) return true;
  if (now.name == "numeric") {
    bool same_scale = now.modifiers.empty() ||
                      (old.modifiers.size() == 2 && now.modifiers.size() == 2 && old.modifiers[1] == now.modifiers[1]);
    return !(same_scale && not_shorter(0));
  }
  if (now.name == "bit varying" || now.name.starts_with("time") || now.name.starts_with("interval"))
    return !not_shorter(0);
  return true;
}

ActionFacts::ActionFacts(const Run& run, FactStore& store)
    : run_(run), actions_(store, "schema_actions"), steps_(store, "migration_steps") {
  for (SideIndex side : {kBaseSide, kHeadSide})
    if (run.sides[side].engine)
      for (const CatalogueTable& table : run.sides[side].engine->catalogue().tables)
        tables_[side].emplace(lower(table.name), &table);
}

const CatalogueTable* ActionFacts::find(SideIndex side, std::string_view table) const {
  auto found = tables_[side].find(lower(table));
  return found == tables_[side].end() ? nullptr : found->second;
}

// On the side where a dropped index still is, or where a renamed one is by its new name.
std::string ActionFacts::table_of_index(std::string_view index) const {
  for (const auto& side : tables_)
    for (const auto& [name, table] : side)
      for (const CatalogueIndex& each : table->indexes)
        if (lower(each.name) == lower(index)) return table->name;
  return {};
}

bool ActionFacts::type_rewrites(const SchemaAction& action) const {
  if (action.detail == "using") return true;
  std::array<std::string, 2> types;
  for (SideIndex side : {kBaseSide, kHeadSide}) {
    const CatalogueTable* table = find(side, action.table);
    if (table == nullptr) return false;
    auto column = std::ranges::find(table->columns, action.column, &CatalogueColumn::name);
    if (column == table->columns.end()) return false;
    types[side] = column->type;
  }
  return type_change_rewrites(types[kBaseSide], types[kHeadSide]);
}

void ActionFacts::write(int64_t statement_id, int position, const SchemaAction& action, std::string_view bound,
                        bool came) {
  const CatalogueTable* before = find(kBaseSide, action.table);
  bool scans = action.scans && !(action.only && before != nullptr && before->partitions > 0);
  bool rewrites = action.rewrites || (action.action == "set_type" && type_rewrites(action));
  actions_(statement_id, position, action.action, action.table, action.column, action.object, action.other_table,
           action.detail, action.lock, action.concurrently, action.not_valid, rewrites, scans, bound, before == nullptr,
           rows_today(action.table), rows_today(action.other_table), came);
}

std::optional<double> ActionFacts::rows_today(std::string_view table) const {
  const CatalogueTable* before = find(kBaseSide, table);
  if (before == nullptr) return std::nullopt;
  const auto& known = run_.sides[kBaseSide].engine->statistics().tables;
  auto statistics = known.find(before->name);
  if (statistics == known.end()) return std::nullopt;
  // The seed is a sample: its tables may be larger elsewhere.
  bool sample = statistics->second.source == RowSource::kSeed;
  return sample ? std::max(statistics->second.rows, run_.settings.limits.at("assumed_rows")) : statistics->second.rows;
}

void ActionFacts::add(int64_t statement_id, const SchemaStatement& statement, const ParsedQuery& parsed, bool came,
                      const TableNames& names, const PathOfFile& path) {
  const MigrationStep& step = statement.step;
  if (step.migration) {
    std::optional<int64_t> transaction;
    if (step.transaction > 0)
      transaction =
          transactions_.try_emplace({statement.path, step.transaction}, static_cast<int64_t>(transactions_.size()) + 1)
              .first->second;
    steps_(statement_id, transaction, step.transaction_by, step.lock_timeout);
  }
  std::vector<SchemaAction> actions = schema_actions(statement.text, run_.settings.dialect());
  for (SchemaAction& action : actions) {
    action.table = path.find(names, action.table);
    action.other_table = path.find(names, action.other_table);
  }
  if (actions.empty()) actions = data_actions(parsed);
  if (run_.settings.dialect() == Dialect::kSqlite)
    for (SchemaAction& action : actions) action.lock.clear();
  bool changes_rows = parsed.kind == StatementKind::kUpdate || parsed.kind == StatementKind::kDelete;
  int position = 0;
  for (SchemaAction& action : actions) {
    if (action.table.empty() && !action.object.empty()) action.table = table_of_index(action.object);
    write(statement_id, position++, action, changes_rows ? bound_of(parsed) : "", came);
  }
}

Status ActionFacts::status() const {
  if (!actions_.status()) return actions_.status();
  return steps_.status();
}

}  // namespace explaingate

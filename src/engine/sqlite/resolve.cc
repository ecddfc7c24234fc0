// Which tables and blocks the lines of a plan are about. First pass over the tree; numbers come in the second
// (rows.cc).
#include <algorithm>

#include "engine/sqlite/rows.h"

namespace explaingate::sqlite_engine {
namespace {

bool is_data_change(const ParsedQuery* parsed) {
  return parsed != nullptr && (parsed->kind == StatementKind::kInsert || parsed->kind == StatementKind::kUpdate ||
                               parsed->kind == StatementKind::kDelete);
}

}  // namespace

void RowModel::find_ends() {
  const std::vector<PlanNode>& nodes = *nodes_;
  std::vector<size_t> open;
  for (size_t i = 0; i < nodes.size(); ++i) {
    while (!open.empty() && nodes[open.back()].id != nodes[i].parent) {
      places_[open.back()].end = i;
      open.pop_back();
    }
    open.push_back(i);
  }
  for (size_t at : open) places_[at].end = nodes.size();
}

// Lines below one select. `block` is its block in scope_, -1 while unknown: the first table found tells. Returns the
// block.
int RowModel::resolve(Range range, int block, bool top) {
  std::vector<int> arms;
  size_t next_arm = 0;
  auto arm_block = [&](int fallback) {
    if (arms.empty()) arms = arms_of(fallback);
    return next_arm < arms.size() ? arms[next_arm++] : fallback;
  };
  for (size_t at = range.begin; at < range.end; at = places_[at].end) {
    switch ((*lines_)[at].kind) {
      case LineKind::kLoop:
        resolve_loop(at, block, top && is_data_change(request_->parsed));
        break;
      case LineKind::kMultiIndexOr:
        resolve_or(at, block);
        break;
      case LineKind::kDerived:
        resolve_derived(at, block);
        break;
      case LineKind::kSubquery:
        places_[at].block = resolve(below(at), -1, false);
        break;
      case LineKind::kCompound: {
        // LEFT and RIGHT of a MERGE nest for more than two arms; the arms without a compound below come in source
        // order.
        std::vector<int> leaves = arms_of(block);
        size_t leaf = 0;
        for (size_t i = at + 1; i < places_[at].end; ++i) {
          if ((*lines_)[i].kind != LineKind::kCompoundArm) continue;
          bool nested = i + 1 < places_[i].end && (*lines_)[i + 1].kind == LineKind::kCompound;
          if (nested) continue;
          places_[i].block = leaf < leaves.size() ? leaves[leaf++] : block;
          resolve(below(i), places_[i].block, false);
        }
        break;
      }
      case LineKind::kSetup:
      case LineKind::kRecursiveStep:
        places_[at].block = arm_block(block);
        resolve(below(at), places_[at].block, false);
        break;
      case LineKind::kRightJoin: {
        // Its one line below is the same table as the loop before.
        int table = -1;
        for (size_t i = range.begin; i < at; i = places_[i].end) {
          bool same = same_name((*nodes_)[i].alias, (*nodes_)[at].alias) ||
                      (places_[i].table >= 0 &&  // this line names the table also where there is an alias
                       same_name(scope_.tables[static_cast<size_t>(places_[i].table)].name, (*nodes_)[at].alias));
          if (same) table = places_[i].table;
        }
        // No conditions apply to it: what finds no partner is handed on. So it stays without a table of the scope.
        for (size_t i = at; i < places_[at].end && table >= 0; ++i)
          places_[i].info = scope_.tables[static_cast<size_t>(table)].table;
        break;
      }
      case LineKind::kTrigger:
        resolve_program({at, places_[at].end});
        break;
      default:
        break;
    }
  }
  return block;
}

void RowModel::resolve_loop(size_t at, int& block, bool beside) {
  PlanNode& node = (*nodes_)[at];
  Place& place = places_[at];
  const TableInfo* owner = nullptr;
  if (!node.index.empty() && !(*lines_)[at].rowid && !(*lines_)[at].primary_key)
    if (auto index = names_.index_by_name.find(node.index); index != names_.index_by_name.end())
      owner = &names_.tables[names_.indexes[index->second].table];
  // A loop of an INSERT, UPDATE or DELETE itself is about a table of the statement; any other looks foreign keys up.
  std::vector<bool> shown;
  if (beside)
    for (const ScopeTable& table : scope_.tables) shown.push_back(table.shown);
  place.table = scope_.take_table(node.alias, block, owner);
  if (place.table >= 0 && beside) {
    size_t found = static_cast<size_t>(place.table);
    bool insert_target = scope_.tables[found].target && request_->parsed->kind == StatementKind::kInsert;
    if (shown[found] || insert_target) place.table = -1;
  }
  if (place.table >= 0) {
    const ScopeTable& table = scope_.tables[static_cast<size_t>(place.table)];
    place.info = table.table;
    if (block < 0) {
      block = scope_.select_of(table.block);
      while (block >= 0 && scope_.blocks[static_cast<size_t>(block)].info->kind == QueryBlock::Kind::kSetOperand)
        block = scope_.select_of(scope_.blocks[static_cast<size_t>(block)].parent);
    }
  } else {
    place.beside = beside;
    place.info = owner;
    if (owner == nullptr)
      if (auto found = names_.table_by_name.find(node.alias); found != names_.table_by_name.end())
        place.info = &names_.tables[found->second];
  }
  if (at > 0 && (*lines_)[at - 1].kind == LineKind::kBloom) places_[at - 1].info = place.info;
}

void RowModel::resolve_or(size_t at, int& block) {
  bool first = true;
  for (size_t i = at + 1; i < places_[at].end; ++i) {
    if ((*lines_)[i].kind != LineKind::kLoop) continue;
    if (first) resolve_loop(i, block, false);
    places_[i].table = places_[at].table = first ? places_[i].table : places_[at].table;
    places_[i].info = places_[at].info = first ? places_[i].info : places_[at].info;
    first = false;
  }
}

void RowModel::resolve_derived(size_t at, int block) {
  std::string_view name = (*nodes_)[at].alias;
  Place& place = places_[at];
  if (name.starts_with("(subquery-") || name.starts_with("(join-")) {
    bool window = block >= 0 && scope_.blocks[static_cast<size_t>(block)].info->has_window;
    place.window = window;
    place.block = window ? block : scope_.derived_block("");
    if (place.block < 0) place.block = block, place.window = true;
  } else {
    place.block = scope_.derived_block(name);
  }
  resolve(below(at), place.block, false);
}

// Programs of triggers and foreign-key actions: their tables aren't in the statement's scope.
void RowModel::resolve_program(Range range) {
  for (size_t i = range.begin; i < range.end; ++i) {
    places_[i].beside = true;
    const PlanNode& node = (*nodes_)[i];
    if (auto found = names_.table_by_name.find(node.alias); found != names_.table_by_name.end())
      places_[i].info = &names_.tables[found->second];
  }
}

// Blocks of the arms of a set operation, in source order, whichever way the parser nests them.
std::vector<int> RowModel::arms_of(int block) const {
  std::vector<int> arms;
  if (block < 0) return arms;
  for (size_t i = 0; i < scope_.blocks.size(); ++i) {
    const ScopeBlock& candidate = scope_.blocks[i];
    if (candidate.info->kind != QueryBlock::Kind::kSetOperand || !candidate.info->set_operation.empty()) continue;
    int up = candidate.parent;
    while (up >= 0 && up != block && scope_.blocks[static_cast<size_t>(up)].info->kind == QueryBlock::Kind::kSetOperand)
      up = scope_.blocks[static_cast<size_t>(up)].parent;
    if (up == block) arms.push_back(static_cast<int>(i));
  }
  return arms;
}

// SQLite (fkey.c, sqlite3FkCheck) codes, for each foreign key that refers to the changed table, a look-up of the
// children of the new key and one of the old key. The first only runs while a deferred violation is open, which is as
// good as never. So an INSERT's look-ups are left out, and of an UPDATE's one of each pair of equal neighbours. What
// stays is real work: `DELETE FROM customers WHERE id = ?` reads all orders when orders.customer_id has no index.
void RowModel::skip_unused_foreign_keys() {
  if (!is_data_change(request_->parsed)) return;
  std::vector<PlanNode>& nodes = *nodes_;
  StatementKind kind = request_->parsed->kind;
  std::string_view last;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if ((*lines_)[i].kind == LineKind::kTrigger) break;
    bool look_up = places_[i].beside && (*lines_)[i].kind == LineKind::kLoop;
    bool pair = look_up && kind == StatementKind::kUpdate && last == nodes[i].detail;
    if (look_up && (kind == StatementKind::kInsert || pair)) places_[i].unused = true;
    last = look_up && !pair ? std::string_view(nodes[i].detail) : std::string_view();
  }
}

}  // namespace explaingate::sqlite_engine

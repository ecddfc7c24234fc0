// Which table, block and predicates a line of a plan is about. A plan names tables by alias; a parsed statement knows
// its aliases; a view brings the tables of its own statement along.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/sqlite/catalogue.h"
#include "parse/parse.h"

namespace explaingate::sqlite_engine {

struct ScopeBlock {
  const QueryBlock* info = nullptr;
  int parent = -1;
  bool in_from = false;   // a subquery, CTE or view in FROM: SQLite may flatten it into its parent
  std::string_view name;  // of the CTE, subquery or view; alias where there is one
};

struct ScopeTable {
  std::string_view name, alias;
  const TableInfo* table = nullptr;  // nullptr: derived (subquery, CTE, view), a function, or unknown
  size_t table_position = 0;         // in Names::tables, where table is set
  int block = 0;
  int inner_block = -1;  // of a derived one
  bool target = false;   // of INSERT, UPDATE, DELETE
  bool shown = false;    // a line of the plan is about it
};

struct ScopePredicate {
  const Predicate* predicate = nullptr;
  int table = -1;  // after resolution: the table that the comparison is applied to
  int other_table = -1;
  std::string_view column;
  int list_length = 0;  // of `IN (a, b, …)`; 0 = not known
};

struct ScopeColumns {  // ORDER BY, GROUP BY, DISTINCT and projections, by block
  int block = 0;
  int table = -1;
  std::string_view column;
  Ordering::Kind kind = Ordering::Kind::kOrderBy;
};

// Statements of views, parsed once for the life of the engine.
class ViewCache {
 public:
  // nullptr: not a view, or one that can't be parsed.
  [[nodiscard]] const ParsedQuery* find(const CatalogueTable& view);

 private:
  std::unordered_map<const CatalogueTable*, std::unique_ptr<ParsedQuery>> views_;
};

class Scope {
 public:
  // May be used again and again: memory is kept. `parsed` may be nullptr.
  void build(const ParsedQuery* parsed, std::string_view text, const Names& names, ViewCache& views);

  // The table that a plan's line calls `alias`, below `block` (-1 = anywhere in a nested query). A table that no line
  // was about yet is preferred. -1 = none. Marks it as shown.
  [[nodiscard]] int take_table(std::string_view alias, int block, const TableInfo* must_be);
  // The block that a CO-ROUTINE or MATERIALIZE line calls `name`; -1 = unknown.
  [[nodiscard]] int derived_block(std::string_view name);
  // The nearest block around that isn't part of a FROM clause.
  [[nodiscard]] int select_of(int block) const;
  // Moves predicates on derived tables that have no line of their own to the tables beneath. After all take_table()
  // calls.
  void settle_predicates();

  std::vector<ScopeBlock> blocks;
  std::vector<ScopeTable> tables;
  std::vector<ScopePredicate> predicates;
  std::vector<ScopeColumns> orderings;
  std::vector<ScopeColumns> outputs;  // what the operands of UNION … select, as DISTINCT would see it
  bool known = false;                 // there was a parsed statement

 private:
  struct Part {  // one parsed statement: the query, or a view in it
    const ParsedQuery* parsed;
    int first_block, first_table;
  };
  void find_aliases(std::string_view text, const Names& names);
  void append(const ParsedQuery& parsed, int parent_block, std::string_view name, int depth, const Names& names,
              ViewCache& views);
  void append_predicates(const ParsedQuery& parsed, int first_block, int first_table);
  void count_lists(std::string_view text);
  [[nodiscard]] int table_with_column(int block, std::string_view column) const;
  [[nodiscard]] bool reaches(int block, int outer) const;
  bool descend(int& table, std::string_view& column) const;

  std::vector<Part> parts_;
  std::vector<bool> block_used_;
};

}  // namespace explaingate::sqlite_engine

// What the parser knows of the statements, as rows of the fact base. Stage-internal.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "gate/run.h"

namespace explaingate {

class QueryFacts {
 public:
  QueryFacts(const Run& run, FactStore& store);
  void add(const KnownStatement& known);
  // The first error of all that was added.
  [[nodiscard]] Status status() const;

 private:
  using Columns = std::set<std::string, std::less<>>;          // lower case
  using Tables = std::map<std::string, Columns, std::less<>>;  // by name, lower case

  [[nodiscard]] Position place(const KnownStatement& known, uint32_t offset) const;
  void blocks(const KnownStatement& known);
  void predicates(const KnownStatement& known);
  void orderings(const KnownStatement& known);
  [[nodiscard]] int table_of(const KnownStatement& known, int table, const std::string& column, int block) const;
  [[nodiscard]] std::optional<bool> has_column(const KnownStatement& known, const TableRef& table,
                                               const std::string& column) const;

  const Run& run_;
  std::array<Tables, 2> tables_;  // by the statement's side
  FactInserter query_tables_, query_blocks_, projections_, function_calls_, predicates_, assigned_columns_, joins_,
      orderings_;
};

}  // namespace explaingate

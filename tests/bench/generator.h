// The seeded generator behind make_workload(): numbers, the schema, one statement at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/workload.h"

namespace explaingate::bench {

// SplitMix64: small, and the same on every platform (the standard library's distributions are not).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  size_t below(size_t bound);                                   // 0 … bound - 1
  bool chance(size_t percent) { return below(100) < percent; }  // true `percent` times in a hundred
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  uint64_t next();
  uint64_t state_;
};

struct Column {
  std::string name;
  enum class Type { kText, kInteger, kReal, kTime } type = Type::kText;
};

struct Table {
  std::string name;
  std::vector<Column> columns;  // beside id and the foreign keys
  struct Parent {
    size_t table = 0;
    std::string column;  // here; it refers to the parent's id
  };
  std::vector<Parent> parents;
};

[[nodiscard]] std::vector<Table> make_tables(Random& random);
[[nodiscard]] std::vector<std::string> make_ddl(const std::vector<Table>& tables, Random& random);

// Writes random statements: look-ups, filters, joins, aggregates, subqueries, CTEs, unions, inserts, updates, deletes.
class StatementWriter {
 public:
  StatementWriter(const std::vector<Table>& tables, Random& random) : tables_(tables), random_(random) {}
  Query next();

 private:
  struct Source {  // a table in FROM, under its alias
    size_t table = 0;
    std::string alias;
  };
  void put(std::string_view text);
  void put_both(std::string_view text, std::string_view grammar);
  void parameter(const Column& column);
  void value(const Column& column);

  [[nodiscard]] const Column& some_column(const Table& table) { return random_.pick(table.columns); }
  void column(const Source& source, const Column& column);
  void predicate(const Source& source, int depth);
  void where(const std::vector<Source>& sources, int depth);
  void projections(const std::vector<Source>& sources, size_t least);
  void measure(const Source& source);
  std::vector<Source> join(size_t count, int depth);
  void order_and_limit(const std::vector<Source>& sources);
  std::string fresh_alias();
  void exists(const Source& outer, int depth);
  void in_subquery(const Source& source, int depth);

  void look_up();
  void filter();
  void join_query();
  void aggregate();
  void report();
  void with_query();
  void set_query();
  void insert_values();
  void insert_select();
  void update();
  void remove();

  const std::vector<Table>& tables_;
  Random& random_;
  Query query_;
  bool named_ = false;     // parameters are ":name"
  size_t parameters_ = 0;  // so far in this statement
  size_t aliases_ = 0;
};

}  // namespace explaingate::bench

// How many rows the tables have and how values are spread: from a statistics file, seed data, the configuration, or
// assumed. Scaling makes the same tables larger with their ratios kept. Pure data and arithmetic: no database here.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "statistics/postgres.h"

namespace explaingate {

// The part of a catalogue that scaling needs; the engine fills it from the real schema. Names as the database has them.
struct ColumnShape {
  std::string name;
  std::string type;  // as declared
  bool not_null = false;
  bool unique = false;       // alone a key (primary or unique)
  int allowed_values = 0;    // > 0: number of values of a boolean, an enum or a CHECK (x IN (…)) column
  std::string parent_table;  // foreign key of this column alone
  std::string parent_column;
};
struct IndexShape {
  std::string name;
  bool unique = false;
  bool partial = false;
  std::vector<std::string> columns;  // "" for an expression
};
struct TableShape {
  std::string name;
  std::vector<ColumnShape> columns;
  std::vector<IndexShape> indexes;
};

struct ColumnStatistics {
  std::optional<double>
      distinct;  // number of different values; negative = fraction of the rows (PostgreSQL's n_distinct)
  std::optional<double> null_fraction;
};

enum class RowSource { kFile, kSeed, kConfigured, kAssumed };

struct TableStatistics {
  double rows = 0;
  bool fixed = false;  // doesn't grow
  RowSource source = RowSource::kAssumed;
  std::optional<double> rows_per_day;  // inserted less deleted, below zero where it shrinks; plans don't depend on it
  std::map<std::string, ColumnStatistics> columns;
  std::map<std::string, std::vector<double>>
      index_rows;  // index -> rows per distinct prefix (sqlite_stat1's numbers after the first)
  std::shared_ptr<const PostgresTable> postgres;  // where the file has it
};

struct Statistics {
  std::map<std::string, TableStatistics> tables;
  std::optional<PostgresServer> postgres;
  [[nodiscard]] std::string hash() const;  // of every value, order fixed
};

// What the configuration says of a table: {"rows": 250, "fixed": true}.
struct TableSetting {
  std::optional<double> rows;
  std::optional<bool> fixed;  // false: it grows, whatever else speaks for the contrary
};

// A table in which a known migration tool or framework notes what it has applied ("schema_migrations",
// "_sqlx_migrations"), by its name, with or without its schema's: the tool makes it, a row a migration.
[[nodiscard]] bool is_migration_log(std::string_view table);

// The statistics file's JSON (docs/statistics.md; "explaingate_statistics": 1). kConfiguration on anything unexpected.
[[nodiscard]] Result<Statistics> parse_statistics(std::string_view json, const std::string& file);
[[nodiscard]] std::string to_json(const Statistics& statistics);

// Fills in what is missing: the configuration's numbers first, then assumed sizes. Without numbers a table gets
// `assumed_rows`; a child of foreign keys ten times the rows of its largest parent (longest chain of parents counts,
// capped at 100 times `assumed_rows`; a table's reference to itself, a circle of tables and parents that don't grow
// don't multiply); a table of unknown size that is declared fixed, or is a migration tool's own, is a look-up table of
// 100. Rows of 0 from a file or a
// seed are unknown, too. Distinct counts of tables up to 100 rows are dropped where they may be a coincidence. Applied
// twice, it changes nothing.
[[nodiscard]] Statistics complete(Statistics known, const std::vector<TableShape>& tables,
                                  const std::map<std::string, TableSetting>& settings, double assumed_rows);

// Numbers for one scale. Every table that isn't fixed is multiplied; the factors are such that at the scales 0, 1, 2 …
// the largest growing table has max(its rows, 10,000), times 10, times 100: so ten seed rows and none give the same
// growth. `statistics` must be completed. Tables in them that the schema lacks count for the factor, so that both sides
// of a change get the same one from the same file. Numbers never fall below one row, nor along an index's columns do
// they rise.
struct ScaledTable {
  double rows = 0;
  double step = 1;                // rows over the rows at scale 0
  std::set<std::string> growing;  // columns of `distinct` whose different values become more as the table grows
  std::map<std::string, std::vector<double>> index_rows;  // per index: rows per distinct prefix, one number a column
  std::map<std::string, double> distinct;                 // per column, absolute
};
struct ScaledStatistics {
  std::map<std::string, ScaledTable> tables;
  double factor = 1;  // scaled rows over known rows of a growing table
};
inline constexpr int kScaleCount = 3;
// As they are, factor and steps 1.
[[nodiscard]] ScaledStatistics unscaled(const Statistics& statistics, const std::vector<TableShape>& tables);
[[nodiscard]] ScaledStatistics scale(const Statistics& statistics, const std::vector<TableShape>& tables,
                                     int scale_number);

// Rows per distinct prefix that a candidate index would have at that scale, one number a column. Columns are matched by
// name without regard to case; one that nothing is known of counts as selective, one with allowed_values doesn't.
[[nodiscard]] std::vector<double> index_prefix_rows(const ScaledTable& scaled, const TableShape& table,
                                                    const IndexShape& index);

}  // namespace explaingate

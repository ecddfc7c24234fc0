// What PostgreSQL's ANALYZE knows beyond row counts: the part of the statistics file that only PostgreSQL reads. Plain
// data; the engine writes it into pg_class and pg_statistic, the export reads it from the views of a server.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace explaingate {

// One column or index expression, as pg_stats shows it. Values are texts in the output form of their type under
// DateStyle ISO, IntervalStyle postgres, TimeZone UTC.
struct PostgresColumn {
  std::optional<double> distinct;  // PostgreSQL's n_distinct: negative = fraction of the rows; 0 = unknown
  std::optional<double> null_fraction;
  std::optional<double> width;             // average, in bytes
  std::vector<std::string> common_values;  // most common first; empty beside frequencies: values were left out
  std::vector<double> common_frequencies;
  std::vector<std::string> histogram;  // bounds of groups of as many rows each, without the common values
  std::optional<double> correlation;
  std::vector<std::string> common_elements;  // of arrays and text search vectors, sorted as PostgreSQL sorts them
  std::vector<double> element_frequencies;   // one an element, then the smallest, the largest, perhaps that of NULL
  std::vector<double> element_counts;        // histogram of distinct elements a row, then their average
  std::vector<std::string> range_bounds;     // ranges: histogram of bounds, as ranges
  std::vector<double> range_lengths;         // histogram of lengths
  std::optional<double> range_empty;         // share of empty ranges
  bool operator==(const PostgresColumn&) const = default;
};

struct PostgresIndex {
  double pages = 0;
  double rows = 0;                            // entries; fewer than the table's where the index is partial
  std::optional<int> height;                  // of a B-tree: levels above the leaves
  std::map<int, PostgresColumn> expressions;  // by position in the index, from 1
  bool operator==(const PostgresIndex&) const = default;
};

// Statistics made by CREATE STATISTICS. Columns are names, or negative numbers ("-1") for its expressions.
struct PostgresExtended {
  struct Distinct {
    std::vector<std::string> columns;
    double values = 0;  // negative: fraction of the rows
    bool operator==(const Distinct&) const = default;
  };
  struct Dependency {
    std::vector<std::string> columns;  // the last one follows from the others
    double degree = 0;
    bool operator==(const Dependency&) const = default;
  };
  struct Combination {
    std::vector<std::optional<std::string>> values;  // one a column of `columns`; nothing = NULL
    double frequency = 0, base_frequency = 0;
    bool operator==(const Combination&) const = default;
  };
  std::vector<Distinct> distinct;
  std::vector<Dependency> dependencies;
  std::vector<std::string> columns;  // of the combinations
  std::vector<Combination> combinations;
  bool operator==(const PostgresExtended&) const = default;
};

struct PostgresTable {
  double rows = 0;         // those of the file, whatever the configuration says of the table
  double pages = 0;        // of 8 kB or what PostgresServer::block_size says
  double all_visible = 0;  // pages
  double toast_pages = 0;
  std::map<std::string, PostgresIndex> indexes;
  std::map<std::string, PostgresExtended> extended;
  std::map<std::string, PostgresColumn> columns;
  std::map<std::string, PostgresColumn> inherited;  // over the table and its children, by column
  bool operator==(const PostgresTable&) const = default;
};

// Of the file as a whole.
struct PostgresServer {
  int version = 0;  // 150018
  double block_size = 8192;
  std::map<std::string, std::string> settings;  // the planner's, where they differ from the defaults
  bool operator==(const PostgresServer&) const = default;
};

}  // namespace explaingate

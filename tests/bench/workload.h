// What the bench works on: a schema of 40 tables and thousands of different statements on it, made from a seed, so that
// every machine measures the same text.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace explaingate::bench {

struct Query {
  std::string text;     // as it stands in the sources: SQLite's dialect, parameters "?" or ":name"
  std::string grammar;  // the same for libpg_query: parameters "$1", INSERT without OR REPLACE or OR IGNORE
};

struct Workload {
  std::vector<std::string> schema;  // DDL, one statement each
  std::vector<Query> queries;       // no two with the same fingerprint
  std::map<std::string, std::string>
      files;  // path -> text: schema.sql, explaingate.json, queries in .sql and .py files
};

[[nodiscard]] Workload make_workload(size_t query_count);

}  // namespace explaingate::bench

// Schemas as one line, for tables of {input, want}:
//   "customers: id key | orders: id key, customer_id > customers, status # 4 / by_customer(customer_id) unique u(a b)
//   partial p(x)"
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "statistics/statistics.h"

namespace explaingate {

inline std::string trimmed(const std::string& text) {
  size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

inline std::vector<std::string> pieces(const std::string& text, char separator) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string piece; std::getline(stream, piece, separator);)
    if (!trimmed(piece).empty()) result.push_back(trimmed(piece));
  return result;
}

inline ColumnShape column_from(const std::string& text) {
  std::istringstream stream(text);
  ColumnShape column;
  stream >> column.name;
  for (std::string word; stream >> word;) {
    if (word == "key") column.unique = true;
    if (word == ">") stream >> column.parent_table;
    if (word == "#") stream >> column.allowed_values;
  }
  return column;
}

inline std::vector<IndexShape> indexes_from(const std::string& text) {
  std::vector<IndexShape> indexes;
  for (const std::string& one : pieces(text, ')')) {
    IndexShape index;
    std::istringstream head(one.substr(0, one.find('(')));
    for (std::string word; head >> word;) {
      if (word == "unique")
        index.unique = true;
      else if (word == "partial")
        index.partial = true;
      else
        index.name = word;
    }
    std::istringstream columns(one.substr(one.find('(') + 1));
    for (std::string word; columns >> word;) index.columns.push_back(word == "expr" ? "" : word);
    indexes.push_back(std::move(index));
  }
  return indexes;
}

inline std::vector<TableShape> schema_from(const std::string& text) {
  std::vector<TableShape> tables;
  for (const std::string& one : pieces(text, '|')) {
    TableShape table;
    table.name = trimmed(one.substr(0, one.find(':')));
    std::string rest = one.substr(one.find(':') + 1);
    size_t slash = rest.find('/');
    for (const std::string& column : pieces(rest.substr(0, slash), ',')) table.columns.push_back(column_from(column));
    if (slash != std::string::npos) table.indexes = indexes_from(rest.substr(slash + 1));
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace explaingate

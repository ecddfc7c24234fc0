// The statistics file: JSON in and out (docs/statistics.md). nlohmann/json throws; nothing leaves this file but values.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "base/hash.h"
#include "base/source.h"
#include "statistics/statistics.h"

namespace explaingate {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr double kLargest = 1e15;       // rows, values; whole numbers stay exact in a double
constexpr size_t kIndexColumns = 2000;  // SQLite's own limit (SQLITE_MAX_COLUMN)
constexpr std::string_view kMark = "explaingate_statistics";
constexpr std::string_view kHint =
    "The format is described in docs/statistics.md; `explaingate stats export` writes it.";

// Reads the document key by key. The first thing that is wrong is kept with its place ("tables.orders.rows"); whatever
// is read after that is thrown away by parse_statistics().
class Reader {
 public:
  Statistics read(const json& document) {
    Statistics statistics;
    if (!object(document, "", std::array<std::string_view, 2>{kMark, "tables"})) return statistics;
    auto version = document.find(kMark);
    if (version == document.end())
      wrong("", fmt::format("\"{}\": {} is missing: not a statistics file", kMark, kVersion));
    else if (!version->is_number_integer() || *version != kVersion)
      wrong(std::string(kMark), fmt::format("this version reads {} only", kVersion));
    auto tables = document.find("tables");
    if (tables == document.end())
      wrong("", "\"tables\" is missing");
    else if (named_values(*tables, "tables"))
      for (const auto& [name, value] : tables->items()) statistics.tables[name] = table(value, "tables." + name);
    return statistics;
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void wrong(const std::string& where, const std::string& what) {
    if (problem_.empty()) problem_ = where.empty() ? what : fmt::format("{}: {}", where, what);
  }

  bool named_values(const json& value, const std::string& where) {
    if (value.is_object()) return true;
    wrong(where, fmt::format("an object is expected, not {}", value.type_name()));
    return false;
  }

  bool object(const json& value, const std::string& where, std::span<const std::string_view> keys) {
    if (!named_values(value, where)) return false;
    for (const auto& [key, unused] : value.items())
      if (std::ranges::find(keys, std::string_view(key)) == keys.end())
        wrong(where, fmt::format("unknown key \"{}\" (known: {})", key, fmt::join(keys, ", ")));
    return true;
  }

  double number(const json& value, const std::string& where, double smallest, double largest) {
    if (!value.is_number()) {
      wrong(where, fmt::format("a number is expected, not {}", value.type_name()));
      return 0;
    }
    double result = value.get<double>();
    if (result >= smallest && result <= largest) return result;
    wrong(where, fmt::format("{:g} is out of range ({:g} to {:g})", result, smallest, largest));
    return 0;
  }

  TableStatistics table(const json& value, const std::string& where) {
    TableStatistics result;
    result.source = RowSource::kFile;
    if (!object(value, where, std::array<std::string_view, 4>{"rows", "fixed", "columns", "indexes"})) return result;
    if (auto rows = value.find("rows"); rows != value.end())
      result.rows = number(*rows, where + ".rows", 0, kLargest);
    else
      wrong(where, "\"rows\" is missing");
    if (auto fixed = value.find("fixed"); fixed != value.end()) {
      if (fixed->is_boolean())
        result.fixed = fixed->get<bool>();
      else
        wrong(where + ".fixed", fmt::format("true or false is expected, not {}", fixed->type_name()));
    }
    if (auto columns = value.find("columns"); columns != value.end() && named_values(*columns, where + ".columns"))
      for (const auto& [name, entry] : columns->items())
        result.columns[name] = column(entry, fmt::format("{}.columns.{}", where, name));
    if (auto indexes = value.find("indexes"); indexes != value.end() && named_values(*indexes, where + ".indexes"))
      for (const auto& [name, entry] : indexes->items())
        result.index_rows[name] = index(entry, fmt::format("{}.indexes.{}", where, name));
    return result;
  }

  ColumnStatistics column(const json& value, const std::string& where) {
    ColumnStatistics result;
    if (!object(value, where, std::array<std::string_view, 2>{"distinct", "null_fraction"})) return result;
    if (auto distinct = value.find("distinct"); distinct != value.end())
      result.distinct = number(*distinct, where + ".distinct", -1, kLargest);
    if (auto fraction = value.find("null_fraction"); fraction != value.end())
      result.null_fraction = number(*fraction, where + ".null_fraction", 0, 1);
    return result;
  }

  std::vector<double> index(const json& value, const std::string& where) {
    std::vector<double> result;
    if (!value.is_array())
      wrong(where, fmt::format("an array of numbers is expected, not {}", value.type_name()));
    else if (value.size() > kIndexColumns)
      wrong(where, fmt::format("{} columns are more than an index can have", value.size()));
    else
      for (const json& rows : value)
        result.push_back(number(rows, fmt::format("{}[{}]", where, result.size()), 0, kLargest));
    return result;
  }

  std::string problem_;
};

// JSON leaves open what a repeated key means; a table given twice is a mistake in the file, not a choice of ours.
class RepeatedKeys {
 public:
  bool operator()(int, json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::object_start) open_.emplace_back();
    if (event == json::parse_event_t::object_end) open_.pop_back();
    if (event == json::parse_event_t::key && !open_.back().insert(value.get<std::string>()).second && first_.empty())
      first_ = fmt::format("the key \"{}\" is there twice", value.get<std::string>());
    return true;
  }
  [[nodiscard]] const std::string& first() const { return first_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string first_;
};

Error at_byte(std::string_view text, const std::string& file, size_t byte, std::string message) {
  Position position = LineIndex(text).position(std::min(byte, text.size()));
  std::string excerpt(line_text(text, position.line).substr(0, 200));
  bool shown = position.column <= 200;
  return {ErrorKind::kConfiguration, std::move(message), file, position.line, position.column,
          shown ? excerpt : "",      std::string(kHint)};
}

// Whole numbers as such, others to six significant digits: enough for a planner, and a diff that a person can read.
json rounded(double value) {
  if (!std::isfinite(value)) return 0;
  if (std::abs(value) < 1e-9) return 0;
  double digits = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  double result = std::round(value * digits) / digits;
  if (value == std::round(value)) result = value;
  if (result == std::round(result) && std::abs(result) <= kLargest) return static_cast<int64_t>(result);
  return result;
}

}  // namespace

Result<Statistics> parse_statistics(std::string_view text, const std::string& file) {
  RepeatedKeys repeated;
  json document;
  try {
    document = json::parse(text.begin(), text.end(), std::ref(repeated));
  } catch (const json::parse_error& error) {
    return fail(at_byte(text, file, error.byte > 0 ? error.byte - 1 : 0, "not valid JSON"));
  } catch (const json::exception&) {  // a number beyond the range of a double
    return fail(Error{ErrorKind::kConfiguration, "a number is out of range", file, 0, 0, "", std::string(kHint)});
  }
  Reader reader;
  Statistics statistics = reader.read(document);
  const std::string& problem = repeated.first().empty() ? reader.problem() : repeated.first();
  if (!problem.empty()) return fail(Error{ErrorKind::kConfiguration, problem, file, 0, 0, "", std::string(kHint)});
  return statistics;
}

std::string to_json(const Statistics& statistics) {
  json tables = json::object();
  for (const auto& [name, table] : statistics.tables) {
    json& entry = tables[name] = {{"rows", rounded(std::round(table.rows))}};
    if (table.fixed) entry["fixed"] = true;
    for (const auto& [column_name, column] : table.columns) {
      json values = json::object();
      if (column.distinct) values["distinct"] = rounded(*column.distinct);
      if (column.null_fraction) values["null_fraction"] = rounded(*column.null_fraction);
      if (!values.empty()) entry["columns"][column_name] = std::move(values);
    }
    for (const auto& [index_name, rows] : table.index_rows) {
      json& values = entry["indexes"][index_name] = json::array();
      for (double each : rows) values.push_back(rounded(each));
    }
  }
  json document = {{std::string(kMark), kVersion}, {"tables", std::move(tables)}};
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

// How a number came to be known changes no plan, so `source` is not part of it.
std::string Statistics::hash() const {
  std::string all;
  auto add = [&](std::string_view text) { all += fmt::format("{}:{};", text.size(), text); };
  for (const auto& [name, table] : tables) {
    add(name);
    add(fmt::format("{} {}", table.rows, table.fixed));
    for (const auto& [column_name, column] : table.columns) {
      add(column_name);
      add(column.distinct ? fmt::format("{}", *column.distinct) : "");
      add(column.null_fraction ? fmt::format("{}", *column.null_fraction) : "");
    }
    add("indexes");
    for (const auto& [index_name, rows] : table.index_rows) {
      add(index_name);
      add(fmt::format("{}", fmt::join(rows, " ")));
    }
  }
  return hash_hex(all);
}

}  // namespace explaingate

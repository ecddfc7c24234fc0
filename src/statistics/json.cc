// The statistics file: JSON in and out (docs/statistics.md). nlohmann/json throws; nothing leaves this file but values.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/hash.h"
#include "base/json_places.h"
#include "base/source.h"
#include "statistics/json_reader.h"
#include "statistics/postgres_json.h"
#include "statistics/statistics.h"

namespace explaingate {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kPlacesDeep = 8;       // tables, a table, columns, a column, postgres, a key
constexpr size_t kIndexColumns = 2000;  // SQLite's own limit (SQLITE_MAX_COLUMN)
constexpr const char* kMark = "explaingate_statistics";
constexpr std::string_view kHint =
    "The format is described in docs/statistics.md; `explaingate stats export` writes it.";

ColumnStatistics read_column(JsonReader& reader, const json& value, const std::string& name, PostgresTable& postgres) {
  ColumnStatistics result;
  if (!reader.object(value, {"distinct", "null_fraction", "postgres"})) return result;
  reader.member(value, "distinct", [&](const json& each) { result.distinct = reader.number(each, -1); });
  reader.member(value, "null_fraction", [&](const json& each) { result.null_fraction = reader.number(each, 0, 1); });
  reader.member(value, "postgres", [&](const json& each) {
    PostgresColumn column = read_postgres_column(reader, each);
    column.distinct = result.distinct;
    column.null_fraction = result.null_fraction;
    postgres.columns[name] = std::move(column);
  });
  return result;
}

TableStatistics read_table(JsonReader& reader, const json& value) {
  TableStatistics result;
  result.source = RowSource::kFile;
  if (!reader.object(value, {"rows", "fixed", "rows_per_day", "columns", "indexes", "postgres"})) return result;
  if (!reader.member(value, "rows", [&](const json& rows) { result.rows = reader.number(rows, 0); }))
    reader.wrong("\"rows\" is missing");
  reader.member(value, "fixed", [&](const json& fixed) {
    if (fixed.is_boolean())
      result.fixed = fixed.get<bool>();
    else
      reader.wrong(fmt::format("true or false is expected, not {}", fixed.type_name()));
  });
  reader.member(value, "rows_per_day",
                [&](const json& rows) { result.rows_per_day = reader.number(rows, -kLargestNumber); });
  PostgresTable postgres;
  reader.member(value, "postgres", [&](const json& part) { postgres = read_postgres_table(reader, part); });
  reader.member(value, "columns", [&](const json& columns) {
    reader.members(columns, [&](const std::string& name, const json& entry) {
      result.columns[name] = read_column(reader, entry, name, postgres);
    });
  });
  reader.member(value, "indexes", [&](const json& indexes) {
    reader.members(indexes, [&](const std::string& name, const json& entry) {
      if (entry.is_array() && entry.size() > kIndexColumns)
        reader.wrong(fmt::format("{} columns are more than an index can have", entry.size()));
      else
        result.index_rows[name] = reader.numbers(entry, 0);
    });
  });
  postgres.rows = result.rows;
  if (value.contains("postgres") || !postgres.columns.empty())
    result.postgres = std::make_shared<const PostgresTable>(std::move(postgres));
  return result;
}

Statistics read_document(JsonReader& reader, const json& document) {
  Statistics statistics;
  if (!reader.object(document, {kMark, "tables", "postgres"})) return statistics;
  bool marked = reader.member(document, kMark, [&](const json& version) {
    if (!version.is_number_integer() || version != kVersion)
      reader.wrong(fmt::format("this version reads {} only", kVersion));
  });
  if (!marked) reader.wrong(fmt::format("\"{}\": {} is missing: not a statistics file", kMark, kVersion));
  reader.member(document, "postgres",
                [&](const json& part) { statistics.postgres = read_postgres_server(reader, part); });
  bool tables = reader.member(document, "tables", [&](const json& all) {
    reader.members(
        all, [&](const std::string& name, const json& value) { statistics.tables[name] = read_table(reader, value); });
  });
  if (!tables) reader.wrong("\"tables\" is missing");
  return statistics;
}

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

// The offset of the deepest key on the path that has a place.
size_t place_of(const JsonPlaces& places, std::vector<std::string> path) {
  for (; !path.empty(); path.pop_back()) {
    if (size_t bracket = path.back().rfind('['); bracket != std::string::npos && path.back().ends_with(']'))
      path.back().resize(bracket);
    if (size_t at = places.of(path); at != std::string::npos) return at;
  }
  return 0;
}

}  // namespace

json rounded_number(double value) {
  if (!std::isfinite(value) || std::abs(value) < 1e-9) return 0;
  double digits = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  double result = std::round(value * digits) / digits;
  if (value == std::round(value)) result = value;
  if (result == std::round(result) && std::abs(result) <= kLargestNumber) return static_cast<int64_t>(result);
  return result;
}

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
  JsonReader reader;
  Statistics statistics = read_document(reader, document);
  const JsonReader::Problem& problem = reader.problem();
  if (repeated.first().empty() && problem.message.empty()) return statistics;
  JsonPlaces places(text, kPlacesDeep);
  Error error =
      repeated.first().empty()
          ? at_byte(text, file, place_of(places, problem.path), problem.message)
          : at_byte(text, file, places.repeated() == std::string::npos ? 0 : places.repeated(), repeated.first());
  if (repeated.first().empty() && !problem.hint.empty()) error.hint = problem.hint;
  return fail(std::move(error));
}

std::string to_json(const Statistics& statistics) {
  json tables = json::object();
  for (const auto& [name, table] : statistics.tables) {
    json& entry = tables[name] = {{"rows", rounded_number(std::round(table.rows))}};
    if (table.fixed) entry["fixed"] = true;
    if (table.rows_per_day) entry["rows_per_day"] = rounded_number(*table.rows_per_day);
    for (const auto& [column_name, column] : table.columns) {
      json values = json::object();
      if (column.distinct) values["distinct"] = rounded_number(*column.distinct);
      if (column.null_fraction) values["null_fraction"] = rounded_number(*column.null_fraction);
      if (table.postgres)
        if (auto known = table.postgres->columns.find(column_name); known != table.postgres->columns.end()) {
          // As exact as PostgreSQL keeps it, where it comes from there.
          if (column.distinct && column.distinct == known->second.distinct)
            values["distinct"] = exact_number(*column.distinct);
          if (column.null_fraction && column.null_fraction == known->second.null_fraction)
            values["null_fraction"] = exact_number(*column.null_fraction);
          values["postgres"] = to_json_value(known->second);
        }
      if (!values.empty()) entry["columns"][column_name] = std::move(values);
    }
    for (const auto& [index_name, rows] : table.index_rows) {
      json& values = entry["indexes"][index_name] = json::array();
      for (double each : rows) values.push_back(rounded_number(each));
    }
    if (table.postgres) entry["postgres"] = to_json_value(*table.postgres);
  }
  json document = {{std::string(kMark), kVersion}, {"tables", std::move(tables)}};
  if (statistics.postgres) document["postgres"] = to_json_value(*statistics.postgres);
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
    if (!table.postgres) continue;
    add(to_json_value(*table.postgres).dump());
    for (const auto& [column_name, column] : table.postgres->columns) {
      add(column_name);
      add(to_json_value(column).dump());
    }
  }
  if (postgres) add(to_json_value(*postgres).dump());
  return hash_hex(all);
}

}  // namespace explaingate

#include "statistics/postgres_json.h"

#include <charconv>
#include <cmath>

namespace explaingate {
namespace {

using nlohmann::json;

constexpr double kLargestPages = 4294967295.0;  // PostgreSQL's block numbers have 32 bits
constexpr size_t kMostColumns = 1600;           // of a table

const std::vector<const char*> kColumnKeys = {"average_width",       "most_common_values", "most_common_frequencies",
                                              "histogram",           "correlation",        "most_common_elements",
                                              "element_frequencies", "element_counts",     "range_bounds",
                                              "range_lengths",       "range_empty"};

void read_values(JsonReader& reader, const json& value, PostgresColumn& column) {
  auto numbers = [&](const char* key, std::vector<double>& into, double smallest, double largest) {
    reader.member(value, key, [&](const json& list) { into = reader.numbers(list, smallest, largest); });
  };
  auto texts = [&](const char* key, std::vector<std::string>& into) {
    reader.member(value, key, [&](const json& list) { into = reader.texts(list); });
  };
  auto number = [&](const char* key, std::optional<double>& into, double smallest, double largest) {
    reader.member(value, key, [&](const json& each) { into = reader.number(each, smallest, largest); });
  };
  number("average_width", column.width, 0, 1e9);
  texts("most_common_values", column.common_values);
  numbers("most_common_frequencies", column.common_frequencies, 0, 1);
  texts("histogram", column.histogram);
  number("correlation", column.correlation, -1, 1);
  texts("most_common_elements", column.common_elements);
  numbers("element_frequencies", column.element_frequencies, 0, 1);
  numbers("element_counts", column.element_counts, 0, kLargestNumber);
  texts("range_bounds", column.range_bounds);
  numbers("range_lengths", column.range_lengths, 0, 1e308);
  number("range_empty", column.range_empty, 0, 1);
  size_t values = column.common_values.size(), elements = column.common_elements.size();
  if (values > 0 && values != column.common_frequencies.size())
    reader.wrong(
        fmt::format("{} most_common_values have {} most_common_frequencies", values, column.common_frequencies.size()));
  if (elements > 0 &&
      (column.element_frequencies.size() < elements + 2 || column.element_frequencies.size() > elements + 3))
    reader.wrong(
        fmt::format("{} most_common_elements have {} element_frequencies; expected are two or three more than "
                    "elements",
                    elements, column.element_frequencies.size()));
}

// A column that stands alone: of an index expression, over a table and its children.
PostgresColumn read_whole_column(JsonReader& reader, const json& value) {
  PostgresColumn column;
  std::vector<const char*> keys = kColumnKeys;
  keys.insert(keys.begin(), {"distinct", "null_fraction"});
  if (!reader.object(value, keys)) return column;
  reader.member(value, "distinct", [&](const json& each) { column.distinct = reader.number(each, -1); });
  reader.member(value, "null_fraction", [&](const json& each) { column.null_fraction = reader.number(each, 0, 1); });
  read_values(reader, value, column);
  return column;
}

// Keys "1", "2" …: positions.
template <class Each>
std::map<int, Each> by_position(JsonReader& reader, const json& value, Each (*read)(JsonReader&, const json&)) {
  std::map<int, Each> result;
  reader.members(value, [&](const std::string& name, const json& each) {
    int position = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), position);
    bool whole = error == std::errc() && end == name.data() + name.size();
    if (!whole || position < 1 || position > static_cast<int>(kMostColumns))
      reader.wrong("a position is expected as key: \"1\" for the first column");
    else
      result[position] = read(reader, each);
  });
  return result;
}

PostgresIndex read_index(JsonReader& reader, const json& value) {
  PostgresIndex index;
  if (!reader.object(value, {"pages", "rows", "height", "expressions"})) return index;
  reader.member(value, "pages", [&](const json& each) { index.pages = reader.number(each, 0, kLargestPages); });
  reader.member(value, "rows", [&](const json& each) { index.rows = reader.number(each, 0); });
  reader.member(value, "height",
                [&](const json& each) { index.height = static_cast<int>(reader.number(each, 0, 20)); });
  reader.member(value, "expressions",
                [&](const json& each) { index.expressions = by_position(reader, each, read_whole_column); });
  return index;
}

PostgresExtended::Combination read_combination(JsonReader& reader, const json& value) {
  PostgresExtended::Combination result;
  if (!reader.object(value, {"values", "frequency", "base_frequency"})) return result;
  reader.member(value, "values", [&](const json& list) {
    reader.elements(list, "texts", 8, [&](const json& each) {
      if (each.is_null())
        result.values.emplace_back();
      else
        result.values.emplace_back(reader.text(each));
    });
  });
  reader.member(value, "frequency", [&](const json& each) { result.frequency = reader.number(each, 0, 1); });
  reader.member(value, "base_frequency", [&](const json& each) { result.base_frequency = reader.number(each, 0, 1); });
  return result;
}

PostgresExtended read_extended(JsonReader& reader, const json& value) {
  PostgresExtended result;
  if (!reader.object(value, {"distinct", "dependencies", "columns", "combinations"})) return result;
  // STATS_MAX_DIMENSIONS is 8: at most 2^8 sets of columns, and 8 * 2^7 dependencies.
  reader.member(value, "distinct", [&](const json& list) {
    reader.elements(list, "objects", 256, [&](const json& each) {
      PostgresExtended::Distinct& one = result.distinct.emplace_back();
      if (!reader.object(each, {"columns", "values"})) return;
      reader.member(each, "columns", [&](const json& names) { one.columns = reader.texts(names, 8); });
      reader.member(each, "values", [&](const json& number) { one.values = reader.number(number, -1); });
    });
  });
  reader.member(value, "dependencies", [&](const json& list) {
    reader.elements(list, "objects", 1024, [&](const json& each) {
      PostgresExtended::Dependency& one = result.dependencies.emplace_back();
      if (!reader.object(each, {"columns", "degree"})) return;
      reader.member(each, "columns", [&](const json& names) { one.columns = reader.texts(names, 8); });
      reader.member(each, "degree", [&](const json& number) { one.degree = reader.number(number, 0, 1); });
    });
  });
  reader.member(value, "columns", [&](const json& names) { result.columns = reader.texts(names, 8); });
  reader.member(value, "combinations", [&](const json& list) {
    reader.elements(list, "objects", 10000, [&](const json& each) {
      result.combinations.push_back(read_combination(reader, each));
      if (result.combinations.back().values.size() != result.columns.size())
        reader.wrong("as many values are expected as \"columns\" has names");
    });
  });
  return result;
}

json exact_numbers(const std::vector<double>& numbers) {
  json list = json::array();
  for (double number : numbers) list.push_back(exact_number(number));
  return list;
}

void write_values(const PostgresColumn& column, json& into) {
  if (column.width) into["average_width"] = rounded_number(*column.width);
  if (!column.common_values.empty()) into["most_common_values"] = column.common_values;
  if (!column.common_frequencies.empty()) into["most_common_frequencies"] = exact_numbers(column.common_frequencies);
  if (!column.histogram.empty()) into["histogram"] = column.histogram;
  if (column.correlation) into["correlation"] = exact_number(*column.correlation);
  if (!column.common_elements.empty()) into["most_common_elements"] = column.common_elements;
  if (!column.element_frequencies.empty()) into["element_frequencies"] = exact_numbers(column.element_frequencies);
  if (!column.element_counts.empty()) into["element_counts"] = exact_numbers(column.element_counts);
  if (!column.range_bounds.empty()) into["range_bounds"] = column.range_bounds;
  if (!column.range_lengths.empty()) into["range_lengths"] = column.range_lengths;
  if (column.range_empty) into["range_empty"] = exact_number(*column.range_empty);
}

json whole_column(const PostgresColumn& column) {
  json value = json::object();
  if (column.distinct) value["distinct"] = exact_number(*column.distinct);
  if (column.null_fraction) value["null_fraction"] = exact_number(*column.null_fraction);
  write_values(column, value);
  return value;
}

json positions(const std::map<int, PostgresColumn>& columns) {
  json value = json::object();
  for (const auto& [position, column] : columns) value[std::to_string(position)] = whole_column(column);
  return value;
}

json extended_value(const PostgresExtended& extended) {
  json value = json::object();
  for (const auto& one : extended.distinct)
    value["distinct"].push_back({{"columns", one.columns}, {"values", rounded_number(one.values)}});
  for (const auto& one : extended.dependencies)
    value["dependencies"].push_back({{"columns", one.columns}, {"degree", rounded_number(one.degree)}});
  if (!extended.columns.empty()) value["columns"] = extended.columns;
  for (const auto& one : extended.combinations) {
    json values = json::array();
    for (const auto& each : one.values) values.push_back(each ? json(*each) : json());
    value["combinations"].push_back(
        {{"values", values}, {"frequency", one.frequency}, {"base_frequency", one.base_frequency}});
  }
  return value;
}

}  // namespace

PostgresServer read_postgres_server(JsonReader& reader, const json& value) {
  PostgresServer server;
  if (!reader.object(value, {"version", "block_size", "settings"})) return server;
  reader.member(value, "version",
                [&](const json& each) { server.version = static_cast<int>(reader.number(each, 0, 1e9)); });
  reader.member(value, "block_size", [&](const json& each) { server.block_size = reader.number(each, 1024, 32768); });
  reader.member(value, "settings", [&](const json& all) {
    reader.members(all, [&](const std::string& name, const json& each) { server.settings[name] = reader.text(each); });
  });
  return server;
}

PostgresTable read_postgres_table(JsonReader& reader, const json& value) {
  PostgresTable table;
  if (!reader.object(value, {"pages", "all_visible", "toast_pages", "indexes", "extended", "inherited"})) return table;
  auto pages = [&](const char* key, double& into) {
    reader.member(value, key, [&](const json& each) { into = reader.number(each, 0, kLargestPages); });
  };
  pages("pages", table.pages);
  pages("all_visible", table.all_visible);
  pages("toast_pages", table.toast_pages);
  reader.member(value, "indexes", [&](const json& all) {
    reader.members(all,
                   [&](const std::string& name, const json& each) { table.indexes[name] = read_index(reader, each); });
  });
  reader.member(value, "extended", [&](const json& all) {
    reader.members(
        all, [&](const std::string& name, const json& each) { table.extended[name] = read_extended(reader, each); });
  });
  reader.member(value, "inherited", [&](const json& all) {
    reader.members(all, [&](const std::string& name, const json& each) {
      table.inherited[name] = read_whole_column(reader, each);
    });
  });
  return table;
}

PostgresColumn read_postgres_column(JsonReader& reader, const json& value) {
  PostgresColumn column;
  if (reader.object(value, kColumnKeys)) read_values(reader, value, column);
  return column;
}

json exact_number(double value) {
  auto single = static_cast<float>(value);
  if (!std::isfinite(single)) return 0;
  if (single == std::round(single) && std::abs(single) <= 1e15F) return static_cast<int64_t>(single);
  std::string shortest = fmt::format("{}", single);
  double result = 0;
  std::from_chars(shortest.data(), shortest.data() + shortest.size(), result);
  return result;
}

json to_json_value(const PostgresServer& server) {
  json value = {{"version", server.version}, {"block_size", rounded_number(server.block_size)}};
  for (const auto& [name, setting] : server.settings) value["settings"][name] = setting;
  return value;
}

json to_json_value(const PostgresTable& table) {
  json value = {{"pages", rounded_number(table.pages)}, {"all_visible", rounded_number(table.all_visible)}};
  if (table.toast_pages > 0) value["toast_pages"] = rounded_number(table.toast_pages);
  for (const auto& [name, index] : table.indexes) {
    json& entry =
        value["indexes"][name] = {{"pages", rounded_number(index.pages)}, {"rows", rounded_number(index.rows)}};
    if (index.height) entry["height"] = *index.height;
    if (!index.expressions.empty()) entry["expressions"] = positions(index.expressions);
  }
  for (const auto& [name, extended] : table.extended) value["extended"][name] = extended_value(extended);
  for (const auto& [name, column] : table.inherited) value["inherited"][name] = whole_column(column);
  return value;
}

json to_json_value(const PostgresColumn& column) {
  json value = json::object();
  write_values(column, value);
  return value;
}

}  // namespace explaingate

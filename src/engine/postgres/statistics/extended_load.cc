// The columns of pg_statistic_ext_data have types whose input functions refuse everything (until version 19), but a
// superuser may declare that a bytea is one of them: a cast without a function, dropped again in the same transaction.
// Distinct counts and dependencies are short lists of numbers (src/include/statistics/statistics.h, mvdistinct.c,
// dependencies.c: the same in 12 to 18).
//
// Common combinations hold values in the server's own form. ANALYZE makes that: a temporary table gets each combination
// once, its statistics give the list, and only the frequencies, two doubles at known places of each item at the end of
// the list, are put in place of the even ones.
#include "engine/postgres/statistics/extended_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace explaingate::postgres {
namespace {

constexpr uint32_t kDistinctMagic = 0xA352BFA4, kDependencyMagic = 0xB4549A2C;
constexpr const char* kHelper = "pg_temp.explaingate_combinations";

template <class Number>
void append(std::string& bytes, Number value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof value);
}

std::string hex(const std::string& bytes) {
  std::string text = "'\\x";
  for (char c : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  return text + "'";
}

using Key = std::vector<std::optional<std::string>>;

Key key_in(std::string_view list) {
  Key key;
  nlohmann::json values = nlohmann::json::parse(list, nullptr, false);
  if (!values.is_array()) return key;
  for (const nlohmann::json& value : values)
    key.push_back(value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt);
  return key;
}

class ExtendedWriter {
 public:
  ExtendedWriter(Connection& connection, const Relations& relations, std::vector<std::string>& notes)
      : connection_(connection), relations_(relations), notes_(notes) {}

  Status write(const ExtendedNumbers& numbers) {
    auto table = relations_.all.find(numbers.info->table);
    if (table == relations_.all.end()) return {};
    info_ = numbers.info;
    table_ = &table->second;
    const PostgresExtended& known = numbers.statistics;
    std::string combinations = "NULL";
    if (has('m') && !known.combinations.empty()) {
      auto list = combination_list(known);
      if (!list && list.error().kind != ErrorKind::kStatement) return fail(list.error());
      if (list)
        combinations = hex(*list) + "::bytea::pg_mcv_list";
      else
        note(list.error().message);
    }
    bool by_children = relations_.version >= 150000;
    Status written = connection_.run_script(fmt::format(
        "CREATE CAST (bytea AS pg_ndistinct) WITHOUT FUNCTION; CREATE CAST (bytea AS pg_dependencies) WITHOUT "
        "FUNCTION; "
        "CREATE CAST (bytea AS pg_mcv_list) WITHOUT FUNCTION; "
        "DELETE FROM pg_statistic_ext_data WHERE stxoid = {0}; "
        "INSERT INTO pg_statistic_ext_data (stxoid, {1}stxdndistinct, stxddependencies, stxdmcv) "
        "VALUES ({0}, {2}{3}, {4}, {5}); DROP CAST (bytea AS pg_ndistinct); DROP CAST (bytea AS pg_dependencies); "
        "DROP CAST (bytea AS pg_mcv_list)",
        info_->oid, by_children ? "stxdinherit, " : "", by_children ? table_->kind == 'p' ? "true, " : "false, " : "",
        distinct_list(known), dependency_list(known), combinations));
    if (written || written.error().kind != ErrorKind::kStatement) return written;
    note(written.error().message);
    return {};
  }

 private:
  [[nodiscard]] bool has(char kind) const { return info_->kinds.find(kind) != std::string::npos; }

  void note(const std::string& reason) {
    notes_.push_back(fmt::format("statistics {}: not taken: {}", info_->name, reason));
  }

  // The number of the column, or of an expression as it is; 0 = this schema doesn't have it among the statistics.
  [[nodiscard]] int number_of(const std::string& name) const {
    if (name.starts_with('-')) return std::atoi(name.c_str());
    auto column = std::ranges::find(table_->columns, name, &ColumnInfo::name);
    if (column == table_->columns.end()) return 0;
    return std::ranges::find(info_->keys, column->number) == info_->keys.end() ? 0 : column->number;
  }

  [[nodiscard]] std::vector<int16_t> numbers_of(const std::vector<std::string>& names) const {
    std::vector<int16_t> numbers;
    for (const std::string& name : names) {
      int number = number_of(name);
      if (number == 0) return {};
      numbers.push_back(static_cast<int16_t>(number));
    }
    return numbers;
  }

  [[nodiscard]] std::string distinct_list(const PostgresExtended& known) const {
    std::string items;
    uint32_t count = 0;
    for (const PostgresExtended::Distinct& one : known.distinct) {
      std::vector<int16_t> columns = numbers_of(one.columns);
      if (columns.size() < 2) continue;
      std::ranges::sort(columns);
      append<double>(items, one.values);
      append<int32_t>(items, static_cast<int32_t>(columns.size()));
      for (int16_t column : columns) append(items, column);
      ++count;
    }
    if (count == 0 || !has('d')) return "NULL";
    std::string bytes;
    for (uint32_t head : {kDistinctMagic, 1U, count}) append(bytes, head);
    return hex(bytes + items) + "::bytea::pg_ndistinct";
  }

  [[nodiscard]] std::string dependency_list(const PostgresExtended& known) const {
    std::string items;
    uint32_t count = 0;
    for (const PostgresExtended::Dependency& one : known.dependencies) {
      std::vector<int16_t> columns = numbers_of(one.columns);
      if (columns.size() < 2) continue;
      append<double>(items, one.degree);
      append<int16_t>(items, static_cast<int16_t>(columns.size()));
      for (int16_t column : columns) append(items, column);
      ++count;
    }
    if (count == 0 || !has('f')) return "NULL";
    std::string bytes;
    for (uint32_t head : {kDependencyMagic, 1U, count}) append(bytes, head);
    return hex(bytes + items) + "::bytea::pg_dependencies";
  }

  // Position in `known.columns` of each key column; empty where they aren't the same columns.
  [[nodiscard]] std::vector<size_t> order_of(const PostgresExtended& known) const {
    std::vector<size_t> order;
    if (known.columns.size() != info_->keys.size()) return {};
    for (int key : info_->keys) {
      const ColumnInfo* column = table_->column(key);
      auto found = column ? std::ranges::find(known.columns, column->name) : known.columns.end();
      if (found == known.columns.end()) return {};
      order.push_back(static_cast<size_t>(found - known.columns.begin()));
    }
    return order;
  }

  Result<std::string> combination_list(const PostgresExtended& known) {
    std::vector<size_t> order = order_of(known);
    if (order.empty()) return fail(ErrorKind::kStatement, "its columns are others in the statistics file");
    std::string columns, values;
    for (int key : info_->keys) {
      const ColumnInfo* column = table_->column(key);
      Oid type = readable_type(column->type, relations_);
      if (type == 0) return fail(ErrorKind::kStatement, fmt::format("values of {} are not read", column->name));
      columns += fmt::format("{}pg_catalog.format_type({}, {})", columns.empty() ? "" : ", ", type, column->modifier);
    }
    auto types = connection_.query("SELECT " + columns);
    if (!types) return fail(types.error());
    std::string definition, targets;
    for (int i = 0; i < types->columns(); ++i) {
      definition += fmt::format("{}c{} {}", i == 0 ? "" : ", ", i, types->text(0, i));
      targets += fmt::format("ALTER TABLE {} ALTER c{} SET STATISTICS {}; ", kHelper, i,
                             std::clamp<size_t>(known.combinations.size(), 1, 10000));
    }
    for (const auto& one : known.combinations) {
      values += values.empty() ? "(" : ", (";
      for (size_t i = 0; i < order.size(); ++i) {
        const auto& value = one.values[order[i]];
        values += fmt::format("{}{}", i == 0 ? "" : ", ", value ? quote_literal(*value) : "NULL");
      }
      values += ")";
    }
    std::string names;
    for (size_t i = 0; i < order.size(); ++i) names += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
    Status made = connection_.run_script(
        fmt::format("CREATE TEMPORARY TABLE explaingate_combinations ({}); {}INSERT INTO {} VALUES {}; "
                    "CREATE STATISTICS pg_temp.explaingate_combinations_list (mcv) ON {} FROM {}; ANALYZE {}",
                    definition, targets, kHelper, values, names, kHelper, kHelper));
    if (!made) return fail(made.error());
    Result<std::string> list = read_list(known, order);
    if (Status dropped = connection_.run(fmt::format("DROP TABLE {}", kHelper)); !dropped) return fail(dropped.error());
    return list;
  }

  Result<std::string> read_list(const PostgresExtended& known, const std::vector<size_t>& order) {
    auto found = connection_.query(
        "SELECT pg_catalog.encode(d.stxdmcv::bytea, 'hex'), m.index, pg_catalog.to_json(m.values), m.frequency "
        "FROM pg_statistic_ext s JOIN pg_statistic_ext_data d ON d.stxoid = s.oid, "
        "LATERAL pg_catalog.pg_mcv_list_items(d.stxdmcv) m WHERE s.stxname = 'explaingate_combinations_list' "
        "AND s.stxrelid = $1::regclass ORDER BY m.index",
        {kHelper});
    if (!found) return fail(found.error());
    if (found->count() == 0) return fail(ErrorKind::kStatement, "the server made no list of combinations");
    std::string bytes;
    std::string_view digits = found->text(0, 0);
    for (size_t i = 0; i + 1 < digits.size(); i += 2)
      bytes += static_cast<char>(std::strtol(std::string(digits.substr(i, 2)).c_str(), nullptr, 16));
    std::map<Key, std::pair<double, double>> frequencies;
    for (const auto& one : known.combinations) {
      Key key;
      for (size_t at : order) key.push_back(one.values[at]);
      frequencies[key] = {one.frequency, one.base_frequency};
    }
    // nulls, frequency, base frequency, positions of the values
    size_t items = static_cast<size_t>(found->count()), each = order.size() * 3 + 2 * sizeof(double);
    if (bytes.size() < items * each) return fail(ErrorKind::kStatement, "the list of combinations is laid out anew");
    for (int row = 0; row < found->count(); ++row) {
      size_t at = bytes.size() - (items - static_cast<size_t>(row)) * each + order.size();
      double even = 0;
      std::memcpy(&even, bytes.data() + at, sizeof even);
      if (even != found->real(row, 3)) return fail(ErrorKind::kStatement, "the list of combinations is laid out anew");
      auto wanted = frequencies.find(key_in(found->text(row, 2)));
      if (wanted == frequencies.end()) return fail(ErrorKind::kStatement, "values are spelt otherwise on this server");
      std::memcpy(bytes.data() + at, &wanted->second.first, sizeof(double));
      std::memcpy(bytes.data() + at + sizeof(double), &wanted->second.second, sizeof(double));
    }
    return bytes;
  }

  Connection& connection_;
  const Relations& relations_;
  std::vector<std::string>& notes_;
  const ExtendedInfo* info_ = nullptr;
  const RelationInfo* table_ = nullptr;
};

}  // namespace

Status write_extended(Connection& superuser, const Relations& relations, const DatabaseNumbers& numbers,
                      std::vector<std::string>& notes) {
  ExtendedWriter writer(superuser, relations, notes);
  for (const ExtendedNumbers& one : numbers.extended)
    if (Status written = writer.write(one); !written) return written;
  return {};
}

}  // namespace explaingate::postgres

#include "engine/sqlite/stat1.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace explaingate::sqlite_engine {
namespace {

constexpr double kMaxNumber = 9e15;          // whole numbers that a double still holds exactly
constexpr int64_t kCountSteps = 20'000'000;  // for counting one seeded table

std::vector<double> read_numbers(std::string_view text) {
  std::vector<double> numbers;
  while (!text.empty()) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) break;  // "unordered", "sz=100"
    numbers.push_back(value);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return numbers;
}

void append_number(std::string& text, double value) {
  int64_t whole = static_cast<int64_t>(std::clamp(std::round(value), 1.0, kMaxNumber));
  fmt::format_to(std::back_inserter(text), "{} ", whole);
}

// Rows and the different values of every column. count(DISTINCT) skips NULLs, as the planner's own numbers do.
void count_values(Sqlite& database, const CatalogueTable& table, TableStatistics& statistics) {
  database.limit_steps(kCountSteps);
  std::string sql = "SELECT count(*)";
  std::vector<const std::string*> columns;
  for (const CatalogueColumn& column : table.columns) {
    if (column.hidden || columns.size() >= 500) continue;
    columns.push_back(&column.name);
    std::string name = quote_name(column.name);
    sql += ", count(DISTINCT " + name + "), count(" + name + ")";
  }
  Result<SqliteStatement> statement = database.prepare(sql + " FROM main." + quote_name(table.name));
  if (!statement) return;
  Result<bool> row = statement->step();
  if (!row || !*row) return;
  statistics.rows = static_cast<double>(statement->integer(0));
  if (statistics.rows <= 0) return;
  for (size_t i = 0; i < columns.size(); ++i) {
    int at = static_cast<int>(1 + 2 * i);
    ColumnStatistics& column = statistics.columns[*columns[i]];
    column.distinct = static_cast<double>(statement->integer(at));
    column.null_fraction = 1 - static_cast<double>(statement->integer(at + 1)) / statistics.rows;
  }
}

void read_stat1(Sqlite& database, Statistics& statistics) {
  Result<SqliteStatement> rows = database.prepare("SELECT tbl, idx, stat FROM main.sqlite_stat1 ORDER BY 1, 2");
  if (!rows) return;
  for (Result<bool> row = rows->step(); row && *row; row = rows->step()) {
    auto table = statistics.tables.find(std::string(rows->text(0)));
    std::vector<double> numbers = read_numbers(rows->text(2));
    if (table == statistics.tables.end() || rows->is_null(1) || numbers.size() < 2) continue;
    numbers.erase(numbers.begin());
    // The key of a WITHOUT ROWID table goes by the table's own name there.
    std::string index(rows->text(1));
    if (index == table->first) index = "sqlite_autoindex_" + index + "_1";
    table->second.index_rows[index] = std::move(numbers);
  }
}

std::string stat_of(const IndexInfo& index) {
  std::string text;
  append_number(text, index.entries);
  for (double rows : index.prefix_rows) append_number(text, std::min(rows, std::max(index.entries, 1.0)));
  if (!text.empty()) text.pop_back();
  return text;
}

struct Stat1Row {
  std::string table, index, stat;  // index "" = NULL
};

void append_rows(const Names& names, const TableInfo& info, std::vector<Stat1Row>& rows) {
  bool whole_index = false;  // a partial one says nothing of the table's size
  for (size_t at : info.indexes) {
    const IndexInfo& index = names.indexes[at];
    if (index.prefix_rows.empty()) continue;
    bool key = info.table->without_rowid && index.index != nullptr && index.index->origin == "primary_key";
    whole_index = whole_index || !index.partial;
    rows.push_back({info.table->name, key ? info.table->name : index.name, stat_of(index)});
  }
  if (whole_index) return;
  std::string text;
  append_number(text, info.rows);
  text.pop_back();
  rows.push_back({info.table->name, "", std::move(text)});
}

Status write_database(Sqlite& database, const std::string& name, const std::vector<Stat1Row>& rows) {
  std::string prefix = quote_name(name) + ".";
  // ANALYZE of the schema table alone makes sqlite_stat1 where it is missing, counts nothing, and loads what stands
  // there.
  std::string load = "ANALYZE " + prefix + (name == "temp" ? "sqlite_temp_schema" : "sqlite_schema");
  if (Status status = database.execute(load + "; DELETE FROM " + prefix + "sqlite_stat1"); !status) return status;
  Result<SqliteStatement> insert = database.prepare("INSERT INTO " + prefix + "sqlite_stat1 VALUES (?1, ?2, ?3)");
  if (!insert) return std::unexpected(insert.error());
  for (const Stat1Row& row : rows) {
    insert->bind(1, std::string_view(row.table));
    if (row.index.empty())
      insert->bind(2, nullptr);
    else
      insert->bind(2, std::string_view(row.index));
    insert->bind(3, std::string_view(row.stat));
    if (Result<bool> done = insert->step(); !done) return std::unexpected(done.error());
    if (Status status = insert->reset(); !status) return status;
  }
  return database.execute(load);
}

}  // namespace

Result<Statistics> seed_statistics(GuardedDatabase& guarded, const std::vector<SchemaStatement>& schema,
                                   const std::vector<SchemaStatement>& seed) {
  std::vector<SchemaFailure> ignored = guarded.apply(schema);  // the planning database reports them
  ignored = guarded.apply(seed);
  Sqlite& database = guarded.database();
  std::vector<std::string> databases;
  Result<Catalogue> catalogue = read_catalogue(database, databases);
  if (!catalogue) return std::unexpected(catalogue.error());
  Statistics statistics;
  for (const CatalogueTable& table : catalogue->tables) {
    if (table.type != "table" && table.type != "virtual") continue;
    TableStatistics counted;
    counted.source = RowSource::kSeed;
    count_values(database, table, counted);
    if (counted.rows > 0) statistics.tables.emplace(table.name, std::move(counted));
  }
  database.limit_steps(kCountSteps);
  if (database.execute("ANALYZE main")) read_stat1(database, statistics);
  database.limit_steps(0);
  return statistics;
}

double partial_share(const TableInfo& table, const IndexInfo& index) {
  double values = 0;
  for (const std::string& name : index.condition_columns) {
    int column = table.column(name);
    if (column < 0) continue;
    double allowed = table.table->columns[static_cast<size_t>(column)].allowed_values;
    if (allowed > 0) values = std::max(values, allowed);
  }
  return 1 / (values > 0 ? values : 4);
}

void set_numbers(Names& names, const ScaledStatistics& scaled) {
  for (TableInfo& info : names.tables) {
    auto found = scaled.tables.find(info.table->name);
    if (found == scaled.tables.end()) continue;
    const ScaledTable& numbers = found->second;
    info.rows = numbers.rows;
    for (size_t i = 0; i < info.table->columns.size(); ++i) {
      auto distinct = numbers.distinct.find(info.table->columns[i].name);
      info.distinct[i] = distinct == numbers.distinct.end() ? 0 : distinct->second;
    }
    for (size_t at : info.indexes) {
      IndexInfo& index = names.indexes[at];
      index.entries = index.partial ? std::max(1.0, info.rows * partial_share(info, index)) : info.rows;
      auto prefix = numbers.index_rows.find(index.name);
      if (prefix == numbers.index_rows.end()) continue;
      index.prefix_rows = prefix->second;
      // A partial index holds that share of each prefix's rows, too.
      for (double& rows : index.prefix_rows)
        rows = index.partial ? std::max(1.0, rows * index.entries / info.rows) : rows;
    }
  }
}

Status write_stat1(Sqlite& database, const Names& names, const std::map<std::string, std::set<std::string>>& copies) {
  std::map<std::string, std::vector<Stat1Row>> rows;  // by database
  rows["main"];
  for (const TableInfo& info : names.tables) {
    if (info.table->type != "table" || info.rows <= 0) continue;
    for (const std::string& name : info.databases) append_rows(names, info, rows[name]);
  }
  for (const auto& [name, tables] : copies)
    for (const std::string& table : tables)
      if (auto found = names.table_by_name.find(table); found != names.table_by_name.end())
        append_rows(names, names.tables[found->second], rows[name]);
  for (const auto& [name, list] : rows)
    if (Status status = write_database(database, name, list); !status) return status;
  return {};
}

Status add_stat1(Sqlite& database, const Names& names, const IndexInfo& index) {
  const TableInfo& info = names.tables[index.table];
  std::string prefix = quote_name(info.databases.front()) + ".";
  Result<SqliteStatement> insert = database.prepare("INSERT INTO " + prefix + "sqlite_stat1 VALUES (?1, ?2, ?3)");
  if (!insert) return std::unexpected(insert.error());
  std::string stat = stat_of(index);
  insert->bind(1, std::string_view(info.table->name));
  insert->bind(2, std::string_view(index.name));
  insert->bind(3, std::string_view(stat));
  if (Result<bool> done = insert->step(); !done) return std::unexpected(done.error());
  return database.execute("ANALYZE " + prefix + "sqlite_schema");
}

}  // namespace explaingate::sqlite_engine

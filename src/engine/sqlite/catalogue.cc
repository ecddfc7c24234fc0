#include "engine/sqlite/catalogue.h"

#include <algorithm>
#include <map>

#include "parse/scan.h"

namespace explaingate::sqlite_engine {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Rows of a PRAGMA. The statement form is used, not the table-valued function: a table of the schema can hide the
// function.
template <class Visit>
Status for_each_row(Sqlite& database, const std::string& pragma, Visit visit) {
  Result<SqliteStatement> statement = database.prepare(pragma);
  if (!statement) return std::unexpected(statement.error());
  while (true) {
    Result<bool> row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    visit(*statement);
  }
}

std::string pragma(const std::string& database, std::string_view name, std::string_view argument) {
  return "PRAGMA " + quote_name(database) + "." + std::string(name) + "(" + quote_name(argument) + ")";
}

struct SchemaObjects {  // sqlite_schema.sql by type and name
  std::map<std::string, std::string> tables, indexes;
};

Result<SchemaObjects> read_objects(Sqlite& database, const std::string& name) {
  SchemaObjects objects;
  std::string table = name == "temp" ? "sqlite_temp_schema" : quote_name(name) + ".sqlite_schema";
  Status status = for_each_row(database, "SELECT type, name, sql FROM " + table, [&](SqliteStatement& row) {
    auto& map = row.text(0) == "index" ? objects.indexes : objects.tables;
    if (row.text(0) != "trigger") map[std::string(row.text(1))] = row.text(2);
  });
  if (!status) return std::unexpected(status.error());
  return objects;
}

Status read_columns(Sqlite& database, const std::string& schema, CatalogueTable& table) {
  return for_each_row(database, pragma(schema, "table_xinfo", table.name), [&](SqliteStatement& row) {
    CatalogueColumn column;
    column.name = row.text(1);
    column.type = row.text(2);
    column.not_null = row.integer(3) != 0;
    column.default_value = row.text(4);
    column.primary_key = static_cast<int>(row.integer(5));
    int64_t hidden = row.integer(6);  // 1 hidden, 2 virtual generated, 3 stored generated
    column.hidden = hidden == 1;
    column.generated = hidden == 2 || hidden == 3;
    if (table.type == "table") column.allowed_values = allowed_values(table.sql, column.name, column.type);
    table.columns.push_back(std::move(column));
  });
}

Status read_indexes(Sqlite& database, const std::string& schema, const SchemaObjects& objects, CatalogueTable& table) {
  Status status = for_each_row(database, pragma(schema, "index_list", table.name), [&](SqliteStatement& row) {
    CatalogueIndex index;
    index.name = row.text(1);
    index.unique = row.integer(2) != 0;
    index.origin = row.text(3) == "c" ? "create" : row.text(3) == "u" ? "unique" : "primary_key";
    index.partial = row.integer(4) != 0;
    if (auto found = objects.indexes.find(index.name); found != objects.indexes.end()) index.sql = found->second;
    table.indexes.push_back(std::move(index));
  });
  if (!status) return status;
  for (CatalogueIndex& index : table.indexes) {
    status = for_each_row(database, pragma(schema, "index_xinfo", index.name), [&](SqliteStatement& row) {
      if (row.integer(5) == 0) return;  // not a key column: the rowid, or what a WITHOUT ROWID table adds
      index.columns.push_back({std::string(row.text(2)), row.integer(3) != 0, std::string(row.text(4))});
    });
    if (!status) return status;
    index.plain =
        !index.partial && std::ranges::none_of(index.columns, &std::string::empty, &CatalogueIndexColumn::name);
  }
  std::sort(table.indexes.begin(), table.indexes.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return {};
}

Status read_foreign_keys(Sqlite& database, const std::string& schema, CatalogueTable& table) {
  std::map<int64_t, CatalogueForeignKey> keys;  // by SQLite's number, which counts from the last declared
  Status status = for_each_row(database, pragma(schema, "foreign_key_list", table.name), [&](SqliteStatement& row) {
    CatalogueForeignKey& key = keys[row.integer(0)];
    key.parent_table = row.text(2);
    key.columns.emplace_back(row.text(3));
    if (!row.is_null(4)) key.parent_columns.emplace_back(row.text(4));
    key.on_update = row.text(5);
    key.on_delete = row.text(6);
  });
  if (!status) return status;
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) table.foreign_keys.push_back(std::move(key->second));
  return {};
}

// `REFERENCES customers` without columns means the parent's primary key.
void resolve_implicit_parents(Catalogue& catalogue) {
  for (CatalogueTable& table : catalogue.tables) {
    for (CatalogueForeignKey& key : table.foreign_keys) {
      auto parent = std::find_if(catalogue.tables.begin(), catalogue.tables.end(),
                                 [&](const CatalogueTable& other) { return same_name(other.name, key.parent_table); });
      if (parent == catalogue.tables.end()) continue;
      key.parent_table = parent->name;
      if (!key.parent_columns.empty()) continue;
      std::map<int, std::string> primary;
      for (const CatalogueColumn& column : parent->columns)
        if (column.primary_key > 0) primary[column.primary_key] = column.name;
      for (auto& [position, name] : primary) key.parent_columns.push_back(name);
    }
  }
}

// The columns that the WHERE of a partial index names: words and quoted names behind WHERE that are columns of the
// table.
std::vector<std::string> condition_columns(const CatalogueIndex& index, const CatalogueTable& table) {
  std::vector<std::string> columns;
  if (!index.partial) return columns;
  Scanner scanner(index.sql, Dialect::kSqlite);
  bool in_condition = false;
  for (Token token = scanner.next(); token.kind != TokenKind::kEnd; token = scanner.next()) {
    if (!in_condition) {
      in_condition = is_word(index.sql, token, "where");
      continue;
    }
    std::string_view text = token_text(index.sql, token);
    if (token.kind == TokenKind::kQuotedName && text.size() >= 2) text = text.substr(1, text.size() - 2);
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedName) continue;
    for (const CatalogueColumn& column : table.columns)
      if (same_name(column.name, text)) columns.push_back(column.name);
  }
  return columns;
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

std::string quote_name(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

size_t NameHash::operator()(std::string_view name) const {
  uint64_t hash = 1469598103934665603ULL;  // FNV-1a; the maps are never iterated, so its order shows nowhere
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(lower(c))) * 1099511628211ULL;
  return static_cast<size_t>(hash);
}

int TableInfo::column(std::string_view name) const {
  for (size_t i = 0; i < table->columns.size(); ++i)
    if (same_name(table->columns[i].name, name)) return static_cast<int>(i);
  return -1;
}

Result<Catalogue> read_catalogue(Sqlite& database, std::vector<std::string>& databases) {
  struct Entry {
    std::string schema;
    CatalogueTable table;
  };
  std::vector<Entry> entries;
  Status status = for_each_row(database, "PRAGMA table_list", [&](SqliteStatement& row) {
    Entry entry;
    entry.schema = row.text(0);
    entry.table.name = row.text(1);
    entry.table.type = row.text(2);
    entry.table.without_rowid = row.integer(4) != 0;
    entry.table.strict = row.integer(5) != 0;
    if (!std::string_view(entry.table.name).starts_with("sqlite_")) entries.push_back(std::move(entry));
  });
  if (!status) return std::unexpected(status.error());
  auto rank = [](const Entry& entry) { return entry.schema == "main" ? 0 : entry.schema == "temp" ? 1 : 2; };
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    return std::tuple(std::string_view(a.table.name), rank(a), std::string_view(a.schema)) <
           std::tuple(std::string_view(b.table.name), rank(b), std::string_view(b.schema));
  });
  auto twin = [](const Entry& a, const Entry& b) { return a.table.name == b.table.name; };
  entries.erase(std::unique(entries.begin(), entries.end(), twin), entries.end());

  Catalogue catalogue;
  std::map<std::string, SchemaObjects> objects;
  for (Entry& entry : entries) {
    if (!objects.contains(entry.schema)) {
      Result<SchemaObjects> read = read_objects(database, entry.schema);
      if (!read) return std::unexpected(read.error());
      objects.emplace(entry.schema, std::move(*read));
    }
    const SchemaObjects& known = objects[entry.schema];
    CatalogueTable& table = entry.table;
    if (auto found = known.tables.find(table.name); found != known.tables.end()) table.sql = found->second;
    Status columns = read_columns(database, entry.schema, table);
    if (!columns) table.columns.clear();  // a view over a table that is gone: it stays in the catalogue without columns
    if (table.type == "table" || table.type == "shadow") {
      if (Status read = read_indexes(database, entry.schema, known, table); !read) return std::unexpected(read.error());
      if (Status read = read_foreign_keys(database, entry.schema, table); !read) return std::unexpected(read.error());
    }
    databases.push_back(entry.schema);
    catalogue.tables.push_back(std::move(table));
  }
  resolve_implicit_parents(catalogue);
  return catalogue;
}

Names names_of(const Catalogue& catalogue, const std::vector<std::string>& databases) {
  Names names;
  for (size_t i = 0; i < catalogue.tables.size(); ++i) {
    const CatalogueTable& table = catalogue.tables[i];
    TableInfo info;
    info.table = &table;
    info.databases = {databases[i]};
    auto key = [](const CatalogueColumn& column) { return column.primary_key > 0; };
    auto only = std::find_if(table.columns.begin(), table.columns.end(), key);
    if (!table.without_rowid && std::count_if(table.columns.begin(), table.columns.end(), key) == 1 &&
        same_name(only->type, "INTEGER") && std::none_of(table.indexes.begin(), table.indexes.end(), [](const auto& x) {
          return x.origin == "primary_key";
        }))
      info.rowid_column = only->name;
    info.distinct.assign(table.columns.size(), 0);
    for (const CatalogueIndex& index : table.indexes) {
      IndexInfo entry{index.name, i, &index, index.unique, index.partial, {}, condition_columns(index, table), 0, {}};
      for (const CatalogueIndexColumn& column : index.columns) entry.columns.push_back(column.name);
      info.indexes.push_back(names.indexes.size());
      names.index_by_name.emplace(index.name, names.indexes.size());
      names.indexes.push_back(std::move(entry));
    }
    names.table_by_name.emplace(table.name, i);
    names.tables.push_back(std::move(info));
  }
  return names;
}

std::vector<TableShape> shapes_of(const Catalogue& catalogue) {
  std::vector<TableShape> shapes;
  for (const CatalogueTable& table : catalogue.tables) {
    if (table.type != "table" && table.type != "virtual") continue;
    TableShape shape;
    shape.name = table.name;
    auto keys =
        std::count_if(table.columns.begin(), table.columns.end(), [](const auto& c) { return c.primary_key > 0; });
    for (const CatalogueColumn& column : table.columns) {
      ColumnShape entry{
          column.name, column.type, column.not_null, keys == 1 && column.primary_key == 1, column.allowed_values,
          {},          {}};
      for (const CatalogueIndex& index : table.indexes)
        if (index.unique && !index.partial && index.columns.size() == 1 && index.columns[0].name == column.name)
          entry.unique = true;
      for (const CatalogueForeignKey& key : table.foreign_keys)
        if (key.columns.size() == 1 && same_name(key.columns[0], column.name)) {
          entry.parent_table = key.parent_table;
          entry.parent_column = key.parent_columns.empty() ? "" : key.parent_columns[0];
        }
      shape.columns.push_back(std::move(entry));
    }
    for (const CatalogueIndex& index : table.indexes) {
      IndexShape entry{index.name, index.unique, index.partial, {}};
      for (const CatalogueIndexColumn& column : index.columns) entry.columns.push_back(column.name);
      shape.indexes.push_back(std::move(entry));
    }
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

}  // namespace explaingate::sqlite_engine

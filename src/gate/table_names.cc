#include "gate/table_names.h"

#include <algorithm>

#include "parse/server_command.h"

namespace explaingate {
namespace {

bool speaks_of_path(std::string_view text) {
  constexpr std::string_view kName = "search_path";
  auto same = [](char a, char b) { return (a | 0x20) == b || a == b; };
  return std::ranges::search(text, kName, same).begin() != text.end();
}

}  // namespace

TableNames::TableNames(const Catalogue& catalogue) : path_(catalogue.search_path) {
  if (path_.empty()) return;
  for (const CatalogueTable& table : catalogue.tables) {
    tables_.insert(table.name);
    if (size_t dot = table.name.find('.'); dot != std::string::npos)
      by_last_part_[table.name.substr(dot + 1)].push_back(table.name);
  }
}

std::string TableNames::find(std::string_view name, const std::vector<std::string>& path) const {
  auto others = by_last_part_.find(name);
  if (others == by_last_part_.end()) return std::string(name);
  for (const std::string& schema : path)
    if (std::string table = qualified_table(schema, name, Dialect::kPostgres); tables_.contains(table)) return table;
  bool only = others->second.size() == 1 && !tables_.contains(name);
  return only ? others->second.front() : std::string(name);
}

void TableNames::settle(ParsedQuery& parsed) const {
  for (TableRef& table : parsed.tables) {
    if (table.role != TableRef::Role::kFrom && table.role != TableRef::Role::kTarget) continue;
    if (by_last_part_.empty()) return;
    std::string name =
        table.schema.empty() ? find(table.name) : qualified_table(table.schema, table.name, Dialect::kPostgres);
    table.schema.clear();
    if (name == table.name) continue;
    if (table.alias.empty()) table.alias = table.name;
    table.name = std::move(name);
  }
}

void PathOfFile::read(const SchemaStatement& statement) {
  if (statement.path != file_) path_.clear();
  file_ = statement.path;
  if (!speaks_of_path(statement.text)) return;
  ServerCommand command = read_server_command(statement.text);
  if (command.sets_path) path_ = std::move(command.search_path);
}

}  // namespace explaingate

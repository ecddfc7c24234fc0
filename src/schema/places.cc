#include "schema/places.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"
#include "schema/file_index.h"
#include "schema/names.h"
#include "schema/recognise.h"

namespace explaingate {
namespace {

struct Made {
  size_t tables = 0;
  size_t parts = 0;  // of a folder: files in it and folders below it that make tables
};

}  // namespace

Result<std::vector<std::string>> places_with_tables(const Tree& tree, Dialect dialect, size_t most) {
  auto index = schema::FileIndex::make(tree);
  if (!index) return fail(index.error());
  std::map<std::string, Made> places;
  std::map<std::string, size_t> own;  // of a folder's own files
  for (const std::string& path : index->files()) {
    if (!schema::has_extension(path, ".sql") || schema::is_excluded(path) ||
        schema::database_of(path, dialect) == schema::Database::kOther)
      continue;
    size_t tables = schema::count_create_table(*index, path);
    if (tables == 0) continue;
    places[path] = {tables, 2};
    own[std::string(schema::folder_of(path))] += tables;
  }
  for (const auto& [folder, tables] : own) {
    places[folder].parts = 2;
    for (std::string at = folder; !at.empty(); at = std::string(schema::folder_of(at))) {
      places[at].tables += tables;
      ++places[at].parts;
    }
  }
  places.erase("");
  std::erase_if(places, [](const auto& each) { return each.second.parts < 2; });
  std::vector<std::tuple<size_t, size_t, std::string>> ranked;
  for (const auto& [path, place] : places) ranked.emplace_back(SIZE_MAX - place.tables, path.size(), path);
  std::ranges::sort(ranked);
  if (ranked.size() > most) ranked.resize(most);
  std::vector<std::string> result;
  for (auto& [rank, length, path] : ranked) result.push_back(std::move(path));
  return result;
}

}  // namespace explaingate

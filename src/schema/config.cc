#include "schema/config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "schema/names.h"

namespace explaingate::schema {
namespace {

using Json = nlohmann::json;

template <class Visit>
void for_each_key_line(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    visit(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
}

// A scalar without quotes and without the comment behind it.
std::string scalar(std::string_view text) {
  text = trim(text);
  if (!text.empty() && (text.front() == '"' || text.front() == '\'' || text.front() == '`')) {
    size_t end = text.find(text.front(), 1);
    return std::string(text.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  size_t comment = text.find(" #");
  return std::string(trim(text.substr(0, comment)));
}

std::vector<std::string> flow_list(std::string_view text) {  // ["a", "b"]
  std::vector<std::string> items;
  text.remove_prefix(1);
  text = text.substr(0, text.find(']'));
  while (!text.empty()) {
    size_t comma = text.find(',');
    std::string item = scalar(text.substr(0, comma));
    if (!item.empty()) items.push_back(std::move(item));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return items;
}

std::vector<std::string> string_or_strings(const Json& value) {
  std::vector<std::string> items;
  if (value.is_string()) items.push_back(value.get<std::string>());
  if (value.is_array())
    for (const Json& item : value)
      if (item.is_string()) items.push_back(item.get<std::string>());
  return items;
}

std::string string_at(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<SqlcEntry> read_sqlc_json(std::string_view text) {
  std::vector<SqlcEntry> entries;
  Json document = Json::parse(text, nullptr, false, true);
  if (!document.is_object()) return entries;
  for (const char* list : {"sql", "packages"}) {
    auto items = document.find(list);
    if (items == document.end() || !items->is_array()) continue;
    for (const Json& item : *items) {
      if (!item.is_object()) continue;
      SqlcEntry entry{string_at(item, "engine"), {}};
      if (auto schema = item.find("schema"); schema != item.end()) entry.schema = string_or_strings(*schema);
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

// The little YAML that sqlc.yaml needs: a list of maps under "sql" or "packages", of which two keys matter.
//
//   sql:
//     - engine: sqlite            # an item starts at a dash; its keys stand in one column
//       schema:                   # a scalar, a flow list, or dashes below
//         - "db/migrations"
//       gen: {go: {schema: no}}   # deeper columns are someone else's keys
//
// Anchors, tags and block scalars are not understood; a key that isn't reached is as good as absent.
class SqlcYaml {
 public:
  std::vector<SqlcEntry> read(std::string_view text) {
    for_each_key_line(text, [&](std::string_view line) { read_line(line); });
    return std::move(entries_);
  }

 private:
  void read_line(std::string_view line) {
    std::string_view body = trim(line);
    if (body.empty() || body.starts_with('#') || body == "---") return;
    size_t column = line.find_first_not_of(' ');
    bool dash = body == "-" || body.starts_with("- ");
    if (column == 0 && !dash) {
      in_list_ = body.starts_with("sql:") || body.starts_with("packages:");
      item_column_ = std::string_view::npos;
      return;
    }
    if (!in_list_) return;
    if (dash) {
      if (item_column_ == std::string_view::npos || column == item_column_) {
        item_column_ = column;
        entries_.emplace_back();
        key_column_ = std::string_view::npos;
        in_schema_ = false;
      } else if (in_schema_ && column >= key_column_) {
        entries_.back().schema.push_back(scalar(body.substr(1)));
        return;
      }
      std::string_view rest = trim(body.substr(1));
      if (rest.empty()) return;
      column = static_cast<size_t>(rest.data() - line.data());
      body = rest;
    }
    if (entries_.empty()) return;
    if (key_column_ == std::string_view::npos) key_column_ = column;
    if (column == key_column_) read_key(body);
  }

  void read_key(std::string_view body) {
    size_t colon = body.find(':');
    if (colon == std::string_view::npos) return;
    std::string key = scalar(body.substr(0, colon));
    std::string_view value = trim(body.substr(colon + 1));
    in_schema_ = false;
    if (key == "engine") entries_.back().engine = scalar(value);
    if (key != "schema") return;
    if (value.empty() || value.starts_with('#'))
      in_schema_ = true;
    else if (value.starts_with('['))
      entries_.back().schema = flow_list(value);
    else
      entries_.back().schema = {scalar(value)};
  }

  std::vector<SqlcEntry> entries_;
  bool in_list_ = false;
  bool in_schema_ = false;
  size_t item_column_ = std::string_view::npos;
  size_t key_column_ = std::string_view::npos;
};

// The string after `key` and a ":" or "=" in a program text; the first that is outside of a "//" comment.
std::string value_of_key(std::string_view text, std::string_view key) {
  std::string result;
  for_each_key_line(text, [&](std::string_view line) {
    if (!result.empty()) return;
    line = trim(line);
    if (line.starts_with("//") || line.starts_with('#')) return;
    for (size_t at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
      bool starts = at == 0 || std::string_view(" \t{,\"'").find(line[at - 1]) != std::string_view::npos;
      std::string_view rest = line.substr(at + key.size());
      if (rest.starts_with('"') || rest.starts_with('\'')) rest.remove_prefix(1);
      rest = trim(rest);
      if (!starts || rest.empty() || (rest.front() != ':' && rest.front() != '=')) continue;
      rest = trim(rest.substr(1));
      if (rest.empty() || std::string_view("\"'`").find(rest.front()) == std::string_view::npos) continue;
      result = scalar(rest);
      return;
    }
  });
  return result;
}

}  // namespace

std::vector<SqlcEntry> read_sqlc(std::string_view path, std::string_view text) {
  if (has_extension(path, ".json")) return read_sqlc_json(text);
  return SqlcYaml().read(text);
}

std::optional<DrizzleJournal> read_drizzle_journal(std::string_view text) {
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  auto entries = document.find("entries");
  if (entries == document.end() || !entries->is_array()) return std::nullopt;
  DrizzleJournal journal{string_at(document, "dialect"), {}};
  std::vector<std::pair<int64_t, std::string>> tags;
  for (const Json& entry : *entries) {
    if (!entry.is_object()) continue;
    std::string tag = string_at(entry, "tag");
    auto index = entry.find("idx");
    int64_t at = index != entry.end() && index->is_number_integer() ? index->get<int64_t>() : 0;
    if (!tag.empty()) tags.emplace_back(at, std::move(tag));
  }
  std::stable_sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [at, tag] : tags) journal.tags.push_back(std::move(tag));
  return journal;
}

std::string read_drizzle_out(std::string_view text) {
  std::string out = value_of_key(text, "out");
  return out.empty() ? "drizzle" : out;
}

std::string read_prisma_provider(std::string_view text) {
  // schema.prisma has generators with a provider of their own: only a datasource's counts.
  size_t datasource = text.find("\ndatasource ");
  if (text.starts_with("datasource ")) datasource = 0;
  if (datasource == std::string_view::npos) {
    if (text.find("generator ") != std::string_view::npos) return {};
    datasource = 0;
  }
  return value_of_key(text.substr(datasource), "provider");
}

void read_flyway_placeholders(std::string_view text, Placeholders& into) {
  bool section = false;
  for_each_key_line(text, [&](std::string_view line) {
    line = trim(line);
    if (line.starts_with('#')) return;
    if (line.starts_with('[')) section = line == "[flyway.placeholders]";
    size_t equals = line.find('=');
    if (equals == std::string_view::npos) return;
    std::string key = lower(trim(line.substr(0, equals)));
    std::string_view name = key;
    if (name.starts_with("spring.")) name.remove_prefix(7);
    if (name.starts_with("flyway.placeholders."))
      name.remove_prefix(20);
    else if (!section)
      return;
    into[scalar(name)] = scalar(line.substr(equals + 1));
  });
}

}  // namespace explaingate::schema

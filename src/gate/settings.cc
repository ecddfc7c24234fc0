#include "gate/settings.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_keys.h"
#include "base/json_places.h"
#include "base/nearest.h"
#include "base/source.h"
#include "baseline/baseline.h"
#include "change/disk.h"

namespace explaingate {
namespace {

using nlohmann::json;

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys = {"$schema", "engine",  "schema", "seed",     "statistics", "tables",
                                                "include", "exclude", "rules",  "baseline", "limits",     "call_sites"};
  return keys;
}

using Keys = std::vector<std::string>;

// One reader of the file: every complaint names the file and the line of the key.
class Reader {
 public:
  Reader(std::string_view text, std::string file) : text_(text), file_(std::move(file)), lines_(text), places_(text) {}

  // `keys` lead to the place from the top: {"tables", "orders", "rows"}.
  [[nodiscard]] std::unexpected<Error> complain(const Keys& keys, std::string message, std::string hint = {}) const {
    Error error{ErrorKind::kConfiguration, std::move(message), file_, 0, 0, {}, std::move(hint)};
    place(error, places_.of(keys));
    return std::unexpected(std::move(error));
  }
  [[nodiscard]] std::unexpected<Error> syntax(const json::parse_error& problem) const {
    std::string what = problem.what();
    size_t colon = what.find(": ");  // "[id] parse error at line 1, column 6: …"
    Error error{ErrorKind::kConfiguration,
                "is not valid JSON: " + (colon == std::string::npos ? what : what.substr(colon + 2)),
                file_,
                0,
                0,
                {},
                {}};
    place(error, problem.byte == 0 ? 0 : problem.byte - 1);
    return std::unexpected(std::move(error));
  }
  // `where`: " in \"schema\"", when it is not the top level.
  [[nodiscard]] std::unexpected<Error> unknown(std::string_view what, const Keys& keys,
                                               const std::vector<std::string>& known,
                                               std::string_view where = {}) const {
    return unknown_value(what, keys.back(), keys, known, where);
  }
  // The same of a value instead of a key.
  [[nodiscard]] std::unexpected<Error> unknown_value(std::string_view what, const std::string& key, const Keys& keys,
                                                     const std::vector<std::string>& known,
                                                     std::string_view where = {}) const {
    std::string near = nearest(key, known);
    std::string list = fmt::format("known: {}", fmt::join(known, ", "));
    return complain(keys, fmt::format("unknown {} \"{}\"{}", what, key, where),
                    near.empty() ? list : fmt::format("did you mean \"{}\"? ({})", near, list));
  }
  [[nodiscard]] int line_of(const Keys& keys) const {
    size_t at = places_.of(keys);
    return at == std::string_view::npos ? 0 : lines_.position(at).line;
  }
  [[nodiscard]] std::unexpected<Error> twice(const std::string& key) const {
    Error error{
        ErrorKind::kConfiguration, fmt::format("the key \"{}\" stands twice in one object", key), file_, 0, 0, {}, {}};
    place(error, places_.repeated());
    return std::unexpected(std::move(error));
  }

 private:
  void place(Error& error, size_t offset) const {
    if (offset > text_.size()) return;
    Position at = lines_.position(offset);
    error.line = at.line;
    error.column = at.column;
    error.excerpt = std::string(line_text(text_, at.line).substr(0, 200));
    if (static_cast<size_t>(at.column) > error.excerpt.size()) error.excerpt.clear();
  }
  std::string_view text_;
  std::string file_;
  LineIndex lines_;
  JsonPlaces places_;
};

Result<std::vector<std::string>> string_list(const Reader& reader, const std::string& key, const json& value) {
  if (value.is_string()) return std::vector<std::string>{value.get<std::string>()};
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), [](const json& item) { return item.is_string(); }))
    return reader.complain({key}, fmt::format("\"{}\" must be a string or a list of strings", key));
  return value.get<std::vector<std::string>>();
}

Result<std::string> one_string(const Reader& reader, const Keys& keys, const json& value) {
  if (!value.is_string() || value.get<std::string>().empty())
    return reader.complain(keys, fmt::format("\"{}\" must be a string, and not empty", keys.back()));
  return value.get<std::string>();
}

Status read_schema_key(const Reader& reader, const json& value, SchemaSource& schema) {
  const json* paths = &value;
  if (value.is_object()) {
    for (const auto& [key, item] : value.items()) {
      if (key != "path" && key != "tool")
        return reader.unknown("key", {"schema", key}, {"path", "tool"}, " in \"schema\"");
      if (key == "tool") {
        auto tool = one_string(reader, {"schema", key}, item);
        if (!tool) return fail(tool.error());
        static const std::vector<std::string> tools = {"file",    "sql",         "golang-migrate", "goose", "dbmate",
                                                       "sqlx",    "flyway",      "prisma",         "rails", "sqlc",
                                                       "drizzle", "sql-migrate", "diesel",         "code"};
        if (std::find(tools.begin(), tools.end(), *tool) == tools.end())
          return reader.unknown_value("schema tool", *tool, {"schema", key}, tools);
        schema.tool = *tool;
      }
    }
    if (!value.contains("path")) return reader.complain({"schema"}, "\"schema\" needs a \"path\"");
    paths = &value["path"];
  }
  auto list = string_list(reader, "schema", *paths);
  if (!list) return fail(list.error());
  schema.paths = *list;
  return {};
}

Status read_tables(const Reader& reader, const json& value, std::map<std::string, TableSetting>& tables) {
  if (!value.is_object())
    return reader.complain({"tables"}, "\"tables\" must be an object: {\"country\": {\"rows\": 250, \"fixed\": true}}");
  for (const auto& [name, setting] : value.items()) {
    if (!setting.is_object())
      return reader.complain({"tables", name},
                             fmt::format("\"{}\" must be an object: {{\"rows\": 250, \"fixed\": true}}", name));
    TableSetting table;
    for (const auto& [key, item] : setting.items()) {
      if (key == "rows" && item.is_number() && item.get<double>() >= 0 && item.get<double>() <= 1e15) {
        table.rows = item.get<double>();
      } else if (key == "fixed" && item.is_boolean()) {
        table.fixed = item.get<bool>();
      } else if (key == "rows" || key == "fixed") {
        return reader.complain({"tables", name, key},
                               fmt::format("\"{}\" of table \"{}\" must be {}", key, name,
                                           key == "rows" ? "a number from 0 to 1e15" : "true or false"));
      } else {
        return reader.unknown("key", {"tables", name, key}, {"rows", "fixed"}, fmt::format(" of table \"{}\"", name));
      }
    }
    tables[name] = table;
  }
  return {};
}

// `keys`: {"rules", rule} or {"rules", rule, "level"}.
Status read_level(const Reader& reader, const Keys& keys, const json& value, Settings::RuleSetting& setting) {
  static const std::vector<std::string> known = {"error", "warning", "info", "off"};
  if (!value.is_string() || std::ranges::find(known, value.get<std::string>()) == known.end())
    return reader.complain(keys,
                           fmt::format("the level of rule \"{}\" must be one of: error, warning, info, off", keys[1]));
  setting.level = value.get<std::string>();
  return {};
}

// `keys`: {"rules", rule, name}.
Status read_parameter(const Reader& reader, const Keys& keys, const json& value, Settings::RuleSetting& setting) {
  const std::string& name = keys.back();
  if (value.is_boolean())
    setting.parameters[name] = value.get<bool>();
  else if (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX)
    return reader.complain(keys, fmt::format("\"{}\" of rule \"{}\" is too large for an integer", name, keys[1]));
  else if (value.is_number_integer())
    setting.parameters[name] = value.get<int64_t>();
  else if (value.is_number())
    setting.parameters[name] = value.get<double>();
  else if (value.is_string())
    setting.parameters[name] = value.get<std::string>();
  else
    return reader.complain(
        keys, fmt::format("\"{}\" of rule \"{}\" must be true, false, a number or a string", name, keys[1]));
  setting.parameter_lines[name] = reader.line_of(keys);
  return {};
}

Status read_rules(const Reader& reader, const json& value, Settings& settings) {
  if (!value.is_object())
    return reader.complain({"rules"}, "\"rules\" must be an object: {\"cross-join\": \"warning\"}");
  for (const auto& [rule, item] : value.items()) {
    Settings::RuleSetting& setting = settings.rules[rule];
    setting.line = reader.line_of({"rules", rule});
    if (!item.is_object()) {
      if (Status read = read_level(reader, {"rules", rule}, item, setting); !read) return read;
      continue;
    }
    for (const auto& [key, entry] : item.items()) {
      if (Status read = key == "level" ? read_level(reader, {"rules", rule, key}, entry, setting)
                                       : read_parameter(reader, {"rules", rule, key}, entry, setting);
          !read)
        return read;
    }
  }
  return {};
}

Status read_limits(const Reader& reader, const json& value, std::map<std::string, double>& limits) {
  std::vector<std::string> known;
  for (const LimitInfo& limit : known_limits()) known.emplace_back(limit.name);
  if (!value.is_object()) return reader.complain({"limits"}, "\"limits\" must be an object: {\"cost_ratio\": 2}");
  for (const auto& [name, number] : value.items()) {
    auto limit = std::ranges::find(known_limits(), name, &LimitInfo::name);
    if (limit == known_limits().end()) return reader.unknown("limit", {"limits", name}, known);
    if (!number.is_number() || number.get<double>() < limit->least || number.get<double>() > limit->most)
      return reader.complain({"limits", name}, fmt::format("limit \"{}\" must be a number from {} to {}", name,
                                                           limit->least, limit->most));
    limits[name] = number.get<double>();
  }
  return {};
}

// The path as trees spell it; nothing for one that leads out of the repository or into git's own folder.
std::optional<std::string> inside(const std::string& path) {
  std::string plain = std::filesystem::path(path).lexically_normal().generic_string();
  return is_plain_path(plain) ? std::optional(plain) : std::nullopt;
}

Status read_baseline_path(const Reader& reader, const Keys& keys, const std::string& path, Settings& settings) {
  auto plain = inside(path);
  if (!plain) return reader.complain(keys, fmt::format("the baseline's path `{}` leaves the repository", path));
  settings.baseline = *plain;
  return {};
}

Status read_baseline(const Reader& reader, const json& value, Settings& settings) {
  if (value.is_string()) return read_baseline_path(reader, {"baseline"}, value.get<std::string>(), settings);
  if (!value.is_object())
    return reader.complain({"baseline"}, "\"baseline\" must be a path or {\"path\": …, \"required\": true}");
  for (const auto& [key, item] : value.items()) {
    if (key == "path" && item.is_string()) {
      if (Status read = read_baseline_path(reader, {"baseline", key}, item.get<std::string>(), settings); !read)
        return read;
    } else if (key == "required" && item.is_boolean()) {
      settings.baseline_required = item.get<bool>();
    } else if (key == "path" || key == "required") {
      return reader.complain({"baseline", key}, fmt::format("\"{}\" of \"baseline\" must be {}", key,
                                                            key == "path" ? "a string" : "true or false"));
    } else {
      return reader.unknown("key", {"baseline", key}, {"path", "required"}, " in \"baseline\"");
    }
  }
  return {};
}

Status read_call_site(const Reader& reader, const std::string& index, const json& value, Settings& settings) {
  static const std::map<std::string, CallKind> kinds = {
      {"execute", CallKind::kExecute}, {"bulk", CallKind::kBulk}, {"prepare", CallKind::kPrepare}};
  Externals::Wrapper site;
  std::vector<std::string> callees;
  site.library = "declared";
  site.placeholders = "? :n $1 @n %s %(n)s";
  site.trusted = true;
  for (const auto& [key, item] : value.items()) {
    if (key == "callees") {
      auto list = string_list(reader, key, item);
      if (!list) return fail(list.error());
      callees = *list;
    } else if (key == "argument" && item.is_number_unsigned() && item.get<uint64_t>() < 100) {
      site.position = item.get<int>();
    } else if (key == "argument") {
      return reader.complain({"call_sites", index, key},
                             "\"argument\" of a call site must be the position of the SQL, from 0");
    } else if (key == "keyword" || key == "placeholders") {
      auto text = one_string(reader, {"call_sites", index, key}, item);
      if (!text) return fail(text.error());
      (key == "keyword" ? site.parameter : site.placeholders) = *text;
    } else if (key == "kind") {
      auto kind = item.is_string() ? kinds.find(item.get<std::string>()) : kinds.end();
      if (kind == kinds.end())
        return reader.complain({"call_sites", index, key},
                               "\"kind\" of a call site must be one of: execute, bulk, prepare");
      site.kind = kind->second;
    } else {
      return reader.unknown("key", {"call_sites", index, key},
                            {"callees", "argument", "keyword", "kind", "placeholders"}, " in \"call_sites\"");
    }
  }
  for (const std::string& callee : callees) {
    size_t dot = callee.rfind('.');
    site.name = dot == std::string::npos ? callee : callee.substr(dot + 1);
    site.callee = dot == std::string::npos ? "" : callee;
    bool plain = !site.name.empty() && std::all_of(callee.begin(), callee.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '$' || c >= 0x80;
    });
    if (!plain)
      return reader.complain({"call_sites", index, "callees"}, fmt::format("\"{}\" is no function's name", callee),
                             "write it as it is called, with dots between its parts: \"store.query\"");
    settings.call_sites.push_back(site);
  }
  if (callees.empty())
    return reader.complain({"call_sites", index}, "a call site needs \"callees\": [\"store.query\"]");
  return {};
}

Status read_call_sites(const Reader& reader, const json& value, Settings& settings) {
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), [](const json& item) { return item.is_object(); }))
    return reader.complain({"call_sites"},
                           "\"call_sites\" must be a list: [{\"callees\": [\"store.query\"], \"argument\": 0}]");
  for (size_t i = 0; i < value.size(); ++i)
    if (Status read = read_call_site(reader, std::to_string(i), value[i], settings); !read) return read;
  return {};
}

bool is_engine(const std::string& name) {
  return std::ranges::find(known_engines(), name) != known_engines().end();
}

Status read_key(const Reader& reader, const std::string& key, const json& value, Settings& settings) {
  if (key == "$schema") return {};
  if (key == "schema") return read_schema_key(reader, value, settings.schema);
  if (key == "tables") return read_tables(reader, value, settings.tables);
  if (key == "rules") return read_rules(reader, value, settings);
  if (key == "limits") return read_limits(reader, value, settings.limits);
  if (key == "baseline") return read_baseline(reader, value, settings);
  if (key == "include" || key == "exclude") {
    auto list = string_list(reader, key, value);
    if (!list) return fail(list.error());
    (key == "include" ? settings.include : settings.exclude) = *list;
    if (key == "exclude") settings.default_excludes = !list->empty();
    return {};
  }
  if (key == "engine" || key == "seed" || key == "statistics") {
    auto text = one_string(reader, {key}, value);
    if (!text) return fail(text.error());
    (key == "engine" ? settings.engine : key == "seed" ? settings.seed : settings.statistics) = *text;
    if (key == "engine") settings.engine_named = true;
    if (key == "engine" && !is_engine(settings.engine))
      return reader.complain({"engine"}, fmt::format("there is no engine \"{}\"", settings.engine),
                             fmt::format("engines: {}", fmt::join(known_engines(), ", ")));
    return {};
  }
  if (key == "call_sites") return read_call_sites(reader, value, settings);
  return reader.unknown("key", {key}, known_keys());
}

}  // namespace

const std::vector<std::string>& known_engines() {
  static const std::vector<std::string> engines = {"sqlite", "postgres"};
  return engines;
}

const std::vector<LimitInfo>& known_limits() {
  static const std::vector<LimitInfo> limits = {
      {"assumed_rows", 10000, 1, 1e12, "rows of a table of which nothing is known"},
      {"cost_ratio", 2, 1, 1e12, "rows examined after over before, from which on a query has regressed"},
      {"cost_floor", 1000, 0, 1e15, "rows examined more than before, from which on a query has regressed"},
      {"work_ratio", 1.5, 1, 1e12, "measured work after over before, from which on a query has regressed"},
      {"work_floor", 1000, 0, 1e15,
       "measured work more than before (virtual-machine steps; PostgreSQL: pages), from which on a query has "
       "regressed"},
      {"rule_steps", 200e6, 1, 1e10, "virtual-machine steps that one rule may take"},
  };
  return limits;
}

Result<Settings> parse_settings(std::string_view text, const std::string& file) {
  Reader reader(text, file);
  Settings settings;
  settings.file = file;
  settings.baseline = kBaselinePath;
  for (const LimitInfo& limit : known_limits()) settings.limits[std::string(limit.name)] = limit.value;
  if (file.empty()) return settings;
  json document;
  RepeatedKey<json> repeated;
  try {
    auto watch = [&repeated](int, json::parse_event_t event, const json& parsed) {
      repeated.watch(event, parsed);
      return true;
    };
    document = json::parse(text, watch, true, true);
  } catch (const json::parse_error& problem) {
    return reader.syntax(problem);
  }
  if (!repeated.key().empty()) return reader.twice(repeated.key());
  if (!document.is_object()) return reader.complain({}, "must hold one JSON object");
  for (const auto& [key, value] : document.items())
    if (Status read = read_key(reader, key, value, settings); !read) return fail(read.error());
  return settings;
}

Status apply_environment(Settings& settings, const std::map<std::string, std::string>& environment) {
  static const std::vector<std::string> known = {"ENGINE",    "SCHEMA",    "SEED",    "STATISTICS",
                                                 "BASELINE",  "CONFIG",    "TODAY",   "FAIL_LEVEL",
                                                 "STATS_URL", "PG_BINDIR", "PLAN_URL"};
  for (const auto& [name, value] : environment) {
    if (value.empty()) continue;  // CI sets variables that a job has no value for
    if (name == "ENGINE" && !is_engine(value))
      return fail(ErrorKind::kUsage, fmt::format("EXPLAINGATE_ENGINE: there is no engine \"{}\"", value),
                  fmt::format("engines: {}", fmt::join(known_engines(), ", ")));
    if (name == "ENGINE") settings.engine = value;
    if (name == "PLAN_URL") settings.url = value;
    if (name == "SCHEMA") settings.schema = {{value}, ""};
    if (name == "SEED") settings.seed = value;
    if (name == "STATISTICS") settings.statistics = value;
    if (name == "BASELINE") {
      auto plain = inside(value);
      if (!plain)
        return fail(ErrorKind::kUsage, fmt::format("EXPLAINGATE_BASELINE: `{}` leaves the repository", value));
      settings.baseline = *plain;
    }
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string near = nearest(name, known);
      return fail(ErrorKind::kUsage, fmt::format("unknown environment variable EXPLAINGATE_{}", name),
                  near.empty() ? fmt::format("known: EXPLAINGATE_{}", fmt::join(known, ", EXPLAINGATE_"))
                               : fmt::format("did you mean EXPLAINGATE_{}?", near));
    }
  }
  return {};
}

}  // namespace explaingate

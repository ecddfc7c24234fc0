#include "baseline/baseline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_keys.h"
#include "base/json_places.h"
#include "base/source.h"

namespace explaingate {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kBaselineVersion = 1;
constexpr int kWaiversVersion = 1;
constexpr size_t kDepthLimit = 16;  // a baseline is four levels deep

std::string dump(const Json& document) {
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// One JSON file being read: complaints carry the file, and the line where there is one.
class Document {
 public:
  Document(std::string_view text, std::string file, std::string hint)
      : text_(text), file_(std::move(file)), hint_(std::move(hint)) {}

  // The line is that of the first `near` from offset `from` on.
  [[nodiscard]] std::unexpected<Error> complain(std::string message, std::string_view near = {},
                                                size_t from = 0) const {
    Error error{ErrorKind::kConfiguration, std::move(message), file_, 0, 0, "", hint_};
    if (size_t at = near.empty() ? std::string_view::npos : text_.find(near, from); at != std::string_view::npos)
      error.line = LineIndex(text_).position(at).line;
    return std::unexpected(std::move(error));
  }
  [[nodiscard]] size_t find(std::string_view near) const { return text_.find(near); }

  [[nodiscard]] Result<Json> parse(const std::string& version_key, int version) const {
    Json document;
    RepeatedKey<Json> repeated;
    try {
      document = Json::parse(text_, [&repeated](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > static_cast<int>(kDepthLimit)) throw std::length_error("nested too deep");
        repeated.watch(event, parsed);
        return true;
      });
    } catch (const Json::parse_error& problem) {
      auto error = complain("is not valid JSON: it is cut short or was edited by hand");
      error.error().line =
          LineIndex(text_).position(problem.byte == 0 ? 0 : std::min(problem.byte - 1, text_.size())).line;
      return error;
    } catch (const std::length_error&) {
      return complain("is nested too deep");
    }
    if (!repeated.key().empty()) {
      std::string quoted = fmt::format("\"{}\"", repeated.key());
      return complain(fmt::format("has {} twice in one object", quoted), quoted);
    }
    if (!document.is_object() || !document.contains(version_key) || !document[version_key].is_number_integer())
      return complain(fmt::format("has no version number (\"{}\": {})", version_key, version), version_key);
    if (document[version_key] != version) {
      auto error = complain(
          fmt::format("is of version {}; this explaingate reads version {}", document[version_key].dump(), version),
          version_key);
      error.error().hint = "use the explaingate that wrote it, or " + hint_;
      return error;
    }
    return document;
  }

 private:
  std::string_view text_;
  std::string file_;
  std::string hint_;
};

constexpr const char* kBaselineHint = "take the file from git again, or make it with `explaingate baseline update`";

// Typed access that keeps the first complaint; after one, every answer is empty.
class Fields {
 public:
  // `from`: where the object begins in the text, or npos where that isn't known.
  Fields(const Document& document, const Json& object, std::string what, size_t from = 0)
      : document_(document), object_(object), what_(std::move(what)), from_(from) {
    if (!object.is_object()) problem_ = document.complain(what_ + " must be an object");
  }
  std::string text(const char* key) {
    return get<std::string>(key, "a string", [](const Json& v) { return v.is_string(); });
  }
  double number(const char* key) {
    return get<double>(key, "a number", [](const Json& v) { return v.is_number(); });
  }
  int64_t integer(const char* key) {
    return get<int64_t>(key, "a whole number, 0 or more", [](const Json& v) {
      return v.is_number_integer() && v.get<double>() >= 0 && v.get<double>() < 9.2e18;
    });
  }
  bool flag(const char* key) {
    return get<bool>(key, "true or false", [](const Json& v) { return v.is_boolean(); });
  }
  std::vector<std::string> texts(const char* key) {
    return get<std::vector<std::string>>(key, "a list of strings", [](const Json& v) {
      return v.is_array() && std::all_of(v.begin(), v.end(), [](const Json& item) { return item.is_string(); });
    });
  }
  [[nodiscard]] bool has(const char* key) const { return !problem_ && object_.contains(key); }
  // Everything else in the object is an error: a misspelt key must not pass for an absent one.
  void only(std::initializer_list<std::string_view> keys) {
    if (problem_) return;
    for (const auto& [key, value] : object_.items())
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        problem_ = document_.complain(fmt::format("unknown key \"{}\" in {}", key, what_), "\"" + key + "\"", from_);
        return;
      }
  }
  [[nodiscard]] Status status() const {
    if (problem_) return *problem_;
    return {};
  }

 private:
  template <class T, class Test>
  T get(const char* key, std::string_view expected, Test&& test) {
    if (problem_) return {};
    auto found = object_.find(key);
    if (found == object_.end()) {
      problem_ = document_.complain(fmt::format("{} has no \"{}\"", what_, key));
      return {};
    }
    if (!test(*found)) {
      problem_ = document_.complain(fmt::format("\"{}\" of {} must be {}", key, what_, expected),
                                    fmt::format("\"{}\"", key), from_);
      return {};
    }
    return found->template get<T>();
  }
  const Document& document_;
  const Json& object_;
  std::string what_;
  size_t from_;
  std::optional<std::unexpected<Error>> problem_;
};

constexpr Access kAccesses[] = {
    Access::kConstant,     Access::kSearchCovering, Access::kSearch,  Access::kAutomaticIndex,
    Access::kScanCovering, Access::kScan,           Access::kVirtual, Access::kNone};

std::optional<Access> access_of(std::string_view name) {
  for (Access access : kAccesses)
    if (to_string(access) == name) return access;
  return std::nullopt;
}

Json entry_json(const BaselineEntry& entry) {
  Json access = Json::object();
  for (const BaselineAccess& one : entry.access)
    access[one.relation] = {{"access", to_string(one.access)}, {"index", one.index}};
  Json out = {{"query", entry.query},
              {"sites", entry.sites},
              {"plan", entry.plan},
              {"access", std::move(access)},
              {"rows_examined", entry.rows_examined},
              {"cost", entry.cost},
              {"growth", entry.growth},
              {"result_growth", entry.result_growth}};
  if (entry.measured)
    out["measured"] = {{"vm_steps", entry.measured->vm_steps},
                       {"full_scan_steps", entry.measured->full_scan_steps},
                       {"sorts", entry.measured->sorts},
                       {"automatic_index_rows", entry.measured->automatic_index_rows},
                       {"rows", entry.measured->rows}};
  if (!entry.executions.empty()) out["executions"] = entry.executions;
  if (entry.unstable) out["unstable"] = true;
  return out;
}

Result<BaselineEntry> entry_of(const Document& document, const std::string& fingerprint, const Json& object) {
  std::string what = fmt::format("query \"{}\"", fingerprint);
  size_t from = document.find(fmt::format("\"{}\"", fingerprint));
  Fields fields(document, object, what, from);
  BaselineEntry entry;
  entry.fingerprint = fingerprint;
  entry.query = fields.text("query");
  entry.sites = fields.texts("sites");
  entry.plan = fields.texts("plan");
  entry.rows_examined = fields.integer("rows_examined");
  entry.cost = fields.integer("cost");
  entry.growth = fields.number("growth");
  entry.result_growth = fields.number("result_growth");
  if (fields.has("unstable")) entry.unstable = fields.flag("unstable");
  fields.only({"query", "sites", "plan", "access", "rows_examined", "cost", "growth", "result_growth", "measured",
               "executions", "unstable"});
  if (!fields.status()) return fail(fields.status().error());
  if (!object.contains("access") || !object["access"].is_object())
    return document.complain(what + " has no \"access\"");
  for (const auto& [relation, item] : object["access"].items()) {
    Fields access(document, item, fmt::format("\"access\" of {}", what), from);
    std::string name = access.text("access");
    std::string index = access.text("index");
    if (!access.status()) return fail(access.status().error());
    auto known = access_of(name);
    if (!known) return document.complain(fmt::format("unknown access \"{}\"", name), name);
    entry.access.push_back({relation, *known, index});
  }
  if (object.contains("measured")) {
    Fields measured(document, object["measured"], fmt::format("\"measured\" of {}", what), from);
    entry.measured =
        Measured{measured.integer("vm_steps"), measured.integer("full_scan_steps"), measured.integer("sorts"),
                 measured.integer("automatic_index_rows"), measured.integer("rows")};
    if (!measured.status()) return fail(measured.status().error());
  }
  if (object.contains("executions")) {
    for (const auto& [scope, count] : object["executions"].items()) {
      if (!count.is_number_integer())
        return document.complain(fmt::format("\"executions\" of {} must be whole numbers", what));
      entry.executions[scope] = count.get<int64_t>();
    }
  }
  return entry;
}

}  // namespace

std::string to_json(const Baseline& baseline) {
  const BaselineEnvironment& environment = baseline.environment;
  Json out = {{"explaingate_baseline", kBaselineVersion},
              {"environment",
               {{"engine", environment.engine},
                {"engine_version", environment.engine_version},
                {"schema_hash", environment.schema_hash},
                {"statistics_hash", environment.statistics_hash},
                {"settings", environment.settings}}}};
  Json queries = Json::object();
  for (const BaselineEntry& entry : baseline.entries) queries[entry.fingerprint] = entry_json(entry);
  out["queries"] = std::move(queries);
  return dump(out);
}

Result<Baseline> parse_baseline(std::string_view json, const std::string& file) {
  Document document(json, file, kBaselineHint);
  auto parsed = document.parse("explaingate_baseline", kBaselineVersion);
  if (!parsed) return fail(parsed.error());
  Fields top(document, *parsed, "the baseline");
  top.only({"explaingate_baseline", "environment", "queries"});
  if (!top.status()) return fail(top.status().error());
  if (!parsed->contains("environment") || !parsed->contains("queries") || !(*parsed)["queries"].is_object())
    return document.complain("has no \"environment\" or no \"queries\"");
  Fields environment(document, (*parsed)["environment"], "\"environment\"");
  Baseline baseline;
  baseline.environment = {environment.text("engine"), environment.text("engine_version"),
                          environment.text("schema_hash"), environment.text("statistics_hash"),
                          environment.text("settings")};
  if (!environment.status()) return fail(environment.status().error());
  for (const auto& [fingerprint, object] : (*parsed)["queries"].items()) {
    auto entry = entry_of(document, fingerprint, object);
    if (!entry) return fail(entry.error());
    baseline.entries.push_back(std::move(*entry));
  }
  std::sort(baseline.entries.begin(), baseline.entries.end(),
            [](const BaselineEntry& a, const BaselineEntry& b) { return a.fingerprint < b.fingerprint; });
  return baseline;
}

std::string environment_difference(const BaselineEnvironment& now, const BaselineEnvironment& stored) {
  if (now.engine != stored.engine) return fmt::format("engine {}, the baseline has {}", now.engine, stored.engine);
  if (now.engine_version != stored.engine_version)
    return fmt::format("{} {}, the baseline has {}", now.engine, now.engine_version, stored.engine_version);
  if (now.statistics_hash != stored.statistics_hash)
    return "the statistics, the seed or the configured table sizes are not those that the baseline was made with";
  if (now.settings != stored.settings)
    return fmt::format("settings {}, the baseline has {}", now.settings, stored.settings);
  return "";
}

std::vector<BaselineAccess> worst_access(const Plan& plan) {
  std::map<std::string, BaselineAccess> worst;
  for (const PlanNode& node : plan.nodes) {
    if (node.relation.empty() || node.access == Access::kNone) continue;
    auto [it, added] = worst.try_emplace(node.relation, BaselineAccess{node.relation, node.access, node.index});
    if (!added && node.access > it->second.access) it->second = {node.relation, node.access, node.index};
  }
  std::vector<BaselineAccess> out;
  for (auto& [relation, access] : worst) out.push_back(std::move(access));
  return out;
}

int64_t round_rows(double rows) {
  if (!(rows > 0)) return 0;
  double unit = std::pow(10.0, std::max(0.0, std::floor(std::log10(rows)) - 2));
  return static_cast<int64_t>(std::llround(std::min(std::round(rows / unit) * unit, 9e15)));
}

double round_growth(double exponent) {
  return std::round(exponent * 20) / 20 + 0.0;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9')) return false;
  auto number = [&](size_t at, size_t length) {
    int value = 0;
    for (char c : text.substr(at, length)) value = value * 10 + (c - '0');
    return value;
  };
  int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

std::string to_json(const std::vector<Waiver>& waivers) {
  std::vector<Waiver> sorted = waivers;
  std::sort(sorted.begin(), sorted.end(), [](const Waiver& a, const Waiver& b) {
    return std::tie(a.path, a.rule, a.subject, a.fingerprint) < std::tie(b.path, b.rule, b.subject, b.fingerprint);
  });
  Json list = Json::array();
  for (const Waiver& waiver : sorted) {
    Json item = {{"finding", waiver.fingerprint}, {"rule", waiver.rule},     {"path", waiver.path},
                 {"subject", waiver.subject},     {"reason", waiver.reason}, {"expires", waiver.expires}};
    if (waiver.accepted_rows) item["accepted_rows"] = *waiver.accepted_rows;
    list.push_back(std::move(item));
  }
  return dump({{"explaingate_waivers", kWaiversVersion}, {"waivers", std::move(list)}});
}

Result<std::vector<Waiver>> parse_waivers(std::string_view json, const std::string& file) {
  Document document(json, file, "take the file from git again; `explaingate accept` writes it");
  auto parsed = document.parse("explaingate_waivers", kWaiversVersion);
  if (!parsed) return fail(parsed.error());
  if (!parsed->contains("waivers") || !(*parsed)["waivers"].is_array())
    return document.complain("has no list \"waivers\"");
  std::vector<Waiver> waivers;
  JsonPlaces places(json);
  LineIndex lines(json);
  for (const Json& item : (*parsed)["waivers"]) {
    size_t from = places.of(std::array{std::string("waivers"), std::to_string(waivers.size())});
    Fields fields(document, item, fmt::format("waiver {}", waivers.size() + 1), from);
    Waiver waiver{fields.text("finding"), fields.text("rule"),
                  fields.text("path"),    fields.text("subject"),
                  fields.text("reason"),  fields.text("expires"),
                  std::nullopt,           from == std::string_view::npos ? 1 : lines.position(from).line};
    if (fields.has("accepted_rows")) waiver.accepted_rows = fields.integer("accepted_rows");
    fields.only({"finding", "rule", "path", "subject", "reason", "expires", "accepted_rows"});
    if (!fields.status()) return fail(fields.status().error());
    if (waiver.reason.empty())
      return document.complain(fmt::format("waiver {} has an empty reason", waivers.size() + 1), "\"reason\"", from);
    if (!is_date(waiver.expires))
      return document.complain(
          fmt::format("waiver {}: \"{}\" is not a date (YYYY-MM-DD)", waivers.size() + 1, waiver.expires),
          "\"expires\"", from);
    if (std::ranges::find(waivers, waiver.fingerprint, &Waiver::fingerprint) != waivers.end())
      return document.complain(fmt::format("finding {} stands there twice", waiver.fingerprint), waiver.fingerprint,
                               from);
    waivers.push_back(std::move(waiver));
  }
  return waivers;
}

}  // namespace explaingate

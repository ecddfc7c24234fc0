#include "publish/read_report.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_parse.h"
#include "base/text.h"
#include "report/report.h"

namespace explaingate {
namespace {

using Document = nlohmann::json;

constexpr int kDeepest = 16;                    // a report is five levels deep
constexpr size_t kMostText = size_t{64} << 10;  // of a message, a fix, a line of a plan
constexpr size_t kMostName = 1024;              // of what stands in a heading or a footer
constexpr size_t kMostFingerprint = 64;         // hexadecimal digits

// Reads values by key; keeps the first thing that isn't as the schema says, and reads nothing after it.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  const Document& member(const Document& object, const std::string& where, const char* key) {
    static const Document kNothing;
    if (failed()) return kNothing;
    if (!object.is_object()) {
      complain(where, "an object", object);
      return kNothing;
    }
    auto found = object.find(key);
    if (found == object.end()) {
      error_ = fmt::format("{} has no \"{}\"", where.empty() ? "the report" : where, key);
      return kNothing;
    }
    return *found;
  }

  // Control characters and what isn't UTF-8 are dealt with where the text is shown.
  std::string text(const Document& object, const std::string& where, const char* key, size_t most = kMostText) {
    const Document& value = member(object, where, key);
    return failed() ? "" : text_of(value, below(where, key), most);
  }
  std::string text_or_null(const Document& object, const std::string& where, const char* key) {
    const Document& value = member(object, where, key);
    return failed() || value.is_null() ? "" : text_of(value, below(where, key), kMostText);
  }
  std::string text_of(const Document& value, const std::string& where, size_t most) {
    if (value.is_string()) return shorten(value.get_ref<const std::string&>(), most);
    complain(where, "a text", value);
    return "";
  }
  int64_t integer(const Document& object, const std::string& where, const char* key, int64_t least, int64_t most) {
    const Document& value = member(object, where, key);
    if (failed()) return least;
    bool fits = value.is_number_integer() &&
                (!value.is_number_unsigned() || value.get<uint64_t>() <= static_cast<uint64_t>(most));
    if (fits && value.get<int64_t>() >= least && value.get<int64_t>() <= most) return value.get<int64_t>();
    complain(below(where, key), fmt::format("a whole number from {} to {}", least, most), value);
    return least;
  }
  int line(const Document& object, const std::string& where, const char* key, int least = 1) {
    return static_cast<int>(integer(object, where, key, least, std::numeric_limits<int>::max()));
  }
  size_t count(const Document& object, const std::string& where, const char* key) {
    return static_cast<size_t>(integer(object, where, key, 0, std::numeric_limits<int64_t>::max()));
  }
  bool truth(const Document& object, const std::string& where, const char* key) {
    const Document& value = member(object, where, key);
    if (failed()) return false;
    if (!value.is_boolean()) complain(below(where, key), "true or false", value);
    return value.is_boolean() && value.get<bool>();
  }
  const Document& list(const Document& object, const std::string& where, const char* key) {
    static const Document kEmpty = Document::array();
    const Document& value = member(object, where, key);
    if (failed()) return kEmpty;
    if (value.is_array()) return value;
    complain(below(where, key), "a list", value);
    return kEmpty;
  }

  void complain(const std::string& where, const std::string& expected, const Document& got) {
    if (failed()) return;
    std::string shown = shorten(got.dump(-1, ' ', false, Document::error_handler_t::replace), 60);
    error_ = fmt::format("{}: expected {}, got {}", where.empty() ? "the report" : where, expected, shown);
  }
  [[nodiscard]] bool failed() const { return !error_.empty(); }
  [[nodiscard]] std::unexpected<Error> error() const {
    return fail(Error{ErrorKind::kConfiguration, error_, file_, 0, 0, "", kReportHint});
  }
  static std::string below(const std::string& where, std::string_view key) {
    return where.empty() ? std::string(key) : fmt::format("{}.{}", where, key);
  }

 private:
  std::string file_, error_;
};

Level level_of(Reader& reader, const Document& object, const std::string& where) {
  const Document& value = reader.member(object, where, "level");
  for (Level level : {Level::kInfo, Level::kWarning, Level::kError})
    if (value == to_string(level)) return level;
  reader.complain(Reader::below(where, "level"), "error, warning or info", value);
  return Level::kError;
}

std::string fingerprint_of(Reader& reader, const Document& object, const std::string& where) {
  const Document& value = reader.member(object, where, "fingerprint");
  std::string text = value.is_string() ? value.get<std::string>() : "";
  bool hex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (text.empty() || text.size() > kMostFingerprint || !hex)
    reader.complain(Reader::below(where, "fingerprint"), fmt::format("up to {} hexadecimal digits", kMostFingerprint),
                    value);
  return text;
}

std::optional<PlanSummary> plan_of(Reader& reader, const Document& object, const std::string& where, const char* key) {
  const Document& value = reader.member(object, where, key);
  if (reader.failed() || value.is_null()) return std::nullopt;
  PlanSummary summary;
  std::string place = Reader::below(where, key);
  for (const Document& line : reader.list(value, place, "plan"))
    summary.plan.push_back(reader.text_of(line, place + ".plan", kMostText));
  summary.rows_examined = static_cast<double>(reader.count(value, place, "rows_examined"));
  const Document& growth = reader.member(value, place, "growth");
  if (growth.is_number())
    summary.growth = growth.get<double>();
  else if (!growth.is_null())
    reader.complain(place + ".growth", "a number or null", growth);
  return summary;
}

std::optional<Cause> cause_of(Reader& reader, const Document& object, const std::string& where) {
  const Document& value = reader.member(object, where, "cause");
  if (reader.failed() || value.is_null()) return std::nullopt;
  std::string place = Reader::below(where, "cause");
  return Cause{reader.text(value, place, "path"), reader.line(value, place, "line"), reader.text(value, place, "text"),
               reader.truth(value, place, "removed")};
}

// Reports of earlier versions have none.
std::optional<Suggestion> suggestion_of(Reader& reader, const Document& object, const std::string& where) {
  if (reader.failed() || !object.contains("suggestion") || object["suggestion"].is_null()) return std::nullopt;
  const Document& value = object["suggestion"];
  std::string place = Reader::below(where, "suggestion");
  Suggestion suggestion{reader.line(value, place, "line"), reader.line(value, place, "end_line"),
                        reader.text(value, place, "original"), reader.text(value, place, "replacement")};
  if (!reader.failed() && !well_formed(suggestion)) reader.complain(place, "lines of plain text, and others", value);
  return suggestion;
}

ReportedFinding finding_of(Reader& reader, const Document& object, const std::string& where) {
  ReportedFinding reported;
  Finding& finding = reported.finding;
  finding.rule = reader.text(object, where, "rule", kMostName);
  finding.level = level_of(reader, object, where);
  finding.path = reader.text(object, where, "path");
  finding.line = reader.line(object, where, "line");
  finding.column = reader.line(object, where, "column");
  finding.end_line = std::max(finding.line, reader.line(object, where, "end_line"));
  finding.subject = reader.text(object, where, "subject");
  finding.message = reader.text(object, where, "message");
  finding.fix = reader.text_or_null(object, where, "fix");
  finding.fingerprint = fingerprint_of(reader, object, where);
  reported.suggestion = suggestion_of(reader, object, where);
  reported.cause = cause_of(reader, object, where);
  reported.before = plan_of(reader, object, where, "before");
  reported.after = plan_of(reader, object, where, "after");
  return reported;
}

std::vector<ReportedFinding> findings_of(Reader& reader, const Document& document, const char* key) {
  std::vector<ReportedFinding> findings;
  for (const Document& item : reader.list(document, "", key)) {
    if (reader.failed()) break;
    std::string where = fmt::format("{}[{}]", key, findings.size());
    findings.push_back(finding_of(reader, item, where));
    if (std::string_view(key) == "waived") findings.back().waiver_reason = reader.text(item, where, "reason");
  }
  return findings;
}

std::vector<NotAnalysed> not_analysed_of(Reader& reader, const Document& document) {
  std::vector<NotAnalysed> items;
  for (const Document& item : reader.list(document, "", "not_analysed")) {
    if (reader.failed()) break;
    std::string where = fmt::format("not_analysed[{}]", items.size());
    items.push_back({reader.text(item, where, "path"), reader.line(item, where, "line", 0),
                     reader.line(item, where, "column", 0), reader.text(item, where, "reason"),
                     reader.text(item, where, "function")});
  }
  return items;
}

Outcome outcome_of(Reader& reader, const Document& document) {
  Outcome outcome;
  reader.integer(document, "", "schema_version", kReportVersion, kReportVersion);
  const Document& engine = reader.member(document, "", "engine");
  outcome.engine = reader.text(engine, "engine", "name", kMostName);
  outcome.engine_version = reader.text(engine, "engine", "version", kMostName);
  std::string mode = reader.text(document, "", "mode", kMostName);
  if (mode != "all" && mode != "change") reader.complain("mode", "change or all", mode);
  outcome.all = mode == "all";
  outcome.base = reader.text(document, "", "base", kMostName);
  outcome.head = reader.text(document, "", "head", kMostName);
  outcome.findings = findings_of(reader, document, "findings");
  outcome.waived = findings_of(reader, document, "waived");
  outcome.not_analysed = not_analysed_of(reader, document);
  outcome.queries = reader.count(document, "", "queries");
  const Document& statements = reader.member(document, "", "statements");
  outcome.statements = reader.count(statements, "statements", "found");
  outcome.changed = reader.count(statements, "statements", "changed");
  outcome.planned = reader.count(statements, "statements", "planned");
  const Document& files = reader.member(document, "", "files");
  outcome.files = reader.count(files, "files", "read");
  outcome.files_excluded = reader.count(files, "files", "excluded");
  for (const Document& note : reader.list(document, "", "notes"))
    outcome.notes.push_back(reader.text_of(note, "notes", kMostText));
  const Document& unverified = reader.member(document, "", "unverified");
  if (!reader.failed() && !unverified.is_null())
    outcome.unverified =
        Error{ErrorKind::kUnverified, reader.text_of(unverified, "unverified", kMostName), "", 0, 0, "", ""};
  outcome.exit_code = static_cast<int>(reader.integer(document, "", "exit_code", 0, 3));
  return outcome;
}

}  // namespace

Result<Outcome> read_check_report(std::string_view text, const std::string& file) {
  auto broken = [&](std::string message) {
    return fail(Error{ErrorKind::kConfiguration, std::move(message), file, 0, 0, "", kReportHint});
  };
  if (text.size() > kMostReportBytes)
    return broken(fmt::format("is larger than a report may be ({} MiB)", kMostReportBytes >> 20));
  auto document = parse_json<Document>(text, kDeepest);
  if (!document) return broken(document.error());
  Reader reader(file);
  Outcome outcome = outcome_of(reader, *document);
  if (reader.failed()) return reader.error();
  return outcome;
}

}  // namespace explaingate

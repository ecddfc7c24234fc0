// A rule's file, from the top:
//
//   -- id: full-scan-growth             headers: one `-- name: value` a line, in any order
//   -- severity: error
//   --                                  the first empty comment line ends them
//   -- ## What it does                  the page: Markdown, up to the first line that is no comment
//   -- …
//   SELECT …                            to the end of the file
//
// A near miss: a header below the empty line is a line of the page, so the header counts as missing.
#include "rulebook/rule_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "base/source.h"

namespace explaingate {
namespace {

constexpr size_t kLargestFile = size_t{64} << 10;
constexpr std::string_view kRequired[] = {"id", "severity", "engines", "needs", "since", "summary"};
constexpr std::string_view kOptional[] = {"family", "yields-to", "after", "parameter"};
const char* const kHeaderHint =
    "a rule starts with `-- id:`, `-- severity:`, `-- engines:`, `-- needs:`, `-- since:` and `-- summary:`";

std::string_view trim(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_name(std::string_view text) {
  auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::ranges::all_of(text, fits);
}

bool is_table_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_parameter_name(std::string_view text) {
  auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::ranges::all_of(text, fits) && text != "level";
}

bool is_version(std::string_view text) {
  bool digit_before = false;
  for (char c : text) {
    if (c == '.' && !digit_before) return false;
    if (c != '.' && (c < '0' || c > '9')) return false;
    digit_before = c != '.';
  }
  return digit_before;
}

// Reads the file line by line.
class Reader {
 public:
  Reader(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  Result<Rule> rule(size_t& sql_offset) {
    if (text_.size() > kLargestFile) {
      Error error{ErrorKind::kConfiguration,
                  fmt::format("a rule's file may have {} bytes, this one has {}", kLargestFile, text_.size()),
                  file_,
                  0,
                  0,
                  "",
                  ""};
      return fail(std::move(error));
    }
    if (size_t nul = text_.find('\0'); nul != std::string_view::npos) return at(nul, "a NUL byte: this is no text");
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (Status read = headers(); !read) return fail(read.error());
    page();
    if (Status checked = values(); !checked) return fail(checked.error());
    if (at_ >= text_.size()) return at(last_header_, "there is no SELECT below the comments");
    sql_offset = at_;
    rule_.file = file_;
    rule_.sql = std::string(trim_end(text_.substr(at_)));
    rule_.sql_line = LineIndex(text_).position(at_).line;
    return std::move(rule_);
  }

 private:
  struct Value {
    std::string_view text;
    size_t offset = 0;
  };

  [[nodiscard]] std::unexpected<Error> at(size_t offset, std::string message, std::string hint = {}) const {
    return fail_at(file_, text_, offset, std::move(message), std::move(hint));
  }
  static std::string_view trim_end(std::string_view text) {
    size_t last = text.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
  }
  // The line at at_, without its end.
  [[nodiscard]] std::string_view line() const { return text_.substr(at_, text_.find('\n', at_) - at_); }
  void next_line() {
    size_t end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
  }

  Status headers() {
    while (at_ < text_.size() && trim(line()).empty()) next_line();
    last_header_ = at_;
    for (; at_ < text_.size(); next_line()) {
      std::string_view whole = line();
      if (!whole.starts_with("--")) break;
      std::string_view body = trim(whole.substr(2));
      if (body.empty()) break;
      last_header_ = at_;
      size_t colon = body.find(':');
      if (colon == std::string_view::npos) return at(at_, "this header has no colon", kHeaderHint);
      std::string name(trim(body.substr(0, colon)));
      if (std::ranges::find(kRequired, name) == std::end(kRequired) &&
          std::ranges::find(kOptional, name) == std::end(kOptional)) {
        std::vector<std::string> known(std::begin(kRequired), std::end(kRequired));
        known.insert(known.end(), std::begin(kOptional), std::end(kOptional));
        return at(at_ + static_cast<size_t>(body.data() - whole.data()), fmt::format("unknown header \"{}\"", name),
                  nearest_hint(name, known));
      }
      std::string_view value = trim(body.substr(colon + 1));
      size_t offset = static_cast<size_t>((value.empty() ? body.data() : value.data()) - text_.data());
      if (name == "parameter")
        parameters_.push_back({value, offset});
      else if (!headers_.try_emplace(name, Value{value, offset}).second)
        return at(at_, fmt::format("the header \"{}\" stands here twice", name));
    }
    for (std::string_view name : kRequired)
      if (!headers_.contains(std::string(name)))
        return at(last_header_, fmt::format("the header \"{}\" is missing", name), kHeaderHint);
    return {};
  }

  void page() {
    for (; at_ < text_.size(); next_line()) {
      std::string_view whole = line();
      if (trim(whole).empty()) continue;
      if (!whole.starts_with("--")) break;
      std::string_view body = whole.substr(2);
      if (body.starts_with(' ')) body.remove_prefix(1);
      body = body.substr(0, body.find_last_not_of(" \t\r") + 1);
      if (!rule_.page.empty() || !body.empty()) rule_.page += std::string(body) + "\n";
    }
    while (rule_.page.ends_with("\n\n")) rule_.page.pop_back();
  }

  Status values() {
    Value id = headers_["id"];
    std::string stem = file_.substr(file_.rfind('/') + 1);
    if (stem.ends_with(".sql")) stem.resize(stem.size() - 4);
    if (!is_name(id.text))
      return at(id.offset, fmt::format("\"{}\" is no rule id: lower-case letters, digits and hyphens", id.text));
    if (id.text != stem)
      return at(id.offset, fmt::format("the id \"{}\" differs from the file's name \"{}\"", id.text, stem),
                "rename one of them");
    rule_.id = stem;

    Value severity = headers_["severity"];
    if (severity.text != "error" && severity.text != "warning" && severity.text != "info")
      return at(severity.offset, fmt::format("\"{}\" is no severity: error, warning or info", severity.text));
    rule_.severity = severity.text == "error"     ? Level::kError
                     : severity.text == "warning" ? Level::kWarning
                                                  : Level::kInfo;

    if (Status read = list(
            "engines", rule_.engines, [](std::string_view name) { return name == "sqlite" || name == "postgres"; },
            "is no engine: sqlite or postgres");
        !read)
      return read;
    if (headers_["needs"].text != "none")
      if (Status read = list("needs", rule_.needs, is_table_name, "is no name of a fact table"); !read) return read;
    for (auto [header, names] : {std::pair("after", &rule_.after), std::pair("yields-to", &rule_.yields_to)}) {
      if (!headers_.contains(header)) continue;
      if (Status read = list(header, *names, is_name, "is no rule id"); !read) return read;
      if (std::ranges::find(*names, rule_.id) != names->end())
        return at(headers_[header].offset, "a rule can't wait for itself");
    }
    rule_.family = "team";
    if (headers_.contains("family")) {
      Value family = headers_["family"];
      if (std::ranges::find(kRuleFamilies, family.text) == std::end(kRuleFamilies))
        return at(family.offset, fmt::format("\"{}\" is no family of rules", family.text),
                  fmt::format("families: {}", fmt::join(kRuleFamilies, ", ")));
      rule_.family = std::string(family.text);
    }
    for (const Value& parameter : parameters_)
      if (Status read = read_parameter(parameter); !read) return read;

    Value since = headers_["since"];
    if (!is_version(since.text)) return at(since.offset, fmt::format("\"{}\" is no version, such as 0.1", since.text));
    rule_.since = std::string(since.text);
    Value summary = headers_["summary"];
    if (summary.text.empty()) return at(summary.offset, "the summary is empty: one sentence on what the rule finds");
    rule_.summary = std::string(summary.text);
    return {};
  }

  // "min_rows integer 10000: rows from which on the rule speaks"; a text stands in single quotes.
  Status read_parameter(const Value& header) {
    auto wrong = [&](std::string message) {
      return at(header.offset, std::move(message),
                "`-- parameter: min_rows integer 10000: rows from which on the rule speaks`; types: boolean, integer, "
                "number, text (in single quotes)");
    };
    std::string_view rest = header.text;
    auto word = [&rest] {
      std::string_view taken = rest.substr(0, rest.find(' '));
      rest = trim(rest.substr(taken.size()));
      return taken;
    };
    RuleParameter parameter;
    parameter.name = std::string(word());
    if (!is_parameter_name(parameter.name))
      return wrong(fmt::format("\"{}\" is no name of a parameter: lower-case letters, digits and _, and not level",
                               parameter.name));
    if (std::ranges::find(rule_.parameters, parameter.name, &RuleParameter::name) != rule_.parameters.end())
      return wrong(fmt::format("the parameter \"{}\" stands here twice", parameter.name));
    std::string type(word());
    constexpr RuleParameter::Type kTypes[] = {RuleParameter::Type::kBoolean, RuleParameter::Type::kInteger,
                                              RuleParameter::Type::kNumber, RuleParameter::Type::kText};
    auto known = std::ranges::find_if(kTypes, [&](RuleParameter::Type each) { return to_string(each) == type; });
    if (known == std::end(kTypes)) return wrong(fmt::format("\"{}\" is no type of a parameter", type));
    parameter.type = *known;
    bool quoted = parameter.type == RuleParameter::Type::kText && rest.starts_with('\'');
    size_t close = quoted ? rest.find('\'', 1) : 0;
    size_t colon = close == std::string_view::npos ? close : rest.find(':', close);
    if (colon == std::string_view::npos) return wrong("a parameter needs a default, a colon, and what it means");
    std::string_view value = trim(rest.substr(0, colon));
    auto read = default_value(parameter.type, value);
    if (!read) return wrong(fmt::format("\"{}\" is no default of type {} for \"{}\"", value, type, parameter.name));
    parameter.value = std::move(*read);
    parameter.meaning = std::string(trim(rest.substr(colon + 1)));
    if (parameter.meaning.empty()) return wrong(fmt::format("what \"{}\" means is missing", parameter.name));
    rule_.parameters.push_back(std::move(parameter));
    return {};
  }

  static std::optional<ParameterValue> default_value(RuleParameter::Type type, std::string_view text) {
    auto number = [&]<class T>(T value) -> std::optional<ParameterValue> {
      auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
      return value;
    };
    switch (type) {
      case RuleParameter::Type::kBoolean:
        if (text != "true" && text != "false") return std::nullopt;
        return text == "true";
      case RuleParameter::Type::kInteger:
        return number(int64_t{0});
      case RuleParameter::Type::kNumber: {
        auto value = number(0.0);
        return value && std::isfinite(std::get<double>(*value)) ? value : std::nullopt;
      }
      case RuleParameter::Type::kText:
        if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
        return std::string(text.substr(1, text.size() - 2));
    }
    return std::nullopt;
  }

  template <class Fits>
  Status list(const std::string& header, std::vector<std::string>& out, Fits fits, std::string_view complaint) {
    Value value = headers_[header];
    for (std::string_view rest = value.text;;) {
      size_t comma = rest.find(',');
      std::string item(trim(rest.substr(0, comma)));
      if (item.empty())
        return at(value.offset, fmt::format("the list of \"{}\" has an empty entry", header),
                  header == "needs" ? "write `-- needs: none` where nothing is needed" : "");
      if (!fits(item)) return at(value.offset, fmt::format("\"{}\" {}", item, complaint));
      if (std::ranges::find(out, item) != out.end())
        return at(value.offset, fmt::format("\"{}\" stands twice in \"{}\"", item, header));
      out.push_back(std::move(item));
      if (comma == std::string_view::npos) return {};
      rest.remove_prefix(comma + 1);
    }
  }

  const std::string& file_;
  std::string_view text_;
  size_t at_ = 0;
  size_t last_header_ = 0;
  std::map<std::string, Value> headers_;
  std::vector<Value> parameters_;
  Rule rule_;
};

}  // namespace

std::string_view to_string(RuleParameter::Type type) {
  switch (type) {
    case RuleParameter::Type::kBoolean:
      return "boolean";
    case RuleParameter::Type::kInteger:
      return "integer";
    case RuleParameter::Type::kNumber:
      return "number";
    case RuleParameter::Type::kText:
      return "text";
  }
  return "text";
}

std::string to_string(const ParameterValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  return std::visit(
      [](const auto& each) {
        if constexpr (std::is_same_v<std::decay_t<decltype(each)>, std::string>)
          return each;
        else
          return fmt::format("{}", each);
      },
      value);
}

Result<ParameterValue> parameter_value(const Rule& rule, const std::string& name, const ParameterValue& value) {
  std::vector<std::string> known;
  for (const RuleParameter& parameter : rule.parameters) {
    known.push_back(parameter.name);
    if (parameter.name != name) continue;
    if (value.index() == parameter.value.index()) return value;
    if (parameter.type == RuleParameter::Type::kNumber && std::holds_alternative<int64_t>(value))
      return static_cast<double>(std::get<int64_t>(value));
    return fail(ErrorKind::kConfiguration,
                fmt::format("the parameter \"{}\" of rule \"{}\" is of type {}, and here stands {}", name, rule.id,
                            to_string(parameter.type), to_string(value)),
                fmt::format("{} (by default {})", parameter.meaning, to_string(parameter.value)));
  }
  if (known.empty())
    return fail(ErrorKind::kConfiguration,
                fmt::format("the rule \"{}\" has no parameters, and here stands \"{}\"", rule.id, name),
                fmt::format("its level can be set: {{\"{}\": \"warning\"}}", rule.id));
  return fail(ErrorKind::kConfiguration, fmt::format("the rule \"{}\" has no parameter \"{}\"", rule.id, name),
              nearest_hint(name, known));
}

std::unexpected<Error> fail_at(const std::string& file, std::string_view text, size_t offset, std::string message,
                               std::string hint) {
  Position position = LineIndex(text).position(std::min(offset, text.size()));
  std::string_view excerpt = line_text(text, position.line);
  if (excerpt.ends_with('\r')) excerpt.remove_suffix(1);
  constexpr size_t kLongestExcerpt = 160;
  bool fits = excerpt.size() <= kLongestExcerpt;
  Error error{ErrorKind::kConfiguration,
              std::move(message),
              file,
              position.line,
              position.column,
              std::string(fits ? excerpt : std::string_view()),
              std::move(hint)};
  return fail(std::move(error));
}

Result<Rule> split_rule_file(const std::string& file, std::string_view text, size_t& sql_offset) {
  return Reader(file, text).rule(sql_offset);
}

}  // namespace explaingate

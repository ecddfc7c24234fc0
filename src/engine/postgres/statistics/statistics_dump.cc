#include "engine/postgres/statistics/statistics_dump.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "base/source.h"
#include "engine/postgres/statistics/relations.h"
#include "parse/scan.h"

namespace explaingate::postgres {
namespace {

constexpr size_t kMostArguments = 200;  // of one call; PostgreSQL's limit is 100
constexpr size_t kMostValues = 100000;  // of one array
using Arguments = std::map<std::string, std::string>;

// The elements of an array's text, "{a,\"b c\"}"; NULL is left out. Nothing where it isn't one.
std::optional<std::vector<std::string>> array_elements(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> elements;
  for (size_t at = 0; at < text.size();) {
    std::string element;
    bool quoted = text[at] == '"';
    if (quoted) ++at;
    for (; at < text.size() && text[at] != (quoted ? '"' : ','); ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      element += text[at];
    }
    if (quoted && at >= text.size()) return std::nullopt;
    if (quoted) ++at;
    if (at < text.size() && text[at] != ',') return std::nullopt;
    if (quoted || element != "NULL") elements.push_back(std::move(element));
    if (elements.size() > kMostValues) return std::nullopt;
    if (at == text.size()) break;
    ++at;
    if (at == text.size()) return std::nullopt;  // a comma at the end
  }
  return elements;
}

std::string string_value(std::string_view literal) {
  bool escapes = literal[0] == 'E' || literal[0] == 'e';
  size_t at = literal.find('\'') + 1;
  std::string value;
  for (; at + 1 < literal.size(); ++at) {
    if (literal[at] == '\'') ++at;  // two stand for one
    if (escapes && literal[at] == '\\' && at + 2 < literal.size()) {
      char c = literal[++at];
      value += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    } else {
      value += literal[at];
    }
  }
  return value;
}

class DumpReader {
 public:
  DumpReader(std::string_view text, const std::string& file)
      : text_(text), file_(file), scanner_(text, Dialect::kPostgres) {}

  Result<Statistics> read() {
    bool any = false;
    for (advance(); token_.kind != TokenKind::kEnd;) {
      bool relation = is_word(text_, token_, "pg_restore_relation_stats");
      bool attribute = is_word(text_, token_, "pg_restore_attribute_stats");
      call_ = token_.offset;
      advance();
      if ((!relation && !attribute) || !is_symbol('(')) continue;
      any = true;
      auto arguments = read_arguments();
      if (!arguments) return fail(arguments.error());
      Status taken = relation ? take_relation(*arguments) : take_attribute(*arguments);
      if (!taken) return fail(taken.error());
    }
    call_ = 0;
    if (!any)
      return wrong("no call of pg_restore_relation_stats() is in it: not what `pg_dump --statistics-only` writes");
    return finish();
  }

 private:
  void advance() {
    do token_ = scanner_.next();
    while (token_.kind == TokenKind::kComment);
  }
  [[nodiscard]] bool is_symbol(char c) const { return token_.length == 1 && text_[token_.offset] == c; }

  [[nodiscard]] std::unexpected<Error> wrong(std::string message) const {
    Position position = LineIndex(text_).position(call_);
    return fail(Error{ErrorKind::kConfiguration, std::move(message), file_, position.line, position.column,
                      std::string(line_text(text_, position.line).substr(0, 200)),
                      "expected is the output of `pg_dump --statistics-only` of PostgreSQL 18"});
  }

  // "'relname', 'orders', 'relpages', '12'::integer": names and values in turn, each with a cast or none.
  Result<Arguments> read_arguments() {
    std::vector<std::optional<std::string>> values;
    advance();
    while (!is_symbol(')')) {
      if (values.size() >= kMostArguments) return wrong("too many arguments");
      if (token_.kind == TokenKind::kString)
        values.emplace_back(string_value(token_text(text_, token_)));
      else if (is_word(text_, token_, "null"))
        values.emplace_back();
      else
        return wrong("a text is expected as argument");
      for (advance(); !is_symbol(',') && !is_symbol(')'); advance())
        if (token_.kind == TokenKind::kEnd || token_.kind == TokenKind::kSemicolon ||
            token_.kind == TokenKind::kUnterminated || token_.kind == TokenKind::kString)
          return wrong("the call has no end");
      if (is_symbol(',')) advance();
    }
    advance();
    if (values.size() % 2 != 0) return wrong("names and values are expected in turn");
    Arguments arguments;
    for (size_t i = 0; i < values.size(); i += 2)
      if (values[i] && values[i + 1]) arguments[*values[i]] = std::move(*values[i + 1]);
    return arguments;
  }

  struct Entry {
    TableStatistics table;
    PostgresTable postgres;
  };

  Result<Entry*> entry(const Arguments& arguments) {
    auto schema = arguments.find("schemaname"), name = arguments.find("relname");
    if (schema == arguments.end() || name == arguments.end())
      return wrong("\"schemaname\" and \"relname\" are expected among the arguments");
    return &entries_[relation_key(schema->second, name->second)];
  }

  [[nodiscard]] Status number(const Arguments& arguments, const char* name, std::optional<double>& into,
                              double smallest, double largest) const {
    auto found = arguments.find(name);
    if (found == arguments.end()) return {};
    double value = 0;
    const char* end = found->second.data() + found->second.size();
    auto [stop, error] = std::from_chars(found->second.data(), end, value);
    if (error != std::errc() || stop != end || !(value >= smallest && value <= largest))
      return wrong(fmt::format("{}: \"{}\" is no number from {:g} to {:g}", name, found->second.substr(0, 50), smallest,
                               largest));
    into = value;
    return {};
  }

  [[nodiscard]] Status texts(const Arguments& arguments, const char* name, std::vector<std::string>& into) const {
    auto found = arguments.find(name);
    if (found == arguments.end()) return {};
    auto elements = array_elements(found->second);
    if (!elements) return wrong(fmt::format("{}: no array of values", name));
    into = std::move(*elements);
    return {};
  }

  [[nodiscard]] Status numbers(const Arguments& arguments, const char* name, std::vector<double>& into) const {
    std::vector<std::string> elements;
    if (Status read = texts(arguments, name, elements); !read) return read;
    for (const std::string& element : elements) {
      double value = 0;
      auto [stop, error] = std::from_chars(element.data(), element.data() + element.size(), value);
      if (error != std::errc() || stop != element.data() + element.size() || !std::isfinite(value))
        return wrong(fmt::format("{}: \"{}\" is no number", name, element.substr(0, 50)));
      into.push_back(value);
    }
    return {};
  }

  Status take_relation(const Arguments& arguments) {
    auto found = entry(arguments);
    if (!found) return fail(found.error());
    std::optional<double> pages, rows, visible;
    for (Status read :
         {number(arguments, "relpages", pages, -1, 4294967295.0), number(arguments, "reltuples", rows, -1, 1e15),
          number(arguments, "relallvisible", visible, -1, 4294967295.0)})
      if (!read) return read;
    Entry& to = **found;
    to.table.rows = std::max(0.0, rows.value_or(0));
    to.postgres.pages = std::max(0.0, pages.value_or(0));
    to.postgres.all_visible = std::max(0.0, visible.value_or(0));
    return {};
  }

  Status take_attribute(const Arguments& arguments) {
    auto found = entry(arguments);
    if (!found) return fail(found.error());
    auto name = arguments.find("attname");
    if (name == arguments.end()) name = arguments.find("attnum");
    if (name == arguments.end()) return wrong("\"attname\" or \"attnum\" is expected among the arguments");
    auto inherited = arguments.find("inherited");
    bool children = inherited != arguments.end() && inherited->second.starts_with('t');
    PostgresColumn column;
    for (Status read : {number(arguments, "null_frac", column.null_fraction, 0, 1),
                        number(arguments, "avg_width", column.width, 0, 1e9),
                        number(arguments, "n_distinct", column.distinct, -1, 1e15),
                        number(arguments, "correlation", column.correlation, -1, 1),
                        number(arguments, "range_empty_frac", column.range_empty, 0, 1),
                        texts(arguments, "most_common_vals", column.common_values),
                        texts(arguments, "histogram_bounds", column.histogram),
                        texts(arguments, "most_common_elems", column.common_elements),
                        texts(arguments, "range_bounds_histogram", column.range_bounds),
                        numbers(arguments, "most_common_freqs", column.common_frequencies),
                        numbers(arguments, "most_common_elem_freqs", column.element_frequencies),
                        numbers(arguments, "elem_count_histogram", column.element_counts),
                        numbers(arguments, "range_length_histogram", column.range_lengths)})
      if (!read) return read;
    if (!column.common_values.empty() && column.common_values.size() != column.common_frequencies.size())
      return wrong(fmt::format("{} most_common_vals have {} most_common_freqs", column.common_values.size(),
                               column.common_frequencies.size()));
    Entry& to = **found;
    (children ? to.postgres.inherited : to.postgres.columns)[name->second] = std::move(column);
    return {};
  }

  Result<Statistics> finish() {
    Statistics statistics;
    for (auto& [key, entry] : entries_) {
      // A partitioned table has rows of its children alone.
      if (entry.postgres.columns.empty() && entry.postgres.pages <= 0)
        entry.postgres.columns.swap(entry.postgres.inherited);
      for (const auto& [name, column] : entry.postgres.columns) {
        ColumnStatistics& to = entry.table.columns[name];
        if (column.distinct && *column.distinct != 0) to.distinct = column.distinct;
        to.null_fraction = column.null_fraction;
      }
      entry.postgres.rows = entry.table.rows;
      entry.table.source = RowSource::kFile;
      entry.table.postgres = std::make_shared<const PostgresTable>(std::move(entry.postgres));
      statistics.tables.emplace(key, std::move(entry.table));
    }
    statistics.postgres = PostgresServer{};
    return statistics;
  }

  std::string_view text_;
  const std::string& file_;
  Scanner scanner_;
  Token token_;
  size_t call_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace

Result<Statistics> parse_statistics_dump(std::string_view text, const std::string& file) {
  if (text.size() > UINT32_MAX)
    return fail(Error{ErrorKind::kConfiguration, "the dump is longer than 4 GB", file, 0, 0, "", ""});
  return DumpReader(text, file).read();
}

}  // namespace explaingate::postgres

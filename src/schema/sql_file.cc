#include "schema/sql_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/ddl.h"
#include "schema/names.h"
#include "schema/steps.h"

namespace explaingate::schema {
namespace {

// Lines and columns of a section's extraction, moved to where the section stands in the file.
class Shift {
 public:
  explicit Shift(Position start) : start_(start) {}
  void apply(int& line, int& column) const {
    if (line == 1) column += start_.column - 1;
    apply(line);
  }
  void apply(int& line) const { line += start_.line - 1; }

 private:
  Position start_;
};

// A block holds one statement for its tool. People put several into one, too, and those are better apart: a failure
// then has its own line. A piece that starts with no verb shows that the block was one statement after all.
bool is_well_split(const std::vector<Statement>& statements, Dialect dialect) {
  return std::all_of(statements.begin(), statements.end(), [&](const Statement& statement) {
    Ddl ddl = read_ddl(statement.text, dialect);
    return is_schema_change(ddl) || changes_nothing(statement.text, ddl, dialect) || ddl.verb == "create" ||
           ddl.verb == "alter" || ddl.verb == "drop" || ddl.verb == "insert" || ddl.verb == "update" ||
           ddl.verb == "delete" || ddl.verb == "select" || ddl.verb == "with" || ddl.verb == "replace" ||
           ddl.verb == "set" || ddl.verb == "do" || ddl.verb == "pragma" || ddl.verb == "call" ||
           ddl.verb == "truncate" || ddl.verb == "cluster";
  });
}

SchemaStatement whole_block(std::string_view path, std::string_view text, const Section& section,
                            const LineIndex& lines, size_t first) {
  std::string_view body = trim(text.substr(first, section.end - first));
  while (body.ends_with(';')) body = trim(body.substr(0, body.size() - 1));
  Position start = lines.position(first);
  Position end = lines.position(first + (body.empty() ? 0 : body.size() - 1));
  return {std::string(body), std::string(path), start.line, start.column, end.line, {}};
}

// A hole outside of strings. "INSERT INTO mail VALUES ('Dear {{name}}')" is data for a template, not a template.
bool is_template(std::string_view source, const Statement& statement) {
  return std::any_of(statement.holes.begin(), statement.holes.end(), [&](const Hole& hole) {
    size_t at = statement.map.original(hole.offset);
    if (at >= source.size()) return true;
    bool dollar_quote = source[at] == '$' && at + 1 < source.size() && source[at + 1] != '{';
    return !dollar_quote && std::string_view("'\"`").find(source[at]) == std::string_view::npos;
  });
}

constexpr std::string_view kEnvironmentReason =
    "`${{{}}}` is replaced from the environment or a configuration that is not here";

// Replaces "${name}"; the first name without a value when there is one.
std::optional<std::string> substitute(std::string& text, const Placeholders& values) {
  std::string result;
  size_t from = 0;
  for (;;) {
    size_t at = text.find("${", from);
    size_t end = at == std::string::npos ? at : text.find('}', at);
    if (end == std::string::npos) break;
    std::string name(trim(std::string_view(text).substr(at + 2, end - at - 2)));
    auto value = values.find(lower(name));
    if (value == values.end()) return name;
    result.append(text, from, at - from);
    result += value->second;
    from = end + 1;
  }
  result.append(text, from);
  text = std::move(result);
  return std::nullopt;
}

class Reader {
 public:
  Reader(std::string_view path, std::string_view text, const SqlFileOptions& options)
      : path_(path),
        text_(text),
        options_(options),
        lines_(text),
        steps_(options.tool, text, options.dialect, options.in_no_transaction) {}

  SqlFile read() {
    Sections sections = find_sections(text_);
    if (options_.required && sections.marking != *options_.required) {
      // An empty file is a migration that nobody wrote yet.
      if (!trim(text_).empty()) refuse();
      return std::move(result_);
    }
    if (sections.substitutes_environment && options_.placeholders == nullptr) options_.placeholders = &no_placeholders_;
    for (const Section& section : sections.up) read_section(section);
    steps_.finish(result_.statements);
    return std::move(result_);
  }

 private:
  void refuse() {
    bool goose = *options_.required == Marking::kGoose;
    std::string_view marker = goose                                    ? "-- +goose Up"
                              : *options_.required == Marking::kDbmate ? "-- migrate:up"
                                                                       : "-- +migrate Up";
    result_.not_analysed.push_back(
        {path_, 1, 1, fmt::format("the migration has no `{}`, so that its tool refuses it", marker), ""});
  }

  void read_section(const Section& section) {
    Extraction extraction =
        extract_sql_file(path_, text_.substr(section.begin, section.end - section.begin), options_.dialect);
    Shift shift(lines_.position(section.begin));
    for (NotAnalysed& left_out : extraction.not_analysed) {
      shift.apply(left_out.line, left_out.column);
      result_.not_analysed.push_back(std::move(left_out));
    }
    std::vector<Statement>& statements = extraction.statements;
    if (section.block && statements.size() > 1 && !is_well_split(statements, options_.dialect)) {
      size_t first = section.begin + statements.front().map.original(0);
      add(whole_block(path_, text_, section, lines_, first));
      return;
    }
    for (Statement& statement : statements) {
      shift.apply(statement.line, statement.column);
      shift.apply(statement.end_line);
      if (!statement.holes.empty()) {
        std::string_view body = text_.substr(section.begin);
        if (options_.placeholders == nullptr && is_template(body, statement)) {
          leave_out(statement,
                    fmt::format("part of it is filled in by a program (`{}`)", statement.holes.front().expression));
          continue;
        }
        // Not as it was filled to be planned: a migration's text counts as it is.
        size_t begin = statement.map.original(0), end = statement.map.original(statement.text.size());
        statement.text = body.substr(begin, end - begin);
      }
      add({std::move(statement.text), path_, statement.line, statement.column, statement.end_line, {}});
    }
  }

  template <class Place>
  void leave_out(const Place& place, std::string reason) {
    result_.not_analysed.push_back({path_, place.line, place.column, std::move(reason), ""});
  }

  void add(SchemaStatement statement) {
    Ddl ddl = read_ddl(statement.text, options_.dialect);
    statement.step = steps_.step(statement.text);
    if (changes_nothing(statement.text, ddl, options_.dialect)) return;
    if (options_.placeholders != nullptr) {
      std::optional<std::string> unknown = substitute(statement.text, *options_.placeholders);
      if (unknown) return leave_out(statement, fmt::format(kEnvironmentReason, *unknown));
    }
    result_.statements.push_back(std::move(statement));
  }

  std::string path_;
  std::string_view text_;
  SqlFileOptions options_;
  Placeholders no_placeholders_;
  LineIndex lines_;
  Steps steps_;
  SqlFile result_;
};

}  // namespace

SqlFile read_sql_file(std::string_view path, std::string_view text, const SqlFileOptions& options) {
  return Reader(path, text, options).read();
}

}  // namespace explaingate::schema

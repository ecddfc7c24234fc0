#include "extract/sql_file_syntax.h"

#include <fmt/format.h>

#include <algorithm>

#include "parse/scan.h"

namespace explaingate {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";
constexpr size_t kLongestExcerpt = 80;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_letter(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  std::string_view word = text.substr(0, text.find_first_of(kWhiteSpace));
  text.remove_prefix(word.size());
  return word;
}

bool equals(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, [](char a, char b) { return lower(a) == b; });
}

// "get-user(id, name)^" -> name "get-user", marker "^"; false for what is no name.
bool split_name(std::string_view word, NameComment& found) {
  for (std::string_view suffix : {"<!", "*!", "!", "^", "$", "#", "?"}) {
    if (!word.ends_with(suffix)) continue;
    found.row_marker = suffix;
    word.remove_suffix(suffix.size());
    break;
  }
  size_t parenthesis = word.find('(');
  if (parenthesis != std::string_view::npos && word.ends_with(')')) word = word.substr(0, parenthesis);
  if (word.empty() || !is_letter(word[0])) return false;
  if (!std::ranges::all_of(word,
                           [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '/'; }))
    return false;
  found.name = word;
  return true;
}

// The words behind a name: ":many", ":? :1". False when they are prose.
bool read_markers(std::string_view rest, NameComment& found) {
  while (!(rest = trimmed(rest)).empty()) {
    std::string_view marker = take_word(rest);
    if (marker.size() < 2 || marker[0] != ':') return false;
    if (!found.row_marker.empty()) found.row_marker += ' ';
    found.row_marker += marker.substr(1);
  }
  return true;
}

// Without "(a, b)" behind the name, which aiosql allows to hold blanks: "get(a, b)^" -> "get^".
std::string without_arguments(std::string_view rest) {
  size_t open = rest.find('(');
  size_t close = rest.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
      rest.find_first_of(kWhiteSpace) < open)
    return std::string(rest);
  return std::string(rest.substr(0, open)).append(rest.substr(close + 1));
}

}  // namespace

std::optional<NameComment> parse_name_comment(std::string_view comment) {
  constexpr size_t kLongest = 300;
  bool block = comment.starts_with("/*");
  if (block && comment.ends_with("*/") && comment.size() >= 4) comment.remove_suffix(2);
  if (comment.size() > kLongest) return std::nullopt;
  comment.remove_prefix(std::min(comment.find_first_not_of(block ? "/*" : "-"), comment.size()));
  std::string_view rest = trimmed(comment);
  if (rest.starts_with(":name")) {
    rest.remove_prefix(5);
  } else {
    if (!equals(rest.substr(0, 4), "name")) return std::nullopt;
    rest = trimmed(rest.substr(4));
    if (!rest.starts_with(':')) return std::nullopt;
    rest.remove_prefix(1);
  }
  rest = trimmed(rest);
  if (rest.find('\n') != std::string_view::npos) return std::nullopt;
  std::string line = without_arguments(rest);
  std::string_view words = line;
  NameComment found;
  if (!split_name(take_word(words), found) || !read_markers(words, found)) return std::nullopt;
  return found;
}

PsqlCommand parse_psql_command(std::string_view line) {
  std::string_view rest = trimmed(line.substr(1));
  size_t length = 0;
  while (length < rest.size() && (is_letter(rest[length]) || rest[length] == '+')) ++length;
  std::string_view name = rest.substr(0, length);
  rest.remove_prefix(length);
  std::string_view shown = trimmed(line).substr(0, kLongestExcerpt);

  PsqlCommand command;
  if (name.starts_with('g') || name.starts_with("bind") || name == "watch" || name == "crosstabview" || name == "parse")
    command.ends_statement = name != "getenv";
  if (name == "i" || name == "ir" || name == "include" || name == "include_relative")
    command.reason = fmt::format("psql's \"{}\" runs another file", shown);
  if (name == "gexec") command.reason = "psql's \"\\gexec\" runs the result of this query as SQL";
  if (name == "copy") {
    rest = trimmed(rest);
    if (rest.starts_with('(')) command.reason = fmt::format("psql's \"{}\" runs a query", shown);
    for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
      if (!equals(word, "from")) continue;
      command.data_follows = equals(take_word(rest).substr(0, 5), "stdin");
      break;
    }
  }
  return command;
}

std::optional<IncludedFile> parse_include(std::string_view line) {
  std::string_view rest = trimmed(line);
  std::string_view command = take_word(rest);
  bool relative = command == "\\ir" || command == "\\include_relative";
  if (!relative && command != "\\i" && command != "\\include" && command != ".read") return std::nullopt;
  rest = trimmed(rest);
  if (rest.ends_with(';')) rest = trimmed(rest.substr(0, rest.size() - 1));
  if (rest.size() >= 2 && (rest.front() == '\'' || rest.front() == '"') && rest.back() == rest.front())
    rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return std::nullopt;
  return IncludedFile{std::string(rest), relative};
}

std::string sqlite_command_reason(std::string_view line) {
  std::string_view rest = line;
  if (take_word(rest) != ".read") return {};
  return fmt::format("the sqlite3 shell's \"{}\" runs another file", trimmed(line).substr(0, kLongestExcerpt));
}

size_t copy_data_end(std::string_view text, size_t at) {
  size_t line = text.find('\n', at);
  while (line != std::string_view::npos) {
    if (text.substr(line + 1, 2) == "\\.") {
      size_t end = line + 3;
      if (end < text.size() && text[end] == '\r') ++end;
      if (end >= text.size() || text[end] == '\n') return end;
      line = end;
    } else {
      ++line;
    }
    line = text.find("\n\\.", line);
  }
  return std::string_view::npos;
}

bool is_first_on_line(std::string_view text, size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r' || (at == 3 && text.starts_with("\xEF\xBB\xBF"));
}

std::string_view rest_of_line(std::string_view text, size_t at) {
  std::string_view rest = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

std::string_view parse_delimiter_line(std::string_view line) {
  constexpr size_t kLongestDelimiter = 16;
  if (!equals(take_word(line), "delimiter")) return {};
  std::string_view delimiter = take_word(line);
  return delimiter.size() <= kLongestDelimiter ? delimiter : std::string_view();
}

bool is_go_line(std::string_view line) {
  if (!equals(line.substr(0, 2), "go")) return false;
  std::string_view rest = trimmed(line.substr(2));
  if (rest.ends_with(';')) rest.remove_suffix(1);
  return std::ranges::all_of(rest, is_digit) && (rest.empty() || line.size() < 3 || !is_digit(line[2]));
}

}  // namespace explaingate

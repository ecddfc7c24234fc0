// What stands in clients' files besides SQL: DELIMITER and GO, the commands of psql and the sqlite3 shell, COPY's data,
// and templates.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include "extract/sql_splitter_state.h"

namespace explaingate::splitting {

size_t Splitter::data_end(size_t at) {
  if (no_more_data_) return kNone;
  size_t end = copy_data_end(text_, at);
  no_more_data_ = end == kNone;
  return end;
}

// After a mysql client's DELIMITER line only that text ends statements; it may touch the token before it ("END$$").
bool Splitter::take_delimiter(const Token& token) {
  if (delimiter_.empty()) return false;
  size_t found = text_.substr(token.offset).starts_with(delimiter_) ? 0 : kNone;
  if (found == kNone && (token.kind == TokenKind::kWord || token.kind == TokenKind::kOperator ||
                         token.kind == TokenKind::kParameter || token.kind == TokenKind::kOther))
    found = written(token).find(delimiter_);
  if (found == kNone) return false;
  if (found > 0) take_part({token.kind, token.offset, static_cast<uint32_t>(found)});
  finish(token.offset + found);
  scanner_.seek(token.offset + found + delimiter_.size());
  return true;
}

// Lines for the client instead of the server.
bool Splitter::take_client_line(const Token& token) {
  size_t at = token.offset;
  char c = text_[at];
  if (c == '\\' && token.kind == TokenKind::kOther) {
    take_psql_command(at);
    return true;
  }
  bool at_margin = at == 0 || text_[at - 1] == '\n';
  if (at_margin && token.kind == TokenKind::kWord && token.length == 2 && now_.parentheses == 0 &&
      is_go_line(rest_of_line(text_, at))) {
    scanner_.seek(at + rest_of_line(text_, at).size());
    finish(at);
    return true;
  }
  if (open()) return false;
  bool candidate = c == '.' || c == '#' || c == '/' || is_word(text_, token, "delimiter");
  if (!candidate || token.kind == TokenKind::kComment || !is_first_on_line(text_, at)) return false;
  std::string_view line = rest_of_line(text_, at);
  if (token.kind == TokenKind::kWord) {
    std::string_view delimiter = parse_delimiter_line(line);
    if (delimiter.empty()) return false;
    delimiter_ = delimiter == ";" ? "" : delimiter;
  } else if (c == '.') {
    if (std::string reason = sqlite_command_reason(line); !reason.empty()) events_.note(at, std::move(reason));
  } else if (c == '/' && line.find_first_not_of("/ \t") != kNone) {
    return false;
  }
  scanner_.seek(at + line.size());
  return true;
}

void Splitter::take_psql_command(size_t at) {
  if (text_.substr(at).starts_with("\\;")) {
    scanner_.seek(at + 2);
    finish(at);
    return;
  }
  std::string_view line = rest_of_line(text_, at);
  PsqlCommand command = parse_psql_command(line);
  if (!command.reason.empty()) events_.note(at, std::move(command.reason));
  size_t end = command.data_follows ? data_end(at) : kNone;
  if (end == kNone) end = at + line.size();
  scanner_.seek(end);
  if (command.ends_statement) {
    finish(at);
  } else if (open()) {
    now_.gaps.push_back({at, end - at, SqlGap::Kind::kCut});
  }
}

// A template is found where its first bytes make a token of their own, or inside a string or quoted name.
bool Splitter::take_template(const Token& token) {
  char c = text_[token.offset];
  size_t begin = token.offset;
  size_t end = kNone;
  if (token.kind == TokenKind::kString || token.kind == TokenKind::kQuotedName) {
    if (c != '\'' && c != '"' && c != '`') return false;
    end = templates_.end_of_quoted(begin, begin + token.length);
    bool whole_string = token.kind == TokenKind::kString && end == begin + token.length;
    if (end == kNone || whole_string) return false;
  } else if (c == ':' && token.length == 1) {  // psql's :'name' and :"name"
    char quote = begin + 1 < text_.size() ? text_[begin + 1] : '\0';
    bool after_operand = begin > 0 && (text_[begin - 1] == ']' || text_[begin - 1] == ')');
    if ((quote != '\'' && quote != '"') || after_operand) return false;
    size_t close = text_.find_first_of(quote == '"' ? "\"\n" : "'\n", begin + 2);
    if (close == kNone || text_[close] == '\n') return false;
    end = close + 1;
  } else if (c == '{' || c == '$' || c == '<') {
    end = templates_.end_of(begin);
  } else if (c == '%') {
    end = end_of_percent(begin);
  }
  if (end == kNone) return false;
  add_template(begin, end);
  scanner_.seek(end);
  return true;
}

// What a program puts in the place of a word of a named query: "ORDER BY %order%", and a format verb for a table's
// name, "FROM %s WHERE". No operator stands where none has an operand before it, or none behind it. Near misses are "a
// %b% c", and %s of Python's drivers, which is a value: "IS DISTINCT FROM %s", "extract(year FROM %s)".
size_t Splitter::end_of_percent(size_t begin) {
  auto is_any = [this](const Token& token, std::initializer_list<std::string_view> words) {
    return token.kind == TokenKind::kWord &&
           std::ranges::any_of(words, [&](std::string_view word) { return is_word(text_, token, word); });
  };
  if (!open()) return kNone;
  size_t end = begin + 1;
  while (end < text_.size() && is_name_byte(text_[end])) ++end;
  bool verb = text_.substr(begin, end - begin) == "%s";
  bool whole =
      !verb && end - begin > 2 && end < text_.size() && text_[end] == '%' && !text_.substr(end).starts_with("%%");
  if (!verb && !whole) return kNone;
  if (whole) ++end;
  peeker_.seek(end);
  Token next = peeker_.next_code();
  if (verb)
    return is_any(now_.previous, {"from", "join", "into", "update"}) &&
                   (written(next) == "." ||
                    is_any(next, {"where", "join", "left", "inner", "cross", "as", "set", "values", "select"}))
               ? end
               : kNone;
  std::string_view before = written(now_.previous);
  std::string_view behind = written(next);
  bool operand_due =
      (now_.previous.kind == TokenKind::kOperator && before != ")" && before != "]") ||
      is_any(now_.previous, {"select", "distinct", "all",  "from",   "join",    "on",     "using", "where", "and",
                             "or",     "not",      "by",   "having", "in",      "values", "set",   "into",  "limit",
                             "as",     "when",     "then", "else",   "between", "like",   "union", "update"});
  bool ends = next.kind == TokenKind::kEnd || next.kind == TokenKind::kSemicolon || behind == ")" || behind == "," ||
              is_any(next, {"from", "where", "and", "or", "group", "order", "having", "limit", "union", "returning"});
  return operand_due || ends ? end : kNone;
}

void Splitter::add_template(size_t begin, size_t end) {
  if (now_.body_closed) finish(begin);
  TemplateKind kind = template_kind(text_.substr(begin, end - begin));
  if (!open()) {
    if (kind != TemplateKind::kExpression) return;
    start(begin);
    now_.starts_with_template = true;
  }
  now_.gaps.push_back({begin, end - begin, SqlGap::Kind::kTemplate});
  if (kind == TemplateKind::kExpression) now_.end = end;
  now_.last = Last::kOther;
  now_.previous = {TokenKind::kQuotedName, static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin)};
}

}  // namespace explaingate::splitting

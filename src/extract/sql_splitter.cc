#include "extract/sql_splitter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "extract/sql_file_syntax.h"
#include "extract/sql_template.h"
#include "parse/scan.h"

namespace explaingate {

// Which semicolon ends a statement
// ================================
// The lexer has already taken strings, comments and dollar quotes away, so every kSemicolon is SQL's. It ends the
// statement but in three places:
//
// 1. Inside parentheses, as psql has it: CREATE RULE … DO (a; b). A parenthesis that is never closed would swallow the
// rest
//    of the text; at its end we go back to the first semicolon inside, end the broken statement there and leave
//    parentheses out of account from then on.
// 2. In the body of a trigger, as sqlite3_complete() has it: from BEGIN to an END that follows a semicolon.
//      CREATE TRIGGER t … BEGIN UPDATE a SET x = CASE … END; SELECT end FROM b; END;    one statement: neither the END
//      of
//                                                                                      CASE nor the column ends it
//      CREATE TRIGGER t … EXECUTE FUNCTION begin_x(); SELECT 1;                         two: no word BEGIN
// 3. In the body of a function or procedure, as psql has it: BEGIN and CASE count up, END counts down.
//      CREATE FUNCTION f() … BEGIN ATOMIC SELECT CASE … END; SELECT 2; END;             one statement
//      BEGIN; SELECT 1; END;                                                            three: nothing is created
namespace {

constexpr auto kNone = std::string_view::npos;

enum class Head { kStart, kCreate, kTrigger, kFunction, kCopy, kOther };

// What the token before this one was, as far as bodies ask.
enum class Last { kNothing, kSemicolon, kDot, kComma, kOfOrOn, kBlockStart, kEndWord, kFromWord, kOther };

struct Progress {  // of the statement being read
  std::optional<size_t> begin;
  size_t end = 0;
  Head head = Head::kStart;
  Last last = Last::kNothing;
  int parentheses = 0;
  int body = 0;              // BEGINs (and CASEs, in a function) that are open
  bool body_closed = false;  // a trigger's END was read
  bool copies_stdin = false;
  size_t inner_semicolon = kNone;  // first one inside parentheses
  size_t inner_end = 0;            // `end` there
  bool starts_with_template = false;
  std::vector<SqlGap> gaps;
};

class Splitter {
 public:
  Splitter(std::string_view text, size_t start, Dialect dialect, SqlSyntax syntax, const SqlEvents& events)
      : text_(text),
        scanner_(text, dialect, {}, start),
        peeker_(scanner_),
        dialect_(dialect),
        file_(syntax == SqlSyntax::kFile),
        events_(events),
        templates_(text) {}

  void run() {
    while (!stopped_) {
      Token token = scanner_.next();
      if (token.kind == TokenKind::kEnd) {
        at_end();
      } else if (!(file_ && (take_delimiter(token) || take_client_line(token) || take_template(token)))) {
        take(token);
      }
    }
  }

 private:
  [[nodiscard]] bool open() const { return now_.begin.has_value(); }
  [[nodiscard]] std::string_view written(const Token& token) const { return token_text(text_, token); }

  void take(const Token& token);
  void take_comment(const Token& token);
  void take_semicolon(const Token& token);
  void take_part(const Token& token);
  void take_word(const Token& token);
  void take_word_of_trigger(const Token& token);
  void take_word_of_function(const Token& token);
  bool take_delimiter(const Token& token);
  bool take_client_line(const Token& token);
  void take_psql_command(size_t at);
  bool take_template(const Token& token);
  void add_template(size_t begin, size_t end);
  bool take_dollar_quote(const Token& token);
  void start(size_t at);
  void finish(size_t stop);
  void at_end();
  size_t data_end(size_t at);
  [[nodiscard]] bool next_is_loop_word();

  std::string_view text_;
  Scanner scanner_;
  Scanner peeker_;
  Dialect dialect_;
  bool file_;
  const SqlEvents& events_;
  TemplateFinder templates_;
  Progress now_;
  NameComment pending_name_;
  std::string delimiter_;            // empty: the semicolon
  bool ignore_parentheses_ = false;  // set when it went back: from there on comments are seen a second time
  bool no_more_data_ = false;  // no "\\." line follows: without this many COPYs would each search the rest of the text
  bool stopped_ = false;
};

size_t Splitter::data_end(size_t at) {
  if (no_more_data_) return kNone;
  size_t end = copy_data_end(text_, at);
  no_more_data_ = end == kNone;
  return end;
}

void Splitter::start(size_t at) {
  now_.begin = at;
  now_.end = at;
}

void Splitter::finish(size_t stop) {
  Progress done = std::exchange(now_, {});
  if (!done.begin) return;
  NameComment name = std::exchange(pending_name_, {});
  std::erase_if(done.gaps, [&](const SqlGap& gap) { return gap.offset >= done.end; });
  SqlSpan span{*done.begin, done.end, stop, std::move(name.name), std::move(name.row_marker), std::move(done.gaps)};
  if (!events_.statement(std::move(span))) stopped_ = true;
  if (done.copies_stdin && file_) {
    size_t end = data_end(stop);
    if (end != kNone) scanner_.seek(end);
  }
}

void Splitter::at_end() {
  if (open() && now_.body > 0 && delimiter_.empty()) {
    events_.note(*now_.begin, "this statement has a BEGIN without its END: nothing from here on was read");
  } else if (open() && now_.parentheses > 0 && now_.inner_semicolon != kNone && !ignore_parentheses_) {
    ignore_parentheses_ = true;
    no_more_data_ = false;
    now_.end = now_.inner_end;
    size_t semicolon = now_.inner_semicolon;
    now_.copies_stdin = false;
    scanner_.seek(semicolon + 1);
    finish(semicolon);
    return;
  } else {
    finish(text_.size());
  }
  stopped_ = true;
}

void Splitter::take(const Token& token) {
  switch (token.kind) {
    case TokenKind::kComment:
      take_comment(token);
      return;
    case TokenKind::kUnterminated: {
      std::string_view text = written(token);
      std::string_view what = text.starts_with("/*") ? "a comment" : text.find('\'') < 3 ? "a string" : "a quoted text";
      events_.note(token.offset, std::string(what) + " that begins here has no end: nothing from here on was read");
      stopped_ = true;
      return;
    }
    case TokenKind::kSemicolon:
      take_semicolon(token);
      return;
    default:
      if (!take_dollar_quote(token)) take_part(token);
  }
}

void Splitter::take_comment(const Token& token) {
  if (!ignore_parentheses_) events_.comment(token.offset, written(token));
  if (!file_) return;
  std::optional<NameComment> name = parse_name_comment(written(token));
  if (!name) return;
  if (open()) {  // loaders of named queries need no semicolons
    bool at_margin = token.offset == 0 || text_[token.offset - 1] == '\n';
    if (!at_margin || now_.parentheses > 0 || now_.body > 0) return;
    finish(token.offset);
  }
  pending_name_ = *std::move(name);
}

void Splitter::take_semicolon(const Token& token) {
  if (!open()) return;
  if (!delimiter_.empty() || now_.body > 0) {
    now_.end = token.offset + 1;
  } else if (now_.parentheses > 0 && !ignore_parentheses_) {
    if (now_.inner_semicolon == kNone) {
      now_.inner_semicolon = token.offset;
      now_.inner_end = now_.end;
    }
    now_.end = token.offset + 1;
  } else {
    finish(token.offset);
    return;
  }
  now_.last = Last::kSemicolon;
}

// A token that belongs to a statement.
void Splitter::take_part(const Token& token) {
  if (now_.body_closed) finish(token.offset);  // a trigger's END without a semicolon
  if (!open()) start(token.offset);
  size_t end = token.offset + token.length;
  if (now_.starts_with_template) {
    now_.starts_with_template = false;
    bool touches = now_.end == token.offset;
    if (token.kind == TokenKind::kWord &&
        !touches) {  // {{ config(…) }} SELECT …: the template stands before the statement
      now_ = {};
      start(token.offset);
    }
  }
  now_.end = end;
  if (token.kind == TokenKind::kWord) {
    take_word(token);
    return;
  }
  char c = text_[token.offset];
  if (c == '(') ++now_.parentheses;
  if (c == ')' && now_.parentheses > 0) --now_.parentheses;
  now_.last = c == '.' ? Last::kDot : c == ',' ? Last::kComma : Last::kOther;
  if (now_.head == Head::kStart) now_.head = Head::kOther;
}

void Splitter::take_word(const Token& token) {
  auto is = [&](std::string_view keyword) { return is_word(text_, token, keyword); };
  if (now_.head == Head::kStart) {
    if (is("create")) {
      now_.head = Head::kCreate;
    } else if (is("copy")) {
      now_.head = Head::kCopy;
    } else if (!is("explain") && !is("query") && !is("plan")) {
      now_.head = Head::kOther;
    }
  } else if (now_.head == Head::kCreate) {
    if (is("trigger")) {
      now_.head = Head::kTrigger;
    } else if (is("function") || is("procedure")) {
      now_.head = Head::kFunction;
    } else if (!is("or") && !is("replace") && !is("temp") && !is("temporary") && !is("constraint")) {
      now_.head = Head::kOther;
    }
  } else if (now_.head == Head::kTrigger && now_.parentheses == 0 && now_.last != Last::kDot) {
    take_word_of_trigger(token);
  } else if (now_.head == Head::kFunction && now_.parentheses == 0 && now_.last != Last::kDot) {
    take_word_of_function(token);
  } else if (now_.head == Head::kCopy && now_.parentheses == 0 && now_.last == Last::kFromWord && is("stdin")) {
    now_.copies_stdin = true;
  }
  bool block_start = is("begin") || is("then") || is("else") || is("do") || is("loop");
  now_.last = block_start            ? Last::kBlockStart
              : is("end")            ? Last::kEndWord
              : is("of") || is("on") ? Last::kOfOrOn
              : is("from")           ? Last::kFromWord
                                     : Last::kOther;
}

void Splitter::take_word_of_trigger(const Token& token) {
  if (is_word(text_, token, "begin")) {
    bool opens = now_.body == 0 ? now_.last != Last::kComma && now_.last != Last::kOfOrOn
                                : now_.last == Last::kSemicolon || now_.last == Last::kBlockStart;
    if (opens) ++now_.body;
  } else if (now_.body > 0 && is_word(text_, token, "end") &&
             (now_.last == Last::kSemicolon || now_.last == Last::kBlockStart) && !next_is_loop_word()) {
    if (--now_.body == 0) now_.body_closed = true;
  }
}

void Splitter::take_word_of_function(const Token& token) {
  if (is_word(text_, token, "begin") ||
      (now_.body > 0 && is_word(text_, token, "case") && now_.last != Last::kEndWord)) {
    ++now_.body;
  } else if (now_.body > 0 && is_word(text_, token, "end") && !next_is_loop_word()) {
    --now_.body;
  }
}

// MySQL's END IF, END LOOP … don't close a BEGIN; END CASE closes the CASE that was counted in a function.
bool Splitter::next_is_loop_word() {
  peeker_.seek(scanner_.offset());
  Token next = peeker_.next();
  for (std::string_view word : {"if", "loop", "while", "repeat", "for"})
    if (is_word(text_, next, word)) return true;
  return now_.head == Head::kTrigger && is_word(text_, next, "case");
}

// Migrations for PostgreSQL in a project that is gated on SQLite: $$ … $$ and $tag$ … $tag$ are one token here as well.
bool Splitter::take_dollar_quote(const Token& token) {
  std::string_view tag = written(token);
  if (dialect_ == Dialect::kPostgres || token.kind != TokenKind::kParameter || tag.size() < 2 || tag.front() != '$' ||
      tag.find('$', 1) != tag.size() - 1)
    return false;
  size_t close = text_.find(tag, token.offset + token.length);
  if (close == kNone) {
    take({TokenKind::kUnterminated, token.offset, static_cast<uint32_t>(text_.size() - token.offset)});
    return true;
  }
  close += tag.size();
  scanner_.seek(close);
  take_part({TokenKind::kString, token.offset, static_cast<uint32_t>(close - token.offset)});
  return true;
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
  }
  if (end == kNone) return false;
  add_template(begin, end);
  scanner_.seek(end);
  return true;
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
}

}  // namespace

void split_sql(std::string_view text, size_t start, Dialect dialect, SqlSyntax syntax, const SqlEvents& events) {
  Splitter(text, start, dialect, syntax, events).run();
}

}  // namespace explaingate

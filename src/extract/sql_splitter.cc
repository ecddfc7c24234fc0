#include <algorithm>
#include <utility>

#include "extract/sql_splitter_state.h"

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
namespace splitting {

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
  now_.previous = token;
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

}  // namespace splitting

void split_sql(std::string_view text, size_t start, Dialect dialect, SqlSyntax syntax, const SqlEvents& events) {
  splitting::Splitter(text, start, dialect, syntax, events).run();
}

}  // namespace explaingate

// The state of split_sql(): sql_splitter.cc finds where statements end, sql_splitter_client.cc takes what clients'
// files have besides SQL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extract/sql_file_syntax.h"
#include "extract/sql_splitter.h"
#include "extract/sql_template.h"
#include "parse/scan.h"

namespace explaingate::splitting {

inline constexpr auto kNone = std::string_view::npos;

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
  Token previous;  // the last one; a template is a quoted name
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
  [[nodiscard]] size_t end_of_percent(size_t begin);
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

}  // namespace explaingate::splitting

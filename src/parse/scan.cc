#include "parse/scan.h"

#include <algorithm>
#include <limits>

namespace explaingate {

// One function for each family of tokens, each given the offset of its first byte and returning the offset behind its
// last.
//
// For Dialect::kPostgres the rules are those of PostgreSQL's scan.l (tests/parse/scan_test.cc compares token by token).
// They differ on purpose for placeholders that a driver replaces before PostgreSQL sees the text: ":name", "@name",
// "$name", "?" and "?1" are parameters. What keeps them apart from SQL:
//   x::int         "::" is read first          a[lo:hi], a[1:n]   a ":" that touches an operand is a slice
//   a <@ b, a@@b   operators that end in @     id=@id, 2*@n       "=@" is no operator of PostgreSQL or its extensions
//   j ?| a, j @? b operators with a "?"        a=?, a||?          neither is "=?"; a "?" alone is always a parameter
//   here
//
// Time is linear: nothing is read again but the white space between a string and the string that may go on it, once.
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_operator_byte(char c) {
  return std::string_view("~!@#^&|`?+-*/%<>=").find(c) != kNone;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The text with "\0" behind its end, so that looking one byte ahead needs no bounds.
struct Input {
  std::string_view text;
  Dialect dialect;
  ScanOptions options;

  [[nodiscard]] char at(size_t i) const { return i < text.size() ? text[i] : '\0'; }
  [[nodiscard]] bool postgres() const { return dialect == Dialect::kPostgres; }
  [[nodiscard]] size_t skip_name(size_t i) const {
    while (is_name_byte(at(i))) ++i;
    return i;
  }
  [[nodiscard]] size_t skip_digits(size_t i) const {
    while (is_digit(at(i)) || (at(i) == '_' && is_digit(at(i + 1)))) ++i;
    return i;
  }
  [[nodiscard]] size_t line_end(size_t i) const {
    size_t end = postgres() ? text.find_first_of("\n\r", i) : text.find('\n', i);
    return std::min(end, text.size());
  }
};

struct Scanned {
  TokenKind kind;
  size_t end;
};

Scanned unterminated(const Input& in) {
  return {TokenKind::kUnterminated, in.text.size()};
}

// What stands for itself inside quotes: a doubled quote, that or a byte behind a backslash (E'it\'s'), nothing (x'ab').
enum class Escapes { kDoubled, kBackslash, kNothing };

// From the opening quote at `i`: the offset behind the closing one, kNone without it.
size_t quoted_end(const Input& in, size_t i, char quote, Escapes escapes) {
  const char stops[] = {quote, '\\'};
  const std::string_view stop(stops, escapes == Escapes::kBackslash ? 2 : 1);
  for (i = in.text.find_first_of(stop, i + 1); i != kNone; i = in.text.find_first_of(stop, i)) {
    if (in.text[i] == '\\') {
      i += 2;
    } else if (in.at(i + 1) == quote && escapes != Escapes::kNothing) {
      i += 2;
    } else {
      return i + 1;
    }
  }
  return kNone;
}

// PostgreSQL joins 'a' <white space with a line end> 'b' into one string: the offset of the quote that goes on, kNone
// when the string at `end` is over. (It looks past comments as well; libpg_query doesn't, and nobody here needs it.)
size_t continued_at(const Input& in, size_t end) {
  bool line_ended = false;
  for (size_t i = end; i < in.text.size(); ++i) {
    char c = in.text[i];
    if (c == '\'' && line_ended) return i;
    if (c == '\n' || c == '\r')
      line_ended = true;
    else if (c != ' ' && c != '\t' && c != '\f')
      break;
  }
  return kNone;
}

Scanned string_from(const Input& in, size_t quote, Escapes escapes) {
  for (;;) {
    size_t end = quoted_end(in, quote, '\'', escapes);
    if (end == kNone) return unterminated(in);
    size_t next = in.postgres() ? continued_at(in, end) : kNone;
    if (next == kNone) return {TokenKind::kString, end};
    quote = next;
  }
}

Scanned quoted_name(const Input& in, size_t quote) {
  size_t end = quoted_end(in, quote, in.at(quote), Escapes::kDoubled);
  return end == kNone ? unterminated(in) : Scanned{TokenKind::kQuotedName, end};
}

Scanned block_comment(const Input& in, size_t i) {
  int depth = 1;
  for (i = in.text.find_first_of("*/", i + 2); i != kNone; i = in.text.find_first_of("*/", i)) {
    if (in.text[i] == '*' && in.at(i + 1) == '/') {
      i += 2;
      if (--depth == 0) return {TokenKind::kComment, i};
    } else if (in.postgres() && in.text[i] == '/' && in.at(i + 1) == '*') {
      i += 2;
      ++depth;
    } else {
      ++i;
    }
  }
  return unterminated(in);
}

// A number is followed by anything: "1x" gives 1 and x, though both engines refuse it.
Scanned number(const Input& in, size_t i) {
  if (in.at(i) == '0' && lower(in.at(i + 1)) == 'x' && is_hex(in.at(i + 2))) {
    for (i += 2; is_hex(in.at(i)) || (in.at(i) == '_' && is_hex(in.at(i + 1)));) ++i;
    return {TokenKind::kNumber, i};
  }
  i = in.skip_digits(i);
  bool range = in.postgres() && in.at(i + 1) == '.';  // 1..2
  if (in.at(i) == '.' && !range) i = in.skip_digits(i + 1);
  if (lower(in.at(i)) == 'e') {
    size_t exponent = i + (in.at(i + 1) == '+' || in.at(i + 1) == '-' ? 2 : 1);
    if (is_digit(in.at(exponent))) i = in.skip_digits(exponent);
  }
  return {TokenKind::kNumber, i};
}

// Words, and the strings and names that a letter introduces.
Scanned word(const Input& in, size_t i) {
  char first = lower(in.at(i));
  char second = in.at(i + 1);
  if (second == '\'' && (first == 'x' || (in.postgres() && (first == 'e' || first == 'b'))))
    return string_from(in, i + 1, first == 'e' ? Escapes::kBackslash : Escapes::kNothing);
  if (in.postgres() && first == 'u' && second == '&') {
    if (in.at(i + 2) == '\'') return string_from(in, i + 2, Escapes::kDoubled);
    if (in.at(i + 2) == '"') return quoted_name(in, i + 2);
  }
  return {TokenKind::kWord, in.skip_name(i)};
}

// $1, $name, SQLite's $name::scope(suffix), PostgreSQL's $tag$ … $tag$.
Scanned dollar(const Input& in, size_t i) {
  if (in.postgres()) {
    if (is_digit(in.at(i + 1))) {
      size_t end = i + 1;
      while (is_digit(in.at(end))) ++end;
      return {TokenKind::kParameter, end};
    }
    size_t tag = i + 1;
    while (is_name_start(in.at(tag)) || (tag > i + 1 && is_digit(in.at(tag)))) ++tag;
    if (in.at(tag) == '$') {
      std::string_view delimiter = in.text.substr(i, tag + 1 - i);
      size_t close = in.text.find(delimiter, tag + 1);
      return close == kNone ? unterminated(in) : Scanned{TokenKind::kString, close + delimiter.size()};
    }
    return tag > i + 1 ? Scanned{TokenKind::kParameter, tag} : Scanned{TokenKind::kOther, i + 1};
  }
  size_t end = in.skip_name(i + 1);
  if (end == i + 1) return {TokenKind::kOther, end};
  while (in.at(end) == ':' && in.at(end + 1) == ':' && is_name_byte(in.at(end + 2))) end = in.skip_name(end + 2);
  if (in.at(end) == '(') {
    size_t close = end + 1;
    while (close < in.text.size() && !is_space(in.at(close)) && in.at(close) != ')') ++close;
    if (in.at(close) == ')') end = close + 1;
  }
  return {TokenKind::kParameter, end};
}

// ":name", "::", ":=" and a lone ":".
Scanned colon(const Input& in, size_t i) {
  char next = in.at(i + 1);
  if (next == ':') return {TokenKind::kOperator, i + 2};
  if (in.postgres() && next == '=') return {TokenKind::kOperator, i + 2};
  bool starts = in.postgres() ? is_name_start(next) || is_digit(next) : is_name_byte(next);
  if (starts && in.postgres() && i > 0) {
    char before = in.at(i - 1);
    bool slice = is_name_byte(before) || before == ')' || before == ']' || before == '"' || before == '\'';
    starts = !slice && !(is_digit(next) && before == '[');  // a[:2]
  }
  if (starts) return {TokenKind::kParameter, in.skip_name(i + 1)};
  return {TokenKind::kOperator, i + 1};
}

// The end of the %s, %(name)s, %d, %f, %i, %b or %t at `i`; kNone when there is none.
size_t percent_parameter(const Input& in, size_t i) {
  constexpr size_t kLongestName = 200;
  if (!in.options.percent_parameters) return kNone;
  char next = in.at(i + 1);
  if (next == '(') {
    size_t close = i + 2;
    while (close < in.text.size() && close - i < kLongestName && in.at(close) != ')' && in.at(close) != '\n') ++close;
    return in.at(close) == ')' && is_name_start(in.at(close + 1)) ? close + 2 : kNone;
  }
  bool conversion = next == 's' || next == 'd' || next == 'b' || next == 't' || next == 'f' || next == 'i';
  return conversion && !is_name_byte(in.at(i + 2)) ? i + 2 : kNone;
}

// {} {0} {name} {name!r} {name:>10}
size_t brace_parameter(const Input& in, size_t i) {
  constexpr size_t kLongestName = 200;
  if (!in.options.brace_parameters) return kNone;
  size_t end = i + 1;
  while (end < in.text.size() && end - i < kLongestName && in.at(end) != '}' && in.at(end) != '{' && in.at(end) != '\n')
    ++end;
  return in.at(end) == '}' ? end + 1 : kNone;
}

// "?" is a parameter unless it stands in an operator of PostgreSQL or its extensions, so that "a=?" and "a||?" work.
size_t cut_at_question_mark(std::string_view run) {
  if (run[0] == '?') {
    for (std::string_view known : {"?|", "?&", "?#", "?-", "?-|", "?||", "?<@", "?@>", "?~", "?@"})
      if (run == known) return run.size();
    return 1;
  }
  if (run == "^?" || run == "@?" || run == "@@?") return run.size();
  return std::min(run.find('?'), run.size());
}

// "=@id" is "=" and a parameter; "<@ b" and "@@ q" are operators.
size_t cut_at_named_parameter(const Input& in, size_t i, std::string_view run) {
  if (run.size() < 2 || run.back() != '@' || !is_name_start(in.at(i + run.size()))) return run.size();
  std::string_view before = run.substr(0, run.size() - 1);
  for (std::string_view known : {"=", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "||"})
    if (before == known) return before.size();
  return run.size();
}

// PostgreSQL's rule: a run of operator characters, up to a comment; it ends in + or - only if it has one of ~!@#^&|`?%.
Scanned postgres_operator(const Input& in, size_t i) {
  size_t end = i;
  while (end < in.text.size() && is_operator_byte(in.text[end])) {
    if (end > i && in.text[end] == '%' && in.options.percent_parameters &&
        (in.at(end + 1) == '%' || percent_parameter(in, end) != kNone) && in.text[end - 1] != '%')
      break;
    if ((in.text[end] == '/' && in.at(end + 1) == '*') || (in.text[end] == '-' && in.at(end + 1) == '-')) break;
    ++end;
  }
  std::string_view run = in.text.substr(i, end - i);
  run = run.substr(0, cut_at_named_parameter(in, i, run));
  size_t length = run.size();
  if (length > 1 && (run.back() == '+' || run.back() == '-') && run.find_first_of("~!@#^&|`?%") == kNone) {
    while (length > 1 && (run[length - 1] == '+' || run[length - 1] == '-')) --length;
  }
  length = std::min(length, cut_at_question_mark(run.substr(0, length)));
  return {TokenKind::kOperator, i + length};
}

Scanned sqlite_operator(const Input& in, size_t i) {
  std::string_view rest = in.text.substr(i, 3);
  if (rest == "->>") return {TokenKind::kOperator, i + 3};
  rest = rest.substr(0, 2);
  for (std::string_view known : {"||", "->", "==", "!=", "<>", "<=", ">=", "<<", ">>"})
    if (rest == known) return {TokenKind::kOperator, i + 2};
  if (in.options.percent_parameters && rest == "%%") return {TokenKind::kOperator, i + 2};
  bool known = std::string_view("+-*/%&|~<>=").find(in.at(i)) != kNone;
  return {known ? TokenKind::kOperator : TokenKind::kOther, i + 1};
}

Scanned operator_or_parameter(const Input& in, size_t i) {
  char c = in.at(i);
  if (c == '@' && is_name_start(in.at(i + 1))) return {TokenKind::kParameter, in.skip_name(i + 1)};
  if (c == '?') {
    size_t end = i + 1;
    while (is_digit(in.at(end))) ++end;
    if (end > i + 1 || !in.postgres()) return {TokenKind::kParameter, end};
  }
  if (c == '%') {
    size_t end = percent_parameter(in, i);
    if (end != kNone) return {TokenKind::kParameter, end};
  }
  if (!in.postgres()) return sqlite_operator(in, i);
  Scanned found = postgres_operator(in, i);
  if (found.end == i + 1 && c == '?') found.kind = TokenKind::kParameter;
  return found;
}

Scanned lexeme(const Input& in, size_t i) {
  char c = in.at(i);
  char next = in.at(i + 1);
  if (is_name_start(c)) return word(in, i);
  if (is_digit(c) || (c == '.' && is_digit(next))) return number(in, i);
  if (c == '-' && next == '-') return {TokenKind::kComment, in.line_end(i)};
  if (c == '/' && next == '*') return block_comment(in, i);
  switch (c) {
    case '\'':
      return string_from(in, i, Escapes::kDoubled);
    case '"':
      return quoted_name(in, i);
    case ';':
      return {TokenKind::kSemicolon, i + 1};
    case '$':
      return dollar(in, i);
    case ':':
      return colon(in, i);
    case '{': {
      size_t end = brace_parameter(in, i);
      return end == kNone ? Scanned{TokenKind::kOther, i + 1} : Scanned{TokenKind::kParameter, end};
    }
    case '[': {
      if (in.postgres()) return {TokenKind::kOperator, i + 1};
      size_t close = in.text.find(']', i);
      return close == kNone ? unterminated(in) : Scanned{TokenKind::kQuotedName, close + 1};
    }
    case '.':
      return {TokenKind::kOperator, i + (in.postgres() && next == '.' ? 2U : 1U)};
    case ',':
    case '(':
    case ')':
    case ']':
      return {TokenKind::kOperator, i + 1};
    case '`':
      if (!in.postgres()) return quoted_name(in, i);
      break;
    default:
      break;
  }
  if (is_operator_byte(c)) return operator_or_parameter(in, i);
  return {TokenKind::kOther, i + 1};
}

}  // namespace

Token Scanner::next() {
  // Offsets are 32 bits wide; a longer text ends for us where they do.
  constexpr size_t kLongest = std::numeric_limits<uint32_t>::max();
  const Input in{text_.substr(0, kLongest), dialect_, options_};
  while (at_ < in.text.size() && is_space(in.text[at_])) ++at_;
  if (at_ >= in.text.size()) return {TokenKind::kEnd, static_cast<uint32_t>(in.text.size()), 0};
  Scanned found = lexeme(in, at_);
  Token token{found.kind, static_cast<uint32_t>(at_), static_cast<uint32_t>(found.end - at_)};
  at_ = found.end;
  return token;
}

bool is_word(std::string_view sql, const Token& token, std::string_view lower_case_keyword) {
  return token.kind == TokenKind::kWord &&
         std::ranges::equal(token_text(sql, token), lower_case_keyword,
                            [](char written, char keyword) { return lower(written) == keyword; });
}

}  // namespace explaingate
